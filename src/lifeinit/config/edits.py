"""The edits that make a fix: a value, a key or a word is replaced, a statement is removed, added or moved."""

import re
from collections.abc import Sequence

from lifeinit.config.diagnostic import Edit, Edits
from lifeinit.config.spans import Offsets, Path, Places
from lifeinit.config.string_offsets import written_inside

_COMMA_AFTER = re.compile(r"[ \t]*,[ \t]*")
_COMMA_BEFORE = re.compile(r"[ \t]*,[ \t]*$")
_REST_OF_LINE = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?(?:\n|$)")
_LINE = re.compile(r"[^\n]*(?:\n|$)")


class Editor:
    """Makes edits of one valid text. Where a change has no simple form there are none."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._text = places.text

    def value(self, path: Path, text: str) -> Edits:
        """Replaces a value."""
        return (Edit(self.places.span(path), text),) if path in self.places.spans else ()

    def quoted(self, path: Path) -> Edits:
        """Makes a string of a number, a boolean or a date. The edits do not hold it: it may be a secret."""
        return self._around(path, '"', '"')

    def listed(self, path: Path) -> Edits:
        """Makes a list of one item."""
        return self._around(path, "[", "]")

    def assigned(self, path: Path, items: Sequence[str]) -> Edits:
        """Makes a table of a list of `NAME=value`, without holding the values."""
        found = self.places.spans.get(path)
        if found is None or "\n" in self.source(path):
            return ()
        edits = [self._edit(found.value, found.value + 1, "{ "), self._edit(found.end - 1, found.end, " }")]
        for i, item in enumerate(items):
            name, at = item.partition("=")[0], self.places.spans[*path, i].value
            edits += [self._edit(at, at, f"{name} = "), *self.within((*path, i), 0, len(name) + 1, "")]
        return tuple(sorted(edits))

    def source(self, path: Path) -> str:
        """A value as it is written."""
        found = self.places.spans.get(path)
        return self._text[found.value : found.end] if found else ""

    def hook(self, path: Path, value: object) -> str:
        """An inline table with what stands at the path as its command."""
        source = self.source(path)
        return source if isinstance(value, dict) else f"{{ command = {source} }}"

    def key(self, path: Path, name: str) -> Edits:
        """Replaces the name of a key, unless its table has that one already."""
        is_free = path in self.places.spans and (*path[:-1], name) not in self.places.spans
        return (Edit(self.places.span(path, of_key=True), name),) if is_free else ()

    def within(self, path: Path, start: int, end: int, text: str) -> Edits:
        """Replaces characters of a string by others, written as its quotes need it; none where they cannot hold it."""
        literal = self.places.literal(path)
        inside = written_inside(literal, text) if literal else None
        return () if inside is None else (Edit(self.places.within(path, start, end), inside),)

    def statement(self, path: Path, text: str) -> Edits:
        """Replaces a whole `key = value`."""
        found = self.places.spans.get(path)
        return (self._edit(found.start, found.end, text),) if found and _is_pair(found) else ()

    def header(self, path: Path, text: str) -> Edits:
        """Replaces the header of a table."""
        found = self.places.spans.get(path)
        return (self._edit(found.start, found.end, text),) if found and _is_header(found) else ()

    def removed(self, path: Path) -> Edits:
        """Removes a `key = value` with its line, or an item of a list."""
        found = self.places.spans.get(path)
        if found is None or not (_is_pair(found) or (path and isinstance(path[-1], int) and not _is_header(found))):
            return ()
        start = self._text.rfind("\n", 0, found.start) + 1
        rest = _REST_OF_LINE.match(self._text, found.end)
        if rest and not self._text[start : found.start].strip():
            return (self._edit(start, rest.end(), ""),)
        if after := _COMMA_AFTER.match(self._text, found.end):
            return (self._edit(found.start, after.end(), ""),)
        before = _COMMA_BEFORE.search(self._text, start, found.start)
        return (self._edit(before.start() if before else found.start, found.end, ""),)

    def added(self, table: Path, line: str) -> Edits:
        """Adds a statement to a table; one that is missing at the end of the file."""
        found = self.places.spans.get(table)
        if not table:
            return self._inserted(self._end_of_top(), line)
        if found is None:
            header = f"[{'.'.join(map(str, table))}]\n{line}"
            return self._inserted(len(self._text), f"\n{header}") if _is_bare(table) else ()
        if _is_header(found):
            return self._inserted(self._next_line(found.end), line)
        if self._text[found.value] == "{":
            inner = self._text[found.value + 1 : found.end - 1].strip()
            if not inner:
                return (self._edit(found.value, found.end, f"{{ {line} }}"),)
            return (self._edit(found.value + 1, found.value + 1, f" {line},"),)
        return ()

    def moved(self, path: Path, table: Path, line: str) -> Edits:
        """Removes a statement and adds another to a table, unless that has such a key already."""
        key = line.partition(" = ")[0]
        if (*table, key) in self.places.spans:
            return ()
        removed, added = self.removed(path), self.added(table, line)
        return (*removed, *added) if removed and added else ()

    def split(self, table: Path, keys: Sequence[str]) -> Edits:
        """Moves these keys of a `[[table]]` into new ones behind it."""
        found = self.places.spans.get(table)
        if found is None or not _is_header(found) or not isinstance(table[-1], int):
            return ()
        inside = [one.end for path, one in self.places.spans.items() if path[: len(table)] == table]
        lines = [f"[[{table[0]}]]\n{key} = {self.source((*table, key))}" for key in keys]
        removed = [edit for key in keys for edit in self.removed((*table, key))]
        return (*removed, *self._inserted(self._next_line(max(inside)), "\n".join(lines)))

    def _end_of_top(self) -> int:
        """Behind the last statement above the first header, or before that header and its comment."""
        headers = [one.start for path, one in self.places.spans.items() if path and _is_header(one)]
        first = min(headers, default=len(self._text))
        ends = [one.end for one in self.places.spans.values() if _is_pair(one) and one.start < first]
        if ends:
            return self._next_line(max(ends))
        at = self._text.rfind("\n", 0, first) + 1
        while at and self._text[self._text.rfind("\n", 0, at - 1) + 1 : at].lstrip().startswith("#"):
            at = self._text.rfind("\n", 0, at - 1) + 1
        return at

    def _next_line(self, offset: int) -> int:
        line = _LINE.match(self._text, offset)
        return line.end() if line else len(self._text)

    def _inserted(self, at: int, lines: str) -> Edits:
        before = "\n" if at and self._text[at - 1] != "\n" else ""
        return (self._edit(at, at, f"{before}{lines}\n"),)

    def _around(self, path: Path, before: str, after: str) -> Edits:
        found = self.places.spans.get(path)
        return (self._edit(found.value, found.value, before), self._edit(found.end, found.end, after)) if found else ()

    def _edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(self.places.between(start, end), text)


def _is_pair(found: Offsets) -> bool:
    return found.value > found.key_end


def _is_header(found: Offsets) -> bool:
    return found.value < found.key and found.end > found.key_end


def _is_bare(table: Path) -> bool:
    return all(isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in table)
