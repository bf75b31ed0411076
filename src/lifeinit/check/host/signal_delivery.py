"""Whether signals reach the app: no shell, runner or other init in between, and no daemon."""

import os
import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host import shell_syntax
from lifeinit.check.host.as_user import Kernel, own_user
from lifeinit.check.host.daemons import daemon
from lifeinit.check.host.invocation import (
    SHELLS,
    Words,
    base_name,
    behind,
    diagnostic,
    main_words,
    script_argument,
    shell_line,
)
from lifeinit.check.host.programs import Program, Programs
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.model import HookFile

_LONGEST_SCRIPT = 1 << 16  # bytes
_EXECS = re.compile(r"(?:^|[\s;&|(])exec\s+(?![0-9]*[<>&])|(?:^|[\s;&|])trap\s", re.MULTILINE)
_ALL_ARGUMENTS = re.compile(r"\"?\$[@*]\"?")
# These replace themselves with the last command of `-c`, as long as nothing is redirected. Measured with bash 5.2 and
# busybox 1.35; dash 0.5.12 does not.
_REPLACE_THEMSELVES = frozenset({"bash", "busybox"})
_INITS = frozenset(
    "catatonit docker-init dumb-init my_init pid1 runit runsvdir s6-init s6-overlay-suexec s6-svscan systemd tini"
    " tini-static".split()
)
_RUNNERS = {
    "npm": frozenset("exec restart run run-script start".split()),
    "npx": None,
    "pnpm": frozenset("dlx exec run start".split()),
    "yarn": frozenset("dlx exec run start".split()),
}
_GROUP = 'or set stop_scope = "group", which signals all of them'
_LOST = "a stop signal ends only the shell, and its child gets one second instead of the whole budget"


def diagnostics(hook_file: HookFile, tasks: Sequence[Task], programs: Programs, kernel: Kernel) -> Iterator[Diagnostic]:
    """W305 to W309, for the app and each process."""
    for task in tasks:
        if task.kind != "app":
            continue
        words = main_words(task)
        yield from _init(task, words)
        background = daemon(task, words, kernel)
        if background is not None:
            yield background
        elif not _signals_group(hook_file, task):
            runner = list(_runner(task, words))
            yield from runner or _line(task, programs)
            yield from _script(task, words, programs, kernel)


def _signals_group(hook_file: HookFile, task: Task) -> bool:
    """Whether a stop signal goes to the whole process group, so that nothing in between can keep it."""
    process = hook_file.processes.get(str(task.owner[-1])) if task.owner[0] == "process" else None
    scope = process.stop_scope if process is not None else None
    return (scope or hook_file.app.stop_scope) == "group"


def _line(task: Task, programs: Programs) -> Iterator[Diagnostic]:
    line = shell_line(task)
    if line is None or _EXECS.search(line):
        return
    read = reader.read(line)
    last = read.commands[-1] if read.whole and read.commands else None
    if last is None or last.nested or last.words[0] in reader.BUILTINS:
        return
    shell = shell_syntax.SHELL if isinstance(task.command, str) else behind(task.command)[0] or ""
    answer = programs.ask(shell, task.place)
    replaces_itself = isinstance(answer, Program) and base_name(os.path.realpath(answer.path)) in _REPLACE_THEMSELVES
    if replaces_itself and not re.search(r"[<>|]", line):
        return
    name = quoted(base_name(last.words[0])) if last.words[0] else "its program"
    fix = f'put "exec" before {name}, {_GROUP}'
    at = last.ranges[0][0]
    edits = [(at, at, "exec ")] if not read.assigned else []
    if any(one.end == "|" for one in read.commands):
        fix, edits = f"remove the pipe, {_GROUP}", []
    message = f"the shell stays between lifeinit and {name}: {_LOST}"
    yield diagnostic(task, "W305", message, fix, last.ranges[0], edits, safe=True)


def _script(task: Task, words: Words, programs: Programs, kernel: Kernel) -> Iterator[Diagnostic]:
    """A shell script whose last line starts a program and stays."""
    path = _shell_script(task, words, programs)
    raw = kernel.beginning(own_user(), path, _LONGEST_SCRIPT) if path else b""
    text = raw.decode("utf-8", "replace").replace("\\\n", " ")
    if not raw or len(raw) == _LONGEST_SCRIPT or _EXECS.search(text):
        return
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    read = reader.read(lines[-1]) if lines else None
    if read is None or not read.straight or len(read.commands) != 1 or read.commands[0].end == "&":
        return
    name, runs_arguments = read.commands[0].words[0], _ALL_ARGUMENTS.match(lines[-1].strip())
    if not runs_arguments and (
        name is None or name in reader.BUILTINS or not isinstance(programs.ask(name, task.place), Program)
    ):
        return  # a builtin, a function or what cannot be known
    shown = "its arguments" if runs_arguments else quoted(name)
    message = f"the script {quoted(path)} starts {shown} in its last line and stays in between: {_LOST}"
    yield task.diagnostic("W306", message, f'begin its last line with "exec", {_GROUP}')


def _shell_script(task: Task, words: Words, programs: Programs) -> str | None:
    if not words or words[0] is None:
        return None
    if base_name(words[0]) in SHELLS:
        script = script_argument(words)
        return None if script is None else os.path.join(task.place.directory, script)
    answer = programs.ask(words[0], task.place)
    if not isinstance(answer, Program):
        return None
    line = answer.first_line
    by = base_name(line.through_env or line.interpreter)
    return answer.path if line.is_text or by in SHELLS else None


def _runner(task: Task, words: Words) -> Iterator[Diagnostic]:
    name = base_name(words[0]) if words else ""
    kinds = _RUNNERS.get(name, frozenset())
    if kinds is not None and not any(word in kinds for word in words[1:2]):
        return
    message = f"{name} runs the program through a shell and stays in between"
    if name in {"npm", "npx"}:
        message += ": it forwards only SIGTERM and SIGINT, to the shell, which may die without its child"
    else:
        message += ": a signal reaches the program only if each of them forwards it"
    yield task.diagnostic("W307", message, f'write the program itself, such as ["node", "server.js"], {_GROUP}')


def _init(task: Task, words: Words) -> Iterator[Diagnostic]:
    name = base_name(words[0]) if words else ""
    overlay = bool(words) and words[0] == "/init" and os.path.isdir("/package/admin/s6-overlay")
    if name in _INITS or overlay:
        shown = quoted(words[0])
        message = f"{shown} is an init: below lifeinit it is not PID 1 and has nothing to do"
        yield task.diagnostic("W308", message, f"remove {shown} and its options, and write the program that it starts")
