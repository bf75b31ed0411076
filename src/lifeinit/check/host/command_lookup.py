"""Whether each command can be executed at all: its program, the shell and what the shell would say of the line."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lifeinit.check.host import shell_lexer, shell_syntax
from lifeinit.check.host.access import READ, Found
from lifeinit.check.host.command_rewrites import one_string, several, words_in_one
from lifeinit.check.host.invocation import SHELLS, base_name, behind, script_argument, shell_line
from lifeinit.check.host.program_lookup import Program, Programs, Unfit
from lifeinit.check.host.shell_lexer import Simple
from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted

_OPERATORS = frozenset("&& || | > >> < 2> 2>&1 >&2 &> >/dev/null 2>/dev/null &".split())
_TAKE_OPERATORS = frozenset("[ awk expr find gawk grep jq mawk perl sed test".split())
_TAKE_DOLLARS = frozenset("ash awk bash dash envsubst gawk grep jq ksh make mawk perl php ruby sed sh zsh".split())
_WRAPPERS = frozenset(
    "busybox chroot doas env exec flock gosu nice nohup parallel setpriv ssh stdbuf su su-exec sudo"
    " time timeout tini watch xargs".split()
)
_VARIABLE = re.compile(r"[\w./:=@-]*\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)[\w./:@-]*", re.ASCII)
_SCRIPT_NAME = re.compile(r".*\.(?:py|pyz|sh|bash|js|mjs|cjs|rb|pl|php)")
_PATTERN = re.compile(r"[*?\[~]")
_CHANGES_NAMES = frozenset({".", "source", "eval", "alias", "hash"})  # after these a name may mean anything
_PREFIXES = frozenset({"exec", "command"})


class Commands:
    """Asks for each command of a survey."""

    def __init__(self, programs: Programs, tasks: list[Task]) -> None:
        self.programs = programs
        self.tasks = tasks
        self.shell = os.path.basename(os.path.realpath(shell_syntax.SHELL))
        self._no_shell_told = False

    def findings(self) -> Iterator[Finding]:
        has_shell = not isinstance(self.programs.ask(shell_syntax.SHELL, "/", None, None), Unfit)
        complaints = shell_syntax.complaints(text for task in self.tasks if (text := line_of(task)) and has_shell)
        for task in self.tasks:
            if isinstance(task.command, tuple):
                yield from self._list(task, task.command)
            if line_of(task):
                yield from self._line(task, line_of(task), has_shell, complaints)

    def _list(self, task: Task, command: tuple[str, ...]) -> Iterator[Finding]:
        answer = self.programs.ask(command[0], task.directory, task.search, task.who)
        if isinstance(answer, Unfit):
            in_one = words_in_one(task, command) if answer.code == "E301" else None
            found = in_one or Finding(answer.code, task.word(0), answer.sentence, answer.help)
            are_several = self._are_several(task, command, least=1)
            yield replace(found, help=f"{found.help}; {several(task)}") if are_several else found
            return
        if self._are_several(task, command, least=2):
            sentence = f"{quoted(command[0])} gets {quoted(command[1])} as an argument: a list is one command"
            yield Finding("W322", task.word(1), sentence, several(task))
        name = command[0].rpartition("/")[2]
        for i, word in enumerate(command[1:], 1):
            if word in _OPERATORS and name not in _TAKE_OPERATORS:
                sentence = f"{quoted(name)} gets {quoted(word)} as an argument: a list does not go through the shell"
                yield Finding("W316", task.word(i), sentence, one_string(task, command))
            elif _VARIABLE.fullmatch(word) and name not in _TAKE_DOLLARS and command[i - 1] not in {"-c", "-e"}:
                sentence = f"{quoted(name)} gets {quoted(word)} as it stands: a list does not go through the shell"
                yield Finding("W317", task.word(i), sentence, one_string(task, command))
        yield from self._script(task, command)

    def _are_several(self, task: Task, command: tuple[str, ...], least: int) -> bool:
        """Whether each item looks like a hook of its own, the second one by at least so many words.

        Only for a list that is the phase itself: behind `command =` nobody thinks of several hooks.
        """
        if task.kind != "hook" or task.at != task.owner or len(task.at) != 1 or len(command) < 2:
            return False
        if "/" not in command[0] and " " not in command[0]:
            return False
        if base_name(command[0]) in _WRAPPERS | SHELLS or len(command[1].split()) < least:
            return False
        return all(self._is_command(task, item) for item in command[1:])

    def _is_command(self, task: Task, item: str) -> bool:
        """Several words, and the first is a program here; or something that lies here."""
        words = item.split()
        if len(words) < 2:
            return item.startswith("./")
        return isinstance(self.programs.ask(words[0], task.directory, task.search, task.who), Program)

    def _script(self, task: Task, command: tuple[str | None, ...]) -> Iterator[Finding]:
        """The file that an interpreter is to run."""
        script = script_argument(command)
        base = self.programs.base(task.directory)
        if script is None or base is None or not _SCRIPT_NAME.fullmatch(script) or _PATTERN.search(script):
            return
        files = self.programs.files
        found = files.find(script, base, task.who)
        what = f"{quoted(command[0])} is to run {quoted(script)}"
        if not isinstance(found, Found):
            way_out = f"copy it into the image, or correct the path: it begins at {base}"
            yield Finding("W318", task.at, f"{what}, which is not there or out of reach", way_out)
        elif not files.may(READ, found.path, task.who):
            yield Finding("W318", task.at, f"{what}, which its user may not read", f"chmod a+r {script}")

    def _line(
        self, task: Task, line: str, has_shell: bool, complaints: Mapping[str, tuple[int | None, str]]
    ) -> Iterator[Finding]:
        if not has_shell:
            if isinstance(task.command, str) and not self._no_shell_told:
                self._no_shell_told = True
                sentence = f"a string is a line for {shell_syntax.SHELL}, and this machine has none"
                yield Finding("E310", task.at, sentence, 'write a list, ["program", "argument"], or install a shell')
            return
        if line in complaints:
            number, message = complaints[line]
            last = line.count("\n") + 1
            where = f", line {min(number, last)}" if number is not None and last > 1 else ""
            sentence = f"the shell refuses {quoted(line)}{where}: {message}"
            yield Finding("E316", task.at, sentence, "correct the line; sh -n says whether the shell can read it")
            return
        yield from self._words(task, line)

    def _words(self, task: Task, line: str) -> Iterator[Finding]:
        """The programs that are certain to be started, or to be left out only because one before them failed."""
        script, moved = shell_lexer.read(line), False
        commands = script.commands if script.straight else script.commands[:1]
        if "PATH" in script.assigned:
            return
        for simple in commands:
            words = simple.plain
            while words and words[0] in _PREFIXES:
                words = words[1:]
            name = words[0] if words else None
            if name in shell_lexer.BASHES_OWN and simple.ended != "||":
                yield from self._of_bash(task, name)
            if name in _CHANGES_NAMES or _sets_path(simple):
                return
            moved |= name in {"cd", "chdir", "pushd"}
            if name is None or name.startswith("-") or simple.nested or simple.ended == "||":
                continue
            if name in script.functions | shell_lexer.BUILTINS | shell_lexer.BASHES_OWN or _PATTERN.search(name):
                continue
            if "/" in name and not name.startswith("/") and moved:
                continue
            yield from self._word(task, name)
            if not moved and not _CHANGES_NAMES & set(words):
                yield from self._script(task, words)

    def _of_bash(self, task: Task, name: str) -> Iterator[Finding]:
        if self.shell == "dash":
            way_out = 'write "." for "source", "[" for "[[", or a list: ["bash", "-c", "..."]'
            yield Finding(
                "W301", task.at, f"{quoted(name)} is a word of bash, and {shell_syntax.SHELL} is dash", way_out
            )

    def _word(self, task: Task, name: str) -> Iterator[Finding]:
        answer = self.programs.ask(name, task.directory, task.search, task.who)
        if isinstance(answer, Unfit):
            yield Finding(
                "W301", task.at, f"the shell cannot start a program of this line: {answer.sentence}", answer.help
            )


def line_of(task: Task) -> str:
    """The line that the shell is to read, also where a list says `sh -c`; empty where it reads none."""
    if isinstance(task.command, tuple) and [base_name(word) for word in behind(task.command)[:1]] != ["sh"]:
        return ""
    return shell_line(task) or ""


def _sets_path(simple: Simple) -> bool:
    return simple.plain[0] == "export" and any(word.raw.startswith("PATH=") for word in simple.words)
