"""The LIFEINIT_ variables of a hook."""

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


class HookContext(Record):
    """What the state machine does not know. `remaining` is in seconds, None where nothing will terminate the hook.

    `now` is unix time; `app_pid` None where no app lives; `export` the path of the file for LIFEINIT_ENV, if there is
    one.
    """

    own_pid: int
    app_pid: int | None
    remaining: float | None
    now: float
    oom_killed: bool
    export: bytes | None


def hook_variables(machine: Machine, context: HookContext) -> "Variables":
    """The LIFEINIT_ variables of the hook that the machine is about to run.

    Deadline and remaining time are whole seconds, rounded down, because a shell compares nothing else. (What has passed
    since the timer was armed does not count.)
    """
    run = machine.hook_run
    verdict = machine.verdict
    values: dict[str, str] = {
        "EVENT": run.phase,
        "HOOK": run.hook.name if run.hook else "",
        "PID": str(context.own_pid),
        "ATTEMPT": str(run.attempt),
        "RESTARTS": str(machine.restart_count),
    }
    if context.app_pid is not None:
        values["CHILD_PID"] = str(context.app_pid)
    if context.oom_killed:
        values["OOM_KILLED"] = "1"
    if context.export is not None:
        values["ENV"] = os.fsdecode(context.export)
    if verdict.reason:
        values["REASON"] = verdict.reason
    if verdict.stop_signo:
        values["SIGNAL"] = name_of(verdict.stop_signo)
    if run.phase == "post_stop":
        values["EXIT_CODE"] = str(machine.exit_status)
    if verdict.ending is not None and verdict.ending.signo:
        values["CHILD_EXIT_SIGNAL"] = name_of(verdict.ending.signo)
    elif verdict.ending is not None:
        values["CHILD_EXIT_CODE"] = str(verdict.ending.code)
    if context.remaining is not None:
        values["DEADLINE"] = str(int(context.now + context.remaining))
        values["REMAINING"] = str(int(context.remaining + 0.01))
    return tuple((f"LIFEINIT_{name}".encode(), os.fsencode(values[name]) if name in values else None) for name in NAMES)
