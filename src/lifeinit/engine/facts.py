"""What a hook is told through its environment."""

from lifeinit.engine.machine import Machine
from lifeinit.engine.signals import name_of

# Set or unset for every hook, so that none is inherited from a lifeinit further up.
_NAMES = (
    "EVENT HOOK PID CHILD_PID REASON SIGNAL EXIT_CODE CHILD_EXIT_CODE CHILD_EXIT_SIGNAL DEADLINE REMAINING ATTEMPT"
).split()


TYPE_CHECKING = False
if TYPE_CHECKING:
    Variables = tuple[tuple[bytes, bytes | None], ...]


def told(machine: Machine, own_pid: int, app_pid: int | None, remaining: float | None, now: float) -> "Variables":
    """The LIFEINIT_ variables of the hook that the machine is about to run.

    `remaining` is in seconds from now, or None where nothing will end the hook; `now` is unix time. Both are told
    in whole seconds, rounded down, because a shell compares nothing else (the moment since the timer was armed does
    not count).
    """
    phase, index = machine.current
    facts: dict[str, str] = {
        "EVENT": phase,
        "HOOK": machine.plan.hooks(phase)[index].name,
        "PID": str(own_pid),
        "ATTEMPT": str(machine.attempt),
    }
    if app_pid is not None:
        facts["CHILD_PID"] = str(app_pid)
    if machine.reason:
        facts["REASON"] = machine.reason
    if machine.stop_signo:
        facts["SIGNAL"] = name_of(machine.stop_signo)
    if phase == "post_stop":
        facts["EXIT_CODE"] = str(machine.exit_status)
    if machine.ending is not None and machine.ending.signo:
        facts["CHILD_EXIT_SIGNAL"] = name_of(machine.ending.signo)
    elif machine.ending is not None:
        facts["CHILD_EXIT_CODE"] = str(machine.ending.code)
    if remaining is not None:
        facts["DEADLINE"] = str(int(now + remaining))
        facts["REMAINING"] = str(int(remaining + 0.01))
    return tuple((f"LIFEINIT_{name}".encode(), facts[name].encode() if name in facts else None) for name in _NAMES)
