"""Notices as the lines that a user reads and the objects that a program reads."""

from lifeinit.engine import notices as n
from lifeinit.engine.plan import Hook, Plan, hook_label
from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.log import Level
    from lifeinit.engine.plan import HookPhase

_KILL = number_of("KILL") or 0

_CONSEQUENCES: "dict[str, tuple[str, Level]]" = {
    "": ("", "info"),
    "continuing": ("; continuing", "warning"),
    "app_not_started": ("; the app is not started", "error"),
    "app_stopped": ("; the app is stopped", "error"),
}


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


def message(notice: n.Notice, plan: Plan, seconds: float) -> Message:  # a table
    """The line for a notice. `seconds` is how long the hook, or the app, has run."""
    match notice:
        case n.HookEnded(phase, index, _, outcome, consequence):
            then, level = _CONSEQUENCES[consequence]
            text, name = f"{_hook(notice, plan, seconds)}{then}", plan.hooks(phase)[index].name
            return Message(text, f"hook_{outcome.result}", level, name, phase, code=outcome.status)
        case n.HookRetried(phase, index, attempt, outcome):
            hook = plan.hooks(phase)[index]
            then = f"; try {attempt + 1} of {hook.retries + 1} in {hook.retry_delay:g} s"
            text = f"{_hook(notice, plan, seconds)}{then}"
            return Message(text, "hook_retry", "warning", hook.name, phase, code=outcome.status)
        case n.HookCut(index, budget):
            name = plan.post_stop[index].name
            text = f"{hook_label('post_stop', name)}: cut short, the {budget:g} s budget is used up"
            return Message(text, "budget_spent", "warning", name, "post_stop")
        case n.HooksSkipped(phase):
            return Message(_skipped(notice, plan), f"{phase}_incomplete", "warning", phase=phase)
        case n.AppNotStarted(process, status, detail):
            return Message(detail, "start_failed", "error", process=process, code=status)
        case n.AppReady(process):
            return Message(f"{_name(process, plan)} is ready after {_time(seconds)}", "app_ready", process=process)
        case n.AppNotReady(process, status, _, aborts):
            then, level = _CONSEQUENCES["app_stopped" if aborts else "continuing"]
            return Message(f"{cause(notice, plan)}{then}", "ready_failed", level, process=process, code=status)
        case n.AppEnded(process, ending, success):
            counts = ", which counts as success" if success else ""
            text, signo = f"{cause(notice, plan)}{counts}", ending.signo or None
            return Message(text, "app_exited", process=process, code=ending.status, signo=signo)
        case n.AppKilled():
            text = "the app did not stop in time: sending SIGKILL"
            return Message(text, "app_killed", "warning", signo=_KILL, urgent=True)
        case n.LeftoversKilled():
            text = "leftover processes did not stop in time: sending SIGKILL"
            return Message(text, "leftovers_killed", "warning", signo=_KILL, urgent=True)
        case n.StopRequested(signo, budget):
            limit = "" if budget is None else f", {budget:g} s budget"
            return Message(f"stop requested by SIG{name_of(signo)}{limit}", "stop_requested", signo=signo)
        case n.StopRepeated(signo):
            text = f"stop requested again by SIG{name_of(signo)}: already stopping"
            return Message(text, "stop_repeated", signo=signo)
        case n.RestartCancelled(signo):
            return Message(f"stop requested by SIG{name_of(signo)}, no restart", "stop_requested", signo=signo)
        case n.RestartScheduled(number, delay, why):
            return Message(f"restart {number} in {delay:g} s: {cause(why, plan)}", "restart")
        case n.RestartLimitReached(most, window):
            times = "once" if most == 1 else f"{most} times"
            text = f"restarted {times} within {window:g} s: not restarting again"
            return Message(text, "restart_limit", "error")
        case n.InternalError():
            return Message(cause(notice, plan), "internal_error", "error")
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415  # a plan without `alive` has no such notice

            text, event, level, its_process = alive_messages.line(notice, plan)
            return Message(text, event, level, process=its_process)


def cause(notice: n.Notice | None, plan: Plan) -> str:
    """The sentence that says why lifeinit exits with a failure: without times, with the hook's place in its file."""
    match notice:
        case n.HookEnded(phase, index, _, outcome):
            hook = plan.hooks(phase)[index]
            place = f" ({hook.place})" if hook.place else ""
            return f"{hook_label(phase, hook.name)}{place} {_outcome(outcome, hook, '')}"
        case n.HooksSkipped():
            return _skipped(notice, plan)
        case n.AppNotStarted(_, _, detail):
            return detail
        case n.AppNotReady(process, _, detail):
            return f"{_name(process, plan)} is not ready: {detail}"
        case n.AppEnded(process, ending, _, oom_killed):
            died = f"SIG{name_of(ending.signo)}" if ending.signo else ""
            memory = "out of memory" if oom_killed else ""
            manner = "; ".join(part for part in (died, memory) if part)
            return f"{_name(process, plan)} exited {ending.status}{f' ({manner})' if manner else ''}"
        case n.StoppedBeforeStart(signo):
            return f"stop requested by SIG{name_of(signo)} before the app ran"
        case n.InternalError():
            return "lifeinit itself failed"
        case None:
            return ""
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415

            return alive_messages.cause(notice, plan)


def _hook(notice: n.HookEnded | n.HookRetried, plan: Plan, seconds: float) -> str:
    """`pre_start migrate: exited 3 after 0.2 s`."""
    hook = plan.hooks(notice.phase)[notice.index]
    return f"{hook_label(notice.phase, hook.name)}: {_outcome(notice.outcome, hook, _time(seconds))}"


def _outcome(outcome: n.Outcome, hook: Hook, time: str) -> str:
    """`exited 3 after 0.2 s`; without a time, how it ended alone."""
    after = f" after {time}" if time else ""
    match outcome.result:
        case "ok":
            return f"ok in {time}" if hook.sleep is None else f"slept {hook.sleep:g} s"
        case "timed_out":
            return f"timed out after {hook.timeout:g} s"
        case "terminated":
            return f"terminated{after}"
        case "failed" if outcome.ending is None:
            return outcome.detail
        case "failed" if outcome.ending.signo:
            memory = " (out of memory)" if outcome.oom_killed else ""
            return f"killed by SIG{name_of(outcome.ending.signo)}{memory}{after}"
        case "failed":
            return f"exited {outcome.ending.code}{after}"


def _skipped(notice: n.HooksSkipped, plan: Plan) -> str:
    names = ", ".join(plan.hooks(notice.phase)[index].name for index in notice.indices)
    match notice.why:
        case "second_request":
            why = f"a second stop request by SIG{name_of(notice.signo)}"
        case "reserve":
            why = f"the rest of the {notice.budget:g} s budget is reserved"
        case "budget":
            why = f"the {notice.budget:g} s budget is used up"
    return f"{notice.phase} not completed, {why}: {names}"


def _name(process: int, plan: Plan) -> str:
    return plan.processes[process].name


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s"
