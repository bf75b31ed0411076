"""Reads the tables of a hook file by walking the rows of `keys`, and checks the rules about several keys."""

import re

from lifeinit.config import keys
from lifeinit.config.diagnostic import Edits, quoted
from lifeinit.config.model import Alive, Drain, Hook, HookFile, Process, Ready
from lifeinit.config.plain_values import NAME, intent
from lifeinit.config.readers import COMMAND_FORMS, SCHEME, Values
from lifeinit.config.reporter import MOST_PROBLEMS, Table, a_kind, shown
from lifeinit.config.spans import Path, Places
from lifeinit.values.duration_text import exact, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from lifeinit.config.keys import Key
    from lifeinit.engine.plan import HookPhase

_READY_FORMS = 'write a URL, for example "http://127.0.0.1:8000/healthz" or "tcp://127.0.0.1:8000", "notify" or "5s"'
_HEALTH = r"(exec )?(\S*/)?lifeinit health\b"
_PROCESS_FORM = 'write [process.NAME], and command = "..." below it'


def _alive_rules() -> "ModuleType":
    """Few files have `alive`."""
    from lifeinit.config import alive_rules  # noqa: PLC0415

    return alive_rules


def _alive_values() -> "ModuleType":
    """Only a mistake pays for the import."""
    from lifeinit.config import alive_values  # noqa: PLC0415

    return alive_values


def _are_named(table: Table) -> bool:
    """Whether each key is the name of a hook: `[pre_start.migrate]`."""
    are_tables = all(isinstance(item, dict) for item in table.values())
    return are_tables and table.keys().isdisjoint(keys.TABLES["hook"])


def _words(command: object) -> list[str]:
    return list(map(str, command)) if isinstance(command, list) else str(command).split()


class Tables(Values):
    """The methods that are named after a kind read the values that are tables themselves."""

    def __init__(self, places: Places, most: int = MOST_PROBLEMS) -> None:
        super().__init__(places, most)
        self._app: Table = {}  # [app] as it is written, of which a process inherits
        self._processes: tuple[Table, ...] = ()

    def hook_file(self, table: Table) -> HookFile:
        app, processes = table.get("app"), table.get("process")
        self.top, self._app = table, app if isinstance(app, dict) else {}
        named = processes.values() if isinstance(processes, dict) else ()
        self._processes = tuple(process for process in named if isinstance(process, dict))
        values = self._rows("top", (), table, "a hook file")
        of_app = values["app"] if isinstance(values["app"], Process) else Process()
        values["app"] = of_app.replaced(ready=values["ready"], alive=values["alive"])
        hook_file = HookFile.filled({**values, "places": self.places})
        if any(process.alive is not None for process in (hook_file.app, *hook_file.processes.values())):
            _alive_rules().of_file(self, hook_file)
        return hook_file

    # The kinds that are tables.

    def app(self, at: Path, row: "Key", value: object) -> Process | None:
        table = self.table(at, row.name, value)
        return None if table is None else Process.filled({**self._rows("app", at, table, "[app]"), "path": at})

    def processes(self, at: Path, row: "Key", value: object) -> dict[str, Process]:
        found: dict[str, Process] = {}
        for name, inner in (self.table(at, row.name, value, _PROCESS_FORM) or {}).items():
            here = (*at, name)
            if name == "app":
                message = '"app" is reserved for the command after --'
                self.wrong("E206", here, message, "give it another name", at_key=True)
            elif not re.fullmatch(NAME, name):
                fix = "use only letters, digits and the characters _ . -"
                self.wrong("E206", here, f"{quoted(name)} is not a name of a process", fix, at_key=True)
            table = self.table(here, name, inner, _PROCESS_FORM)
            if table is not None:
                values = self._rows("process", here, table, f"[process.{name}]")
                found[name] = Process.filled({**values, "path": here})
        if any(process.after for process in found.values()):
            from lifeinit.config import start_order  # noqa: PLC0415  # few files have an order

            start_order.check(self, found)
        return found

    def hooks(self, at: Path, row: "Key", value: object) -> tuple[Hook, ...]:
        """The hooks of a phase in any of its forms: a string, one argv, a table, an array of tables."""
        phase: HookPhase = row.name  # type: ignore[assignment]  # rows of this kind are named after the phases
        match value:
            case dict() if value and _are_named(value):
                return tuple(self._named(at, name, item, phase) for name, item in value.items())
            case dict():
                return (self._hook(at, value, phase, 0),)
            case list() if value and all(isinstance(item, dict) for item in value):
                hooks = [self._hook((*at, i), item, phase, i) for i, item in enumerate(value)]
                self._unique_names(phase, hooks)
                return tuple(hooks)
            case str() | list():
                command = self.command(at, keys.TABLES["hook"]["command"], value)
                defaults = keys.defaults("hook", phase)
                return (Hook.filled({**defaults, "name": f"{phase}[0]", "command": command, "path": at}),)
            case _:
                self.not_a(at, phase, value, "a command", COMMAND_FORMS)
                return ()

    def _named(self, at: Path, name: str, table: Table, phase: "HookPhase") -> Hook:
        """A hook that has its name in its header: `[pre_start.migrate]`."""
        here, line = (*at, name), "" if "name" in table else f'\nname = "{name}"'
        fix = f'write [[{phase}]] and below it name = "{name}"'
        edits = self.edit.header(here, f"[[{phase}]]{line}") if re.fullmatch(NAME, name) else ()
        self.wrong("E102", here, f"unknown key {quoted(name)}", fix, at_key=True, edits=edits)
        return self._hook(here, table, phase, 0)

    def _unique_names(self, phase: "HookPhase", hooks: list[Hook]) -> None:
        seen: set[str] = set()
        for hook in hooks:
            if hook.name in seen:
                message = f"there is already a {phase} hook with the name {quoted(hook.name)}"
                free = next(f"{hook.name}-{i}" for i in range(2, len(hooks) + 2) if f"{hook.name}-{i}" not in seen)
                at, edits = (*hook.path, "name"), self.edit.value((*hook.path, "name"), f'"{free}"')
                self.wrong("E207", at, message, "give it another name", edits=edits, safe=False)
            seen.add(hook.name)

    def _hook(self, at: Path, table: Table, phase: "HookPhase", index: int) -> Hook:
        label = f"{phase}[{index}]"
        hook = Hook.filled({**self._rows("hook", at, table, label, phase), "path": at})
        if hook.sleep is not None:
            if "timeout" not in table:
                return hook.replaced(name=hook.name or label, timeout=None)  # it ends by itself
            if hook.timeout is not None and hook.timeout <= hook.sleep:
                slept, ended = quoted(table["sleep"]), quoted(table["timeout"])
                message = f"timeout {ended} ends the sleep of {slept} early"
                edits = self.edit.removed((*at, "timeout"))
                self.wrong("E217", (*at, "timeout"), message, "remove it", edits=edits)
        if hook.drain is not None:
            self._drain_fits(at, phase, hook)
        return hook.replaced(name=hook.name or label)

    def drain(self, at: Path, row: "Key", value: object) -> Drain | None:
        """A port stands for the table with just that."""
        if isinstance(value, dict):
            values = self._rows("drain", at, value, "drain")
            if "port" not in value:
                self.wrong("E106", at, "drain has no port", "write drain = { port = 8000 }")
            return Drain.filled({**values, "port": values["port"] or 0, "path": at})
        port = self.whole(at, keys.TABLES["drain"]["port"].replaced(name=row.name), value)
        return None if port is None else Drain.filled({"port": port, "path": at})

    def _drain_fits(self, at: Path, phase: "HookPhase", hook: Hook) -> None:
        if phase != "pre_stop":
            does = "keeps serving" if phase == "post_start" else "is not serving"
            message = f"drain has no effect in {phase}, where the app {does}"
            self.wrong("E108", (*at, "drain"), message, "move it to a [[pre_stop]] hook", at_key=True)
        elif (drain := hook.drain) is not None and hook.timeout is not None:
            least, key = max((drain.at_least, "at_least"), (drain.quiet, "quiet"))
            if hook.timeout <= least:
                message = f"{key} is {exact(least)}, and timeout ends the hook after {exact(hook.timeout)}"
                place = (*at, "drain", key) if (*at, "drain", key) in self.places.spans else (*at, "timeout")
                self.wrong("E217", place, message, f'write timeout = "{written(least + 5)}", or a shorter {key}')

    def ready(self, at: Path, row: "Key", value: object) -> Ready | None:
        """A URL, "notify" or a duration stands for the table with just that."""
        if isinstance(value, dict):
            return Ready.filled(self._probe("ready", at, value))
        short = self._url("ready", at, row, value)
        match value:
            case _ if short:
                pass
            case "notify":
                short = {"notify": True}
            case int() | float() | str() if intent().port(value) is not None:
                fix, address = intent().time_or_port(value)
                edits = self.edit.value(at, f'"{address}"') if address else ()
                message = f"ready is {a_kind(value)}, which may be a time or a port"
                self.wrong("E202" if isinstance(value, str) else "E105", at, message, fix, edits=edits, safe=False)
            case bool() | list():
                self.wrong("E105", at, f"ready is {a_kind(value)}", _READY_FORMS)
            case str() if not value[:1].isdigit() or intent().url(value):
                fix = intent().url(value) or _READY_FORMS
                self.wrong("E214", at, f"ready is {shown(value)}, which is not a target", fix)
            case _:
                short = {"after": self.duration(at, row, value)}
        return Ready.filled({**short, "path": at}) if short else None

    def alive(self, at: Path, row: "Key", value: object) -> Alive | None:
        """A URL or "watchdog" stands for the table with just that."""
        if isinstance(value, dict):
            alive = Alive.filled(self._probe("alive", at, value))
            if "timeout" not in value:
                alive = alive.replaced(timeout=min(alive.timeout, alive.interval * alive.failures))
            _alive_rules().of_table(self, alive, value)
            return alive
        short = {"watchdog": keys.USUAL_WATCHDOG} if value == "watchdog" else self._url("alive", at, row, value)
        if not short:
            _alive_values().refuse(self, at, value)
        return Alive.filled({**short, "path": at}) if short else None

    def _url(self, table: str, at: Path, row: "Key", value: object) -> Table:
        """The table that a URL stands for; an empty one for anything else."""
        match = re.match(SCHEME[table], value) if isinstance(value, str) else None
        return {match[1].removesuffix("s"): self.target(at, row, match.string)} if match else {}

    def _probe(self, name: str, at: Path, table: Table) -> Table:
        """The values of a table that says what is to be asked."""
        values = self._rows(name, at, table, name)
        self._insecure(at, table)
        if "command" in table and re.match(_HEALTH, " ".join(_words(table["command"]))):
            message = f"command is {quoted(table['command'])}, which only reports the result of ready and alive"
            self.wrong("E220", (*at, "command"), message, "write a command that checks the app itself")
        return {**values, "path": at}

    def _insecure(self, at: Path, table: Table) -> None:
        """It is about certificates: where the URL is a variable, nobody can know yet whether there is one."""
        url = table.get("http", "" if table.keys() & {"tcp", "unix", "file", "command"} else "$")
        if table.get("insecure") is True and not (isinstance(url, str) and url.startswith(("https://", "$"))):
            message = "insecure has no effect without https://"
            edits = self.edit.removed((*at, "insecure"))
            self.wrong("E108", (*at, "insecure"), message, "remove it", at_key=True, edits=edits)

    # One table.

    def _rows(self, name: str, at: Path, table: Table, label: str, phase: "HookPhase | None" = None) -> Table:
        """The values of a table by the names of its rows; where one is not written its default, of a process None."""
        rows = keys.TABLES[name]
        meant = self._unknown_keys(at, table, tuple(rows), label)
        self._exactly_one(rows, at, table, meant, label)
        if name == "process" and "command" not in table and "command" not in meant:
            self.wrong("E106", at, f"process {quoted(at[-1])} has no command", 'write command = "..."')
        values: Table = {}
        for key, row in rows.items():
            value = self.read((*at, key), row, table[key]) if key in table else None
            has_default = name not in {"app", "process"} or isinstance(row.default, dict)
            values[key] = row.default_in(phase) if value is None and has_default else value
        for key in table.keys() & rows.keys():
            self._has_effect(rows, key, at, table, meant)
        return values

    def _unknown_keys(self, at: Path, table: Table, known: tuple[str, ...], label: str) -> set[str]:
        """Reports the keys that are not known; returns which of ours they seem to mean."""
        unknown = [key for key in table if key not in known]
        if not unknown:
            return set()
        from lifeinit.config.suggestions import Guide  # noqa: PLC0415  # 4 ms that only a mistake has to pay

        guide = Guide(self.wrong, self.edit, label, self.beside(at))
        return {guide.tell((*at, key), table, known) for key in unknown}

    def _exactly_one(self, rows: "dict[str, Key]", at: Path, table: Table, meant: set[str], label: str) -> None:
        """Of the keys that exclude one another: a hook does one thing, a probe asks one thing."""
        names = [key for key, row in rows.items() if row.one_of]
        written = [key for key in names if key in table]
        if len(written) > 1:
            fix, edits = "keep one of them", Edits()
            written.sort(key=list(table).index)
            if "sleep" in rows:
                fix, edits = f"write {len(written)} hooks", self.edit.split(at, written[1:])
            message = f"{label} has both {' and '.join(written)}"
            self.wrong("E107", (*at, written[1]), message, fix, at_key=True, edits=edits, safe=False)
        elif names and not written and not meant & set(names):
            here = [key for key in names if key != "drain" or at[0] == "pre_stop"]  # nothing else can drain
            self.wrong("E106", at, f"{label} has neither {' nor '.join(here)}", "write one of them")

    def _has_effect(self, rows: "dict[str, Key]", key: str, at: Path, table: Table, meant: set[str]) -> None:
        """Reports a key that can have no effect beside another, and one that has none without another."""
        row = rows[key]
        beside = next((other for other in row.not_with if other in table), None)
        if beside is not None:
            message, edits = f"{key} cannot be combined with {beside}", self.edit.removed((*at, key))
            self.wrong("E108", (*at, key), message, "remove it", at_key=True, edits=edits)
        elif row.needs and row.needs not in meant and not self._is_set(rows[row.needs], at, table):
            if row.needs == "restart" and self._alive_restarts(at, table):
                return
            message = f"{key} has no effect without {row.needs}"
            fix, edits = f"add {row.needs}, or remove it", self.edit.removed((*at, key))
            self.wrong("W201", (*at, key), message, fix, at_key=True, edits=edits, safe=False)

    def _is_set(self, row: "Key", at: Path, table: Table) -> bool:
        """Whether a key has another value than its default. A process inherits it, and [app] is there for others."""
        if at[:1] == ("process",):
            return {**self._app, **table}.get(row.name, row.default) != row.default
        tables = (table, *self._processes) if at == ("app",) else (table,)
        return any(one.get(row.name, row.default) != row.default for one in tables)

    def _alive_restarts(self, at: Path, table: Table) -> bool:
        """Whether an unhealthy app is restarted, whatever `restart` says. `alive` at the top may be any process's."""
        tables = (self.top, *self._processes) if at == ("app",) else (self.top, table)
        found = [one.get("alive") for one in tables]
        return any(isinstance(alive, dict) and alive.get("on_failure") == "restart" for alive in found)
