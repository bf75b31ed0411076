"""What Python code says in keyword arguments, read as the hook file that says the same, with its sentences."""

import difflib
import os
import signal
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta

from lifeinit.callbacks.errors import UsageError, described, quoted
from lifeinit.callbacks.event import Phase
from lifeinit.config import keys
from lifeinit.config.model import Hook, HookFile, Process
from lifeinit.config.spans import Places
from lifeinit.config.tables import Tables
from lifeinit.engine.plan import PHASES
from lifeinit.engine.record import Record

NOT_OPTIONS = frozenset({*PHASES, "app", "process"})  # decorators and methods take their place
_DEEPEST = 8  # lists and dicts in each other; a key needs three
_PROBES = ("ready", "alive")  # they stand at the top of a file, and are the app's


class Settings(Record):
    """The options of a container: what was written of a hook file, and the names of the keys that were."""

    file: HookFile
    written: frozenset[str]

    def over(self, file: HookFile) -> HookFile:
        """The hook file with these settings in place of its own; an `environment` adds to its own."""
        of_top = {name: getattr(self.file, name) for name in self.written & keys.TABLES["top"].keys()}
        of_app = {name: getattr(self.file.app, name) for name in self.written & {*keys.TABLES["app"], *_PROBES}}
        if "environment" in of_app:
            of_app["environment"] = {**file.app.environment, **self.file.app.environment}
        return file.replaced(**of_top, app=file.app.replaced(**of_app))


def settings(options: Mapping[str, object]) -> Settings:
    """The options of a container. Raises UsageError."""
    given = _given(options)
    top = {name: given[name] for name in given.keys() & keys.TABLES["top"].keys() - NOT_OPTIONS}
    app = {name: given[name] for name in given.keys() & keys.TABLES["app"].keys()}
    refuse_unknown(given, {*keys.TABLES["top"], *keys.TABLES["app"]} - NOT_OPTIONS)
    return Settings(_read({**top, "app": app}), frozenset(given))


def process(name: str, runs: object, options: Mapping[str, object]) -> Process:
    """One of several processes, which runs a command or a function. Raises UsageError."""
    if not isinstance(name, str):
        raise UsageError(f"the name of a process is {described(name)}: write a string")
    given = _given(options)
    refuse_unknown(given, keys.TABLES["process"].keys() - {"command"})
    words = [getattr(runs, "__name__", name)] if callable(runs) else _as_toml("command", runs)
    after = given.get("after")
    others = {str(other): {"command": "-"} for other in after} if isinstance(after, list) else {}
    others.pop("app", None)  # which other processes there are is known once all are
    return _read({"process": {**others, name: {"command": words, **given}}}).process[name]


def command(written: object) -> tuple[str, ...]:
    """The words of a command line or of a list. Raises UsageError for what no hook file could run."""
    read = _read({"process": {"main": {"command": _as_toml("command", written)}}}).process["main"].command
    return ("/bin/sh", "-c", read) if isinstance(read, str) else (read or ())


def hook(phase: Phase, thing: str, value: object, options: Mapping[str, object], known: AbstractSet[str]) -> Hook:
    """A hook that runs a command, waits for something or sleeps. Raises UsageError."""
    given = _given(options)
    refuse_unknown(given, known)
    (read,) = _read({phase: [{thing: _as_toml(thing, value), **given}]}).hooks[phase]
    return read if "name" in given else read.replaced(name="")


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raises UsageError for the first option that is not known."""
    names = sorted(known)
    for name in given:
        if name in NOT_OPTIONS - {*names}:
            how = "decorate a function with it" if name in PHASES else "call it"
            raise UsageError(f'"{name}" is not an option but an attribute of the container: {how}')
        if name not in names:
            close = difflib.get_close_matches(name, names, 1)
            hint = f'did you mean "{close[0]}"?' if close else f"the options are {', '.join(names)}"
            raise UsageError(f"unknown option {quoted(name)}: {hint}")


def _given(options: Mapping[str, object]) -> dict[str, object]:
    """What is set: None is the default."""
    return {name: _as_toml(name, value) for name, value in options.items() if value is not None}


def _read(table: dict[str, object]) -> HookFile:
    reader = Tables(Places(""))
    read = reader.hook_file(table)
    for problem in reader.problems:
        if problem.severity == "error":
            raise UsageError(problem.sentence)
    return read


def _as_toml(key: str, value: object, depth: int = 0) -> object:
    """What a hook file would hold in place of a Python value. The plan takes no subclass of str, int or float."""
    if depth > _DEEPEST:
        raise UsageError(f"{key or 'a list'} holds a value that is nested too deep, or holds itself")
    match value:
        case timedelta() if key == "ready":
            return {"after": value.total_seconds()}
        case timedelta():
            return value.total_seconds()
        case signal.Signals():
            return value.name
        case bool():
            return value
        case int() if key == "umask" and 0 <= value <= 0o777:
            return f"{value:03o}"
        case os.PathLike():
            return _as_toml(key, os.fspath(value))
        case Mapping():
            items = ((_name(key, name), _dropped(key, item)) for name, item in value.items())
            return {name: _as_toml(name, item, depth + 1) for name, item in items}
        case tuple() | list() | AbstractSet():
            return [_as_toml("", item, depth + 1) for item in value]
        case str():
            return _as_text(key, value)
        case int():
            return int(value)
        case float():
            return float(value)
        case _:
            raise UsageError(f"{key or 'a list'} holds {described(value)}: write a string, a number, a list or a dict")


def _as_text(key: str, value: str) -> str:
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        raise UsageError(f"{key or 'a list'} holds {quoted(value)}, which this system cannot encode") from None
    return str.__str__(value)


def _name(key: str, name: object) -> str:
    """The key of a dict, which may be a signal."""
    if isinstance(name, signal.Signals):
        return name.name
    if not isinstance(name, str):
        raise UsageError(f"{key} holds {described(name)} as a name: write a string")
    return str.__str__(name)


def _dropped(key: str, value: object) -> object:
    """In `signals` None drops a signal, which a hook file writes as an empty string."""
    return "" if value is None and key == "signals" else value
