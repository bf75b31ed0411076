"""What a valid hook file says. Durations are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["pre_start", "post_start", "pre_stop", "post_stop"]

PHASES: tuple[Phase, ...] = ("pre_start", "post_start", "pre_stop", "post_stop")
DEFAULT_TIMEOUT: Mapping[Phase, float | None] = {
    "pre_start": None,  # migrations are long
    "post_start": 60.0,
    "pre_stop": 5.0,
    "post_stop": 5.0,
}
DEFAULT_STOP_ON = ("TERM", "INT", "QUIT")


@dataclass(frozen=True)
class Hook:
    """One hook: a `command` (a string for the shell, or a list of arguments) or a `sleep`."""

    name: str
    command: str | tuple[str, ...] | None
    sleep: float | None
    timeout: float | None
    retries: int
    retry_delay: float
    on_failure: Literal["abort", "warn"]


@dataclass(frozen=True)
class HookFile:
    """The whole file, with the defaults filled in. Signals are their names, as in the file."""

    hooks: Mapping[Phase, tuple[Hook, ...]] = field(default_factory=dict)
    stop_timeout: float | None = None
    kill_after: float = 2.0
    stop_on: tuple[str, ...] = DEFAULT_STOP_ON
    stop_signal: str | None = None
    stop_scope: Literal["process", "group"] = "process"
