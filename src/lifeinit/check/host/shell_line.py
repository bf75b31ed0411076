"""A line for the shell as its simple commands, and which of them fail without anybody noticing.

What it cannot read ends the reading: the commands before it still count, and `whole` is false. Whether the line is
valid is for `sh -n` to say.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from lifeinit.check.host.shell_tokens import Token, UnreadableError, tokens

BUILTINS = frozenset(
    ". : [ alias bg break cd chdir command continue echo eval exec exit export false fc fg getopts hash jobs kill local"
    " printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait".split()
)
BASH_WORDS = frozenset(
    "[[ bind builtin caller compgen complete declare dirs disown enable help history let logout mapfile popd pushd"
    " readarray shopt source suspend typeset".split()
)
_CLOSES = {"if": "fi", "while": "done", "until": "done", "for": "done", "{": "}", "(": ")", "case": "esac"}
_CONDITIONS = frozenset("if while until".split())
_LOOPS = frozenset("while until for".split())
_UNREAD = frozenset("select coproc".split())
_REDIRECTIONS = frozenset("< > >> >| <> >& <& &> &>> << <<- <<<".split())
_ENDS = frozenset({"&&", "||", ";", "\n", "|", "&", "|&"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=", re.ASCII)
_LONGEST = 1 << 17  # characters; no argument is longer. execve(2)
_DEEPEST = 100  # commands in one another

Range = tuple[int, int]  # offsets into the line: the first character, and behind the last


class Simple(NamedTuple):
    """One command: its words (None for one with an expansion), the operator that ends it, whether others contain it.

    `ranges` are where its words stand. `lost`: more follows, and nothing looks at its exit status.
    """

    words: tuple[str | None, ...]
    end: str
    nested: bool
    ranges: tuple[Range, ...]
    lost: bool = False


class Line(NamedTuple):
    """`assigned`: the variables that it sets. `whole`: it was read to its end. `defined`: its functions."""

    commands: tuple[Simple, ...]
    assigned: frozenset[str]
    loops: bool
    whole: bool
    defined: frozenset[str] = frozenset()

    @property
    def straight(self) -> bool:
        """Whether each command runs, or is left out only because one before it failed."""
        return self.whole and not self.defined and not any(one.nested or one.end == "||" for one in self.commands)


@lru_cache(4096)
def read(text: str) -> Line:
    """The commands of a line."""
    reader = _Reader()
    whole = len(text) <= _LONGEST and reader.read(text)
    commands = tuple(one._replace(lost=i in reader.lost) for i, one in enumerate(reader.commands))
    return Line(commands, frozenset(reader.assigned), reader.loops, whole, frozenset(reader.defined))


class _Frame:
    """What is open: a compound command, a function, or the whole line. `status` are the commands that its exit status
    may come from; `branches` those of the branches before.
    """

    def __init__(self, kind: str, is_function: bool = False) -> None:
        self.kind = kind
        self.is_function = is_function
        self.in_condition = kind in _CONDITIONS
        self.status: list[int] = []
        self.branches: list[int] = []
        self.is_over = False  # a separator came, so that the next command makes the status
        self.is_negated = False


class _Reader:
    def __init__(self) -> None:
        self.commands: list[Simple] = []
        self.assigned: set[str] = set()
        self.defined: set[str] = set()
        self.lost: set[int] = set()
        self.loops = False
        self._frames = [_Frame("")]
        self._words: list[Token] = []
        self._skips = ""  # ">": the word after a redirection; "for", "case": their heads; "pattern": up to its bracket
        self._defines = False  # a function's body comes next
        self._array_at = -1  # where a bracket would be the value of an assignment

    def read(self, text: str) -> bool:
        try:
            for token in tokens(text):
                if not (token.body or (self._operator(token) if token.is_operator else self._word(token))):
                    self._end("?")
                    return False
        except UnreadableError:
            self._end("?")
            return False
        self._end("")
        return len(self._frames) == 1

    # Operators.

    def _operator(self, token: Token) -> bool:
        operator = token.text
        if self._skips == "pattern":
            self._skips = "" if operator == ")" else "pattern"
            return operator in {"(", ")", "|", "\n"}
        before, self._skips = self._skips, self._skips if self._skips == "case" and operator == "\n" else ""
        if operator in _REDIRECTIONS:
            if self._words and self._words[-1].end == token.start and self._words[-1].text.isdecimal():
                self._words.pop()  # the number of a descriptor
            self._skips = ">"
            return True
        if operator == "(":
            return before != "for" and self._bracket(token)
        if operator == ")":
            return self._close(")")
        if operator in {";;", ";&", ";;&"}:
            return self._next_pattern()
        return operator in _ENDS and self._separate(";" if operator == "\n" else operator)

    def _bracket(self, token: Token) -> bool:
        """A subshell, or the brackets of a function's definition."""
        if self._array_at == token.start or len(self._words) > 1:
            return False
        if not self._words and not self._defines:
            return self._open("(")
        self.defined.update(word.text for word in self._words)
        self._words, self._defines, self._skips = [], True, "pattern"  # up to the closing bracket
        return True

    def _next_pattern(self) -> bool:
        self._end(";")
        frame = self._frames[-1]
        if frame.kind != "case":
            return False
        self._branch(frame)
        self._skips = "pattern"
        return True

    def _separate(self, operator: str) -> bool:
        self._end(operator)
        frame = self._frames[-1]
        if frame.is_negated or operator not in {";", "&&"}:
            frame.status = []  # somebody looks at it, or nobody can
        if operator in {";", "&"}:
            frame.is_over, frame.is_negated = True, False
        return True

    # Words.

    def _word(self, token: Token) -> bool:
        if self._skips == "pattern":
            return token.text != "esac" or self._close("esac")
        if self._skips:
            if self._skips == "case" and token.text == "in":
                self._skips = "pattern"
            elif self._skips == ">":
                self._skips = ""
            return True
        if self._words:
            self._words.append(token)
            return True
        return self._first(token)

    def _first(self, token: Token) -> bool:
        """A word where a command begins: a keyword, an assignment or the command's name."""
        text = token.text
        if text in _UNREAD:
            return False
        if text == "function":
            self._defines = True
            return True
        if text in _CLOSES and text != "(":
            self._skips = text if text in {"for", "case"} else ""
            return self._open(text)
        if text in {"fi", "done", "}", "esac"}:
            return self._close(text)
        if text in {"then", "elif", "else", "do"}:
            return self._next_part(text)
        if text in {"!", "time"}:
            self._frames[-1].is_negated |= text == "!"
            return True
        if self._defines:
            self.defined.add(text)
        elif match := _ASSIGNMENT.match(text):
            self.assigned.add(match[1])
            self._array_at = token.end if text.endswith("=") else -1
        else:
            self._words.append(token)
        return True

    # Compound commands.

    def _open(self, kind: str) -> bool:
        self.loops |= kind in _LOOPS
        self._begin()
        self._frames.append(_Frame(kind, self._defines))
        self._defines = False
        return len(self._frames) < _DEEPEST

    def _next_part(self, word: str) -> bool:
        """From a condition to what depends on it, and back."""
        self._end(";")
        frame = self._frames[-1]
        if frame.kind not in _CONDITIONS | _LOOPS:
            return False
        self._branch(frame)
        frame.in_condition = word == "elif"
        return True

    def _branch(self, frame: _Frame) -> None:
        if not frame.in_condition:
            frame.branches += frame.status
        frame.status, frame.is_over, frame.is_negated = [], False, False

    def _close(self, word: str) -> bool:
        self._end(";")
        if len(self._frames) == 1 or _CLOSES[self._frames[-1].kind] != word:
            return False
        frame = self._frames.pop()
        self._skips = ""
        status = frame.branches + frame.status
        if frame.kind in _LOOPS:
            self.lost.update(status)  # but for the last round
        elif not frame.is_function and not frame.is_negated:
            self._frames[-1].status += status
        return True

    def _begin(self) -> None:
        """A command begins: the status of the one before it, after a separator, is lost."""
        frame = self._frames[-1]
        if frame.is_over:
            self.lost.update(frame.status)
            frame.status, frame.is_over = [], False

    def _end(self, operator: str) -> None:
        if self._words:
            self._begin()
            self._frames[-1].status.append(len(self.commands))
            words, ranges = tuple(one.value for one in self._words), tuple((one.start, one.end) for one in self._words)
            self.commands.append(Simple(words, operator, len(self._frames) > 1, ranges))
        self._words = []
        if self._skips != "case":
            self._skips = ""
