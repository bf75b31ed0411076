"""What tomllib says of a text that is not TOML, with its span and a hint where the slip is a usual one."""

import re
from typing import NamedTuple

from lifeinit.config.diagnostic import quoted
from lifeinit.engine.plan import PHASES

_STATEMENT = re.compile(r"\s*(?P<key>[\w.-]+)\s*(?P<sign>[=:])\s*(?P<value>[^#\n]*?)\s*(?:#.*)?$")
_WORDS = {
    **dict.fromkeys(("true", "yes", "on"), "write true"),
    **dict.fromkeys(("false", "no", "off"), "write false"),
    **dict.fromkeys(("none", "null", "nil"), "leave the key out"),
}
_CURLY = "“”„«»\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"  # of word processors
_ESCAPE = "Unescaped"
_LONGEST = 200  # characters of a line that is looked at
_FORMS = 'a line is key = "text", key = 1, key = ["a", "b"], [table] or # comment'


class Explained(NamedTuple):
    """Offsets into the text, the message and the fix."""

    start: int
    end: int
    message: str
    fix: str


def explain(text: str, offset: int, reason: str) -> Explained:
    """The mistake that tomllib has found at an offset, for a `reason` of its own words."""
    if reason.startswith(_ESCAPE):
        offset -= 2  # tomllib is past the backslash and what follows it
    offset = min(offset, max(len(text.rstrip()) - 1, 0))
    begin = text.rfind("\n", 0, offset) + 1
    line = text[begin:].partition("\n")[0].rstrip()
    at = min(offset - begin, max(len(line) - 1, 0))
    start, end = _columns(line[:_LONGEST], at, is_twice=reason.startswith("Cannot"))
    message = f"invalid TOML: {reason[:1].lower()}{reason[1:]}"
    return Explained(begin + start, begin + end, message, _hint(line[:_LONGEST], reason))


def _columns(line: str, at: int, *, is_twice: bool) -> tuple[int, int]:
    """What of the line is marked: the key that stands a second time, a whole bare value, or one character."""
    if is_twice and (header := re.match(r"\s*\[*\s*([\w.-]+)", line)):
        return header.span(1)
    statement = _STATEMENT.match(line)
    if (
        statement
        and statement["value"][:1] not in {*"\"'[{"}
        and statement.start("value") <= at < statement.end("value")
    ):
        return statement.span("value")
    return at, at + 1


def _hint(line: str, reason: str) -> str:
    statement = _STATEMENT.match(line)
    if twice := re.match(r"Cannot (?:declare|overwrite).*?'(\w+)'", reason):
        return f"write [[{twice[1]}]] for each of several hooks" if twice[1] in PHASES else "keep one of them"
    if reason.startswith(("Cannot overwrite", "Duplicate")):
        return "keep one of them"
    if section := re.match(r"\s*\[([\w-]+):([\w-]+)\]", line):
        return f"write a dot for the colon: [{section[1]}.{section[2]}]"
    if statement is None:
        return _FORMS
    key, value = statement["key"], statement["value"]
    if statement["sign"] == ":":
        return f"write {key} = ..."
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    if value[:1] in _CURLY:
        return f"write straight quotes: {key} = {quoted(value.strip(_CURLY))}"
    if reason.startswith(_ESCAPE):
        return "write \\\\ for a backslash, or put the text in single quotes"
    if value and value[0] not in "\"'[{":
        return f"put the value in quotes: {key} = {quoted(value)}"
    if value[:1] in {'"', "'"} and (len(value) == 1 or value[-1] != value[0]):
        return 'end the string on its line, or put """ around text of several lines'
    if value[:1] == "{":
        return "write an inline table on one line, without a comma at its end"
    return _FORMS
