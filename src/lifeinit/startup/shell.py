"""Strings where there is no /bin/sh to run them: said before anything starts, and not when the first of them is due."""

import os

from lifeinit.config.diagnostic import quoted
from lifeinit.engine.plan import PHASES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifeinit.engine.plan import Plan, Program

_SHELL = b"/bin/sh"


def refusal(plan: "Plan") -> str:
    """A sentence about the first hook or probe that needs a shell; empty if none does, or there is one."""
    for who, program in _programs(plan):
        # A prober has the command behind words of its own.
        if program is not None and program.call is None and _SHELL in program.argv and not os.path.lexists(_SHELL):
            fix = 'write a list, ["program", "argument"], or install a shell'
            return f"{who} is a string, which runs in /bin/sh, and that does not exist here: {fix}; nothing was started"
    return ""


def _programs(plan: "Plan") -> "Iterator[tuple[str, Program | None]]":
    for phase in PHASES:
        for hook in plan.hooks(phase):
            who = f"{hook.place}: {phase} {quoted(hook.name)}"
            yield who, hook.program
            yield f"{who}: unless", hook.unless
    for process in plan.processes:
        yield f"ready of {process.name}", process.ready.program if process.ready else None
        yield f"alive of {process.name}", process.alive.program if process.alive else None
