"""A key that a table does not take: what it was meant to be."""

import difflib
from typing import NamedTuple, Protocol

from lifeinit.config import keys
from lifeinit.config.diagnostic import quoted
from lifeinit.config.spans import Path
from lifeinit.config.synonyms import MANY, SECTIONS, WORDS, Word, squeezed

_LONGEST = 40  # characters of a key or value that is worth comparing or repeating
_WRAPPERS = {"exec", "execaction", "command", "run", "cmd"}  # Kubernetes has lifecycle.preStop.exec.command
_PHASES = keys.TOP[:4]
_SHELLS = frozenset("sh ash bash dash ksh zsh".split())
_LEAVE_OUT = "leave it out"
_NO_SHELL = 'a list, ["program", "argument"], is run without a shell'
_COMMAND_OF_APP = Word("Compose's", "the app", "write it behind the dashes: lifeinit -- COMMAND")

# Where a key belongs that stands somewhere else. The later ones win: `timeout` is a hook's first of all.
_HOMES = {
    **dict.fromkeys(keys.READY, "in a table: ready = { ... }"),
    **dict.fromkeys(keys.HOOK, "in a hook, below [[pre_start]] say"),
    **dict.fromkeys(keys.APP, "below [app]"),
    **dict.fromkeys(keys.TOP, "above the first [table] of the file"),
}
_OWN = {squeezed(key): key for key in _HOMES}


class _Key(NamedTuple):
    """An unknown key, and what a table takes in its place. `outer` names the sections that it stands in, `command` is
    what stands beside it under that key."""

    path: Path
    value: object
    known: tuple[str, ...]
    outer: str = ""
    command: object = None

    @property
    def name(self) -> str:
        return str(self.path[-1])

    @property
    def label(self) -> str:
        return f"{self.outer}{self.name}"

    @property
    def word(self) -> str:
        return squeezed(self.name[:_LONGEST])


class Complain(Protocol):
    """Takes a problem: its code, place, sentence and way out."""

    def __call__(self, code: str, path: Path, sentence: str, way_out: str, *, at_key: bool) -> None: ...


class Guide:
    """Says for one unknown key after the other what it was meant to be."""

    def __init__(self, complain: Complain, where: str) -> None:
        self.complain = complain
        self.where = where

    def tell(self, path: Path, table: dict[str, object], known: tuple[str, ...]) -> str:
        """One unknown key of a table, and what stands in it; our key for it, or ""."""
        return self._tell(_Key(path, table[str(path[-1])], known, command=table.get("command")))

    def _tell(self, key: _Key) -> str:
        variant = {squeezed(name): name for name in key.known}.get(key.word)
        if variant is not None and not key.outer:
            return self._meant(key, variant)
        if key.word in SECTIONS and isinstance(key.value, dict) and key.value:
            for name, value in key.value.items():
                self._tell(_Key((*key.path, name), value, keys.TOP, f"{key.label}."))
            return ""
        if key.word in MANY and isinstance(key.value, dict | list):
            return self._many(key, MANY[key.word])
        if key.known in {keys.TOP, keys.APP} and key.word in {"command", "cmd", "exec", "run"} and not key.outer:
            return self._foreign(key, _COMMAND_OF_APP)
        if key.word in WORDS and (key.outer or key.word not in _OWN):
            return self._foreign(key, WORDS[key.word])
        if key.word in _OWN:
            return self._misplaced(key, _OWN[key.word])
        return self._nearest(key)

    def _many(self, key: _Key, word: Word) -> str:
        """A table or list of programs or hooks: itself, and what stands in each of them."""
        self._foreign(key, word)
        known = keys.HOOK if word.key == "the hooks" else keys.PROCESS
        value = key.value
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, item in items:
            for inner, content in item.items() if isinstance(item, dict) else ():
                if inner not in known:
                    self._tell(_Key((*key.path, name, inner), content, known, command=item.get("command")))
        return word.key

    def _foreign(self, key: _Key, word: Word) -> str:
        if not word.key:
            return self._wrong(key, "E103", f", {word.whose} word, which says nothing here", word.help)
        told = f", which is {word.whose} word for {word.key}"
        is_here = word.key in key.known and not key.outer
        way_out = word.help.removesuffix(" below [app]") if is_here else word.help
        if word.key == "command":
            way_out = way_out or _of_shell(key)
        self._wrong(key, "E103", told, way_out or _written(word.key, key))
        return word.key

    def _misplaced(self, key: _Key, own: str) -> str:
        return self._wrong(key, "E104", "" if key.outer and own in key.known else " here", _written(own, key))

    def _nearest(self, key: _Key) -> str:
        if len(key.name) <= _LONGEST:
            found = difflib.get_close_matches(key.name.lower().replace("-", "_"), key.known, n=1)
            if found and not key.outer:
                return self._meant(key, found[0])
            found = difflib.get_close_matches(key.word, _OWN, n=1, cutoff=0.85)
            if found:
                own = _OWN[found[0]]
                return self._wrong(key, "E102", "", f'did you mean "{own}", which stands {_HOMES[own]}?')
        where = "a hook file" if key.outer else self.where
        return self._wrong(key, "E102", "", f"{where} takes {', '.join(key.known)}")

    def _meant(self, key: _Key, own: str) -> str:
        self._wrong(key, "E102", "", f'did you mean "{own}"?')
        return own

    def _wrong(self, key: _Key, code: str, told: str, way_out: str) -> str:
        self.complain(code, key.path, f"unknown key {quoted(key.label)}{told}", way_out, at_key=True)
        return ""


def _written(own: str, key: _Key) -> str:
    """`write stop_timeout = 20 above the first [table] of the file`."""
    value = _unwrapped(key.value)
    text = _toml(value)
    if own in _PHASES and text is None and isinstance(value, dict | list):
        return f"write [[{own}]]"
    if own == "environment" and text is None:
        text = '{ NAME = "value" }'
    if own == "signals" and key.known == keys.PROCESS:
        signal = next((name for name in value if value[name] == ""), "HUP") if isinstance(value, dict) else "HUP"
        signal = signal if signal.isalnum() and signal.isascii() else "HUP"
        alone = f"one that has no handler of its own ignores {signal} with command = \"trap '' {signal}; exec ...\""
        return f"write [signals], which holds for all processes; {alone}"
    if own in {"app", "signals", "process"}:
        return f"write [{own}]"
    is_fit = text is not None and (own not in _PHASES or text[0] in "\"'[")
    assignment = f"{own} = {text}" if is_fit else own
    return f"write {assignment}" if own in key.known and not key.outer else f"write {assignment} {_HOMES[own]}"


def _of_shell(key: _Key) -> str:
    """The way out for a shell that was named apart from its line; "" if the value is none."""
    if isinstance(key.value, bool):
        return f"{_LEAVE_OUT}: a string is a line for /bin/sh already" if key.value else f"{_LEAVE_OUT}: {_NO_SHELL}"
    words = key.value.split() if isinstance(key.value, str) else []
    if not words or words[0].rpartition("/")[2] not in _SHELLS:
        return ""
    line = key.command if isinstance(key.command, str) else "..."
    listed = _toml([words[0].rpartition("/")[2], *(word for word in words[1:] if word != "-c"), "-c", line])
    listed = listed or _toml([words[0].rpartition("/")[2], "-c", "..."])
    return f"{_LEAVE_OUT}, and write command = {listed}" if key.command is not None else f"write command = {listed}"


def _unwrapped(value: object) -> object:
    """The command that Kubernetes and others put into tables of one key."""
    while isinstance(value, dict) and len(value) == 1 and squeezed(next(iter(value))[:_LONGEST]) in _WRAPPERS:
        value = next(iter(value.values()))
    return value


def _toml(value: object) -> str | None:
    """The value as TOML, if it is simple and short enough to be repeated."""
    text: str | None = None
    match value:
        case bool():
            text = str(value).lower()
        case int() | float() if abs(value) < 1e6:
            text = str(value)
        case str() if len(value) <= _LONGEST and value.isprintable() and "\\" not in value:
            text = f'"{value}"' if '"' not in value else f"'{value}'" if "'" not in value else None
        case list() if 0 < len(value) <= 8 and all(isinstance(item, str) for item in value):
            items = [_toml(item) for item in value]
            text = None if None in items else f"[{', '.join(str(item) for item in items)}]"
    return text if text is not None and len(text) <= 60 else None
