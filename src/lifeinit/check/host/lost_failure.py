"""A start hook of several commands in which one can fail, and the hook succeeds all the same."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.invocation import base_name, behind, diagnostic, shell_line
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.model import HookFile
from lifeinit.engine.plan import START_PHASES

# What hardly fails, or may. `cd`: what comes after it fails by itself.
_HARMLESS = frozenset(
    ". : [ [[ alias break cd command continue date echo env eval exit export false hash hostname id kill local ls pkill"
    " printf printenv pwd read readonly return set shift sleep source test times trap true type ulimit umask unalias"
    " uname unset wait which whoami".split()
)
_PREPARES = frozenset("chmod chown mkdir touch".split())  # harmless where the last command replaces the shell
_TESTS = frozenset("[ [[ test command type which true :".split())
_ERREXIT = re.compile(r"-[A-Za-z]*e[A-Za-z]*|errexit")
_HANDLED = re.compile(r"\$\{?\?|\bERR\b|PIPESTATUS")


def diagnostics(hook_file: HookFile, tasks: Sequence[Task]) -> Iterator[Diagnostic]:
    """W325. A failure of `unless` only means that the hook has to run."""
    hooks = (hook for phase in START_PHASES for hook in hook_file.hooks[phase])
    aborting = {hook.path for hook in hooks if hook.on_failure == "abort"}
    for task in tasks:
        is_checked = task.owner in aborting and task.path[-1:] != ("unless",) and not _has_errexit(task)
        if is_checked and (line := shell_line(task)):
            yield from _lost(task, line)


def _has_errexit(task: Task) -> bool:
    return not isinstance(task.command, str) and behind(task.command)[1:2] == ("-ec",)


def _lost(task: Task, line: str) -> Iterator[Diagnostic]:
    read = reader.read(line)
    if _HANDLED.search(line) or _says_that_it_succeeds(line, read):
        return
    yield from _in_background(task, line, read.commands)
    last = read.commands[-1] if read.commands else None
    replaced = last is not None and not last.nested and last.words[0] == "exec"
    harmless = _HARMLESS | _PREPARES if replaced else _HARMLESS
    for i, simple in enumerate(read.commands):
        if simple.words[0] == "set" and any(_ERREXIT.fullmatch(word or "") for word in simple.words[1:]):
            return
        if simple.lost and simple.end == ";" and _name(simple) not in harmless:
            yield _diagnostic(task, line, read.commands, i)
            return


def _in_background(task: Task, line: str, commands: Sequence[reader.Simple]) -> Iterator[Diagnostic]:
    """A command behind which `&` stands, and for which nothing waits: `set -e` does not see it either."""
    if any("wait" in one.words for one in commands):
        return
    for one in commands:
        if one.end == "&" and not one.nested and _name(one) not in _HARMLESS:
            span = (one.ranges[0][0], one.ranges[-1][1])
            message = f"a failure of {quoted(line[slice(*span)])} goes unnoticed: it runs in the background"
            fix = 'remove the "&", or make it a [process.NAME] if it is to run beside the app'
            yield diagnostic(task, "W325", message, fix, span)
            return


def _says_that_it_succeeds(line: str, read: reader.Line) -> bool:
    """`./optional; true`"""
    if not read.whole or not read.commands:
        return False
    words = read.commands[-1].words
    return words[0] in {"true", ":"} or (words == ("exit", "0") and "\n" not in line.strip())


def _name(simple: reader.Simple) -> str:
    words = behind(simple.words)
    return base_name(words[0]) if words else "exec"


def _diagnostic(task: Task, line: str, commands: Sequence[reader.Simple], at: int) -> Diagnostic:
    start, end = commands[at].ranges[0][0], commands[at].ranges[-1][1]
    message = f"a failure of {quoted(line[start:end])} goes unnoticed: the shell continues with the next command"
    fix = 'write "set -e" as its first line'
    if any(one.lost and one.end == "&&" and _name(one) not in _TESTS for one in commands):
        fix += ', and put each command of "a && b" on its own line'
    first, last = task.places.span(task.path)
    text = "set -e\n" if "\n" in line and first.line != last.line else "set -e; "
    return diagnostic(task, "W325", message, fix, (start, end), ((0, 0, text),))
