"""The engine's main: what PID 1 does once it has its plan."""

import os

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.plan import Plan
from lifeinit.engine.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run(plan: Plan) -> "NoReturn":
    """Become the init: never returns, exits as the plan says."""
    if plan.hook_file is not None:
        os.environb[b"LIFEINIT_HOOK_FILE"] = plan.hook_file  # a lifeinit below is a plain init then
    log.configure(plan.log_format, plan.quiet)
    descriptors.fill_stdio()
    syscalls.drop_python_handlers()
    syscalls.name_process()
    role = "as PID 1"
    if os.getpid() != 1:
        role = _become_subreaper()
    if plan.parent_death_signal is not None:
        _hear_of_parents_death(plan.parent_death_signal, plan.parent)
    if plan.verbose:
        log.say(f"runs {role}", "begin", "debug")
    syscalls.leave(_run(plan))


def _run(plan: Plan) -> int:
    try:
        return Supervisor(plan).run()
    except Exception as error:  # noqa: BLE001  # even the last resort failed: its status at least is kept
        log.report(error)
        return exit_status.SOFTWARE


def _become_subreaper() -> str:
    try:
        syscalls.become_subreaper()
    except OSError as error:
        log.say(f"cannot become a subreaper, so orphans go to PID 1: {error.strerror}")
        return f"as pid {os.getpid()}, not as a subreaper"
    return f"as pid {os.getpid()}, a subreaper"


def _hear_of_parents_death(signo: int, parent: int) -> None:
    try:
        syscalls.signal_at_parents_death(signo, parent)
    except OSError as error:
        log.say(f"will not hear of the parent's death: {error.strerror}")
