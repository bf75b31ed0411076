"""A running lifeinit as a screen of text."""

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence

from lifeinit.engine.printable import shortened
from lifeinit.status.find_init import RunningInit
from lifeinit.status.health import NO_STATE, why
from lifeinit.status.state_reader import AppProcess, HookResult, State
from lifeinit.status.tree import ZOMBIE, Node
from lifeinit.values.duration_text import rough

_NOTHING = "-"
_YES = {True: "yes", False: "no"}
_DETAIL = 200  # characters of the reason why a process does not work
_DEEPEST = 20  # steps to the right
_WHOLE = 1 << 21  # characters: the most that execve(2) allows


def text(running: RunningInit, nodes: list[Node] | None, now: float) -> str:
    """The whole screen, without a line feed at its end. `now` is unix time."""
    if running.state is None:
        parts: list[Sequence[str]] = [[f"lifeinit, pid {running.pid}: {NO_STATE}"]]
    else:
        parts = list(_state(running.pid, running.state, now))
    parts.append(_hidden(running.pid) if nodes is None else _tree(nodes))
    return "\n\n".join("\n".join(part) for part in parts)


def _state(pid: int, state: State, now: float) -> Iterator[Sequence[str]]:
    yield _head(pid, state, now)
    if state.processes:
        yield _processes(state.processes, now)
    if state.hooks:
        yield _table("HOOK RESULT TOOK WHEN", [_hook(hook, now) for hook in state.hooks])


def _head(pid: int, state: State, now: float) -> list[str]:
    began = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(state.since))
    lines = [
        f"lifeinit, pid {pid}: {state.phase} for {rough(now - state.since)}, since {began}",
        f"ready: {_YES[state.ready]}",
        f"started: {rough(now - state.started)} ago, restarts: {state.restarts}",
    ]
    lines += [
        f"unhealthy: {shortened(process.name)}: {shortened(process.alive_detail, _DETAIL)}"
        for process in state.processes
        if process.alive_detail is not None
    ]
    if state.reason:
        lines.append(f"stop: {why(state)}")
    if state.exit_status is not None:
        lines.append(f"exit status: {state.exit_status}")
    return lines


def _processes(processes: Sequence[AppProcess], now: float) -> list[str]:
    """Whether they are alive only where anybody asks."""
    if all(process.alive is None for process in processes):
        return _table("APP PID UP READY STATUS", [_process(process, now) for process in processes])
    alive = [_NOTHING if process.alive is None else _YES[process.alive] for process in processes]
    rows = [_process(process, now, word) for process, word in zip(processes, alive, strict=True)]
    return _table("APP PID UP READY ALIVE STATUS", rows)


def _process(process: AppProcess, now: float, *alive: str) -> list[str]:
    pid, up = (_NOTHING, _NOTHING) if process.pid is None else (str(process.pid), rough(now - process.since))
    return [shortened(process.name), pid, up, _YES[process.ready], *alive, shortened(process.status)]


def _hook(hook: HookResult, now: float) -> list[str]:
    label = shortened(hook.label) + (f", try {hook.attempt}" if hook.attempt > 1 else "")
    result = hook.result
    if hook.signal is not None:
        result += f", SIG{shortened(hook.signal)}"
    elif hook.code:
        result += f", {hook.code}"
    return [label, result, _NOTHING if hook.seconds is None else _took(hook.seconds), f"{rough(now - hook.at)} ago"]


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 59.95 else rough(seconds)


def _hidden(pid: int) -> list[str]:
    return [f"The processes cannot be shown: /proc does not show process {pid} to this user (hidepid?)."]


def _tree(nodes: list[Node]) -> list[str]:
    rows = [
        [
            "  " * min(node.depth, _DEEPEST) + str(node.pid),
            shortened(node.user or _NOTHING),
            _size(node.uss_bytes),
            _size(node.rss_bytes),
            _NOTHING if node.cpu is None else _took(node.cpu),
            "ZOMBIE" if node.state == ZOMBIE else node.state,
            _program(node),
        ]
        for node in nodes
    ]
    zombies = sum(node.state == ZOMBIE for node in nodes)
    dead = f", {_count(zombies, 'zombie')} (not reaped by the parent)" if zombies else ""
    return [*_table("PID USER USS RSS CPU STATE NAME", rows), f"{_count(len(nodes), 'process')}{dead}"]


def _program(node: Node) -> str:
    return shortened(shlex.join(node.arguments), _WHOLE) if node.arguments else shortened(node.name)


def _size(size: int | None) -> str:
    return _NOTHING if size is None else f"{size / 2**20:.1f} MiB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"


def _table(titles: str, rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [titles.split(), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
