"""Habits from life without lifeinit: `kill 1`, and `sleep` where there is a key for it."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.invocation import Call, Words, base_name, calls, diagnostic, shell_line
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, Edits, quoted
from lifeinit.config.edits import Editor
from lifeinit.config.model import HookFile
from lifeinit.engine.signals import name_of, number_of

_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", re.ASCII)
_PIDS = "use $LIFEINIT_CHILD_PID for the app and $LIFEINIT_PID for lifeinit, in a string: lifeinit is not always PID 1"


def diagnostics(hook_file: HookFile, tasks: Sequence[Task]) -> Iterator[Diagnostic]:
    """W304, W310 and W311."""
    for task in tasks:
        if task.kind == "app":
            continue
        for call in calls(task):
            yield from _kill(hook_file, task, call)
        if task.phase == "pre_stop":
            yield from _sleep_before_the_stop(task)
        if task.phase == "pre_start":
            yield from _sleep_before_the_start(task)


def _kill(hook_file: HookFile, task: Task, call: Call) -> Iterator[Diagnostic]:
    words = call.words
    if not words or base_name(words[0]) != "kill":
        return
    signal, pids = _killed(words[1:])
    if "-1" in pids:
        message = f"{_shown(words)} signals every process of the container that its user may signal"
        yield diagnostic(task, "W304", message, _PIDS, call.range)
    elif "1" in pids and signal is not None:
        message = f"{_shown(words)} signals PID 1, which is lifeinit: {_effect(hook_file, task, signal)}"
        yield diagnostic(task, "W304", message, _PIDS, call.range)


def _killed(words: Words) -> tuple[str | None, list[str]]:
    """The signal's name and the pids. The first `-1` is a signal, and `-1` after a signal is every process."""
    rest, signal = list(words), "TERM"
    if rest and rest[0] in {"-s", "-n"} and len(rest) > 1:
        signal, rest = rest[1] or "", rest[2:]
    elif rest and rest[0] and rest[0].startswith("-") and rest[0] != "--":
        signal, rest = rest[0][1:], rest[1:]
    if rest and rest[0] == "--":
        rest = rest[1:]
    number = int(signal) if signal.isascii() and signal.isdecimal() and len(signal) < 3 else number_of(signal)
    return name_of(number) if number else None, [word for word in rest if word is not None]


def _effect(hook_file: HookFile, task: Task, signal: str) -> str:
    if signal in {"KILL", "STOP"}:
        return f"the kernel drops a SIG{signal} from inside the container"
    if signal not in hook_file.stop_on:
        return f"SIG{signal} is forwarded to the app, or dropped while there is none"
    match task.phase:
        case "pre_start":
            return "a stop request, after which the app never starts"
        case "pre_stop" | "post_stop":
            return "a stop request, while the container is already stopping"
        case _:
            return "a stop request, which ends the container"


def _sleep_before_the_stop(task: Task) -> Iterator[Diagnostic]:
    call = _first(task)
    if call is not None and (written := _duration(call.words)) is not None:
        fix = f'write sleep = "{written}" instead of the command'
        if len(calls(task)) > 1:
            fix = f'put a separate hook with sleep = "{written}" before it'
        message = f"{_shown(call.words)} starts a process only to wait, and the timeout of the hook applies to it"
        edits = _slept(task, written) if len(calls(task)) == 1 else ()
        yield diagnostic(task, "W310", message, fix, call.range).replaced(edits=edits, safe=True)


def _slept(task: Task, duration: str) -> Edits:
    """The key sleep instead of the command, where no other key of the hook would be without meaning then."""
    edit, line = Editor(task.places), f'sleep = "{duration}"'
    if task.path == task.owner:
        return edit.value(task.path, f"{{ {line} }}")
    beside = {path[-1] for path in task.places.spans if path[:-1] == task.owner} - {"name", "command"}
    return () if beside else edit.statement(task.path, line)


def _sleep_before_the_start(task: Task) -> Iterator[Diagnostic]:
    line, first = shell_line(task), _first(task)
    loops = line is not None and reader.read(line).loops
    sleeping = next((call for call in calls(task) if call.words and base_name(call.words[0]) == "sleep"), None)
    if sleeping is None or not (loops or (first is not None and _duration(first.words) is not None)):
        return
    waits = (
        "in a loop waits for something to become ready"
        if loops
        else "waits for a fixed time, whether or not that is enough"
    )
    fix = 'use wait_for, for example wait_for = "tcp://db:5432": it continues as soon as the target answers'
    yield diagnostic(task, "W311", f"{_shown(sleeping.words)} {waits}", fix, sleeping.range)


def _first(task: Task) -> Call | None:
    """The first command, where no other contains it."""
    line, found = shell_line(task), calls(task)
    is_nested = line is not None and bool(found) and reader.read(line).commands[0].nested
    return found[0] if found and not is_nested else None


def _duration(words: Words) -> str | None:
    """The time of `sleep N` as a duration of the hook file."""
    if len(words) != 2 or base_name(words[0]) != "sleep" or not (match := _TIME.fullmatch(words[1] or "")):
        return None
    number, unit = match.groups()
    if "." in number:
        return f"{round(float(number) * 1000)}ms" if unit in {"", "s"} and float(number) < 1000 else None
    return f"{number}{unit or 's'}"


def _shown(words: Words) -> str:
    return quoted(" ".join("..." if word is None else word for word in words))
