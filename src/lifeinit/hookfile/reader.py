"""From the bytes of a hook file to a HookFile, or to every problem in it at once."""

import dataclasses
import re
import tomllib
from pathlib import Path as FilePath
from typing import Literal, NoReturn

from lifeinit import expansion
from lifeinit.engine.signals import name_of, number_of
from lifeinit.hookfile import codes
from lifeinit.hookfile.locate import Path, Places
from lifeinit.hookfile.model import DEFAULT_STOP_ON, DEFAULT_TIMEOUT, PHASES, Hook, HookFile, Phase, Process
from lifeinit.hookfile.problem import HookFileError, Place, Problem, UnreadableError, quoted
from lifeinit.hookfile.readiness import Readiness
from lifeinit.hookfile.values import COMMAND_FORMS, NAME, Table, Values, a_kind

_TOP_KEYS = (*(*PHASES, "ready", "ready_file", "stop_timeout", "kill_after", "stop_on", "signals", "app", "process"),)
_APP_KEYS = (
    *("user", "working_dir", "environment", "umask", "no_new_privs"),
    *("stop_signal", "stop_scope", "success_exit_codes", "restart", "max_restarts", "restart_window"),
)
_PROCESS_KEYS = ("command", "ready", *_APP_KEYS)
_HOOK_KEYS = (
    *("name", "command", "wait_for", "sleep", "timeout", "retries", "retry_delay", "on_failure"),
    *("user", "working_dir", "environment", "once"),
)
_DOINGS = ("command", "wait_for", "sleep")

_VARIABLE = re.compile(r"[^=\0]+")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(path: str) -> HookFile:
    """The hook file at `path`. Raises HookFileError with all its problems, or UnreadableError."""
    try:
        raw = FilePath(path).read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot read the hook file {quoted(path)}: {error.strerror}") from None
    return parse(raw)


def parse(raw: bytes) -> HookFile:
    """The hook file that these bytes are. Raises HookFileError with all its problems."""
    text = _decode(raw)
    table = _load(text)
    places = _places(text)
    reader = _Reader(places)
    hook_file = dataclasses.replace(reader.hook_file(table), places=places)
    if reader.problems:
        raise HookFileError(reader.problems)
    return hook_file


def _decode(raw: bytes) -> str:
    raw = raw.removeprefix(b"\xef\xbb\xbf")  # a byte order mark
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        byte = raw[error.start]
        _refuse(_end_of(before), f'not UTF-8: the byte "0x{byte:02x}" stands here; save the file as UTF-8')


def _load(text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _TOML_PLACE.search(message)
        known = match is not None and match.group(1) is not None
        place = Place(int(match.group(1)), int(match.group(2))) if match and known else _end_of(text)
        reason = _TOML_PLACE.sub("", message)
        _refuse(place, f"invalid TOML: {reason[:1].lower()}{reason[1:]}")
    except RecursionError:
        _refuse(Place(1, 1), "nested too deeply: a hook file needs no more than three levels")
    except ValueError as error:  # a number with more digits than Python converts
        _refuse(Place(1, 1), f"invalid TOML: {error}")


def _places(text: str) -> Places:
    try:
        return Places(text)
    except RecursionError:
        _refuse(Place(1, 1), "nested too deeply: a hook file needs no more than three levels")


def _end_of(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _refuse(place: Place, sentence: str) -> NoReturn:
    raise HookFileError([Problem(place, sentence)])


class _Reader(Values):
    """Reads tables into the model."""

    def __init__(self, places: Places) -> None:
        super().__init__(places)
        self.readiness = Readiness(self)

    def hook_file(self, table: Table) -> HookFile:
        self.known_keys((), table, _TOP_KEYS, "a hook file")
        app = self.process(("app",), self.subtable((), table, "app"), _APP_KEYS, "[app]")
        return HookFile(
            hooks={phase: self.phase(table, phase) for phase in PHASES},
            ready_file=self.absolute((), table, "ready_file"),
            stop_timeout=self.positive((), table, "stop_timeout", None),
            kill_after=self.duration((), table, "kill_after", HookFile.kill_after) or 0.0,
            stop_on=self.stop_on(table),
            signals=self.signals(self.subtable((), table, "signals")),
            app=dataclasses.replace(app, ready=self.readiness.read(("ready",), table.get("ready"))),
            processes=self.processes(self.subtable((), table, "process")),
        )

    def processes(self, table: Table) -> dict[str, Process]:
        found: dict[str, Process] = {}
        for name in table:
            path: Path = ("process", name)
            if not NAME.fullmatch(name) or name == "app":
                reason = "which is the command after --" if name == "app" else "which is no name"
                way_out = "use letters, digits and the characters _ . -"
                self.wrong_key(path, f"process holds {quoted(name)}, {reason}: {way_out}")
            process = self.process(path, self.subtable(("process",), table, name), _PROCESS_KEYS, f"[process.{name}]")
            if process.command is None and not any(problem.place == self.places.key(path) for problem in self.problems):
                self.wrong_key(path, f"process {quoted(name)} has no command: say what it is to run")
            found[name] = process
        return found

    def process(self, path: Path, table: Table, keys: tuple[str, ...], where: str) -> Process:
        self.known_keys(path, table, keys, where)
        codes_at = (*path, "success_exit_codes")
        most_at_once = self.count(path, table, "max_restarts", 1)
        return Process(
            command=self.command((*path, "command"), table.get("command")) if "command" in keys else None,
            ready=self.readiness.read((*path, "ready"), table.get("ready")) if "ready" in keys else None,
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
                self.wrong((phase,), f"{phase} is {a_kind(value)}, not a command: {COMMAND_FORMS}")
                return ()
        self.unique_names(phase, hooks)
        return tuple(hooks)

    def unique_names(self, phase: Phase, hooks: list[Hook]) -> None:
        seen: set[str] = set()
        for i, hook in enumerate(hooks):
            if hook.name in seen:
                self.wrong((phase, i, "name"), f"a second {phase} hook named {quoted(hook.name)}: give it another")
            seen.add(hook.name)

    def hook(self, path: Path, table: Table, phase: Phase, index: int, command_at: Path | None = None) -> Hook:
        """One hook; `command_at` is where its command stands if not under a key of that name."""
        label = f"{phase}[{index}]"
        self.known_keys(path, table, _HOOK_KEYS, "a hook")
        doings = [key for key in _DOINGS if key in table]
        if len(doings) > 1:
            both = " and ".join(doings)
            self.wrong_key((*path, doings[-1]), f"{label} has both {both}: make {len(doings)} hooks of it")
        elif not doings:
            self.wrong_key(path, f"{label} has neither command nor wait_for nor sleep: say what it is to do")
        sleep = self.duration(path, table, "sleep", None)
        limit = DEFAULT_TIMEOUT[phase] if sleep is None else None  # a sleep ends by itself
        timeout = self.positive(path, table, "timeout", limit)
        if sleep is not None and timeout is not None and timeout <= sleep:
            slept, ended = quoted(table["sleep"]), quoted(table["timeout"])
            self.wrong((*path, "timeout"), f"timeout {ended} ends the sleep of {slept} before its time: leave it out")
        if sleep is not None:
            self.useless(path, table, ("user", "working_dir", "environment", "retries", "retry_delay"), "a sleep")
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
                self.wrong(at, f"wait_for is {a_kind(value)}, not a target: {forms}")
                return ()

    def targets(self, items: list[tuple[Path, object]]) -> tuple[str, ...]:
        found = []
        for at, item in items:
            if isinstance(item, str):
                self.target(at, item, "wait_for")
                found.append(item)
            else:
                self.wrong(at, f"wait_for holds {a_kind(item)}, not a target: put it in quotes")
        return tuple(found)

    def stop_on(self, table: Table) -> tuple[str, ...]:
        value = table.get("stop_on", list(DEFAULT_STOP_ON))
        if not isinstance(value, list):
            self.wrong(("stop_on",), f'stop_on is {a_kind(value)}, not a list: write ["TERM"], say')
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
                self.wrong_key(("signals", key), f'signals holds {quoted(key)}, {reason}: write another, "HUP" say')
            elif came in found:
                self.wrong_key(("signals", key), f"signals holds {quoted(key)}, and {came} already: leave one out")
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
            if not _VARIABLE.fullmatch(name):
                self.wrong_key(
                    at, f"environment holds {quoted(name)}, which cannot be a variable: use letters, digits and _"
                )
            elif not isinstance(value, str):
                self.wrong(at, f"{name} is {a_kind(value)}, not a string: put it in quotes")
            else:
                try:
                    expansion.check(value)
                except expansion.ExpansionError as error:
                    self.wrong(at, f"{name} is {quoted(value)}, which holds {error}")
                found[name] = self.without_nul(at, value)
        return found

    def success_exit_codes(self, path: Path, app: Table) -> frozenset[int]:
        value = app.get("success_exit_codes", [])
        if not isinstance(value, list):
            self.wrong(path, f'success_exit_codes is {a_kind(value)}, not a list: write ["SIGTERM", 3], say')
            return frozenset()
        found: set[int] = set()
        for i, item in enumerate(value):
            try:
                found |= codes.parse(item)
            except ValueError as error:
                self.wrong((*path, i), f"success_exit_codes holds {quoted(item)}, {error}")
        return frozenset(found)
