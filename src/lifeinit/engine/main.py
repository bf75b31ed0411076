"""The engine's main: what PID 1 does once it has its plan."""

import os

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.children import Children
from lifeinit.engine.plain_services import PlainServices
from lifeinit.engine.plan import PHASES, Plan
from lifeinit.engine.roots import Roots
from lifeinit.engine.state_machine import Machine
from lifeinit.engine.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run(plan: Plan, zygote: "tuple[int, int] | None" = None) -> "NoReturn":
    """Become the init: never returns, exits as the plan says. `zygote`: its pid, and the socket to it (calls.py)."""
    if plan.hook_file is not None:
        os.environb[b"LIFEINIT_HOOK_FILE"] = plan.hook_file  # a lifeinit below is a plain init then
    log.configure(plan.log_format, plan.quiet)
    descriptors.fill_stdio()
    syscalls.drop_python_handlers()
    syscalls.name_process()
    adopts_orphans = os.getpid() == 1 or _become_subreaper()
    if plan.parent_death_signal is not None:
        _hear_of_parents_death(plan.parent_death_signal, plan.parent)
    if os.environb.get(b"WATCHDOG_PID") == str(os.getpid()).encode():
        log.say("WatchdogSec= is set for lifeinit, which sends no WATCHDOG=1: remove it, and use alive")
    if plan.verbose:
        log.say(f"runs {_role(adopts_orphans)}", "begin", "debug")
    syscalls.leave(_run(plan, adopts_orphans, zygote))


def _run(plan: Plan, adopts_orphans: bool = True, zygote: "tuple[int, int] | None" = None) -> int:
    try:
        return supervisor_of(plan, adopts_orphans, zygote).run()
    except Exception as error:  # noqa: BLE001  # even the last resort failed: its status at least is kept
        log.report(error)
        return exit_status.SOFTWARE


def supervisor_of(plan: Plan, adopts_orphans: bool = True, zygote: "tuple[int, int] | None" = None) -> Supervisor:
    """The supervisor with what this plan needs. `adopts_orphans`: those below lifeinit become its children."""
    machine, services = machine_of(plan), _services(plan)
    return Supervisor(plan, machine, services, _children(plan, machine, services, adopts_orphans, zygote))


# The plan decides, before the app lives, what is loaded: later the file system may be another one, or not answer.


def machine_of(plan: Plan) -> Machine:
    """A plan without hooks loads nothing for them, nor for `alive` or `after` one without it."""
    if any(process.after for process in plan.processes):
        return _ordered(plan)
    if any(process.alive is not None for process in plan.processes):
        from lifeinit.engine import alive, alive_messages  # noqa: F401, PLC0415  # alive_messages: for a later line

        return alive.AliveMachine(plan)
    waits = any(process.ready is not None or process.restart.when != "no" for process in plan.processes)
    if not waits and not any(map(plan.hooks, PHASES)):
        return Machine(plan)
    from lifeinit.engine.hook_machine import HookMachine  # noqa: PLC0415

    return HookMachine(plan)


def _ordered(plan: Plan) -> Machine:
    if any(process.alive is not None for process in plan.processes):
        from lifeinit.engine import alive_messages, ordered_alive  # noqa: F401, PLC0415

        return ordered_alive.OrderedAliveMachine(plan)
    from lifeinit.engine.ordering import OrderedMachine  # noqa: PLC0415

    return OrderedMachine(plan)


def _services(plan: Plan) -> PlainServices:
    """A plain init publishes its state, and needs no more."""
    if plan.plain:
        return PlainServices(plan)
    from lifeinit.engine.services import Services  # noqa: PLC0415

    return Services(plan)


def _children(
    plan: Plan,
    machine: Machine,
    services: PlainServices,
    adopts_orphans: bool,
    zygote: "tuple[int, int] | None",
) -> Children:
    """A plain init loads nothing for hooks and probes, and a plan without Python functions nothing for calls."""
    if plan.plain:
        return Children(plan, machine, services, _roots(adopts_orphans))
    if zygote is not None:
        from lifeinit.engine.call_children import CallChildren  # noqa: PLC0415

        return CallChildren(plan, machine, services, adopts_orphans, zygote)
    from lifeinit.engine.hook_children import HookChildren  # noqa: PLC0415

    return HookChildren(plan, machine, services, adopts_orphans)


def _roots(adopts_orphans: bool) -> Roots:
    """Of a plain init; where it is not PID 1 it has to know which processes descend from its children."""
    if os.getpid() == 1:
        return Roots()
    from lifeinit.engine.descendants import Descendants  # noqa: PLC0415

    return Descendants(False, adopts_orphans)


def _become_subreaper() -> bool:
    """Whether we may."""
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.become_subreaper()
    except OSError as error:
        log.say(f"cannot become a subreaper, so orphans go to PID 1: {error.strerror}")
        return False
    return True


def _role(adopts_orphans: bool) -> str:
    if os.getpid() == 1:
        return "as PID 1"
    return f"as pid {os.getpid()}, {'a subreaper' if adopts_orphans else 'not as a subreaper'}"


def _hear_of_parents_death(signo: int, parent: int) -> None:
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.signal_at_parents_death(signo, parent)
    except OSError as error:
        log.say(f"cannot watch for the parent's death: {error.strerror}")
