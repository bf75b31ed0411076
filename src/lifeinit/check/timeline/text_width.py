"""Text in the cells of a terminal: how many it takes, and cut to fit."""

import unicodedata


def width(text: str) -> int:
    """The number of cells: two for wide characters, none for what stands on the one before."""
    return sum(_cells(char) for char in text)


def fitted(text: str, cells: int, right: bool = False) -> str:
    """The text in exactly this many cells."""
    short = cut(text, cells)
    padding = " " * (cells - width(short))
    return f"{padding}{short}" if right else f"{short}{padding}"


def cut(text: str, cells: int) -> str:
    """The text, or its beginning and three dots."""
    if width(text) <= cells:
        return text
    dots = "..."[:cells]
    room, found = cells - len(dots), []
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        found.append(char)
    return "".join(found) + dots


def plain(text: str, unicode: bool) -> str:
    """The text as an encoding without Unicode can hold it, too."""
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
