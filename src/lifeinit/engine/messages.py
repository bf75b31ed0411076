"""Notices as the lines that a user reads and the objects that a program reads.

Those of hooks, `ready` and `restart` are in hook_messages.py, those of `alive` in alive_messages.py.
"""

from lifeinit.engine.plan import Plan
from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.log import Level
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import HookPhase

_KILL = number_of("KILL") or 0


class Message(Record):
    """One line, and the facts beside it for readers that are programs.

    `hook` and `process` say whose pid and time belong to it. A plain init writes it only if it is `urgent` or an error.
    """

    text: str
    event: str
    level: "Level" = "info"
    hook: str | None = None
    phase: "HookPhase | None" = None
    process: int | None = None
    code: int | None = None
    signo: int | None = None
    urgent: bool = False


def message(notice: "Notice", plan: Plan) -> Message:  # a table
    """The line for a notice."""
    match notice[1]:
        case ("app_not_started", process, status, detail):
            return Message(detail, "start_failed", "error", process=process, code=status)
        case ("app_ended", process, ending, success, _):
            counts = ", which counts as success" if success else ""
            text, signo = f"{cause(notice, plan)}{counts}", ending.signo or None
            return Message(text, "app_exited", process=process, code=ending.status, signo=signo)
        case ("app_killed",):
            text = "the app did not stop in time: sending SIGKILL"
            return Message(text, "app_killed", "warning", signo=_KILL, urgent=True)
        case ("leftovers_killed",):
            text = "leftover processes did not stop in time: sending SIGKILL"
            return Message(text, "leftovers_killed", "warning", signo=_KILL, urgent=True)
        case ("stop_requested", signo, budget):
            limit = "" if budget is None else f", {budget:g} s budget"
            return Message(f"stop requested by SIG{name_of(signo)}{limit}", "stop_requested", signo=signo)
        case ("internal_error",):
            return Message(cause(notice, plan), "internal_error", "error")
        case _:
            raise AssertionError(f"{notice} has no line")


def cause(notice: "Notice | None", plan: Plan) -> str:
    """The sentence that says why lifeinit exits with a failure: without times, with the hook's place in its file."""
    if notice is None:
        return ""
    match notice[1]:
        case ("app_not_started", _, _, detail):
            return detail
        case ("app_ended", process, ending, _, oom_killed):
            died = f"SIG{name_of(ending.signo)}" if ending.signo else ""
            memory = "out of memory" if oom_killed else ""
            manner = "; ".join(part for part in (died, memory) if part)
            return f"{plan.processes[process].name} exited {ending.status}{f' ({manner})' if manner else ''}"
        case ("internal_error",):
            return "lifeinit itself failed"
        case _:
            raise AssertionError(f"{notice} is never a cause")
