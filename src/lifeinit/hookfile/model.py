"""What a valid hook file says. Durations are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lifeinit.hookfile.locate import Places

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
class App:
    """What `[app]` says of the app, which itself stands on the command line. `user` and `environment` as written."""

    user: str | None = None
    working_dir: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int | None = None
    no_new_privs: bool = False
    stop_signal: str | None = None
    stop_scope: Literal["process", "group"] = "process"
    success_exit_codes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class HookFile:
    """The whole file, with the defaults filled in. Signals are their names.

    `signals`: what lifeinit gets, and what the app gets for it (None: nothing). `places`: where each key stands.
    """

    hooks: Mapping[Phase, tuple[Hook, ...]] = field(default_factory=dict)
    stop_timeout: float | None = None
    kill_after: float = 2.0
    stop_on: tuple[str, ...] = DEFAULT_STOP_ON
    signals: Mapping[str, str | None] = field(default_factory=dict)
    app: App = field(default_factory=App)
    places: Places = field(default_factory=lambda: Places(""), compare=False, repr=False)
