"""Lines that people bring along from life without lifeinit: `kill 1`, and `sleep` where there is a key for it."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.invocation import Words, base_name, behind, shell_line
from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.config.model import HookFile
from lifeinit.engine.signals import name_of, number_of

_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", re.ASCII)
_PIDS = (
    "the app is $LIFEINIT_CHILD_PID, and lifeinit is $LIFEINIT_PID, in a string: pid 1 is another under docker --init"
    " or in a shared PID namespace"
)


def findings(hook_file: HookFile, tasks: Sequence[Task]) -> Iterator[Finding]:
    for task in tasks:
        if task.kind == "app":
            continue
        for words in _commands(task):
            yield from _kill(hook_file, task, words)
        if task.phase == "pre_stop":
            yield from _sleep_before_the_stop(task)
        if task.phase == "pre_start":
            yield from _sleep_before_the_start(task)


def _commands(task: Task) -> list[Words]:
    line = shell_line(task)
    if line is not None:
        return [behind(simple.plain) for simple in shell_lexer.read(line).commands]
    return [] if isinstance(task.command, str) else [behind(task.command)]


def _kill(hook_file: HookFile, task: Task, words: Words) -> Iterator[Finding]:
    if not words or base_name(words[0]) != "kill":
        return
    signal, pids = _killed(words[1:])
    if "-1" in pids:
        sentence = (
            f"{_shown(words)} signals every process of the container that its user may signal, not lifeinit alone"
        )
        yield Finding("W304", task.at, sentence, _PIDS)
    elif "1" in pids and signal is not None:
        yield Finding(
            "W304", task.at, f"pid 1 of {_shown(words)} is lifeinit: {_effect(hook_file, task, signal)}", _PIDS
        )


def _killed(words: Words) -> tuple[str | None, list[str]]:
    """The signal's name and the pids. `kill -1` alone names a signal, and `-1` after a signal everybody."""
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
        return f"the kernel drops a {signal} that comes from inside the container"
    if signal not in hook_file.stop_on:
        return f"{signal} is passed on to the app, or dropped while there is none"
    match task.phase:
        case "pre_start":
            return "a stop request, after which the app never starts"
        case "pre_stop":
            return "a second stop request, which skips the pre_stop hooks that are left"
        case "post_stop":
            return "a stop request, and the stop is on its way already"
        case _:
            return "a stop request, which ends the container"


def _sleep_before_the_stop(task: Task) -> Iterator[Finding]:
    words = _first(task)
    if words is not None and (written := _duration(words)) is not None:
        limit = "a hook's timeout does not end it, and no process is started for it"
        alone = len(_commands(task)) == 1
        way_out = f'write sleep = "{written}" in place of the command: {limit}'
        if not alone:
            way_out = f'make a hook of its own with sleep = "{written}" before it: {limit}'
        yield Finding("W310", task.at, f"{_shown(words)} starts a process to wait for a time", way_out)


def _sleep_before_the_start(task: Task) -> Iterator[Finding]:
    line, words = shell_line(task), _first(task)
    loops = line is not None and shell_lexer.read(line).loops
    sleeping = next((one for one in _commands(task) if one and base_name(one[0]) == "sleep"), None)
    if sleeping is None or not (loops or (words is not None and _duration(words) is not None)):
        return
    waits = "in a loop waits for something to be ready" if loops else "waits for a time, ready or not"
    sentence = f"{_shown(sleeping)} before the start {waits}"
    way_out = 'write wait_for = ["tcp://db:5432"], say, in a hook of its own: it goes on as soon as each target answers'
    yield Finding("W311", task.at, sentence, way_out)


def _first(task: Task) -> Words | None:
    """The first command, where nothing is around it."""
    line = shell_line(task)
    if line is None:
        return None if isinstance(task.command, str) else behind(task.command)
    commands = shell_lexer.read(line).commands
    return behind(commands[0].plain) if commands and not commands[0].nested else None


def _duration(words: Words) -> str | None:
    """What `sleep N` waits for, as the hook file has it."""
    if len(words) != 2 or base_name(words[0]) != "sleep" or not (match := _TIME.fullmatch(words[1] or "")):
        return None
    number, unit = match.groups()
    if "." in number:
        return f"{round(float(number) * 1000)}ms" if unit in {"", "s"} and float(number) < 1000 else None
    return f"{number}{unit or 's'}"


def _shown(words: Words) -> str:
    return quoted(" ".join("..." if word is None else word for word in words))
