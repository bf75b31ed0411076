"""What is wrong with a text that is no TOML, in the words of someone who meant something by it."""

import re
from typing import NamedTuple

from lifeinit.config.diagnostic import quoted
from lifeinit.config.spans import STRING, Part, Places, dotted_key, statements

_STRING = re.compile(STRING, re.DOTALL)
_SKIPPED = re.compile(rf"{STRING}|#[^\n]*+|[^\"'#]++", re.DOTALL)
_EQUALS = re.compile(r"[ \t]*+=[ \t]*+")
_ITEM = re.compile(r"[^,\]}\n#]*+")
_REST = re.compile(r"[^\n]*+")
_NOT_TOML = re.compile(r"(?:;|//)")
_WORDS = {
    **dict.fromkeys(("true", "yes", "on"), "write true"),
    **dict.fromkeys(("false", "no", "off"), "write false"),
    **dict.fromkeys(("none", "null", "nil", "undefined", "~"), "leave the key out"),
}
_PHASES = ("pre_start", "post_start", "pre_stop", "post_stop")
_SMART = (
    "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a`"  # what word processors and chat programs make of quotes
)
_ENDS = {'"': '"', "'": "'"}
_FORMS = 'a line of TOML is key = "text", key = 1, key = ["a", "b"] or [table]'


class Syntax(NamedTuple):
    """A mistake from one offset to another."""

    sentence: str
    help: str
    start: int
    end: int


def explain(text: str, offset: int, reason: str) -> Syntax:
    """What is meant by tomllib's `reason`, which it gave for `offset`."""
    return _Reading(text, offset, reason).explain()


class _Reading:
    def __init__(self, text: str, offset: int, reason: str) -> None:
        self.text = text
        self.offset = offset
        self.reason = reason
        self.char = text[offset : offset + 1]
        self.start = max((at for at in statements(text) if at <= offset), default=0)
        self.is_header = text.startswith("[", self.start)
        self.keys = self.key_of_statement()
        equals = _EQUALS.match(text, self.keys[-1].end) if self.keys and not self.is_header else None
        self.value = None if equals is None else equals.end()

    def key_of_statement(self) -> list[Part]:
        brackets = re.compile(r"\[{0,2}").match(self.text, self.start)
        try:
            return dotted_key(self.text, brackets.end() if brackets else self.start)
        except (ValueError, IndexError):
            return []

    def explain(self) -> Syntax:
        reason = self.reason
        if reason.startswith("Expected '=' after a key"):
            return self.no_equals()
        if reason.startswith(("Unterminated string", "Expected \"'")) or self.is_cut_string():
            return self.open_string()
        if reason.startswith(("Illegal character", "Found invalid character")):
            return self.forbidden()
        if reason.startswith("Unescaped '\\'"):
            return self.escape()
        if reason.startswith(("Cannot ", "Duplicate inline")):
            return self.twice()
        if reason.startswith("Expected ']"):
            return self.header()
        if reason.startswith("Invalid statement"):
            return self.statement()
        if reason.startswith(("Unclosed", "Invalid initial character")):
            return self.inside()
        if self.is_header and reason.startswith("Expected newline"):
            return self.behind_header()
        if reason.startswith(("Invalid value", "Expected newline")):
            return self.no_value()
        return self.other()

    def made(self, sentence: str, way_out: str, start: int | None = None, end: int | None = None) -> Syntax:
        start = self.offset if start is None else start
        return Syntax(f"invalid TOML: {sentence}", way_out, start, start + 1 if end is None else end)

    def other(self) -> Syntax:
        return self.made(self.reason[:1].lower() + self.reason[1:], _FORMS)

    def line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return start + len(self.text[start : len(self.text) if end < 0 else end].rstrip())

    def no_equals(self) -> Syntax:
        if not self.char.isprintable() and self.char not in {"\t", "\n"} and not self.at_line_end():
            return self.forbidden()
        key = self.text[self.start : self.keys[-1].end] if self.keys else ""
        if self.value is not None:
            key = self.text[: self.offset].rstrip().rpartition("{")[2].rpartition(",")[2].strip()
        if key == "-":
            return self.made('"-" begins no list', 'write a list as ["a", "b"], hooks as [[pre_start]]', self.start)
        if self.char == ":":
            return self.made(f'":" behind the key {quoted(key)}', f'write {_short(key)} = "..."')
        if self.offset >= self.line_end(self.start):
            return self.made(f"nothing behind the key {quoted(key)}", f'write {_short(key)} = "..."', self.start,
                             self.offset)  # fmt: skip
        return self.made(f'no "=" behind the key {quoted(key)}', f'write {_short(key)} = "..."')

    def is_cut_string(self) -> bool:
        return self.char in {"\n", "\r"} and self.reason.startswith(("Illegal", "Found")) and self.at_line_end()

    def at_line_end(self) -> bool:
        return self.text.startswith(("\n", "\r\n"), self.offset)

    def open_string(self) -> Syntax:
        at = self.start
        while match := _SKIPPED.match(self.text, at):
            at = match.end()
        quote = self.text[at : at + 1]
        if self.text.startswith(quote * 3, at):
            return self.made(f"a string that begins with {quote * 3} and never ends", f"write {quote * 3} behind it",
                             at, self.line_end(at))  # fmt: skip
        several = f", or put {quote * 3} around text of several lines"
        way_out = f"write {_ENDS.get(quote, quote)} behind it{several if self.at_line_end() else ''}"
        return self.made("a string that does not end on its line", way_out, at, self.line_end(at))

    def forbidden(self) -> Syntax:
        if self.char == "\r":
            return self.made("a carriage return without a line feed", "end each line with LF or CR LF")
        return self.made(f"the character {quoted(self.char)}, which no TOML may hold", "remove it")

    def escape(self) -> Syntax:
        at = self.text.rfind("\\", 0, self.offset)
        escape = self.text[at : at + 2]
        if at < 0 or not escape.isprintable():
            return self.other()
        return self.made(f"{quoted(escape)} is no escape", f'write "\\{escape}", or put the text in single quotes', at,
                         at + 2)  # fmt: skip

    def twice(self) -> Syntax:
        if self.reason.startswith("Duplicate inline"):
            return self.made("an inline table with two keys of one name", "leave one of them out")
        if not self.keys:
            return self.other()
        before = Places(self.text[: self.start])
        path = (() if self.is_header else before.table) + tuple(key.name for key in self.keys)
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in before.spans), None)
        name = ".".join(key.name for key in self.keys)
        if known is None:
            way_out = "write all of a table in one place"
            return self.made(f"{quoted(name)} cannot be added to", way_out, self.keys[0].start, self.keys[-1].end)
        first = f"{quoted(name)} a second time, first on line {before.key(known).line}"
        if len(known) < len(path):
            whole = ".".join(map(str, known))
            first = f"{quoted(name)}, but {quoted(whole)} is whole since line {before.key(known).line}"
        span = before.spans[known]
        return self.made(first, self.way_out_of_two(name, span.value < span.key), self.keys[0].start, self.keys[-1].end)

    def way_out_of_two(self, name: str, are_headers: bool) -> str:
        are_headers = are_headers and self.is_header
        if are_headers and (name in _PHASES or f"[[{name}]]" in self.text):
            return f"did you mean [[{name}]], at each of them?"
        return "write all its keys below the first" if are_headers else "leave one of them out"

    def header(self) -> Syntax:
        end = self.line_end(self.start)
        inner = self.text[self.start : end].strip("[] \t")
        section, colon, name = inner.partition(":")
        if colon and section == "program":
            return self.made(f'":" in the header {quoted(inner)}', f"write [process.{_short(name)}]", self.start, end)
        if self.offset >= end:
            closing = "]]" if self.text.startswith("[[", self.start) else "]"
            return self.made("a header that is not closed", f"write {closing} behind it", self.start, end)
        return self.made(f"{quoted(self.char)} in a header", "use letters, digits, _ and - only, or put it in quotes")

    def behind_header(self) -> Syntax:
        if self.char == "]":
            name = ".".join(key.name for key in self.keys)
            return self.made('one "]" too many', f"write [{_short(name)}] or [[{_short(name)}]]")
        end = self.line_end(self.offset)
        if _NOT_TOML.match(self.text, self.offset):
            return self.comment(end)
        return self.made("something behind a header", "begin a new line for it", self.offset, end)

    def comment(self, end: int) -> Syntax:
        return self.made(f"{quoted(self.text[self.offset : end])} is no comment", 'begin it with "#"', self.offset, end)

    def statement(self) -> Syntax:
        end = self.line_end(self.offset)
        if _NOT_TOML.match(self.text, self.offset):
            return self.comment(end)
        if not self.char.isprintable():
            return self.forbidden()
        if self.char == "{":
            return self.made('a text that begins with "{", as JSON does', _FORMS)
        if self.char == "=":
            return self.made('no key before the "="', "write its name there")
        if self.char.isalpha():
            return self.made(f"{quoted(self.char)} in a key without quotes", "put the key in quotes")
        return self.made(f"{quoted(self.char)} begins no line", _FORMS)

    def is_open(self) -> bool:
        """Whether the file ends in a list or an inline table."""
        at_end = not self.text[self.offset :].strip()
        return at_end and self.value is not None and self.text.startswith(("[", "{"), self.value)

    def unclosed(self) -> Syntax:
        start = self.value or 0
        closing = "]" if self.text[start] == "[" else "}"
        way_out = f"write {closing} where it ends"
        return self.made(f'no "{closing}" up to the end of the file', way_out, start, self.line_end(start))

    def inside(self) -> Syntax:
        """Something in a list, an inline table or a dotted key."""
        if self.is_open():
            return self.unclosed()
        if self.value is None or self.offset < self.value:
            return self.made(f"{quoted(self.char.strip())} where a key has a name" if self.char.strip() else
                             "a key without a name", "write one name, or names with a dot between them")  # fmt: skip
        before = self.text[: self.offset].rstrip(" \t\r\n")
        if self.reason.startswith("Unclosed") and len(before) == self.offset and before[-1:].isalnum():
            return self.no_value()
        if self.reason.startswith("Unclosed array"):
            return self.made("no comma between two items of a list", "write one before this")
        if self.at_line_end():
            return self.made("an inline table of several lines", "write it on one line, or as a [table] of its own",
                             self.value, self.line_end(self.value))  # fmt: skip
        if self.char == "}":
            return self.made('a comma before the "}"', "leave it out")
        if self.char == ":":
            return self.made('":" in an inline table', 'write "=" there')
        if self.reason.startswith("Unclosed"):
            return self.made("no comma between two keys of an inline table", "write one before this")
        return self.made(f"{quoted(self.char)} where a key has to begin", 'write { key = "value" }')

    def no_value(self) -> Syntax:
        """The text where a value should be is none, or more than one."""
        if self.value is None:
            return self.other()
        if self.is_open():
            return self.unclosed()
        start, item = self.item()
        if not item and self.char == ",":
            return self.made("a comma without an item before it", "leave it out")
        if "\r" in item:
            return self.forbidden()
        if not item:
            key = self.text[self.start : self.keys[-1].end]
            end = self.line_end(self.start)
            return self.made(f"no value behind {quoted(key)}", "write one, or leave the key out", self.start, end)
        string = _STRING.match(self.text, start)
        if string:
            return self.behind_string(string.end())
        if self.offset > start and _NOT_TOML.match(self.text, self.offset):
            return self.comment(self.line_end(self.offset))
        end = start + len(item)
        if item.lower() in _WORDS:
            return self.made(f"{quoted(item)} is no value", _WORDS[item.lower()], start, end)
        if item[0] == "=":
            return self.made('two "="', "write one", start)
        if item[0] in _SMART:
            straight = item.strip(_SMART)
            return self.made(f"quotes that are none: {quoted(item[0])}", f"write {_string(straight)}", start, end)
        return self.made(f"{quoted(item)} without quotes", f"write {_string(item)}", start, end)

    def item(self) -> tuple[int, str]:
        """Where the value in question begins, and its text."""
        start = self.value or 0
        if self.text[start : start + 1] not in {"[", "{"}:
            rest = _REST.match(self.text, start)
            found = rest.group() if rest else ""
            return start, re.split(r"\s#", found)[0].rstrip(" \t\r,;")
        # Items before it are right, so the last border before the place that tomllib gives is its own.
        borders = [self.text.rfind(border, start, self.offset) for border in "[,={\n"]
        start = max(borders) + 1
        start += len(self.text[start:]) - len(self.text[start:].lstrip())
        match = _ITEM.match(self.text, start)
        return start, match.group().rstrip() if match else ""

    def behind_string(self, end: int) -> Syntax:
        at = end + len(self.text[end:]) - len(self.text[end:].lstrip(" \t"))
        found, until = self.text[at : at + 1], self.line_end(at)
        if _NOT_TOML.match(self.text, at):
            return Syntax(f"invalid TOML: {quoted(self.text[at:until])} is no comment", 'begin it with "#"', at, until)
        if found == ",":
            return self.made("a comma behind the value", "leave it out", at)
        if found in {'"', "'"} and at > end:
            return self.made("two strings", 'write one string, or a list as ["a", "b"]', at, until)
        if self.text[end - 1] == "'":
            return self.made("text behind the single quote that ends a string", 'put " around it instead', at, until)
        way_out = 'leave it out, or write \\" for a quote inside of the string'
        return self.made("text behind the quote that ends a string", way_out, at, until)


def _short(text: str) -> str:
    """A piece of the text, fit for a sentence."""
    return quoted(text)[1:-1]


def _string(text: str) -> str:
    """The text as a string of TOML, if it can be one without escapes."""
    shown = _short(text)
    return f"'{shown}'" if '"' in shown and "'" not in shown else f'"{shown}"'
