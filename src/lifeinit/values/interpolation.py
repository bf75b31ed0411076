"""`$VAR` and `${VAR}` in the values of `environment` and in targets; `$$` is a dollar sign. As Compose does it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


class ExpansionError(ValueError):
    """A variable that is not set, or a dollar sign that begins none; the text is the end of a sentence."""


def check(text: str) -> None:
    """Raises ExpansionError for a dollar sign that begins no variable."""
    if stray(text) is not None:
        raise ExpansionError('a dollar sign without a variable: write "$$" for a dollar sign')


def stray(text: str) -> int | None:
    """Where the first dollar sign stands that begins no variable."""
    return next((start for start, _, name in dollars(text) if not name), None)


def dollars(text: str) -> "Iterator[tuple[int, int, str]]":
    """Where each begins and what it begins ends, with the variable's name: `$` for an escaped sign, empty for none.

    Why no regular expression: a prober that lives as long as the app would hold 2 MB for the library.
    """
    start = text.find("$")
    while start >= 0:
        end, name = _variable(text, start + 1)
        yield start, end, name
        start = text.find("$", end)


def _variable(text: str, at: int) -> tuple[int, str]:
    if text.startswith("$", at):
        return at + 1, "$"
    brace = text.startswith("{", at)
    start = end = at + brace
    while end < len(text) and text[end] in _LETTERS:
        end += 1
    name = text[start:end]
    if not name or name[0].isdecimal() or (brace and not text.startswith("}", end)):
        return at, ""
    return end + brace, name


def pieces(text: str) -> tuple[str, ...]:
    """Text and names of variables by turns, text first and last. Raises ExpansionError."""
    check(text)
    found, rest = [""], 0
    for start, end, name in dollars(text):
        found[-1] += text[rest:start]
        rest = end
        if name == "$":
            found[-1] += "$"
        else:
            found += [name, ""]
    found[-1] += text[rest:]
    return tuple(found)


def expand(text: str, variables: "Mapping[str, str]") -> str:
    """The text with its variables' values. Raises ExpansionError for one that is not set."""
    found = list(pieces(text))
    for i in range(1, len(found), 2):
        if found[i] not in variables:
            raise ExpansionError(f'"${found[i]}", which is not set: set it, or write "$$" for a dollar sign')
        found[i] = variables[found[i]]
    return "".join(found)
