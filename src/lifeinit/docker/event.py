"""What a callback is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from docker.models.containers import Container

PhaseName = Literal["pre_start", "post_start", "pre_stop", "post_stop"]

Reason = Literal[
    "stop",  # stop() was called, or a with block was left
    "signal",  # Ctrl-C or SIGTERM reached this program
    "exited",  # the container ended without our doing
    "pre_start_failed",
    "start_failed",
    "ready_timeout",
    "post_start_failed",
    "lost",  # nobody can say how the container ended
]


@dataclass(frozen=True, slots=True)
class Event:
    """One call of one callback."""

    phase: PhaseName
    name: str
    """The callback's name."""
    attempt: int
    """The try, from 1."""
    container: Container | None
    """None before it exists, and where it could not be started."""
    reason: Reason | None
    """Why the container stops or has ended; None in the start phases."""
    exit_code: int | None
    """The container's exit status; None while it runs, where it never ran, and where it is lost."""
    oom_killed: bool
    """Whether something in the container was killed because its memory was used up."""
    deadline: float | None
    """Unix time at which the life goes on without this callback; None if it is waited for without a limit."""
