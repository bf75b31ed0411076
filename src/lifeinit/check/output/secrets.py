"""A line of a hook file fit to be shown: what may be a secret is masked, at its own width.

That is the user info and the query of a URL, each value of `environment`, and a secret in a command. The messages do
not show them either.
"""

import re

from lifeinit.check.output.secret_text import hidden

_HEADER = re.compile(r"\s*\[+\s*([^\[\]]*?)\s*\]")
_STRING = r'"(?:\\.|[^"\\])*"?|\'[^\']*\'?'
_VALUE = re.compile(rf"(=\s*)({_STRING}|[^\s,}}\]]+)")
_INLINE = re.compile(rf"(environment\s*=\s*\{{)((?:{_STRING}|[^\"'}}])*)")
_DOTTED = re.compile(r"\s*(?:[\w\"'-]+\s*\.\s*)*environment\s*\.")
_USER_INFO = re.compile(r"(://)([^\s\"']+)(?=@)")
_QUERY = re.compile(r"(://[^\s\"'?]*\?)([^\s\"']+)")


def masked(lines: list[str], number: int) -> str:
    """The line of this number, from 0."""
    line = lines[number]
    if _DOTTED.match(line) or (not _HEADER.match(line) and _table(lines, number).split(".")[-1] == "environment"):
        line = _VALUE.sub(_mask, line)
    line = _INLINE.sub(lambda found: found[1] + _VALUE.sub(_mask, found[2]), line)
    return hidden(_QUERY.sub(_mask, _USER_INFO.sub(_mask, line)))


def _table(lines: list[str], number: int) -> str:
    """The name of the table that the line is in."""
    headers = (_HEADER.match(line) for line in reversed(lines[:number]))
    return next((found[1] for found in headers if found), "")


def _mask(found: re.Match[str]) -> str:
    """The second group as stars, but for the quotes around it."""
    return found[1] + re.sub(r"(?<=.).(?=.)" if found[2][0] in "\"'" else ".", "*", found[2])
