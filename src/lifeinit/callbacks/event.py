"""The event that a callback gets: the LIFEINIT_ variables of a hook as fields, under the same names."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lifeinit.callbacks.errors import UsageError, quoted

Phase = Literal["pre_start", "post_start", "pre_stop", "post_stop"]

Reason = Literal[
    "signal",  # a stop signal: to lifeinit, or to the program that drives a ManagedContainer
    "exited",  # the app exited on its own
    "unhealthy",
    "pre_start_failed",
    "post_start_failed",
    "ready_timeout",
    "start_failed",
    "internal_error",
    "stop",  # lifeinit.docker only: stop() was called, or a with block was left
    "lost",  # lifeinit.docker only: how the container ended cannot be known
]

_NUMBERS = {"pid", "child_pid", "exit_code", "child_exit_code", "deadline", "remaining", "attempt", "restarts"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One call of one callback. With `lifeinit.docker` the app, or child, is the container."""

    event: Phase
    """The phase."""
    hook: str
    """The callback's name."""
    pid: int | None = None
    """The init's pid; None with `lifeinit.docker`."""
    child_pid: int | None = None
    """The app's pid while the app lives; None with `lifeinit.docker`."""
    reason: Reason | None = None
    """Why the app stops or has exited; None in the start phases."""
    signal: str | None = None
    """The name of the signal that requested the stop, such as "TERM"."""
    exit_code: int | None = None
    """The container's exit status, in post_stop; None where a ManagedContainer never ran or was lost."""
    child_exit_code: int | None = None
    """The app's exit status, once it has exited. With `lifeinit.docker` 128+n if a signal killed it."""
    child_exit_signal: str | None = None
    """The name of the signal that killed the app; None with `lifeinit.docker`."""
    oom_killed: bool = False
    """Whether the kernel killed a process of the container for lack of memory."""
    deadline: float | None = None
    """Unix time at which the callback counts as timed out; None without a limit."""
    remaining: float | None = None
    """Seconds from the start of this call to the deadline."""
    attempt: int = 1
    """The try, from 1."""
    restarts: int = 0
    """Restarts of the app so far; 0 with `lifeinit.docker`, whose containers have one life."""
    env: str | None = None
    """The file behind `setenv`, in pre_start."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Event:
        """The event of the current hook, from its LIFEINIT_ variables."""
        values: dict[str, object] = {}
        for field in cls.__dataclass_fields__:
            text = environment.get(f"LIFEINIT_{field.upper()}")
            if text is not None:
                values[field] = int(text) if field in _NUMBERS else text
        return cls(**{**values, "oom_killed": values.get("oom_killed") == "1"})  # type: ignore[arg-type]  # the engine's

    def setenv(self, name: str, value: str) -> None:
        """Set a variable for the app and every later callback and hook, if this callback succeeds.

        Raises UsageError outside of pre_start, for a name or value that cannot be set, and if lifeinit could not
        create the file that carries the variables.
        """
        if self.event != "pre_start":
            raise UsageError(f"setenv cannot change the app in {self.event}: call it in a pre_start callback")
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", str(name)):
            raise UsageError(f"setenv cannot set {quoted(name)}: use letters, digits and _, and no digit first")
        if name.startswith("LIFEINIT_"):
            raise UsageError(f"setenv cannot set {quoted(name)}: names with LIFEINIT_ are reserved")
        if not isinstance(value, str):  # the value itself may be a secret
            raise UsageError(f"setenv cannot set {name} to a value of type {type(value).__name__}: pass a string")
        if "\0" in value:
            raise UsageError(f"setenv cannot set {name}: remove the NUL character from its value")
        if self.env is None:
            raise UsageError("setenv has no file to write to: make /dev/shm, /run or /tmp writable")
        end = f"END-{secrets.token_hex(8)}"  # no line of the value can be this
        with open(self.env, "a", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(f"{name}<<{end}\n{value}\n{end}\n")
        os.environ[name] = value
