"""What stage two starts with, as `python -I -S -B main.py FD`: reads the plan from FD, runs it, exits as it says."""

import os
import sys

if __name__ == "__main__":
    # Isolated from the environment and without site-packages, the interpreter does not know this package yet. Last on
    # the path, it can stand in front of no module of the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.plan import Plan, from_wire
from lifeinit.engine.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def ignite(plan: Plan) -> "NoReturn":
    """Become the init: never returns, leaves with the plan's exit status."""
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


def read_plan(fd: int) -> Plan:
    with open(fd, "rb") as file:
        return from_wire(file.read())


if __name__ == "__main__":
    ignite(read_plan(int(sys.argv[1])))
