"""Where in a TOML text each key and value stands, which tomllib does not tell.

The text is known to be valid, so this reads only what it needs to find the borders. toml.io, version 1.0
"""

import bisect
import re
import tomllib
from typing import NamedTuple

from lifeinit.hookfile.problem import Place

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)


class Span(NamedTuple):
    """Offsets into the text: where the key (or list item) begins, where its value begins and ends."""

    key: int
    value: int
    end: int


class Places:
    """The places of one valid TOML text. A path is keys, and numbers for the items of arrays."""

    def __init__(self, text: str) -> None:
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.spans: dict[Path, Span] = {(): Span(0, 0, len(text))}
        _Scanner(text, self.spans).document()

    def key(self, path: Path) -> Place:
        """Where the key stands, or the nearest one above it that the text holds."""
        return self.at(self._nearest(path).key)

    def value(self, path: Path) -> Place:
        """Where the value stands, or that of the nearest key above it that the text holds."""
        return self.at(self._nearest(path).value)

    def at(self, offset: int) -> Place:
        line = bisect.bisect_right(self._line_starts, offset)
        return Place(line, offset - self._line_starts[line - 1] + 1)

    def _nearest(self, path: Path) -> Span:
        while path not in self.spans:
            path = path[:-1]
        return self.spans[path]


class _Scanner:
    def __init__(self, text: str, spans: dict[Path, Span]) -> None:
        self.text = text
        self.position = 0
        self.spans = spans
        self.array_lengths: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.skip(_BLANK)
        while self.position < len(self.text):
            table = self.header() if self.text[self.position] == "[" else self.pair(table)
            self.skip(_BLANK)

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise ValueError(f"no {pattern.pattern} at {self.position}")
        self.position = match.end()
        return match.group()

    def header(self) -> Path:
        """`[table]` or `[[array of tables]]`: the path of the table that it opens."""
        start = self.position
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.position += brackets
        keys = self.dotted_key()
        self.position += brackets
        path: Path = ()
        for key, _offset in keys[:-1]:
            path = (*path, key)
            self.spans.setdefault(path, Span(start, start, self.position))
            path = self.last_item(path)
        path = (*path, keys[-1][0])
        if brackets == 2:
            self.spans.setdefault(path, Span(start, start, self.position))
            number = self.array_lengths.get(path, 0)
            self.array_lengths[path] = number + 1
            path = (*path, number)
        self.spans[path] = Span(start, start, self.position)
        return path

    def last_item(self, path: Path) -> Path:
        """A header below an array of tables speaks of its last item."""
        length = self.array_lengths.get(path)
        return path if length is None else (*path, length - 1)

    def pair(self, table: Path) -> Path:
        """`key = value` or `a.b = value`; returns the table that it stands in."""
        keys = self.dotted_key()
        self.position += 1  # the equals sign
        self.skip(_SPACE)
        value = self.position
        path = table
        for key, offset in keys:
            path = (*path, key)
            self.spans.setdefault(path, Span(offset, value, value))
        self.value(path)
        self.spans[path] = Span(keys[-1][1], value, self.position)
        return table

    def dotted_key(self) -> list[tuple[str, int]]:
        keys: list[tuple[str, int]] = []
        while True:
            self.skip(_SPACE)
            keys.append(self.simple_key())
            self.skip(_SPACE)
            if not self.text.startswith(".", self.position):
                return keys
            self.position += 1

    def simple_key(self) -> tuple[str, int]:
        start = self.position
        if self.text[start] not in "\"'":
            return self.skip(_BARE_KEY), start
        raw = self.skip(_STRINGS[2] if self.text[start] == '"' else _STRINGS[3])
        return next(iter(tomllib.loads(f"{raw}=0"))), start

    def value(self, path: Path) -> None:
        match self.text[self.position]:
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                self.skip(next(kind for kind in _STRINGS if kind.match(self.text, self.position)))
            case _:
                self.position += len(self.skip_scalar())

    def skip_scalar(self) -> str:
        match = _SCALAR.match(self.text, self.position)
        return match.group().rstrip() if match else ""

    def array(self, path: Path) -> None:
        self.position += 1
        number = 0
        self.skip(_BLANK)
        while self.text[self.position] != "]":
            start = self.position
            self.value((*path, number))
            self.spans[(*path, number)] = Span(start, start, self.position)
            number += 1
            self.skip(_BLANK)
            self.comma()
        self.position += 1

    def inline_table(self, path: Path) -> None:
        self.position += 1
        self.skip(_BLANK)
        while self.text[self.position] != "}":
            self.pair(path)
            self.skip(_BLANK)
            self.comma()
        self.position += 1

    def comma(self) -> None:
        if self.text[self.position] == ",":
            self.position += 1
            self.skip(_BLANK)
