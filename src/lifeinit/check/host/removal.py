"""`rm -r "$X"/...` in a hook that also runs where X is empty: then it begins at the root."""

import os
import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.invocation import base_name, behind, shell_line
from lifeinit.check.host.shell_lexer import Script, Simple
from lifeinit.check.host.tasks import Task
from lifeinit.check.host.variables import ALWAYS, exporting_texts
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.config.model import Hook, HookFile

_BELOW = re.compile(r"\"?\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))\"?/", re.ASCII)
_RECURSIVE = re.compile(r"-[a-zA-Z]*[rR][a-zA-Z]*|--recursive")
_ENDS_WHERE_UNSET = re.compile(r"-[a-zA-Z]*u[a-zA-Z]*|nounset")
_SAY = frozenset({"echo", "printf"})


def findings(hook_file: HookFile, tasks: Sequence[Task]) -> Iterator[Finding]:
    """W323. Only for a variable that pre_start hooks are seen to hand on, and that nothing else sets."""
    handed = [(text, task) for task in tasks if task.phase == "pre_start" for text in _texts(task)]
    for task in tasks:
        line = shell_line(task) if handed and task.phase not in {None, "pre_start"} else None
        if line is None:
            continue
        own, script = _hook(hook_file, task).environment, shell_lexer.read(line)
        for i, one in enumerate(script.commands):
            for word, name in _removed(one):
                by = [hook for text, hook in handed if re.search(rf"\b{name}=", text)]
                known = ALWAYS | os.environ.keys() | own.keys() | script.assigned
                if by and name not in known and not _is_sure(line, script, i, name) and _may_lack(hook_file, task, by):
                    yield _finding(task, word, name)


def _texts(task: Task) -> list[str]:
    return exporting_texts(task.command, task.directory)


def _hook(hook_file: HookFile, task: Task) -> Hook:
    return next(hook for hooks in hook_file.hooks.values() for hook in hooks if hook.path == task.owner)


def _removed(one: Simple) -> Iterator[tuple[str, str]]:
    """The words of `rm -r` that lie below the value of a variable, and its name."""
    words = behind(one.plain)
    if not words or base_name(words[0]) != "rm" or not any(word and _RECURSIVE.fullmatch(word) for word in words[1:]):
        return
    for word in one.words:
        if match := _BELOW.match(word.raw):
            yield word.raw, match[1] or match[2]


def _is_sure(line: str, script: Script, index: int, name: str) -> bool:
    """Whether something before it, or in it, looks at the variable: `test -n`, `cd`, `${X:?}`, set -u."""
    if re.search(rf"\$\{{{name}:?[-=?+]", line):
        return True
    speaks = re.compile(rf"\$\{{?{name}\b")
    for one in script.commands[:index]:
        if one.plain[0] == "set" and any(word and _ENDS_WHERE_UNSET.fullmatch(word) for word in one.plain[1:]):
            return True
        if one.plain[0] not in _SAY and speaks.search(line, one.begin, one.end):
            return True
    return False


def _may_lack(hook_file: HookFile, task: Task, by: Sequence[Task]) -> bool:
    """post_stop runs after a failed start too; the others run only where the failure of those hooks is no matter."""
    return task.phase == "post_stop" or all(_hook(hook_file, one).on_failure == "warn" for one in by)


def _finding(task: Task, word: str, name: str) -> Finding:
    path = word.replace('"', "").replace(f"${{{name}}}", f"${name}")
    sentence = f"rm gets {quoted(path)}, and {name} is empty where the pre_start hook that hands it on has failed"
    way_out = f'write "${{{name}:?}}"/..., which fails there: without it the path begins at the root'
    return Finding("W323", task.at, sentence, way_out)
