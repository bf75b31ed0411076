"""`$VAR` and `${VAR}` in the values of `environment` and in targets; `$$` is a dollar sign. As Compose does it."""

import re
from collections.abc import Iterable, Mapping

_DOLLAR = r"(?a)\$(?:(?P<escaped>\$)|\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*)|)"


class ExpansionError(ValueError):
    """A variable that is not set, or a dollar sign that begins none; the text is the end of a sentence."""


def check(text: str) -> None:
    """Raises ExpansionError for a dollar sign that begins no variable."""
    if stray(text) is not None:
        raise ExpansionError('a dollar sign that begins no variable: write "$$" for the sign itself')


def stray(text: str) -> int | None:
    """Where the first dollar sign stands that begins no variable."""
    return next((match.start() for match in _dollars(text) if match.lastgroup is None), None)


def _dollars(text: str) -> Iterable[re.Match[str]]:
    """Compiled only where there is one, and kept by `re` then."""
    return re.finditer(_DOLLAR, text) if "$" in text else ()


def pieces(text: str) -> tuple[str, ...]:
    """Text and names of variables by turns, text first and last. Raises ExpansionError."""
    check(text)
    found, rest = [""], 0
    for match in _dollars(text):
        found[-1] += text[rest : match.start()]
        rest = match.end()
        if match["escaped"]:
            found[-1] += "$"
        else:
            found += [match["braced"] or match["bare"], ""]
    found[-1] += text[rest:]
    return tuple(found)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables' values. Raises ExpansionError for one that is not set."""
    found = list(pieces(text))
    for i in range(1, len(found), 2):
        if found[i] not in variables:
            raise ExpansionError(f'"${found[i]}", which is not set: set it, or write "$$" for a dollar sign')
        found[i] = variables[found[i]]
    return "".join(found)
