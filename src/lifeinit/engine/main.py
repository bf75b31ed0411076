"""The engine's main: what PID 1 does once it has its plan."""

import os

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.children import Children
from lifeinit.engine.plain_services import PlainServices
from lifeinit.engine.plan import Plan
from lifeinit.engine.roots import Roots
from lifeinit.engine.state_machine import Machine
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
        return supervisor_of(plan).run()
    except Exception as error:  # noqa: BLE001  # even the last resort failed: its status at least is kept
        log.report(error)
        return exit_status.SOFTWARE


def supervisor_of(plan: Plan) -> Supervisor:
    """The supervisor with what this plan needs."""
    machine, services = Machine(plan), _services(plan)
    return Supervisor(plan, machine, services, _children(plan, machine, services))


# The plan decides, before the app lives, what is loaded: later the file system may be another one, or not answer.


def _services(plan: Plan) -> PlainServices:
    """A plain init publishes its state, and needs no more."""
    if plan.plain:
        return PlainServices(plan)
    from lifeinit.engine.services import Services  # noqa: PLC0415

    return Services(plan)


def _children(plan: Plan, machine: Machine, services: PlainServices) -> Children:
    """A plain init loads nothing for hooks and probes."""
    if plan.plain:
        return Children(plan, machine, services, _roots())
    from lifeinit.engine.hook_children import HookChildren  # noqa: PLC0415

    return HookChildren(plan, machine, services)


def _roots() -> Roots:
    """Of a plain init; where it is not PID 1 it has to know which processes descend from its children."""
    if os.getpid() == 1:
        return Roots()
    from lifeinit.engine.descendants import Descendants  # noqa: PLC0415

    return Descendants(has_marks=False)


def _become_subreaper() -> str:
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.become_subreaper()
    except OSError as error:
        log.say(f"cannot become a subreaper, so orphans go to PID 1: {error.strerror}")
        return f"as pid {os.getpid()}, not as a subreaper"
    return f"as pid {os.getpid()}, a subreaper"


def _hear_of_parents_death(signo: int, parent: int) -> None:
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.signal_at_parents_death(signo, parent)
    except OSError as error:
        log.say(f"will not hear of the parent's death: {error.strerror}")
