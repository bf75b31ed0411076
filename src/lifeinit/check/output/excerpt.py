"""A line of source as a terminal shows it: what each character looks like, and how many columns it takes."""

from typing import NamedTuple

from lifeinit.check.output.text_width import width_of
from lifeinit.engine.printable import escaped

_TAB = 4
_CUT = "..."


class Cell(NamedTuple):
    """What stands for one character, and its width in columns."""

    shown: str
    width: int


class Excerpt(NamedTuple):
    """A line, or what of it there is room for; the column, from 0, at which the marked part begins, and its width."""

    text: str
    column: int
    width: int


def cells(text: str) -> list[Cell]:
    """One cell for each character. Tabs become spaces; what a terminal would obey or hide is escaped."""
    row, column = [], 0
    for char in text:
        cell = Cell(" " * (_TAB - column % _TAB), _TAB - column % _TAB) if char == "\t" else _cell(char)
        row.append(cell)
        column += cell.width
    return row


def excerpt(line: str, start: int, end: int, room: int) -> Excerpt:
    """The line, and in it the characters from `start` to `end`: of a line too long the part around them."""
    end = max(end, start + 1)
    # Of a line of a megabyte only what could be seen is looked at.
    first = max(0, start - room)
    row = cells(line[first : start + room])
    mark, mark_end = start - first, min(end - first, len(row))
    if first == 0 and len(row) == len(line) and _width(row) <= room:
        left, right, before, after = 0, len(row), "", ""
    else:
        left = _left(row, mark, mark_end, room) if first == 0 else _back(row, mark, room // 3)
        before = _CUT if left or first else ""
        right = _forward(row, left, room - len(before) - len(_CUT))
        after = _CUT if right < len(row) or first + right < len(line) else ""
    text = before + "".join(cell.shown for cell in row[left:right]) + after
    marked = _width(row[mark : min(mark_end, right)])
    return Excerpt(text.rstrip(), len(before) + _width(row[left:mark]), max(1, marked))


def _cell(char: str) -> Cell:
    if " " <= char <= "~":
        return Cell(char, 1)
    if not char.isprintable():
        shown = escaped(char)
        return Cell(shown, len(shown))
    return Cell(char, width_of(char))


def _width(row: list[Cell]) -> int:
    return sum(cell.width for cell in row)


def _left(row: list[Cell], mark: int, mark_end: int, room: int) -> int:
    """The beginning of the line, if enough of the mark can be seen with it."""
    seen = min(_width(row[mark:mark_end]), room // 2)
    return 0 if _width(row[:mark]) + seen + len(_CUT) <= room else _back(row, mark, room // 3)


def _back(row: list[Cell], index: int, room: int) -> int:
    while index > 0 and room >= row[index - 1].width:
        index -= 1
        room -= row[index].width
    return index


def _forward(row: list[Cell], index: int, room: int) -> int:
    while index < len(row) and room >= row[index].width:
        room -= row[index].width
        index += 1
    return index
