"""What a callback is told."""

import os
import secrets
from dataclasses import dataclass

from lifeinit.config.model import Phase


@dataclass(frozen=True)
class Event:
    """The moment in the container's life that a callback is called at, as a hook's variables tell it.

    `reason` is why the life ends, in the stop phases: "signal", "exited", "pre_start_failed", "post_start_failed",
    "ready_timeout" or "start_failed"; else empty. `signal` is the name of what asked for the stop, as "TERM".
    `exit_code` is the status that the container will exit with, in post_stop; `child_pid` the app's pid while it lives.
    `deadline` is the unix time at which the callback will be ended, None where nothing will. `attempt` counts from 1.
    """

    phase: Phase
    name: str
    reason: str = ""
    signal: str | None = None
    exit_code: int | None = None
    child_pid: int | None = None
    deadline: int | None = None
    attempt: int = 1
    restarts: int = 0
    oom_killed: bool = False

    def setenv(self, name: str, value: str) -> None:
        """Set a variable for the app and every later callback and hook, if this callback succeeds.

        In pre_start only: RuntimeError elsewhere, and where no file could be made for it. ValueError for what cannot be
        a variable.
        """
        path = os.environ.get("LIFEINIT_ENV")
        if self.phase != "pre_start":
            raise RuntimeError(f"setenv in {self.phase}: the app has its environment since its start; use pre_start")
        if path is None:
            raise RuntimeError("setenv has no file to write to: give the container a writable /dev/shm, /run or /tmp")
        if not (name.isascii() and name.replace("_", "a").isalnum()) or name[0].isdigit() or "\0" in value:
            raise ValueError(f'setenv cannot set "{name}": use letters, digits and _ for the name, and no NUL')
        if name.startswith("LIFEINIT_"):
            raise ValueError(f'setenv cannot set "{name}": LIFEINIT_ names are lifeinit\'s own')
        end = f"END-{secrets.token_hex(8)}"  # no line of the value can be this
        with open(path, "a", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(f"{name}<<{end}\n{value}\n{end}\n")
        os.environ[name] = value


def current(phase: Phase, name: str) -> Event:
    """The event of the callback that this process was forked for."""
    told = {key.removeprefix("LIFEINIT_"): value for key, value in os.environ.items() if key.startswith("LIFEINIT_")}
    return Event(
        phase=phase,
        name=name,
        reason=told.get("REASON", ""),
        signal=told.get("SIGNAL"),
        exit_code=_number(told.get("EXIT_CODE")),
        child_pid=_number(told.get("CHILD_PID")),
        deadline=_number(told.get("DEADLINE")),
        attempt=_number(told.get("ATTEMPT")) or 1,
        restarts=_number(told.get("RESTARTS")) or 0,
        oom_killed=told.get("OOM_KILLED") == "1",
    )


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
