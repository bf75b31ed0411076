"""The columns of text in a terminal, and text cut to fit them."""

from unicodedata import category, east_asian_width


def width_of(char: str) -> int:
    """Two columns for a wide character, none for one that is put onto the character before it."""
    if category(char) in {"Mn", "Me", "Cf"} or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


def width(text: str) -> int:
    """The number of columns."""
    return sum(map(width_of, text))


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
    room, end = columns - len(dots), 0
    for char in text:
        room -= width_of(char)
        if room < 0:
            break
        end += 1
    return text[:end] + dots


def plain(text: str, unicode: bool) -> str:
    """The text as an encoding without Unicode can hold it, too."""
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")
