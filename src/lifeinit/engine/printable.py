"""Foreign text made fit for people: on one line, for any terminal and any encoding."""

import os


def escaped(text: str) -> str:
    """The text with escapes for what cannot be printed: no control character reaches a terminal."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def shortened(text: str, longest: int = 80) -> str:
    """The same, cut to so many characters."""
    shown = escaped(text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def quote(text: bytes) -> str:
    """Bytes of the system, such as a path or an argument, in double quotes."""
    return f'"{escaped(os.fsdecode(text))}"'


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()
