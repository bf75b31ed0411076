"""A shell script as its statements: a loop is one, a line is one. What cannot be read is one statement to the end."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from lifeinit.check.host.shell_tokens import Token, UnreadableError, tokens

_CLOSES: Final = {
    "if": "fi", "case": "esac", "while": "done", "until": "done", "for": "done", "{": "}", "(": ")"
}  # fmt: skip
_BEFORE_A_COMMAND: Final = frozenset("then do else elif ! { if while until time".split())
_CONTINUES: Final = frozenset("&& || | |&".split())


class Statement(NamedTuple):
    """One statement at the top level: its first line's number, its source, and its words and operators.

    `whole` is false for what could not be read. `end` is the operator behind it.
    """

    line: int
    text: str
    tokens: tuple[Token, ...]
    whole: bool = True
    end: str = ""


def statements(script: str) -> list[Statement]:
    """The statements in their order."""
    return list(_statements(script))


def _statements(script: str) -> Iterator[Statement]:
    found: list[Token] = []
    open_: list[str] = []
    starts_command = True
    held: Statement | None = None  # the last one: a here-document belongs to it
    try:
        for token in tokens(script):
            if token.body and held is not None and not found:
                held = held._replace(text=script[held.tokens[0].start : token.end].rstrip(), whole=False)
                continue
            if held is not None:
                yield held
                held = None
            ends = token.is_operator and token.text in {"\n", ";", "&"} and not open_
            if ends and not (found and found[-1].text in _CONTINUES):
                if found:
                    held = _statement(script, found, token.text)
                found, starts_command = [], True
                continue
            found.append(token)
            _count(token, open_, starts_command=starts_command)
            names_function = len(found) == 2 and found[0].text == "function"
            is_before_command = starts_command and token.text in _BEFORE_A_COMMAND
            starts_command = token.is_operator or is_before_command or names_function
    except UnreadableError:
        open_.append("")
    if held is not None:
        yield held
    if found and not open_:
        yield _statement(script, found, "")
    elif found or open_:
        start = found[0].start if found else len(script)
        yield Statement(_line(script, start), script[start:].rstrip(), tuple(found), whole=False)


def _count(token: Token, open_: list[str], *, starts_command: bool) -> None:
    """Note what opens or closes a compound command."""
    inner = _CLOSES.get(open_[-1], "") if open_ else ""
    text = token.text
    if text == inner and (token.is_operator or starts_command):
        open_.pop()
    elif token.is_operator:
        if text == "(" and inner != "esac":  # a pattern of case may begin with a bracket
            open_.append(text)
    elif starts_command and text in _CLOSES:
        open_.append(text)


def _statement(script: str, found: list[Token], end: str) -> Statement:
    start = found[0].start
    return Statement(_line(script, start), script[start : found[-1].end], tuple(found), end=end)


def _line(script: str, offset: int) -> int:
    return script.count("\n", 0, offset) + 1
