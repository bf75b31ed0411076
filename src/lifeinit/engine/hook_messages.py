"""The lines about hooks, readiness and restarts: messages.py has those about every app."""

from lifeinit.engine import hook_events as h
from lifeinit.engine import messages
from lifeinit.engine.messages import Message
from lifeinit.engine.plan import Hook, Plan, hook_label
from lifeinit.engine.signals import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.hook_events import WhySkipped
    from lifeinit.engine.log import Level
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import HookPhase

_CONSEQUENCES: "dict[str, tuple[str, Level]]" = {
    "": ("", "info"),
    "continuing": ("; continuing", "warning"),
    "app_not_started": ("; the app is not started", "error"),
    "app_stopped": ("; the app is stopped", "error"),
}


def message(notice: "Notice", plan: Plan, seconds: float) -> Message:  # a table
    """The line for a notice. `seconds` is how long the hook, or the app, has run."""
    match notice[1]:
        case ("hook_ended", phase, index, _, outcome, consequence):
            then, level = _CONSEQUENCES[consequence]
            hook = plan.hooks(phase)[index]
            text = f"{_hook(phase, hook, outcome, seconds)}{then}"
            return Message(text, f"hook_{outcome.result}", level, hook.name, phase, code=outcome.status)
        case ("hook_needed", phase, index, code):
            hook = plan.hooks(phase)[index]
            text = f"{hook.label(phase)}: needed (unless exited {code} after {_time(seconds)})"
            return Message(text, "hook_needed", "info", hook.name, phase, code=code)
        case ("hook_retried", phase, index, attempt, outcome):
            hook = plan.hooks(phase)[index]
            then = f"; try {attempt + 1} of {hook.retries + 1} in {hook.retry_delay:g} s"
            text = f"{_hook(phase, hook, outcome, seconds)}{then}"
            return Message(text, "hook_retry", "warning", hook.name, phase, code=outcome.status)
        case ("hook_cut", index, budget):
            hook = plan.post_stop[index]
            text = f"{hook.label('post_stop')}: cut short, the {budget:g} s budget is used up"
            return Message(text, "budget_spent", "warning", hook.name, "post_stop")
        case ("hooks_skipped", phase, *_):
            return Message(cause(notice, plan), f"{phase}_incomplete", "warning", phase=phase)
        case ("app_ready", process):
            return Message(
                f"{plan.processes[process].name} is ready after {_time(seconds)}", "app_ready", process=process
            )
        case ("app_not_ready", process, status, _, aborts):
            then, level = _CONSEQUENCES["app_stopped" if aborts else "continuing"]
            return Message(f"{cause(notice, plan)}{then}", "ready_failed", level, process=process, code=status)
        case ("stop_repeated", signo):
            text = f"stop requested again by SIG{name_of(signo)}: already stopping"
            return Message(text, "stop_repeated", signo=signo)
        case ("restart_cancelled", signo):
            return Message(f"stop requested by SIG{name_of(signo)}, no restart", "stop_requested", signo=signo)
        case ("restart_scheduled", number, delay, why):
            return Message(f"restart {number} in {delay:g} s: {cause(why, plan)}", "restart")
        case ("restart_limit_reached", most, window):
            times = "once" if most == 1 else f"{most} times"
            text = f"restarted {times} within {window:g} s: not restarting again"
            return Message(text, "restart_limit", "error")
        case ("restart_impossible",):
            return Message(f"no restart: {cause(notice, plan)}", "restart_impossible", "error")
        case ("app_not_started" | "app_ended" | "app_killed" | "leftovers_killed", *_):
            return messages.message(notice, plan)
        case ("stop_requested" | "internal_error", *_):
            return messages.message(notice, plan)
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415  # a plan without `alive` has no such notice

            text, event, level, its_process = alive_messages.line(notice, plan)
            return Message(text, event, level, process=its_process)


def cause(notice: "Notice | None", plan: Plan) -> str:
    """The sentence that says why lifeinit exits with a failure: without times, with the hook's place in its file."""
    if notice is None:
        return ""
    match notice[1]:
        case ("hook_ended", phase, index, _, outcome, _):
            hook = plan.hooks(phase)[index]
            place = f" ({hook.place})" if hook.place else ""
            return f"{hook_label(phase, hook.name)}{place} {_outcome(outcome, hook, '')}"
        case ("hooks_skipped", phase, indices, why, signo, budget):
            skipped = (plan.hooks(phase)[index] for index in indices)
            names = ", ".join(f"{hook.name} ({hook.file})" if hook.file else hook.name for hook in skipped)
            return f"{phase} not completed, {_why(why, signo, budget)}: {names}"
        case ("app_not_ready", process, _, detail, _):
            return f"{plan.processes[process].name} is not ready: {detail}"
        case ("stopped_before_start", signo):
            return f"stop requested by SIG{name_of(signo)} before the app ran"
        case ("restart_impossible",):
            return "the zygote, which forks the Python functions, has ended"
        case ("app_not_started" | "app_ended" | "internal_error", *_):
            return messages.cause(notice, plan)
        case _:
            from lifeinit.engine import alive_messages  # noqa: PLC0415

            return alive_messages.cause(notice, plan)


def _hook(phase: "HookPhase", hook: Hook, outcome: h.Outcome, seconds: float) -> str:
    """`pre_start migrate: exited 3 after 0.2 s`."""
    return f"{hook.label(phase)}: {_outcome(outcome, hook, _time(seconds))}"


def _outcome(outcome: h.Outcome, hook: Hook, time: str) -> str:
    """`exited 3 after 0.2 s`; without a time, how it ended alone."""
    after = f" after {time}" if time else ""
    if outcome.of_unless and outcome.result in {"failed", "timed_out"} and not outcome.detail:
        return f"unless {_outcome(outcome.replaced(of_unless=False), hook, time)}"
    match outcome.result:
        case "ok":
            return f"ok in {time}" if hook.sleep is None else f"slept {hook.sleep:g} s"
        case "skipped":
            return f"skipped (unless exited 0 after {time})"
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


def _why(why: "WhySkipped", signo: int, budget: float) -> str:
    match why:
        case "second_request":
            return f"a second stop request by SIG{name_of(signo)}"
        case "reserve":
            return f"the rest of the {budget:g} s budget is reserved"
        case "budget":
            return f"the {budget:g} s budget is used up"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s"
