"""What a hook is told through its environment."""

import os

from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of
from lifeinit.engine.state_machine import Machine

# Set or unset for every hook, so that none is inherited from a lifeinit further up.
NAMES = (
    "EVENT HOOK PID CHILD_PID REASON SIGNAL EXIT_CODE CHILD_EXIT_CODE CHILD_EXIT_SIGNAL OOM_KILLED DEADLINE REMAINING"
    " ATTEMPT RESTARTS ENV"
).split()


TYPE_CHECKING = False
if TYPE_CHECKING:
    Variables = tuple[tuple[bytes, bytes | None], ...]


class Circumstances(Record):
    """What the machine does not know. `remaining` is in seconds from now, None where nothing will end the hook.

    `now` is unix time; `app_pid` None where no app lives; `export` the path of the file for LIFEINIT_ENV, if there is
    one.
    """

    own_pid: int
    app_pid: int | None
    remaining: float | None
    now: float
    oom_killed: bool
    export: bytes | None


def told(machine: Machine, around: Circumstances) -> "Variables":
    """The LIFEINIT_ variables of the hook that the machine is about to run.

    The deadline and the rest of the time are told in whole seconds, rounded down, because a shell compares nothing
    else (the moment since the timer was armed does not count).
    """
    run = machine.hook_run
    verdict = machine.verdict
    facts: dict[str, str] = {
        "EVENT": run.phase,
        "HOOK": run.hook.name if run.hook else "",
        "PID": str(around.own_pid),
        "ATTEMPT": str(run.attempt),
        "RESTARTS": str(machine.restarts.count),
    }
    if around.app_pid is not None:
        facts["CHILD_PID"] = str(around.app_pid)
    if around.oom_killed:
        facts["OOM_KILLED"] = "1"
    if around.export is not None:
        facts["ENV"] = os.fsdecode(around.export)
    if verdict.reason:
        facts["REASON"] = verdict.reason
    if verdict.stop_signo:
        facts["SIGNAL"] = name_of(verdict.stop_signo)
    if run.phase == "post_stop":
        facts["EXIT_CODE"] = str(machine.exit_status)
    if verdict.ending is not None and verdict.ending.signo:
        facts["CHILD_EXIT_SIGNAL"] = name_of(verdict.ending.signo)
    elif verdict.ending is not None:
        facts["CHILD_EXIT_CODE"] = str(verdict.ending.code)
    if around.remaining is not None:
        facts["DEADLINE"] = str(int(around.now + around.remaining))
        facts["REMAINING"] = str(int(around.remaining + 0.01))
    return tuple((f"LIFEINIT_{name}".encode(), os.fsencode(facts[name]) if name in facts else None) for name in NAMES)
