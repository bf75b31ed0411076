"""From the bytes of a hook file to a HookFile, or to every problem in it at once."""

from typing import Literal, NamedTuple

from lifeinit.config import keys, load, trust
from lifeinit.config.diagnostic import Diagnostic, HookFileError, UnreadableError, quoted
from lifeinit.config.intent import signal as meant_signal
from lifeinit.config.model import DEFAULT_STOP_ON, DEFAULT_TIMEOUT, PHASES, Hook, HookFile, Phase, Process
from lifeinit.config.readers import COMMAND_FORMS, NAME, Table, Values, a_kind
from lifeinit.config.ready import Readiness
from lifeinit.config.spans import Path, Places
from lifeinit.engine.signals import name_of, number_of
from lifeinit.values import exit_codes


class Examined(NamedTuple):
    """What a hook file says (None if that cannot be told), what is wrong with it, and its text, to be shown."""

    hook_file: HookFile | None
    problems: list[Diagnostic]
    text: str


def read(path: str, is_named: bool = True) -> HookFile:
    """The hook file at `path`. Raises HookFileError with all its problems, or UnreadableError.

    One that nobody has named may be a trap: DistrustedError where somebody else could have put it there.
    """
    return parse(contents(path, is_named))


def contents(path: str, is_named: bool = True) -> bytes:
    """The bytes of the hook file at `path`; of one that is too large only the beginning. Raises UnreadableError."""
    if not is_named:
        trust.distrust_place(path)
    try:
        with open(path, "rb") as file:
            if not is_named:
                trust.distrust_file(path, file.fileno())
            return file.read(load.LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can hold a NUL"
        raise UnreadableError(f"cannot read the hook file {quoted(path)}: {reason}") from None


def parse(raw: bytes) -> HookFile:
    """The hook file that these bytes are. Raises HookFileError with all its problems."""
    examined = examine(raw)
    errors = [problem for problem in examined.problems if problem.severity == "error"]
    if errors or examined.hook_file is None:
        raise HookFileError(errors)
    return examined.hook_file


def examine(raw: bytes) -> Examined:
    """All that can be said of these bytes. There is a hook file as soon as there is no error."""
    try:
        text = load.decode(raw)
        table = load.load(text)
    except load.RefusedError as refused:
        return Examined(None, [refused.problem], load.shown(raw))
    places = Places(text)
    reader = _Reader(places)
    try:
        hook_file = reader.hook_file(table).replaced(places=places)
    except HookFileError as error:  # so many that nobody would read more
        return Examined(None, error.problems, text)
    problems = sorted(reader.problems)
    has_errors = any(problem.severity == "error" for problem in problems)
    return Examined(None if has_errors else hook_file, problems, text)


class _Reader(Values):
    """Reads tables into the model."""

    def __init__(self, places: Places) -> None:
        super().__init__(places)
        self.readiness = Readiness(self)

    def hook_file(self, table: Table) -> HookFile:
        self.known_keys((), table, keys.TOP, "a hook file")
        app_table = self.subtable((), table, "app")
        meant = self.known_keys(("app",), app_table, keys.APP, "[app]")
        app = self.process(("app",), app_table, keys.APP)
        named = self.subtable((), table, "process")
        restarts = any(isinstance(process, dict) and "restart" in process for process in named.values())
        if not restarts and "restart" not in meant:
            self.idle_restarts(("app",), app_table)
        return HookFile(
            hooks={phase: self.phase(table, phase) for phase in PHASES},
            ready_file=self.absolute((), table, "ready_file"),
            stop_timeout=self.positive((), table, "stop_timeout", None),
            kill_after=self.duration((), table, "kill_after", HookFile.kill_after) or 0.0,
            stop_on=self.stop_on(table),
            signals=self.signals(self.subtable((), table, "signals")),
            app=app.replaced(ready=self.readiness.read(("ready",), table.get("ready"))),
            processes=self.processes(named, app_table),
        )

    def idle_restarts(self, path: Path, table: Table, app: Table | None = None) -> None:
        """A process takes from [app] what it does not say for itself."""
        restart = table.get("restart", (app or {}).get("restart", "no"))
        if restart == "no":
            self.idle(path, table, ("max_restarts", "restart_window"), "restart")

    def processes(self, table: Table, app: Table) -> dict[str, Process]:
        found: dict[str, Process] = {}
        for name in table:
            path: Path = ("process", name)
            if not NAME.fullmatch(name) or name == "app":
                reason = "which is the command after --" if name == "app" else "which is no name"
                way_out = "use letters, digits and the characters _ . -"
                self.wrong("E206", path, f"process holds {quoted(name)}, {reason}", way_out, at_key=True)
            inner = self.subtable(("process",), table, name)
            meant = self.known_keys(path, inner, keys.PROCESS, f"[process.{name}]")
            if "command" not in inner and "command" not in meant and isinstance(table[name], dict):
                self.wrong("E106", path, f"process {quoted(name)} has no command", "say what it is to run")
            if "restart" not in meant:
                self.idle_restarts(path, inner, app)
            found[name] = self.process(path, inner, keys.PROCESS)
        return found

    def process(self, path: Path, table: Table, known: tuple[str, ...]) -> Process:
        codes_at = (*path, "success_exit_codes")
        most_at_once = self.count(path, table, "max_restarts", 1)
        return Process(
            command=self.command((*path, "command"), table.get("command")) if "command" in known else None,
            ready=self.readiness.read((*path, "ready"), table.get("ready")) if "ready" in known else None,
            user=self.text(path, table, "user"),
            working_dir=self.text(path, table, "working_dir"),
            environment=self.environment((*path, "environment"), self.subtable(path, table, "environment")),
            umask=self.umask(path, table),
            no_new_privs=self.flag(path, table, "no_new_privs"),
            stop_signal=self.stop_signal(path, table),
            stop_scope=self.choice(path, table, "stop_scope", ("process", "group")),
            success_exit_codes=self.success_exit_codes(codes_at, table) if "success_exit_codes" in table else None,
            restart=self.choice(path, table, "restart", ("no", "on-failure", "always")),
            max_restarts=most_at_once,
            restart_window=self.positive(path, table, "restart_window", None),
        )

    def phase(self, table: Table, phase: Phase) -> tuple[Hook, ...]:
        """The hooks of a phase in any of its forms: a string, one argv, a table, an array of tables."""
        if phase not in table:
            return ()
        value = table[phase]
        match value:
            case dict():
                hooks = [self.hook((phase,), value, phase, 0)]
            case list() if value and all(isinstance(item, dict) for item in value):
                hooks = [self.hook((phase, i), item, phase, i) for i, item in enumerate(value)]
            case str() | list():
                hooks = [self.hook((phase,), {"command": value}, phase, 0, command_at=(phase,))]
            case _:
                self.wrong("E105", (phase,), f"{phase} is {a_kind(value)}, not a command", COMMAND_FORMS)
                return ()
        self.unique_names(phase, hooks)
        return tuple(hooks)

    def unique_names(self, phase: Phase, hooks: list[Hook]) -> None:
        seen: set[str] = set()
        for i, hook in enumerate(hooks):
            if hook.name in seen:
                sentence = f"a second {phase} hook named {quoted(hook.name)}"
                self.wrong("E207", (phase, i, "name"), sentence, "give it another")
            seen.add(hook.name)

    def hook(self, path: Path, table: Table, phase: Phase, index: int, command_at: Path | None = None) -> Hook:
        """One hook; `command_at` is where its command stands if not under a key of that name."""
        label = f"{phase}[{index}]"
        meant = self.known_keys(path, table, keys.HOOK, "a hook")
        doings = [key for key in keys.DOINGS if key in table]
        if len(doings) > 1:
            both = " and ".join(doings)
            way_out = f"make {len(doings)} hooks of it"
            self.wrong("E107", (*path, doings[-1]), f"{label} has both {both}", way_out, at_key=True)
        elif not doings and not meant & set(keys.DOINGS):
            sentence = f"{label} has neither command nor wait_for nor sleep"
            self.wrong("E106", path, sentence, "say what it is to do")
        sleep = self.duration(path, table, "sleep", None)
        limit = DEFAULT_TIMEOUT[phase] if sleep is None else None  # a sleep ends by itself
        timeout = self.positive(path, table, "timeout", limit)
        if sleep is not None and timeout is not None and timeout <= sleep:
            slept, ended = quoted(table["sleep"]), quoted(table["timeout"])
            sentence = f"timeout {ended} ends the sleep of {slept} before its time"
            self.wrong("E217", (*path, "timeout"), sentence, "leave it out")
        if sleep is not None:
            self.useless(path, table, ("user", "working_dir", "environment", "retries", "retry_delay"), "a sleep")
        elif not table.get("retries") and "retries" not in meant:
            self.idle(path, table, ("retry_delay",), "retries")
        abort_or_warn: Literal["abort", "warn"] = "abort" if phase in {"pre_start", "post_start"} else "warn"
        return Hook(
            name=self.name(path, table, label),
            command=self.command(command_at or (*path, "command"), table.get("command")),
            sleep=sleep,
            timeout=timeout,
            retries=self.count(path, table, "retries", 0) or 0,
            retry_delay=self.duration(path, table, "retry_delay", 1.0) or 0.0,
            on_failure=self.choice(path, table, "on_failure", ("abort", "warn")) or abort_or_warn,
            wait_for=self.wait_for((*path, "wait_for"), table.get("wait_for")),
            user=self.text(path, table, "user"),
            working_dir=self.text(path, table, "working_dir"),
            environment=self.environment((*path, "environment"), self.subtable(path, table, "environment")),
            once=self.flag(path, table, "once") or False,
            path=path,
        )

    def wait_for(self, at: Path, value: object) -> tuple[str, ...]:
        match value:
            case None:
                return ()
            case str():
                return self.targets([(at, value)])
            case list() if value:
                return self.targets([((*at, i), item) for i, item in enumerate(value)])
            case _:
                forms = 'write "tcp://db:5432" or ["$DATABASE_URL", "file:///run/ready"]'
                self.wrong("E105", at, f"wait_for is {a_kind(value)}, not a target", forms)
                return ()

    def targets(self, items: list[tuple[Path, object]]) -> tuple[str, ...]:
        found = []
        for at, item in items:
            if isinstance(item, str):
                self.target(at, item, "wait_for")
                found.append(item)
            else:
                self.wrong("E105", at, f"wait_for holds {a_kind(item)}, not a target", "put it in quotes")
        return tuple(found)

    def stop_on(self, table: Table) -> tuple[str, ...]:
        value = table.get("stop_on", list(DEFAULT_STOP_ON))
        if not isinstance(value, list):
            self.wrong("E105", ("stop_on",), f"stop_on is {a_kind(value)}, not a list", 'write ["TERM"], say')
            return DEFAULT_STOP_ON
        names = (self.signal(("stop_on", i), item, "stop_on") for i, item in enumerate(value))
        return tuple(name for name in names if name is not None)

    def signals(self, table: Table) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for key, value in table.items():
            number = number_of(key)
            came = None if number is None else name_of(number)
            if came is None or came in {"KILL", "STOP", "CHLD"}:
                reason = "which is no signal" if came is None else "which never reaches lifeinit"
                way_out = (meant_signal(key) if came is None else "") or 'write another, "HUP" say'
                code = "E203" if came is None else "E204"
                self.wrong(code, ("signals", key), f"signals holds {quoted(key)}, {reason}", way_out, at_key=True)
            elif came in found:
                sentence = f"signals holds {quoted(key)}, and {came} already"
                self.wrong("E205", ("signals", key), sentence, "leave one out", at_key=True)
            elif value == "":
                found[came] = None
            else:
                goes = self.signal(("signals", key), value, f"signals.{key}")
                found[came] = goes or came
        return found

    def stop_signal(self, path: Path, table: Table) -> str | None:
        value = table.get("stop_signal")
        return None if value is None else self.signal((*path, "stop_signal"), value, "stop_signal")

    def environment(self, path: Path, table: Table) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in table.items():
            at = (*path, name)
            if not name or "=" in name or "\0" in name:
                sentence = f"environment holds {quoted(name)}, which cannot be a variable"
                self.wrong("E212", at, sentence, "use letters, digits and _", at_key=True)
            elif not isinstance(value, str):
                self.wrong("E105", at, f"{quoted(name)[1:-1]} is {a_kind(value)}, not a string", "put it in quotes")
            else:
                self.expandable(at, name, value)
                found[name] = self.without_nul(at, value)
        return found

    def success_exit_codes(self, path: Path, app: Table) -> frozenset[int]:
        value = app.get("success_exit_codes", [])
        if not isinstance(value, list):
            way_out = 'write ["SIGTERM", 3], say'
            self.wrong("E105", path, f"success_exit_codes is {a_kind(value)}, not a list", way_out)
            return frozenset()
        found: set[int] = set()
        for i, item in enumerate(value):
            try:
                found |= exit_codes.parse(item)
            except ValueError as error:
                self.because("E210", (*path, i), f"success_exit_codes holds {quoted(item)},", error)
        return frozenset(found)
