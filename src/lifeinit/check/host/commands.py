"""Whether each command can be executed: its program, the shell, and what the shell says about the line."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host import shell_syntax
from lifeinit.check.host.as_user import Kernel, own_user
from lifeinit.check.host.invocation import base_name, behind, diagnostic, script_argument, shell_line
from lifeinit.check.host.programs import Place, Programs, Unusable
from lifeinit.check.host.shell_differences import Differences
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.edits import Editor
from lifeinit.config.toml import written

_OPERATORS = frozenset("&& || | > >> < 2> 2>&1 >&2 &> >/dev/null 2>/dev/null &".split())
_TAKE_OPERATORS = frozenset("[ awk expr find gawk grep jq mawk perl sed test".split())
_TAKE_DOLLARS = frozenset("ash awk bash dash envsubst gawk grep jq ksh make mawk perl php ruby sed sh zsh".split())
_VARIABLE = re.compile(r"[\w./:=@-]*\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)[\w./:@-]*", re.ASCII)
_SCRIPT_NAME = re.compile(r".*\.(?:py|pyz|sh|bash|js|mjs|cjs|rb|pl|php)")
_PATTERN = re.compile(r"[*?\[~]")
_CHANGES_NAMES = frozenset({".", "source", "eval", "alias", "hash"})  # after these a name may mean anything
_TESTS = frozenset({"[", "test", "[[", "command", "which", "type"})  # what they name is known to be missing perhaps
_PREFIXES = frozenset({"exec", "command"})
_MOST_ITEMS = 8  # of a list that a help repeats


def diagnostics(tasks: Sequence[Task], programs: Programs, kernel: Kernel) -> Iterator[Diagnostic]:
    """E301 to E306, E309, E310, E316, E317, W301, W316 to W318, W326."""
    checks = _Commands(programs, kernel)
    lines = [line for task in tasks if (line := _posix_line(task)) and checks.has_shell]
    refused, differences = shell_syntax.refused(lines), Differences(lines)
    for task in tasks:
        if isinstance(task.command, tuple):
            yield from checks.list(task, task.command)
        if line := _posix_line(task):
            yield from checks.line(task, line, refused, differences)


class _Commands:
    def __init__(self, programs: Programs, kernel: Kernel) -> None:
        self.programs = programs
        self.kernel = kernel
        shell = programs.ask(shell_syntax.SHELL, Place(own_user(), "/", None))
        self.has_shell = not isinstance(shell, Unusable)
        self._said_no_shell = False

    def list(self, task: Task, command: tuple[str, ...]) -> Iterator[Diagnostic]:
        answer = self.programs.ask(command[0], task.place)
        if isinstance(answer, Unusable):
            words = _split(command[0])
            if answer.code == "E301" and len(words) > 1:
                yield _words_in_one(task, words, command)
            else:
                yield task.diagnostic(answer.code, answer.message, answer.help, item=0)
            return
        name = base_name(command[0])
        for i, word in enumerate(command[1:], 1):
            what = f"{quoted(word)} is an argument of {quoted(name)}: a list runs without a shell"
            if word in _OPERATORS and name not in _TAKE_OPERATORS:
                yield task.diagnostic("W316", what, _one_string(task), item=i)
            elif _VARIABLE.fullmatch(word) and name not in _TAKE_DOLLARS and command[i - 1] not in {"-c", "-e"}:
                yield task.diagnostic("W317", what, _one_string(task), item=i)
        yield from self._script(task, command)

    def line(
        self, task: Task, line: str, refused: Mapping[str, tuple[int | None, str]], differences: Differences
    ) -> Iterator[Diagnostic]:
        if not self.has_shell:
            if isinstance(task.command, str) and not self._said_no_shell:
                self._said_no_shell = True
                message = f"a string runs in {shell_syntax.SHELL}, which does not exist here"
                yield task.diagnostic("E310", message, 'write a list, ["program", "argument"], or install a shell')
        elif line in refused:
            number, reason = refused[line]
            where = f" in {quoted(line)}" if task.on_command_line else ""
            within = shell_syntax.located(line, number, reason)
            message = f"invalid shell syntax{where}: {reason}"
            yield differences.refusal(task, line, reason) or diagnostic(task, "E316", message, "fix the line", within)
        else:
            yield from differences.diagnostics(task, line)
            yield from self._words(task, line)

    def _words(self, task: Task, line: str) -> Iterator[Diagnostic]:
        """The programs that are certain to start, or that are left out only because one before them failed."""
        read, moved, tested = reader.read(line), False, set[str | None]()
        if "PATH" in read.assigned:
            return
        for simple in read.commands if read.straight else read.commands[:1]:
            words, ranges = simple.words, simple.ranges
            while words and words[0] in _PREFIXES:
                words, ranges = words[1:], ranges[1:]
            name = words[0] if words else None
            if (
                name == "[["
                or name in _CHANGES_NAMES
                or (name == "export" and any((word or "PATH=").startswith("PATH=") for word in words))
            ):
                return
            if name in _TESTS:
                tested.update(words)
            moved |= name in {"cd", "chdir", "pushd"}
            if name is None or name.startswith("-") or simple.nested or simple.end in {"||", "?"}:
                continue
            if name in reader.BUILTINS | reader.BASH_WORDS | read.defined or _PATTERN.search(name):
                continue
            if name not in tested and ("/" not in name or name.startswith("/") or not moved):
                answer = self.programs.ask(name, task.place)
                if isinstance(answer, Unusable):
                    yield diagnostic(task, "W301", answer.message, answer.help, ranges[0])
                elif not moved and not _CHANGES_NAMES & set(words):
                    yield from self._script(task, words, ranges)

    def _script(
        self, task: Task, command: Sequence[str | None], ranges: Sequence[reader.Range] = ()
    ) -> Iterator[Diagnostic]:
        """W318: the file that an interpreter runs. `ranges`: where the words of a line stand."""
        script = script_argument(command)
        if script is None or not _SCRIPT_NAME.fullmatch(script) or _PATTERN.search(script):
            return
        entry = self.kernel.look(task.place.user, os.path.join(task.place.directory, script))
        if entry is None or (entry.readable and entry.kind != "directory"):
            return
        if entry.kind == "directory":
            return  # python runs one with a __main__.py
        reason, fix = f"which uid {task.place.user.uid} cannot read", f"chmod a+r {script}"
        if entry.kind not in {"file", "other"}:
            reason = "which does not exist or is not accessible"
            fix = f"copy it into the image, or fix the path, which is relative to {task.place.directory}"
        message, at = f"{quoted(command[0])} runs {quoted(script)}, {reason}", command.index(script)
        if ranges:
            yield diagnostic(task, "W318", message, fix, ranges[at])
        else:
            yield task.diagnostic("W318", message, fix, item=at)


def _posix_line(task: Task) -> str:
    """The line that sh reads, also where a list says `sh -c`; empty where it reads none."""
    if isinstance(task.command, tuple) and [base_name(word) for word in behind(task.command)[:1]] != ["sh"]:
        return ""
    return shell_line(task) or ""


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()  # a quote that nothing closes


def _words_in_one(task: Task, words: Sequence[str], command: Sequence[str]) -> Diagnostic:
    """E309: a program with its arguments, or several of them in the list that is one command."""
    message = f"program {quoted(command[0])} does not exist: the first item of a list is only the program"
    found = task.diagnostic("E309", message, _one_string(task), item=0)
    if not _OPERATORS.isdisjoint(words):
        return found
    edit = Editor(task.places)
    if len(command) > 1 and task.kind == "hook" and all(" " in item and item[0] not in "-/" for item in command[1:]):
        hooks = (edit.hook((*task.path, i), item) for i, item in enumerate(command))
        edits = edit.value(task.path, f"[{', '.join(hooks)}]") if task.path[-1] == task.phase else ()
        return found.replaced(help=f"write each command below a [[{task.phase}]] of its own", edits=edits)
    shell = "sh -c" if task.on_command_line else "one string for the shell"
    fix = f"write {written([*words, *command[1:]][:_MOST_ITEMS])}, or {shell}"
    edits = () if task.on_command_line else edit.value((*task.path, 0), ", ".join(map(written, words)))
    return found.replaced(help=fix, edits=edits, safe=True)


def _one_string(task: Task) -> str:
    return "write sh -c 'exec ...'" if task.on_command_line else "write the command as one string"
