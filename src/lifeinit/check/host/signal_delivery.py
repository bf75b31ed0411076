"""Whether lifeinit's signals reach the app: no shell, runner or other init in between, and no daemon that leaves."""

import os
import re
from collections.abc import Iterator

from lifeinit.check.host import shell_lexer, shell_syntax
from lifeinit.check.host.daemons import leaves
from lifeinit.check.host.invocation import SHELLS, Words, base_name, behind, main_words, script_argument, shell_line
from lifeinit.check.host.program_lookup import Program, Programs
from lifeinit.check.host.read_head import beginning
from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.config.model import HookFile

_LONGEST_SCRIPT = 1 << 16  # bytes
_EXECS = re.compile(r"(?:^|[\s;&|(])exec\s+(?![0-9]*[<>&])|(?:^|[\s;&|])trap\s", re.MULTILINE)
_ALL_ARGUMENTS = frozenset({'"$@"', "$@", "$*", '"$*"'})
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
_GROUP = 'or set stop_scope = "group", which signals them all'


def findings(hook_file: HookFile, programs: Programs, tasks: list[Task]) -> Iterator[Finding]:
    for task in tasks:
        if task.kind != "app":
            continue
        words = main_words(task)
        yield from _init(task, words)
        daemon = leaves(task, words)
        if daemon is not None:
            yield daemon
        elif not _reaches_all(hook_file, task):
            yield from _line(task, programs)
            yield from _script(task, words, programs)
            yield from _runner(task, words)


def _reaches_all(hook_file: HookFile, task: Task) -> bool:
    """Whether signals go to the whole group: then nobody in between can keep them."""
    process = hook_file.processes.get(str(task.owner[-1])) if task.owner[0] == "process" else None
    scope = process.stop_scope if process is not None else None
    return (scope or hook_file.app.stop_scope) == "group"


def _line(task: Task, programs: Programs) -> Iterator[Finding]:
    line = shell_line(task)
    if line is None:
        return
    script = shell_lexer.read(line)
    last = script.commands[-1] if script.whole and script.commands else None
    if last is None or last.nested or _EXECS.search(line):
        return
    name = base_name(last.plain[0]) or last.words[0].raw
    if name in shell_lexer.BUILTINS | script.functions:
        return
    piped = any(one.ended == "|" for one in script.commands)
    shell = shell_syntax.SHELL if isinstance(task.command, str) else behind(task.command)[0] or ""
    answer = programs.ask(shell, task.directory, task.search, task.who)
    replaces_itself = isinstance(answer, Program) and base_name(answer.found.path) in _REPLACE_THEMSELVES
    if replaces_itself and not re.search(r"[<>|]", line):
        return
    way_out = f'put "exec" before {quoted(name)}, {_GROUP}'
    if piped:
        way_out = f"leave the pipe out, {_GROUP}"
    yield Finding("W305", task.at, f"the shell stays between lifeinit and {quoted(name)}: {_LOST}", way_out)


_LOST = "a stop signal ends the shell alone, and what it started gets a second to stop instead of the whole budget"


def _script(task: Task, words: Words, programs: Programs) -> Iterator[Finding]:
    """A shell script whose last line starts a program and stays."""
    path = _shell_script(task, words, programs)
    raw = beginning(path, _LONGEST_SCRIPT) if path else b""
    text = raw.decode("utf-8", "replace").replace("\\\n", " ")
    if not raw or len(raw) == _LONGEST_SCRIPT or _EXECS.search(text):
        return
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    last = shell_lexer.read(lines[-1]).single if lines else None
    if last is None or last.ended == "&":
        return
    name = last.words[0]
    if name.raw not in _ALL_ARGUMENTS and not (
        name.plain is not None
        and name.plain not in shell_lexer.BUILTINS
        and isinstance(programs.ask(name.plain, task.directory, task.search, task.who), Program)
    ):
        return  # a builtin, a function or what we cannot know
    shown = "its arguments" if name.raw in _ALL_ARGUMENTS else quoted(name.plain)
    sentence = f"the script {quoted(path)} starts {shown} in its last line and stays in between: {_LOST}"
    yield Finding("W306", task.at, sentence, f'begin its last line with "exec", {_GROUP}')


def _shell_script(task: Task, words: Words, programs: Programs) -> str | None:
    if not words or words[0] is None:
        return None
    if base_name(words[0]) in SHELLS:
        script, base = script_argument(words), programs.base(task.directory)
        return None if script is None or base is None else os.path.join(base, script)
    answer = programs.ask(words[0], task.directory, task.search, task.who)
    if not isinstance(answer, Program):
        return None
    by = base_name(answer.head.through_env or answer.head.interpreter)
    return answer.found.path if answer.head.is_text or by in SHELLS else None


def _runner(task: Task, words: Words) -> Iterator[Finding]:
    name = base_name(words[0]) if words else ""
    if name not in _RUNNERS:
        return
    kinds = _RUNNERS[name]
    if kinds is not None and not any(word in kinds for word in words[1:2]):
        return
    what = f"{name} runs your program through a shell and stays in between"
    if name in {"npm", "npx"}:
        what += ": it passes on TERM and INT alone, and to the shell, which may die of them without its child"
    else:
        what += ": a signal reaches it only if each of them passes it on"
    way_out = f'write the command that the script runs, ["node", "server.js"] say, {_GROUP}'
    yield Finding("W307", task.at, what, way_out)


def _init(task: Task, words: Words) -> Iterator[Finding]:
    name = base_name(words[0]) if words else ""
    overlay = bool(words) and words[0] == "/init" and os.path.isdir("/package/admin/s6-overlay")
    if name in _INITS or overlay:
        shown = quoted(words[0])
        sentence = (
            f"{shown} is an init, and below lifeinit it is none: it is not pid 1, and lifeinit does its work already"
        )
        yield Finding("W308", task.at, sentence, f"leave {shown} and its options out, and write what it starts")
