"""Whether a text gets colours, and which."""

from collections.abc import Mapping

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "strong": "1",
    "frame": "1;34",
    "help": "1;36",
    "ok": "1;32",
}


def are_wanted(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """On a terminal that has them; NO_COLOR takes them away and FORCE_COLOR brings them, if they are not empty."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


class Paint:
    """Colours, or none."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if self._wanted and text else text
