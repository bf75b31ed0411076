"""A line for the shell as its simple commands, with the offsets of their words.

What it does not read (groups, here-documents, nested substitutions) ends the reading: the commands before it still
count, and `whole` is false. Whether the line is valid is for `sh -n` to say.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

BUILTINS = frozenset(
    ". : [ alias bg break cd chdir command continue echo eval exec exit export false fc fg getopts hash jobs kill local"
    " printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait".split()
)
BASH_WORDS = frozenset(
    "[[ bind builtin caller compgen complete declare dirs disown enable help history let logout mapfile popd pushd"
    " readarray shopt source suspend typeset".split()
)
_OPENING = frozenset("if while until for {".split())
_CLOSING = frozenset("fi done }".split())
_BEFORE_A_COMMAND = _OPENING | _CLOSING | frozenset("then elif else do ! time".split())
_UNREAD = frozenset("case function select coproc".split())
_LOOPS = frozenset("while until for".split())
_SUBSTITUTION = r"\$\([^()'\"\\`#<]*\)"  # one without quotes, brackets or comments in it ends at its bracket
_EXPANSION = rf"{_SUBSTITUTION}|\$\{{[^{{}}'\"\\`]*\}}"
_TOKEN = re.compile(
    r"(?:[ \t\r]|\\\n)+"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<operator>[();<>|&\n]+)"
    rf"|(?P<word>(?:\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|{_EXPANSION}|\$|(?>[^ \t\r\n();<>|&'\"\\$]+))+)",
    re.DOTALL,
)
_QUOTED = re.compile(r"\\(?P<char>.)|'(?P<single>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"", re.DOTALL)
_REDIRECTIONS = frozenset({"<", ">", ">>", ">|", "<>", ">&", "<&", "&>", "&>>"})
_ENDS = frozenset({"&&", "||", ";", "|", "&", "|&"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_LONGEST = 1 << 17  # characters; no argument is longer. execve(2)

Range = tuple[int, int]  # offsets into the line: the first character, and behind the last


class Simple(NamedTuple):
    """One command: its words (None for one with an expansion), the operator that ends it, whether others contain it.

    `ranges` are where its words stand.
    """

    words: tuple[str | None, ...]
    end: str
    nested: bool
    ranges: tuple[Range, ...]


class Line(NamedTuple):
    """`assigned`: the variables that it sets. `whole`: it was read to its end."""

    commands: tuple[Simple, ...]
    assigned: frozenset[str]
    loops: bool
    whole: bool

    @property
    def straight(self) -> bool:
        """Whether each command runs, or is left out only because one before it failed."""
        return self.whole and not any(one.nested or one.end == "||" for one in self.commands)


def has_nested(text: str) -> bool:
    """Whether it holds a substitution whose end is not known for sure."""
    return "$(" in re.sub(_SUBSTITUTION, "", text)


@lru_cache(4096)
def read(text: str) -> Line:
    """The commands of a line."""
    reader = _Reader()
    whole = len(text) <= _LONGEST and reader.read(text)
    return Line(tuple(reader.commands), frozenset(reader.assigned), reader.loops, whole and reader.depth == 0)


class _Reader:
    def __init__(self) -> None:
        self.commands: list[Simple] = []
        self.assigned: set[str] = set()
        self.loops = False
        self.depth = 0
        self._words: list[str | None] = []
        self._ranges: list[Range] = []
        self._skips = ""  # ">": the word after a redirection; "for": its head

    def read(self, text: str) -> bool:
        for token in _tokens(text):
            if token is None or not (self._operator if token.lastgroup == "operator" else self._word)(token):
                self._end("?")
                return False
        return self._end("")

    def _operator(self, token: re.Match[str]) -> bool:
        self._skips = ""
        operator = token.group().strip("\n") or ";"
        if operator in _REDIRECTIONS:
            if self._words and self._ranges[-1][1] == token.start() and (self._words[-1] or "").isdecimal():
                self._words.pop()  # the number of a descriptor
                self._ranges.pop()
            self._skips = ">"
            return True
        return operator in _ENDS and self._end(operator)

    def _word(self, token: re.Match[str]) -> bool:
        piece = token.group()
        if self._skips:
            self._skips = "" if self._skips == ">" else self._skips
            return True
        if self._words:
            self._add(token)
            return "`" not in piece
        if piece in _BEFORE_A_COMMAND:
            self.loops |= piece in _LOOPS
            self.depth += (piece in _OPENING) - (piece in _CLOSING)
            self._skips = "for" if piece == "for" else ""
            return self.depth >= 0
        if piece in _UNREAD or "`" in piece:
            return False
        if match := _ASSIGNMENT.match(piece):
            self.assigned.add(match[1])
        else:
            self._add(token)
        return True

    def _add(self, token: re.Match[str]) -> None:
        self._words.append(_static(token.group()))
        self._ranges.append(token.span())

    def _end(self, operator: str) -> bool:
        if self._words:
            self.commands.append(Simple(tuple(self._words), operator, self.depth > 0, tuple(self._ranges)))
        self._words, self._ranges, self._skips = [], [], ""
        return True


def _tokens(text: str) -> Iterator[re.Match[str] | None]:
    """Words with their quotes, and runs of operators; None for a quote that nothing closes."""
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            yield None
            return
        at = token.end()
        if token.lastgroup in {"word", "operator"}:
            yield token


def _static(piece: str) -> str | None:
    """A word without its quotes; None for one with an expansion in it."""
    expanded = _QUOTED.sub(lambda part: part["double"] or "", piece)
    return None if "$" in expanded or "`" in expanded else _QUOTED.sub(_unquoted, piece)


def _unquoted(part: re.Match[str]) -> str:
    match part.lastgroup:
        case "char":
            return part["char"].strip("\n")
        case "single":
            return part["single"]
        case _:
            return re.sub(r"\\([\"\\])", r"\1", part["double"])
