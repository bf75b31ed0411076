"""A line for the shell as its simple commands, as far as it can be read without being the shell. POSIX.1-2017, 2.3

What the reader does not understand ends the reading: what it has found until then still holds, and `whole` is false.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from lifeinit.check.host.shell_tokens import end_of

BUILTINS = frozenset(
    ". : [ alias bg break cd chdir command continue echo eval exec exit export false fc fg getopts hash jobs kill local"
    " printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait".split()
)
BASHES_OWN = frozenset(
    "[[ (( bind builtin caller compgen complete declare dirs disown enable help history let logout mapfile popd pushd"
    " readarray shopt source suspend typeset".split()
)
_BEFORE_A_COMMAND = frozenset("if then elif else do while until ! { time".split())
_AFTER_A_COMMAND = frozenset("fi done esac }".split())
_RESERVED = _BEFORE_A_COMMAND | _AFTER_A_COMMAND | frozenset("case coproc for function in select [[ ]]".split())
_LOOPS = frozenset("while until for".split())
_WORD = re.compile(
    r"""(?P<escaped>\\.)|'(?P<single>[^']*)'|"(?P<double>(?>(?:[^"\\$`]|\\.|\$(?![({]))*))"|(?P<braced>\$\{[A-Za-z0-9_]+\})
    |(?P<sign>\$(?![({]))|(?P<bare>[^\ \t\n'"\\`$;&|<>()]+)""",
    re.VERBOSE | re.DOTALL,
)
_EXPANSION = re.compile(r"\$\{[^{}\"'`\\$]*\}")
_GAP = re.compile(r"(?:[ \t]|\\\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_REDIRECTION = re.compile(r"[0-9]*(?:>>|>\||>&|<&|<>|>|<)(?!<)|&>>?")
_DIGITS = frozenset("0123456789")
_OPERATOR = re.compile(r"&&|\|\||;;|[;&|\n()]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_LONGEST = 1 << 17  # characters; no argument is longer. execve(2)


class Word(NamedTuple):
    """A word as written, and what it is if nothing in it is expanded (else None)."""

    raw: str
    plain: str | None


class Simple(NamedTuple):
    """One command without its assignments: the operator that ends it (`?`: not known), whether it is inside others.

    It stands in the text from `begin` up to `end`, assignments, redirections and that operator too.
    """

    words: tuple[Word, ...]
    ended: str
    nested: bool
    begin: int
    end: int

    @property
    def plain(self) -> tuple[str | None, ...]:
        return tuple(word.plain for word in self.words)


class Script(NamedTuple):
    """`sure`: it is so plain that no shell can find fault with it. `loops`: it holds a loop.

    `functions` and `assigned` are the names that it defines, anywhere in it.
    """

    commands: tuple[Simple, ...]
    functions: frozenset[str]
    assigned: frozenset[str]
    whole: bool
    sure: bool
    loops: bool

    @property
    def straight(self) -> bool:
        """Whether each command runs, or is left out only because one before it failed."""
        return self.whole and not any(one.nested or one.ended == "||" for one in self.commands)

    @property
    def single(self) -> Simple | None:
        """The command, where there is no other."""
        alone = self.whole and len(self.commands) == 1 and not self.commands[0].nested
        return self.commands[0] if alone else None


@lru_cache(4096)
def read(text: str) -> Script:
    """What the line says. A text that is longer than any argument can be is not read."""
    reader = _Reader(text)
    if len(text) <= _LONGEST:
        reader.read()
    names = frozenset(reader.functions), frozenset(reader.assigned)
    return Script(tuple(reader.commands), *names, reader.whole, reader.sure, reader.loops)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.commands: list[Simple] = []
        self.functions: set[str] = set()
        self.assigned: set[str] = set()
        self.whole = self.sure = False
        self.loops = False
        self._words: list[Word] = []
        self._begin = 0
        self._assigned = False
        self._depth = 0
        self._in_loop_head = self._redirected = False
        self._plain_only = True
        self._last = "\n"

    def read(self) -> None:
        while self.position < len(self.text):
            if not self._step():
                self._end("?")
                return
        dangling = not self._end("") and self._last in {"&&", "||", "|"}
        self.whole = self._depth == 0 and not dangling
        self.sure = self.whole and self._plain_only

    def _step(self) -> bool:
        """One token. False: this is not for us to understand."""
        if self._take(_GAP) or self._take(_COMMENT):
            return True
        redirection = self._take(_REDIRECTION)
        if redirection:
            return self._redirection(redirection)
        operator = self._take(_OPERATOR)
        if operator:
            return self._operator(operator)
        word = self._word()
        if word is None:
            return False
        return self._command_word(word) if not self._words else self._further(word)

    def _redirection(self, sign: str) -> bool:
        self._take(_GAP)
        self._redirected = True
        word = None if self.text.startswith("#", self.position) else self._word()
        if "&" in sign:  # what shells take there differs, but for one digit
            self._plain_only &= word is not None and word.raw in _DIGITS and not sign.startswith("&")
        self._plain_only &= self.text[self.position : self.position + 1] not in {"<", ">"}
        return word is not None

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match.group()

    def _word(self) -> Word | None:
        start, plain = self.position, ""
        static = True
        while True:
            match = _WORD.match(self.text, self.position)
            if match is None:
                if not self._inner():
                    break
                static = False
                continue
            self.position = match.end()
            kind, text = match.lastgroup or "", match.group()
            static &= kind not in {"braced", "sign"} and not (kind == "double" and "$" in match["double"])
            if kind == "escaped":
                plain += "" if text == "\\\n" else text[1:]
            elif kind == "double":
                plain += re.sub(r'\\([$`"\\])|\\\n', r"\1", match["double"])
            else:
                plain += match["single"] if kind == "single" else text
        raw = self.text[start : self.position].replace("\\\n", "")
        return Word(raw, plain if static else None) if raw else None

    def _inner(self) -> bool:
        """A piece that holds others. In it fault could be found."""
        match = _EXPANSION.match(self.text, self.position)
        end = match.end() if match else end_of(self.text, self.position)
        self._plain_only &= end is None
        self.position = self.position if end is None else end
        return end is not None

    def _command_word(self, word: Word) -> bool:
        """A word where a command begins: a keyword, an assignment or the command's name."""
        raw = word.raw
        if self._in_loop_head:
            return True
        self._plain_only &= raw not in _RESERVED and ("[" not in raw or raw == "[")  # bash reads a[1]= there
        if not self._assigned and not self._redirected and raw in _BEFORE_A_COMMAND | _AFTER_A_COMMAND | {"for"}:
            self.loops |= raw in _LOOPS
            self._in_loop_head = raw == "for"
            opens = raw in {"if", "while", "until", "for", "{"}
            self._depth += opens - (raw in _AFTER_A_COMMAND)
            return self._depth >= 0
        if raw in {"case", "select", "function", "[["} and not self._assigned:
            if raw != "case":
                self._further(word)
            return False
        if match := _ASSIGNMENT.match(raw):
            self._assigned = True
            self.assigned.add(match.group()[:-1])
            return not self.text.startswith("(", self.position)
        return self._further(word)

    def _further(self, word: Word) -> bool:
        self._words.append(word)
        return True

    def _operator(self, operator: str) -> bool:
        if operator == "(" and self._words:
            return self._function()
        if operator in {"(", ")", ";;"}:
            self._plain_only = False
            self._end(operator)
            self._depth += (operator == "(") - (operator == ")")
            self._last = "\n"
            return operator != ";;" and self._depth >= 0
        if not self._end(operator):
            # Only a line may be empty.
            self._plain_only &= operator == "\n" and self._last not in {"&&", "||", "|"}
        else:
            self._last = operator
        return True

    def _function(self) -> bool:
        self._plain_only = False
        self._take(_GAP)
        if len(self._words) != 1 or not self._take(re.compile(r"\)")):
            return False
        self.functions.add(self._words.pop().raw)
        return True

    def _end(self, operator: str) -> bool:
        """The command is over. False if there was none."""
        self._in_loop_head = False
        something = bool(self._words or self._assigned or self._redirected)
        if self._words:
            nested = self._depth > 0
            self.commands.append(Simple(tuple(self._words), operator, nested, self._begin, self.position))
        elif something:
            self._last = operator
        self._words, self._assigned, self._redirected = [], False, False
        self._begin = self.position
        return something
