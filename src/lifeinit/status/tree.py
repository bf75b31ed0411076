"""The processes from a lifeinit downwards, with what they use."""

from collections.abc import Callable
from typing import TypeVar

import psutil  # type: ignore[import-untyped]  # it has no types of its own

from lifeinit.engine.record import Record
from lifeinit.status import proc

ZOMBIE = str(psutil.STATUS_ZOMBIE)

Answer = TypeVar("Answer")


class Node(Record):
    """One process; `depth` is 0 for lifeinit. What may not be seen is None, and so are arguments unless wanted."""

    pid: int
    parent: int
    depth: int
    name: str
    user: str | None
    state: str
    uss_bytes: int | None
    rss_bytes: int | None
    cpu: float | None
    arguments: tuple[str, ...] | None


def look(pid: int, arguments: bool) -> list[Node] | None:
    """The process and all below it, each before its children; None where /proc does not show it. Raises nothing.

    Arguments may hold secrets, so they are read only where they are asked for.
    """
    try:
        root = psutil.Process(pid)
        below = root.children(recursive=True)
    except (psutil.Error, OSError):
        return None
    children: dict[int, list[psutil.Process]] = {}
    known = {pid, *(process.pid for process in below)}
    for process in sorted(below, key=lambda process: process.pid):
        parent: int | None = _asked(process.ppid)
        children.setdefault(pid if parent is None or parent not in known else parent, []).append(process)
    return _walk(root, children, arguments)


def _walk(root: psutil.Process, children: dict[int, list[psutil.Process]], arguments: bool) -> list[Node]:
    nodes: list[Node] = []
    waiting = [(root, 0)]
    while waiting:
        process, depth = waiting.pop()
        node = _node(process, depth, arguments)
        if node is not None:
            nodes.append(node)
        waiting.extend((child, depth + 1) for child in reversed(children.pop(process.pid, [])))
    return nodes


def _node(process: psutil.Process, depth: int, arguments: bool) -> Node | None:
    """None for one that is gone since."""
    try:
        with process.oneshot():
            # psutil's own name() looks for the rest of a long name among the arguments.
            name, parent, state = proc.short_name(process.pid), int(process.ppid()), str(process.status())
            times = _asked(process.cpu_times)
            is_zombie = state == ZOMBIE
            return Node(
                pid=process.pid,
                parent=parent,
                depth=depth,
                name=name or "",
                user=_asked(process.username),
                state=state,
                uss_bytes=None if is_zombie else _asked(lambda: _uss(process)),
                rss_bytes=None if is_zombie else _asked(lambda: int(process.memory_info().rss)),
                cpu=None if times is None else float(times.user + times.system),
                arguments=tuple(_asked(process.cmdline) or ()) if arguments else None,
            )
    except psutil.Error:
        return None


def _asked(question: Callable[[], Answer]) -> Answer | None:
    """What psutil answers; None where the process is gone, or another user's."""
    try:
        return question()
    except (psutil.Error, OSError):
        return None


def _uss(process: psutil.Process) -> int | None:
    """The memory that its end would free. A kernel without smaps does not know."""
    uss = getattr(process.memory_full_info(), "uss", None)
    return None if uss is None else int(uss)
