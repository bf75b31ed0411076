"""`$VAR` and `${VAR}` in the values of `environment` and in targets; `$$` is a dollar sign. As Compose does it."""

import re
from collections.abc import Mapping

_DOLLAR = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*)|)", re.ASCII)


class ExpansionError(ValueError):
    """A variable that is not set, or a dollar sign that begins none; the text is the end of a sentence."""


def check(text: str) -> None:
    """Raises ExpansionError for a dollar sign that begins no variable."""
    for match in _DOLLAR.finditer(text):
        if match.lastgroup is None:
            raise ExpansionError('a dollar sign that begins no variable: write "$$" for the sign itself')


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables' values. Raises ExpansionError for one that is not set."""
    check(text)

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        name = match["braced"] or match["bare"]
        if name not in variables:
            raise ExpansionError(f'"${name}", which is not set: set it, or write "$$" for a dollar sign')
        return variables[name]

    return _DOLLAR.sub(value, text)
