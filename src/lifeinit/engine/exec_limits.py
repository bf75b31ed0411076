"""How large a program's arguments and environment may be, as execve(2) counts them."""

import os

from lifeinit.engine.become import expanded
from lifeinit.engine.plan import PHASES, Plan, Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST = 1 << 17  # MAX_ARG_STRLEN: one string with its NUL
_LEAST, _MOST = 1 << 17, 6 << 20  # whatever the stack's limit: ARG_MAX, and three quarters of the usual stack
_POINTER = 8
_OWN = 8192  # what lifeinit adds: its own variables, a shell in front, the file's name


def problem(plan: Plan, exported: "Mapping[bytes, bytes]", trusted: "Mapping[bytes, bytes]") -> str:
    """Why with these exports a program of the plan could not be executed; empty where each can.

    Without that check a post_stop hook would not run either. `trusted` are those that hooks get.
    """
    limit = _limit()
    for name, program, variables in _programs(plan, exported, trusted):
        known = {**os.environb, **variables}
        environment = {**known, **dict(_expanded(program, known)), **variables}
        longest = max(environment, key=lambda name: len(name) + len(environment[name]))
        size = len(longest) + len(environment[longest]) + 2
        if size > _LONGEST:
            return f"{os.fsdecode(longest)} of {name} would take {size} bytes, and execve(2) allows {_LONGEST}"
        size = _OWN + sum(len(key) + len(value) + 2 + _POINTER for key, value in environment.items())
        size += sum(len(argument) + 1 + _POINTER for argument in program.argv)
        if size > limit:
            return (
                f"{name} would get {size} bytes, and execve(2) allows {limit} here, a quarter of the stack (ulimit -s)"
            )
    return ""


def _programs(
    plan: Plan, exported: "Mapping[bytes, bytes]", trusted: "Mapping[bytes, bytes]"
) -> "Iterator[tuple[str, Program, Mapping[bytes, bytes]]]":
    for process in plan.processes:
        yield process.name, process.program, exported
        if process.ready is not None and process.ready.program is not None:
            yield f"the probe of {process.name}", process.ready.program, exported
    for phase in PHASES:
        for hook in plan.hooks(phase):
            if hook.program is not None:
                yield hook.label(phase), hook.program, trusted


def _expanded(program: Program, known: "Mapping[bytes, bytes]") -> "Iterator[tuple[bytes, bytes]]":
    for name, value in program.identity.environment:
        try:
            yield name, expanded(value, known)
        except KeyError:
            pass  # a variable that is not set: told when the program is to start


def _limit() -> int:
    """The bytes that execve(2) allows in all: a quarter of the stack's limit, within its bounds.

    Why not sysconf(3): musl answers with the least that a system may have.
    """
    try:
        with open("/proc/self/limits", "rb") as limits:
            (soft,) = (line.split()[3] for line in limits if line.startswith(b"Max stack size"))
    except (OSError, ValueError):
        return _LEAST
    return max(_LEAST, min(int(soft) // 4, _MOST)) if soft.isdigit() else _MOST
