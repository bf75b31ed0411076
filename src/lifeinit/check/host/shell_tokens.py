"""A line for the shell as words and operators, each with its offsets."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLANK = re.compile(r"(?>(?:[ \t\r]|\\\n)*)(?:#[^\n]*+)?")
_OPERATOR = re.compile(r"&>>|<<<|<<-|;;&|&>|<<|<&|<>|>&|>>|>\||;;|;&|&&|\|\||\|&|[\n;&|<>()]")
_PLAIN = re.compile(r"[^\\'\"`$ \t\r\n;&|<>()]++")
_IN_DOUBLE_QUOTES = re.compile(r"[^\\\"`$]++|\$(?![({])")
_IN_BRACKETS = re.compile(r"[^\\'\"`$#(){}]++|\$(?![({])|#")
_COMMENT = re.compile(r"(?<=[\s;&|(])#[^\n]*+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HEREDOC = re.compile(r"[ \t]*+([^ \t\r\n;&|<>()]++)")


class Token(NamedTuple):
    """`text` is the source. `value` of a word is what the command gets: None where an expansion is in it.

    `body`: it is a here-document, from its second line on.
    """

    text: str
    start: int
    end: int
    is_operator: bool = False
    value: str | None = None
    body: bool = False


class UnreadableError(Exception):
    """A quote or a bracket that nothing closes, or one bracket too many."""


def tokens(text: str) -> Iterator[Token]:
    """Each word and operator. Raises UnreadableError."""
    at, waiting = 0, list[tuple[str, bool]]()  # here-documents that begin in the next line
    while True:
        at = _end_of(_BLANK, text, at)
        if at >= len(text):
            return
        if match := _OPERATOR.match(text, at):
            yield Token(match[0], at, match.end(), is_operator=True)
            at = match.end()
            if match[0] in {"<<", "<<-"} and (name := _HEREDOC.match(text, at)):
                waiting.append((re.sub(r"[\\'\"]", "", name[1]), match[0] == "<<-"))
            elif match[0] == "\n" and waiting:
                end = at
                for delimiter, indented in waiting:
                    end = _end_of_document(text, end, delimiter, indented)
                yield Token(text[at:end], at, end, body=True)
                at, waiting = end, []
        else:
            end, value = _word(text, at)
            yield Token(text[at:end], at, end, value=value)
            at = end


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _end_of_document(text: str, at: int, delimiter: str, indented: bool) -> int:
    """Behind the line that is the delimiter and nothing else; the shell takes the end of the text for one."""
    tabs = r"\t*" if indented else ""
    match = re.compile(rf"^{tabs}{re.escape(delimiter)}$\n?", re.MULTILINE).search(text, at)
    return len(text) if match is None else match.end()


def _word(text: str, at: int) -> tuple[int, str | None]:
    """The end of a word, and its value without the quotes."""
    parts, is_static = list[str](), True
    while at < len(text):
        start = at
        match text[at]:
            case "\\":
                at = min(at + 2, len(text))
                parts.append(_ESCAPE.sub(lambda found: found[1].strip("\n"), text[start:at]))
            case "'":
                at = text.find("'", at + 1) + 1
                if not at:
                    raise UnreadableError
                parts.append(text[start + 1 : at - 1])
            case '"' | "`":
                at = _closed(text, at)
                parts.append(re.sub(r'\\(["\\])', r"\1", text[start + 1 : at - 1]))
                is_static &= "$" not in parts[-1] and "`" not in text[start:at]
            case "$":
                at = _closed(text, at) if text[at + 1 : at + 2] in {"(", "{"} else at + 1
                is_static = False
            case _:
                match = _PLAIN.match(text, at)
                if match is None:
                    break
                at = match.end()
                parts.append(match[0])
    return at, "".join(parts) if is_static else None


_CLOSES = {"(": ")", "{": "}", '"': '"', "`": "`"}


def _closed(text: str, at: int) -> int:
    """Behind what closes the quote, or the bracket after a dollar sign, that stands here."""
    open_ = list[str]()
    while at < len(text):
        inner, char = open_[-1] if open_ else "", text[at]
        if inner and char == inner:
            open_.pop()
            at += 1
            if not open_:
                return at
        elif char == "\\":
            at += 2
        elif char == "'" and inner in {")", "}"} and '"' not in open_:
            at = text.find("'", at + 1) + 1 or len(text)
        elif text.startswith(("$(", "${"), at):
            open_.append(_CLOSES[text[at + 1]])
            at += 2
        elif char in '"`' or (char == "(" and inner == ")"):
            open_.append(_CLOSES[char])
            at += 1
        elif inner == ")" and (comment := _COMMENT.match(text, at)):
            at = comment.end()
        else:
            at = max(_end_of(_IN_DOUBLE_QUOTES if inner in '"`' else _IN_BRACKETS, text, at), at + 1)
    raise UnreadableError
