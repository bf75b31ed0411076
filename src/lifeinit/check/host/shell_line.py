"""A line for the shell as its simple commands, as far as shlex can split it.

What it cannot split (groups, here-documents, nested substitutions) ends the reading: the commands before it
still count, and `whole` is false. Whether the line is valid is for `sh -n` to say.
"""

import re
import shlex
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
_OPERATORS = "();<>|&\n"
# shlex drops the quotes, so a word that is nothing but operators has to stop being one before.
_QUOTED_OPERATORS = re.compile(rf"\\[{_OPERATORS}]|(['\"])[{_OPERATORS}]+\1")
# One without quotes, brackets or comments in it ends at its bracket, wherever it is.
_SUBSTITUTION = re.compile(r"\$\([^()'\"\\`#<]*\)")
_REDIRECTIONS = frozenset({"<", ">", ">>", ">|", "<>", ">&", "<&", "&>", "&>>"})
_ENDS = frozenset({"&&", "||", ";", "|", "&", "|&"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_LONGEST = 1 << 17  # characters; no argument is longer. execve(2)


class Simple(NamedTuple):
    """One command: its words (None for one with an expansion), the operator that ends it, whether others contain it."""

    words: tuple[str | None, ...]
    end: str
    nested: bool


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
    return "$(" in _SUBSTITUTION.sub("", text)


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
        self._skips = ""  # "#": a comment up to the next line; ">": the word after a redirection; "for": its head

    def read(self, text: str) -> bool:
        for token in _tokens(text):
            if token is None or not (self._operator(token) if _is_operator(token) else self._word(token)):
                self._end("?")
                return False
        return self._end("")

    def _operator(self, piece: str) -> bool:
        if self._skips == "#" and "\n" not in piece:
            return True
        self._skips = ""
        operator = piece.strip("\n") or ";"
        if operator in _REDIRECTIONS:
            if self._words and (self._words[-1] or "").isdecimal():
                self._words.pop()  # the number of a descriptor
            self._skips = ">"
            return True
        return operator in _ENDS and self._end(operator)

    def _word(self, piece: str) -> bool:
        if self._skips:
            self._skips = "" if self._skips == ">" else self._skips
            return True
        if piece.startswith("#"):
            self._skips = "#"
            return True
        if self._words:
            self._words.append(_static(piece))
            return "`" not in piece
        return self._first(piece)

    def _first(self, piece: str) -> bool:
        """A word where a command begins: a keyword, an assignment or the command's name."""
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
            self._words.append(_static(piece))
        return True

    def _end(self, operator: str) -> bool:
        if self._words:
            self.commands.append(Simple(tuple(self._words), operator, self.depth > 0))
        self._words, self._skips = [], ""
        return True


def _tokens(text: str) -> Iterator[str | None]:
    """Words without their quotes, and runs of operators; None for a quote that nothing closes."""
    text = _SUBSTITUTION.sub("$_", _QUOTED_OPERATORS.sub("_", text.replace("\\\n", " ")))
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    try:
        yield from lexer
    except ValueError:
        yield None


def _is_operator(token: str) -> bool:
    return bool(token) and not token.strip(_OPERATORS)


def _static(token: str) -> str | None:
    return None if "$" in token or "`" in token else token
