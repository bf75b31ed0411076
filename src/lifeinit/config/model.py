"""What a valid hook file says. Durations are seconds."""

from collections.abc import Mapping
from typing import Literal

from lifeinit.config.spans import Path, Places
from lifeinit.engine.record import Record

Phase = Literal["pre_start", "post_start", "pre_stop", "post_stop"]

PHASES: tuple[Phase, ...] = ("pre_start", "post_start", "pre_stop", "post_stop")
DEFAULT_TIMEOUT: Mapping[Phase, float | None] = {
    "pre_start": None,  # migrations are long
    "post_start": 60.0,
    "pre_stop": 5.0,
    "post_stop": 5.0,
}
DEFAULT_STOP_ON = ("TERM", "INT", "QUIT")


Command = str | tuple[str, ...]  # a line for the shell, or a program and its arguments


class Hook(Record):
    """One hook: exactly one of `command`, `sleep` and `wait_for` (targets as written) is set."""

    name: str
    command: Command | None
    sleep: float | None
    timeout: float | None
    retries: int
    retry_delay: float
    on_failure: Literal["abort", "warn"]
    wait_for: tuple[str, ...] = ()
    user: str | None = None
    working_dir: str | None = None
    environment: Mapping[str, str] = {}
    once: bool = False
    path: Path = ()

    def compared(self) -> tuple[object, ...]:
        return self.values()[:-1]  # not where it stands


class Ready(Record):
    """How it is learnt that a process serves. Exactly one of the first four is set.

    `target` is a URL as written; `path` is the file that is removed before the start, if the target is one.
    """

    target: str | None = None
    command: Command | None = None
    notify: bool = False
    after: float | None = None
    insecure: bool = False
    interval: float = 1.0
    timeout: float = 60.0
    on_failure: Literal["abort", "warn"] = "abort"


class Process(Record):
    """What `[app]` says of the app, which itself stands on the command line, or `[process.NAME]` of a process.

    None is what was not written: a process takes it from `[app]` then. `user` and `environment` are as written.
    """

    command: Command | None = None
    ready: Ready | None = None
    user: str | None = None
    working_dir: str | None = None
    environment: Mapping[str, str] = {}
    umask: int | None = None
    no_new_privs: bool | None = None
    stop_signal: str | None = None
    stop_scope: Literal["process", "group"] | None = None
    success_exit_codes: frozenset[int] | None = None
    restart: Literal["no", "on-failure", "always"] | None = None
    max_restarts: int | None = None
    restart_window: float | None = None


class HookFile(Record):
    """The whole file, with the defaults filled in. Signals are their names.

    `signals`: what lifeinit gets, and what the app gets for it (None: nothing). `places`: where each key stands.
    """

    hooks: Mapping[Phase, tuple[Hook, ...]] = {}
    ready_file: str | None = None
    stop_timeout: float | None = None
    kill_after: float = 2.0
    stop_on: tuple[str, ...] = DEFAULT_STOP_ON
    signals: Mapping[str, str | None] = {}
    app: Process = Process()
    processes: Mapping[str, Process] = {}
    places: Places = Places("")

    def compared(self) -> tuple[object, ...]:
        return self.values()[:-1]  # not where it stands

    def with_processes(self, processes: "Mapping[str, Process]") -> "HookFile":
        """The same with more processes, which stand before those of the file."""
        return self.replaced(processes={**processes, **self.processes})
