"""Where each character of a TOML string stands in the text, however the string is written. toml.io, version 1.0"""

import re
from typing import NamedTuple

from lifeinit.config import toml

# A backslash at the end of a line drops all white space up to the next character; a line ends with one character.
_BASIC = re.compile(
    r"(?P<plain>[^\\\r]+)|(?P<dropped>\\[ \t]*\r?\n[ \t\r\n]*)|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.|\r\n|\r",
    re.DOTALL,
)
_LITERAL = re.compile(r"(?P<plain>[^\r]+)|\r\n|\r")
_FIRST_LINE_FEED = re.compile(r"\r?\n")


class StringOffsets(NamedTuple):
    """For each character of the value where its writing begins and ends, counted from the opening quote."""

    starts: list[int]
    ends: list[int]
    end: int  # of the value: where the closing quote stands

    def range(self, start: int, end: int) -> tuple[int, int]:
        """What the characters from `start` to `end` of the value are written as; it may be empty."""
        first = self.starts[start] if start < len(self.starts) else self.end
        return first, self.ends[min(end, len(self.ends)) - 1] if start < min(end, len(self.ends)) else first


def string_offsets(literal: str) -> StringOffsets:
    """The offsets of a valid string with its quotes."""
    quotes = 3 if literal[:3] in {'"""', "'''"} else 1
    begin, end = quotes, len(literal) - quotes
    if quotes == 3 and (line_feed := _FIRST_LINE_FEED.match(literal, begin)):
        begin = line_feed.end()
    starts, ends = list[int](), list[int]()
    for piece in (_BASIC if literal[0] == '"' else _LITERAL).finditer(literal, begin, end):
        if piece.lastgroup == "plain":
            starts.extend(range(piece.start(), piece.end()))
            ends.extend(range(piece.start() + 1, piece.end() + 1))
        elif piece.lastgroup is None:
            starts.append(piece.start())
            ends.append(piece.end())
    return StringOffsets(starts, ends, end)


def written_inside(literal: str, text: str) -> str | None:
    """The text as a string with such quotes has to write it; None where it cannot."""
    is_long = literal[:3] in {'"""', "'''"}
    if literal[0] == "'":
        held = "".join(char for char in text if char.isprintable() or char == "\t" or (char == "\n" and is_long))
        return text if held == text and "'" not in text else None
    return "".join(char if char == "\n" and is_long else toml.escaped(char) for char in text)
