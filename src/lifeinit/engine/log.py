"""One line to stderr. Never raises: PID 1 outlives its stderr."""

import os


def say(text: str) -> None:
    try:
        os.write(2, f"lifeinit: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # closed, full, or a pipe that nobody reads: there is no one left to tell


def quote(text: bytes) -> str:
    """The text in double quotes, fit for a terminal: what cannot be printed is escaped."""
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in os.fsdecode(text)
    )
    return f'"{printable}"'
