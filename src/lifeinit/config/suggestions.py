"""A key that a table does not take: what it was meant to be."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from lifeinit.config import foreign_probes, keys, toml
from lifeinit.config.diagnostic import Edits, quoted
from lifeinit.config.edits import Editor
from lifeinit.config.keys import HOOKS
from lifeinit.config.spans import Path
from lifeinit.config.synonyms import IN_ALIVE, SECTIONS, WORDS, Word, squeezed
from lifeinit.values.duration_text import written

_LONGEST = 40  # characters of a key or value that is worth comparing or repeating
_LONGEST_LINE = 60
_TOP, _APP, _PROCESS = (tuple(keys.TABLES[name]) for name in ("top", "app", "process"))
_COMMAND_OF_APP = Word("Docker's", "the app", "write it after the dashes: lifeinit -- COMMAND")

# Where a key belongs that stands somewhere else. The later ones win: `timeout` is a hook's first of all.
_HOMES = {
    **dict.fromkeys(keys.TABLES["drain"], "in a table: drain = { ... }"),
    **dict.fromkeys(keys.TABLES["alive"], "in a table: alive = { ... }"),
    **dict.fromkeys(keys.TABLES["ready"], "in a table: ready = { ... }"),
    **dict.fromkeys(keys.TABLES["hook"], "in a hook, for example below [[pre_start]]"),
    **dict.fromkeys(_APP, "below [app]"),
    **dict.fromkeys(_TOP, "above the first [table] of the file"),
}
_PROBES = {"ready", "alive"}
_OF_PROCESS = "below the [process.NAME] that waits"
# A fix that is one line, and the table that it belongs into.
_LINE = re.compile(r"write (?P<key>\w+)(?P<value> = .+?)?(?: (?P<place>at the top|above the first .*|below \[app\]))?")
_PLACES: dict[str, Path] = {"at": (), "above": (), "below": ("app",)}
_OWN = {squeezed(key): key for key in _HOMES}


class _Key(NamedTuple):
    """An unknown key, and what its table takes instead. `outer` names the sections that it stands in."""

    path: Path
    value: object
    known: tuple[str, ...]
    outer: str = ""

    @property
    def name(self) -> str:
        return str(self.path[-1])

    @property
    def word(self) -> str:
        return squeezed(self.name[:_LONGEST])


class Report(Protocol):
    """Takes a diagnostic: its code, path, message and fix, and the text that makes the fix."""

    def __call__(  # noqa: PLR0913
        self, code: str, path: Path, message: str, fix: str, *, at_key: bool, edits: Edits
    ) -> None: ...


class Guide:
    """Reports one unknown key after the other. `label` names the table, `beside` is the one with ready and alive."""

    def __init__(self, report: Report, edit: Editor, label: str, beside: Mapping[str, object]) -> None:
        self.report = report
        self.edit = edit
        self.label = label
        self.beside = dict(beside)

    def tell(self, path: Path, table: Mapping[str, object], known: tuple[str, ...]) -> str:
        """One unknown key of a table, and what stands in it; our key for it, or ""."""
        return self._tell(_Key(path, table[str(path[-1])], known))

    def _tell(self, key: _Key) -> str:
        variant = {squeezed(name): name for name in key.known}.get(key.word)
        if variant is not None and not key.outer:
            return self._meant(key, variant)
        if key.word in SECTIONS and isinstance(key.value, dict) and key.value:
            for name, value in key.value.items():
                self._tell(_Key((*key.path, name), value, _TOP, f"{key.outer}{key.name}."))
            return ""
        if key.word in {"program", "programs"} and isinstance(key.value, dict):
            return self._programs(key, key.value)
        if key.known in {_TOP, _APP} and key.word in {"command", "cmd", "exec", "run"} and not key.outer:
            return self._foreign(key, _COMMAND_OF_APP)
        if self.label in _PROBES and (own := self._in_probe(key)):
            return own
        if key.word in WORDS and (key.outer or key.word not in _OWN):
            return self._foreign(key, WORDS[key.word])
        return self._misplaced(key, _OWN[key.word]) if key.word in _OWN else self._nearest(key)

    def _misplaced(self, key: _Key, own: str) -> str:
        match key.value:
            case {"exec": {"command": command}}:  # of Kubernetes
                key = key._replace(value=command)
        fix, header = self._placed(own, key), f"[app.{own}]"
        edits = self.edit.header(key.path, header) if own in _APP and own not in _TOP and not key.outer else ()
        fix = f"write {header}" if edits else fix
        home: Path = (own,) if own in _TOP else ("app", own)
        if home in self.edit.places.spans and home != key.path:
            fix, edits = f"keep one of them: {own} is already {_HOMES[own]}", ()
        where = "" if key.outer and own in key.known else " here"
        return self._wrong(key, "E104", where, fix, edits or self._line(key, fix))

    def _programs(self, key: _Key, programs: Mapping[str, object]) -> str:
        """The sections of supervisord, and the keys in them."""
        headers = {found.start: path for path, found in self.edit.places.spans.items() if path[:1] == key.path}
        lines = ((path, ".".join(("process", *map(toml.key, map(str, path[1:]))))) for path in headers.values())
        edits = tuple(edit for path, line in lines for edit in self.edit.header(path, f"[{line}]"))
        names = " and ".join(f"[process.{name[:_LONGEST]}]" for name in programs)
        self._wrong(key, "E103", ", supervisord's word for process", f"write {names}", edits)
        for name, table in programs.items():
            for inner, value in table.items() if isinstance(table, dict) else ():
                if inner not in _PROCESS:
                    self._tell(_Key((*key.path, name, inner), value, _PROCESS))
        return "process"

    def _in_probe(self, key: _Key) -> str:
        """A key in a table of alive or ready, of which it is a part in another tool; our key for it, or ""."""
        own, fix = foreign_probes.line_in_table(key.word, key.value)
        if own not in key.known and self.label == "alive":
            own, fix = IN_ALIVE.get(key.word, ("", ""))
        if own not in key.known:
            return ""
        word = WORDS.get(key.word)
        if word is not None and word.key in {own, "alive"}:
            self._wrong(key, "E103", f", {word.whose} word for {own}", fix)
        else:
            self._wrong(key, "E104", f" in {self.label}", fix)
        return own

    def _foreign(self, key: _Key, word: Word) -> str:
        if not word.key:
            return self._wrong(key, "E103", f", {word.whose} word without an equivalent here", word.fix)
        if foreign_probes.is_off(key.word, key.value):
            return self._wrong(
                key, "E103", f", {word.whose} word for {word.key}", "remove it: without it nothing is checked"
            )
        line = foreign_probes.line(key.word, key.value) if word.key in _PROBES else ""
        if line:
            where = "" if word.key in key.known and key.known != _TOP and not key.outer else " at the top"
            fix = f"write {line}{f' in place of your {word.key}' if word.key in self.beside else where}"
            self._wrong(key, "E103", f", {word.whose} word for {word.key}", fix, self._line(key, fix))
            return word.key
        fix = word.fix.removesuffix(" below [app]") if word.key in key.known and not key.outer else word.fix
        edits = () if fix else self._line(key, _assignment(word.key, key))
        self._wrong(key, "E103", f", {word.whose} word for {word.key}", fix or _assignment(word.key, key), edits)
        return word.key

    def _line(self, key: _Key, fix: str) -> Edits:
        """The edits of a fix that is one line: it takes the statement's place, or stands in another table."""
        match = _LINE.fullmatch(fix)
        if match is None or key.outer:
            return ()
        line = match["key"] + (match["value"] or f" = {self.edit.source(key.path)}")
        if "@" in line and match["place"]:
            return ()  # no password is repeated
        try:
            tomllib.loads(line)
        except tomllib.TOMLDecodeError:
            return ()
        if match["place"]:
            return self.edit.moved(key.path, _PLACES[match["place"].split()[0]], line)
        is_free = (*key.path[:-1], match["key"]) not in self.edit.places.spans
        return self.edit.statement(key.path, line) if is_free else ()

    def _placed(self, own: str, key: _Key) -> str:
        """Where a key of ours belongs that stands elsewhere, with a value that it takes there."""
        from lifeinit.config import alive_values, intent  # noqa: PLC0415  # only this mistake pays for them

        row, value = next(row for row in keys.ROWS if row.name == own), key.value
        if own == "restart" and value not in row.kind.choices:
            other = intent.other_choice(value, row.kind.choices)
            if not other and (fix := intent.choice(value, row.kind.choices)):
                return fix
            key = key._replace(value=other or value)
        if own == "watchdog" and self.label not in _PROBES:
            seconds = foreign_probes.seconds(value) if value is not True else None
            own, value = "alive", {"watchdog": written(seconds)} if seconds else "watchdog"
        elif own == "alive":
            value = "watchdog" if value is True else alive_values.meant(value) or value
        if own == "after" and (names := _process_names(value)):
            return f"write after = {toml.written(names)} {_OF_PROCESS}"
        if own != "alive" or not foreign_probes.is_repeatable(text := toml.written(value)):
            return _assignment(own, key)
        where = "" if own in key.known and not key.outer else f" {_HOMES[own]}"
        return f"write alive = {text}{where}"

    def _nearest(self, key: _Key) -> str:
        if len(key.name) <= _LONGEST:
            found = difflib.get_close_matches(key.name.lower().replace("-", "_"), key.known, n=1)
            if found and not key.outer:
                return self._meant(key, found[0])
            found = difflib.get_close_matches(key.word, _OWN, n=1, cutoff=0.85)
            if found:
                own = _OWN[found[0]]
                return self._wrong(key, "E102", "", f'did you mean "{own}", which goes {_HOMES[own]}?')
        where = "a hook file" if key.outer else self.label
        return self._wrong(key, "E102", "", f"{where} takes {', '.join(key.known)}")

    def _meant(self, key: _Key, own: str) -> str:
        self._wrong(key, "E102", "", f'did you mean "{own}"?', self.edit.key(key.path, own))
        return own

    def _wrong(self, key: _Key, code: str, end: str, fix: str, edits: Edits = ()) -> str:
        message = f"unknown key {quoted(f'{key.outer}{key.name}')}{end}"
        if not edits and not key.outer and re.match(r"remove it(?!, )", fix):
            edits = self.edit.removed(key.path)
        self.report(code, key.path, message, fix, at_key=True, edits=edits)
        return ""


def _assignment(own: str, key: _Key) -> str:
    """`write stop_timeout = 20 above the first [table] of the file`."""
    row = next(row for row in keys.ROWS if row.name == own)
    value = _repeatable(key.value)
    if row.kind == HOOKS and value is None and isinstance(key.value, dict | list):
        return f"write [[{own}]]"
    if own in {"app", "signals", "process"}:
        return f"write [{own}]"
    if own == "environment" and value is None and not isinstance(key.value, dict):
        value = '{ NAME = "value" }'
    if row.kind == HOOKS and value is not None and value[0] not in "\"'[":
        value = None
    text = own if value is None else f"{own} = {value}"
    return f"write {text}" if own in key.known and not key.outer else f"write {text} {_HOMES[own]}"


def _process_names(value: object) -> list[str]:
    """What `after` means where it is no time: processes."""
    names = [value] if isinstance(value, str) and not value[:1].isdigit() else value
    return names if isinstance(names, list) and _repeatable(names) else []


def _repeatable(value: object) -> str | None:
    """The value as TOML, if it is simple and short enough to be repeated."""
    match value:
        case [*words] if 0 < len(words) <= 8 and all(isinstance(word, str) and _is_plain(word) for word in words):
            text = toml.written(words)
        case str() if _is_plain(value):
            text = toml.written(value)
        case bool() | int() | float() if abs(value) < 1e6:
            text = toml.written(value)
        case _:
            return None
    return text if len(text) <= _LONGEST_LINE else None


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable() and not {"\\", "@"} & set(text) and not {'"', "'"} <= set(text)
