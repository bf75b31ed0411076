"""The columns of text in a terminal, and text cut to fit them."""

from unicodedata import category, east_asian_width


def width_of(char: str) -> int:
    """Two columns for a wide character, none for one that is put onto the character before it."""
    if category(char) in {"Mn", "Me", "Cf"} or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


def width(text: str) -> int:
    """The number of columns."""
    return len(text) if text.isascii() else sum(map(width_of, text))


def fitted(text: str, columns: int, right: bool = False) -> str:
    """The text in exactly this many columns."""
    short = cut(text, columns)
    padding = " " * (columns - width(short))
    return f"{padding}{short}" if right else f"{short}{padding}"


def cut(text: str, columns: int) -> str:
    """The text, or its beginning and three dots."""
    if width(text) <= columns:
        return text
    dots = "..."[:columns]
    return text[: _fitting(text, columns - len(dots))] + dots


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """The text as lines of at most so many columns, all but the first one indented. A long word is broken."""
    if width(text) <= columns:
        return [text]
    words, lines = text.lstrip(" ").split(" "), list[str]()
    begin = text[: len(text) - len(text.lstrip(" "))]
    line, is_begun = begin, False
    for word in words:
        longer = f"{line} {word}" if is_begun else line + word
        if width(longer) > columns and is_begun:
            lines.append(line.rstrip(" "))
            begin, longer = indent, indent + word
        while width(longer) > columns:
            end = max(_fitting(longer, columns), len(begin) + 1)
            lines.append(longer[:end])
            begin, longer = indent, indent + longer[end:]
        line, is_begun = longer, True
    return [*lines, line]


def _fitting(text: str, columns: int) -> int:
    """How many characters fit."""
    for i, char in enumerate(text):
        columns -= width_of(char)
        if columns < 0:
            return i
    return len(text)


def plain(text: str, unicode: bool) -> str:
    """The text as an encoding without Unicode can hold it, too."""
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")
