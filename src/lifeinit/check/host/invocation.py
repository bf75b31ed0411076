"""The program of a command line behind its prefixes, and the script of an interpreter."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.shell_line import Range
from lifeinit.check.host.tasks import Rewrite, Task
from lifeinit.config.diagnostic import Diagnostic

Words = Sequence[str | None]  # None: a word that is known only when it runs

SHELLS = frozenset("sh ash bash dash ksh zsh".split())
_INTERPRETER = re.compile(
    r"(?:(?P<python>python|pypy)|(?P<shell>sh|ash|bash|dash|ksh|zsh)|perl|ruby|php|node|nodejs)[0-9.]*"
)
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)


class Call(NamedTuple):
    """One command that a task runs, without its prefixes. `ranges`: where its words stand in a line for the shell."""

    words: Words
    ranges: tuple[Range, ...] = ()

    @property
    def range(self) -> Range | None:
        """From its first word to its last; None where it is a list."""
        return (self.ranges[0][0], self.ranges[-1][1]) if self.ranges else None


def base_name(word: str | None) -> str:
    return (word or "").rpartition("/")[2]


def script_argument(words: Words) -> str | None:
    """The file that an interpreter runs. None where there is none, or where it is known only when it runs."""
    match = _INTERPRETER.fullmatch(base_name(words[0])) if words else None
    if match is None:
        return None
    # Options after which no file follows, or a value of their own.
    other = "cso" if match["shell"] else "cmWX" if match["python"] else "eErRpnfSdtl"
    for word in words[1:]:
        if word is None or word in {"-", "--"} or re.match(rf"-[A-Za-z]*[{other}]", word):
            return None
        if not word.startswith("-"):
            return word
    return None


def behind(words: Words) -> Words:
    """The command without the prefixes that it replaces, such as exec and gosu."""
    while words:
        match base_name(words[0]):
            case "exec" | "command" | "nohup":
                words = words[1:]
            case "gosu" | "su-exec":
                words = words[2:]
            case "env":
                words = words[1:]
                while words and words[0] is not None and _ASSIGNMENT.fullmatch(words[0]):
                    words = words[1:]
            case _:
                break
    return words


def shell_line(task: Task) -> str | None:
    """The line that a shell reads, also where a list says `sh -c`."""
    if isinstance(task.command, str):
        return task.command
    words = behind(task.command)
    if len(words) > 2 and base_name(words[0]) in SHELLS and words[1] in {"-c", "-ec", "-lc", "-xc"}:
        return words[2]
    return None


def diagnostic(  # noqa: PLR0913, PLR0917
    task: Task,
    code: str,
    message: str,
    fix: str,
    within: Range | None,
    edits: Sequence[Rewrite] = (),
    *,
    safe: bool = False,
) -> Diagnostic:
    """A diagnostic about a part of the line that a shell reads, or about the whole command."""
    if within is None or isinstance(task.command, str):
        return task.diagnostic(code, message, fix, within=within, edits=edits, safe=safe)
    line = len(task.command) - len(behind(task.command)) + 2  # behind the shell and its -c
    return task.diagnostic(code, message, fix, item=line, within=within, edits=edits, safe=safe)


def main_words(task: Task) -> Words:
    """The command that is the app once all before it is done: the last one of a line for the shell."""
    line = shell_line(task)
    if line is None:
        return behind(task.command) if not isinstance(task.command, str) else ()
    read = reader.read(line)
    if not read.whole or not read.commands or read.commands[-1].nested:
        return ()
    return behind(read.commands[-1].words)


def calls(task: Task) -> list[Call]:
    """The commands that a task runs, as far as they can be read."""
    line = shell_line(task)
    if line is None:
        return [] if isinstance(task.command, str) else [Call(behind(task.command))]
    found = ((behind(simple.words), simple.ranges) for simple in reader.read(line).commands)
    return [Call(words, ranges[len(ranges) - len(words) :]) for words, ranges in found]
