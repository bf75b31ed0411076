"""The lines about hooks, readiness and restarts: messages.py has those about every app."""

from lifeinit.engine import hook_events as h
from lifeinit.engine import messages
from lifeinit.engine import notices as n
from lifeinit.engine.messages import Message
from lifeinit.engine.plan import Hook, Plan, hook_label
from lifeinit.engine.signals import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.log import Level
    from lifeinit.engine.notices import Notice

_CONSEQUENCES: "dict[str, tuple[str, Level]]" = {
    "": ("", "info"),
    "continuing": ("; continuing", "warning"),
    "app_not_started": ("; the app is not started", "error"),
    "app_stopped": ("; the app is stopped", "error"),
}


def message(notice: "Notice", plan: Plan, seconds: float) -> Message:  # a table
    """The line for a notice. `seconds` is how long the hook, or the app, has run."""
    match notice:
        case h.HookEnded(phase, index, _, outcome, consequence):
            then, level = _CONSEQUENCES[consequence]
            text, name = f"{_hook(notice, plan, seconds)}{then}", plan.hooks(phase)[index].name
            return Message(text, f"hook_{outcome.result}", level, name, phase, code=outcome.status)
        case h.HookNeeded(phase, index, code):
            hook = plan.hooks(phase)[index]
            text = f"{hook.label(phase)}: needed, unless exited {code} after {_time(seconds)}"
            return Message(text, "hook_needed", "info", hook.name, phase, code=code)
        case h.HookRetried(phase, index, attempt, outcome):
            hook = plan.hooks(phase)[index]
            then = f"; try {attempt + 1} of {hook.retries + 1} in {hook.retry_delay:g} s"
            text = f"{_hook(notice, plan, seconds)}{then}"
            return Message(text, "hook_retry", "warning", hook.name, phase, code=outcome.status)
        case h.HookCut(index, budget):
            hook = plan.post_stop[index]
            text = f"{hook.label('post_stop')}: cut short, the {budget:g} s budget is used up"
            return Message(text, "budget_spent", "warning", hook.name, "post_stop")
        case h.HooksSkipped(phase):
            return Message(_skipped(notice, plan), f"{phase}_incomplete", "warning", phase=phase)
        case h.AppReady(process):
            return Message(
                f"{plan.processes[process].name} is ready after {_time(seconds)}", "app_ready", process=process
            )
        case h.AppNotReady(process, status, _, aborts):
            then, level = _CONSEQUENCES["app_stopped" if aborts else "continuing"]
            return Message(f"{cause(notice, plan)}{then}", "ready_failed", level, process=process, code=status)
        case h.StopRepeated(signo):
            text = f"stop requested again by SIG{name_of(signo)}: already stopping"
            return Message(text, "stop_repeated", signo=signo)
        case h.RestartCancelled(signo):
            return Message(f"stop requested by SIG{name_of(signo)}, no restart", "stop_requested", signo=signo)
        case h.RestartScheduled(number, delay, why):
            return Message(f"restart {number} in {delay:g} s: {cause(why, plan)}", "restart")
        case h.RestartLimitReached(most, window):
            times = "once" if most == 1 else f"{most} times"
            text = f"restarted {times} within {window:g} s: not restarting again"
            return Message(text, "restart_limit", "error")
        case h.RestartImpossible():
            return Message(f"no restart: {cause(notice, plan)}", "restart_impossible", "error")
        case n.AppNotStarted() | n.AppEnded() | n.AppKilled() | n.LeftoversKilled():
            return messages.message(notice, plan)
        case n.StopRequested() | n.InternalError():
            return messages.message(notice, plan)
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415  # a plan without `alive` has no such notice

            text, event, level, its_process = alive_messages.line(notice, plan)
            return Message(text, event, level, process=its_process)


def cause(notice: "Notice | None", plan: Plan) -> str:
    """The sentence that says why lifeinit exits with a failure: without times, with the hook's place in its file."""
    match notice:
        case h.HookEnded(phase, index, _, outcome):
            hook = plan.hooks(phase)[index]
            place = f" ({hook.place})" if hook.place else ""
            return f"{hook_label(phase, hook.name)}{place} {_outcome(outcome, hook, '')}"
        case h.HooksSkipped():
            return _skipped(notice, plan)
        case h.AppNotReady(process, _, detail):
            return f"{plan.processes[process].name} is not ready: {detail}"
        case h.StoppedBeforeStart(signo):
            return f"stop requested by SIG{name_of(signo)} before the app ran"
        case h.RestartImpossible():
            return "the zygote, which forks the Python functions, has ended"
        case n.AppNotStarted() | n.AppEnded() | n.InternalError() | None:
            return messages.cause(notice, plan)
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415

            return alive_messages.cause(notice, plan)


def _hook(notice: h.HookEnded | h.HookRetried, plan: Plan, seconds: float) -> str:
    """`pre_start migrate: exited 3 after 0.2 s`."""
    hook = plan.hooks(notice.phase)[notice.index]
    return f"{hook.label(notice.phase)}: {_outcome(notice.outcome, hook, _time(seconds))}"


def _outcome(outcome: h.Outcome, hook: Hook, time: str) -> str:
    """`exited 3 after 0.2 s`; without a time, how it ended alone."""
    after = f" after {time}" if time else ""
    if outcome.of_unless and outcome.result in {"failed", "timed_out"} and not outcome.detail:
        return f"unless {_outcome(outcome.replaced(of_unless=False), hook, time)}"
    match outcome.result:
        case "ok":
            return f"ok in {time}" if hook.sleep is None else f"slept {hook.sleep:g} s"
        case "skipped":
            return f"skipped, unless exited 0 after {time}"
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


def _skipped(notice: h.HooksSkipped, plan: Plan) -> str:
    skipped = (plan.hooks(notice.phase)[index] for index in notice.indices)
    names = ", ".join(f"{hook.name} ({hook.file})" if hook.file else hook.name for hook in skipped)
    match notice.why:
        case "second_request":
            why = f"a second stop request by SIG{name_of(notice.signo)}"
        case "reserve":
            why = f"the rest of the {notice.budget:g} s budget is reserved"
        case "budget":
            why = f"the {notice.budget:g} s budget is used up"
    return f"{notice.phase} not completed, {why}: {names}"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s"
