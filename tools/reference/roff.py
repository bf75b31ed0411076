"""Text as a manual page has it. man(7)"""

import re
import textwrap
from collections.abc import Iterable

_SPECIAL = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "~": "\\(ti", "^": "\\(ha"}


def sentence(text: str) -> str:
    """A paragraph whose code stands between backticks: bold, as manual pages have it; links become their text."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    parts = plain.split("`")
    shown = [rf"\fB{code(part)}\fR" if i % 2 else _prose(part) for i, part in enumerate(parts)]
    return _safe("".join(shown))


def code(text: str) -> str:
    """What is to be typed as it stands: with real minus signs and straight quotes."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def bold(text: str) -> str:
    return rf"\fB{code(text)}\fR"


def tagged(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Lines for a list of terms, each ready made, and what they mean."""
    return [line for tag, text in pairs for line in (".TP", _safe(tag), *(text or r"\&").split("\n"))]


def block(text: str) -> list[str]:
    """Lines that stay as they are."""
    return [".PP", ".RS 4", ".nf", *(_safe(code(line)) for line in text.splitlines()), ".fi", ".RE"]


def wrapped(line: str) -> list[str]:
    """A line of text in pieces that fit on a terminal; a request stays whole."""
    if line.startswith("."):
        return [line]
    return [_safe(piece) for piece in textwrap.wrap(line, 78, break_long_words=False, break_on_hyphens=False)]


def _prose(text: str) -> str:
    return text.replace("\\", "\\e").replace("--", "\\-\\-")


def _safe(line: str) -> str:
    """A line that begins with a full stop or a quote would be a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line
