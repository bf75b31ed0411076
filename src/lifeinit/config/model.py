"""What a valid hook file says: a record for each of its tables, with a field for each row of `keys`.

They hold what is written, the plan's records what it means on this machine: `user` is a name here, an identity there.
The fields come from the rows. What is declared below is for the type checker, and only what code reads by name.
Durations are seconds, signals are their names.
"""

from lifeinit.config import keys
from lifeinit.config.spans import Path, Places
from lifeinit.engine.plan import PHASES
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import ClassVar, Literal

    from lifeinit.engine.plan import HookPhase

Command = str | tuple[str, ...]  # a line for the shell, or a program and its arguments


class Secret(Record):
    """The value of a variable that the file at an absolute path holds."""

    file: str


class Table(Record):
    """One table. `path` is where it stands, which makes no difference between two tables."""

    path: Path = ()

    __slots__ = ("__dict__",)  # for the fields of the rows, which a class gets when it exists already

    if TYPE_CHECKING:
        table: ClassVar[str]

    else:

        def __init_subclass__(cls):
            super().__init_subclass__()
            rows = keys.TABLES[cls.table]
            cls.__match_args__ = tuple(dict.fromkeys((*rows, *cls.__match_args__, "path")))
            cls._defaults = {"path": (), **{row.name: cls._default(row) for row in rows.values()}, **cls._defaults}

        @classmethod
        def _default(cls, row):
            has_default = not isinstance(row.default, keys.PerPhase) and cls.table != "process"
            return row.default if has_default or isinstance(row.default, dict) else None

    def compared(self) -> tuple[object, ...]:
        return tuple(value for field, value in zip(self.fields(), self.values(), strict=True) if field != "path")


class Drain(Table):
    """What a hook waits for that drains a port."""

    table = "drain"

    if TYPE_CHECKING:
        port: int = 0
        quiet: float = 1.0
        at_least: float = 2.0


class Hook(Table):
    """One hook: exactly one of `command`, `sleep`, `drain` and `wait_for` (targets as written) is set.

    `file` is the name of the drop-in that it is from; empty for the hook file itself.
    """

    table = "hook"
    file: str = ""

    if TYPE_CHECKING:
        name: str = ""
        command: Command | None = None
        wait_for: tuple[str, ...] = ()
        sleep: float | None = None
        drain: Drain | None = None
        unless: Command | None = None
        timeout: float | None = None
        retries: int = 0
        retry_delay: float = 1.0
        on_failure: Literal["abort", "warn"] | None = None
        user: str | None = None
        working_dir: str | None = None
        environment: Mapping[str, str | Secret] = {}


class CodedHook(Record):
    """A hook that Python code adds: it stands in no file. `place` is its line there."""

    phase: "HookPhase"
    written: Hook
    place: str
    default_timeout: bool


class Asking:
    """What `ready` and `alive` have in common. The rows of kind `probe` hold URLs with schemes, however written."""

    __slots__ = ()

    if TYPE_CHECKING:
        table: ClassVar[str]

    @property
    def target(self) -> str | None:
        """The URL that is asked."""
        return next((url for url in (getattr(self, name) for name in keys.URL_PROBES[self.table]) if url), None)


class Ready(Asking, Table):
    """When a process is ready."""

    table = "ready"

    if TYPE_CHECKING:
        http: str | None = None
        tcp: str | None = None
        unix: str | None = None
        file: str | None = None
        command: Command | None = None
        notify: bool = False
        after: float | None = None
        insecure: bool = False
        interval: float = 1.0
        timeout: float = 60.0
        on_failure: Literal["abort", "warn"] = "abort"


class Alive(Asking, Table):
    """How a process shows that it works."""

    table = "alive"

    if TYPE_CHECKING:
        http: str | None = None
        tcp: str | None = None
        unix: str | None = None
        command: Command | None = None
        watchdog: float | None = None
        insecure: bool = False
        interval: float = 10.0
        timeout: float = 5.0
        failures: int = 3
        on_failure: Literal["stop", "restart", "warn"] = "stop"

    @property
    def shortest(self) -> float:
        """The seconds from the moment that it is ready until it can be found unhealthy."""
        return self.interval * self.failures if self.watchdog is None else self.watchdog

    @property
    def longest(self) -> float:
        """The seconds from the moment that it hangs until that is noticed, at worst: right after a good answer."""
        if self.watchdog is not None:
            return self.watchdog
        return self.interval + (self.failures - 1) * max(self.interval, self.timeout) + self.timeout


class Process(Table):
    """What `[app]` says of the app, which itself stands on the command line, or `[process.NAME]` of a process.

    None is what was not written: a process takes it from `[app]`, and then the row's default counts.
    """

    table = "process"

    if TYPE_CHECKING:
        command: Command | None = None
        ready: Ready | None = None
        alive: Alive | None = None
        after: tuple[str, ...] | None = None
        signals: Mapping[str, str | None] = {}
        user: str | None = None
        working_dir: str | None = None
        environment: Mapping[str, str | Secret] = {}
        umask: int | None = None
        no_new_privs: bool | None = None
        success_exit_codes: frozenset[int] | None = None
        stop_signal: str | None = None
        stop_scope: Literal["process", "group"] | None = None
        restart: Literal["no", "on-failure", "always"] | None = None
        max_restarts: int | None = None
        restart_window: float | None = None

    def below(self, app: "Process", *, is_first: bool) -> "Process":
        """With what it does not say for itself taken from [app]. `ready` and `alive` at the top are the first's."""
        own = {field: value for field, value in zip(self.fields(), self.values(), strict=True) if value is not None}
        inherited = app if is_first else app.replaced(ready=None, alive=None)
        return inherited.replaced(**{**own, "environment": {**app.environment, **self.environment}})


class HookFile(Table):
    """The whole file, with the defaults filled in. `places` is where each key stands.

    `signals`: what lifeinit gets, and what the app gets for it (None: nothing). `app` has the `ready` and the `alive`
    of the top.
    """

    table = "top"
    app: Process = Process()
    places: Places = Places("")

    if TYPE_CHECKING:
        pre_start: tuple[Hook, ...] = ()
        post_start: tuple[Hook, ...] = ()
        pre_stop: tuple[Hook, ...] = ()
        post_stop: tuple[Hook, ...] = ()
        ready_file: str | None = None
        stop_timeout: float | None = None
        kill_after: float = 2.0
        stop_on: tuple[str, ...] = ()
        signals: Mapping[str, str | None] = {}
        process: Mapping[str, Process] = {}

    def compared(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in keys.TABLES["top"])

    def has_default_timeout(self, hook: Hook) -> bool:
        """Whether the hook's timeout is its phase's, which nobody wrote."""
        return hook.sleep is None and (*hook.path, "timeout") not in self.places.spans

    @property
    def hooks(self) -> "Mapping[HookPhase, tuple[Hook, ...]]":
        """The hooks of each phase."""
        return {phase: getattr(self, phase) for phase in PHASES}

    @property
    def processes(self) -> "Mapping[str, Process]":
        """The processes by their names; none where the app is the command alone."""
        return self.process

    def users(self) -> "Iterator[tuple[Path, str]]":
        """Each user that the file names, with its place."""
        users = [
            (("app",), self.app.user),
            *((("process", name), one.user) for name, one in self.process.items()),
            *((hook.path, hook.user) for hooks in self.hooks.values() for hook in hooks),
        ]
        yield from (((*path, "user"), user) for path, user in users if user is not None)

    def with_processes(self, processes: "Mapping[str, Process]") -> "HookFile":
        """The same with more processes, which stand before those of the file."""
        return self.replaced(process={**processes, **self.process})
