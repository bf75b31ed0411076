"""A plan, an event and an action in words: what a story is told in."""

from collections.abc import Iterator

from lifeinit.engine import events as ev
from lifeinit.engine.hook_messages import message
from lifeinit.engine.plan import Hook, Plan, Process, Ready
from lifeinit.engine.signals import name_of

_TIMERS = {
    "sleep": "the hook's pause",
    "timeout": "the hook's timeout",
    "kill": "the time that the hook has to die",
    "retry": "the hook's retry_delay",
    "reserve": "the budget less its reserve",
    "budget": "the whole budget",
    "cleanup": "the moment for what is left behind",
    "lost": "the time that the app has to die of SIGKILL",
    "backoff": "the back-off",
    "turn": "the share of those that are asked to stop now",
}


def event_in_words(event: ev.Event, plan: Plan) -> str:
    """What happened, without its consequences."""
    match event:
        case ("begin",):
            return "lifeinit begins"
        case ("signal_received", signo):
            return f"stop request {name_of(signo)}" if signo in plan.stop_on else f"signal {name_of(signo)}"
        case ("started", process):
            return f"the exec of {_named(process, plan)} succeeds"
        case ("start_failed", process, status, _):
            return f"{_named(process, plan)} cannot be run, status {status}"
        case ("app_exited", process, ending, _):
            return f"{_named(process, plan)} {_end(ending)}"
        case ("became_ready", process):
            return f"{_named(process, plan)} is ready"
        case ("probe_failed", process, status, _):
            return f"the probe of {_named(process, plan)} fails, status {status}"
        case ("more_time", process, seconds):
            return f"{_named(process, plan)} asks for {seconds:g} s more to become ready"
        case ("app_leaving",):
            return "a process of the app says that it is about to stop"
        case ("program_lost",):
            return "the zygote dies"
        case ("hook_exited", ending, _):
            return f"the hook {_end(ending)}"
        case ("hook_failed", status, _):
            return f"the hook cannot be run, status {status}"
        case ("elapsed", timer, _):
            return f"{timer_in_words(timer, plan)} is over"
        case ("nothing_left",):
            return "nothing lives below lifeinit any more"
        case ("fault",):
            return "lifeinit itself fails"
        case ("unhealthy", process, detail):
            return f"{_named(process, plan)} does not work: {detail}"
        case ("healthy", process):
            return f"{_named(process, plan)} works again"
        case ("beat", process):
            return f"{_named(process, plan)} sends WATCHDOG=1"
        case ("beat_interval", process, seconds):
            return (
                f"{_named(process, plan)} asks for a watchdog of {'no limit' if seconds is None else f'{seconds:g} s'}"
            )


def action_in_words(action: ev.Action, plan: Plan) -> str:
    """What lifeinit does."""
    match action:
        case ("start_app", process):
            return f"starts {_named(process, plan)}"
        case ("signal_app", process, signo, group):
            return f"{name_of(signo)} to {_named(process, plan)}{' and its group' if group else ''}"
        case ("wake_app", process):
            return f"CONT to {_named(process, plan)} if it is stopped"
        case ("probe", process, kind):
            return f"starts the {kind} probe of {_named(process, plan)}"
        case ("end_probe", process):
            return f"ends the probe of {_named(process, plan)}"
        case ("run_hook", phase, index, unless):
            return f"{'asks unless' if unless else 'runs'} {phase} {plan.hooks(phase)[index].name}"
        case ("signal_hook", signo):
            return f"{name_of(signo)} to the hook"
        case ("forget_app", process):
            return f"gives up {_named(process, plan)}"
        case ("forget_hook",):
            return "gives up the hook"
        case ("signal_leftovers", signo):
            return f"{name_of(signo)} to everything that is left"
        case ("arm", timer, after, at_least):
            return f"{timer_in_words(timer, plan)}: {'at least ' if at_least else ''}{after:g} s"
        case ("disarm", timer):
            return f"no longer waits for {timer_in_words(timer, plan)}"
        case ("notice", _):
            return f'says "{message(action, plan, 0.0).text}"'
        case ("leave", status, _):
            return f"exits {status}"


def timer_in_words(timer: "ev.Timer", plan: Plan) -> str:
    match timer:
        case str():
            return _TIMERS[timer]
        case ("ready", process):
            return f"the time that {_named(process, plan)} has to become ready"
        case ("alive", process):
            return f"the time until {_named(process, plan)} is asked, or has to report, again"
        case ("window", number):
            return f"the window of restart {number}"


def plan_in_words(plan: Plan) -> Iterator[str]:
    """The plan, a line for each thing that is not as usual."""
    for process in plan.processes:
        yield _process(process)
    for phase in ("pre_start", "post_start", "pre_stop", "post_stop"):
        for hook in plan.hooks(phase):
            yield f"{phase} {_hook(hook)}"
    if plan.stop_timeout is not None:
        yield f"stop_timeout {plan.stop_timeout:g} s"
    if plan.kill_after != 2.0:
        yield f"kill_after {plan.kill_after:g} s"
    for came, goes in plan.rewrite:
        yield f"{name_of(came)} is {'dropped' if goes is None else f'passed on as {name_of(goes)}'}"


def _process(process: Process) -> str:
    words = [f"process {process.name}"]
    if process.stop_signal is not None:
        words.append(f"stop_signal {name_of(process.stop_signal)}")
    if process.group:
        words.append("stop_scope group")
    if process.success:
        words.append(f"success_exit_codes {', '.join(map(str, process.success))}")
    if process.ready is not None:
        words.append(_ready(process.ready))
    if process.alive is not None:
        how = "a prober" if process.alive.watchdog is None else f"a watchdog of {process.alive.watchdog:g} s"
        words.append(f"{how}, {process.alive.on_failure}")
    if process.after:
        words.append(f"after {', '.join(map(str, process.after))}")
    if process.restart.when != "no":
        rule = process.restart
        words.append(f"restart {rule.when}, at most {rule.most} in {rule.window:g} s")
    return "; ".join(words)


def _ready(ready: Ready) -> str:
    if ready.after is not None:
        return f"ready after {ready.after:g} s"
    how = "says that it is ready" if ready.notify else "has a ready probe"
    return f"{how}, {ready.timeout:g} s, {'abort' if ready.abort else 'warn'}"


def _hook(hook: Hook) -> str:
    words = [hook.name, "abort" if hook.abort else "warn"]
    if hook.sleep is not None:
        words.append(f"sleeps {hook.sleep:g} s")
    words.append("no timeout" if hook.timeout is None else f"timeout {hook.timeout:g} s")
    if hook.retries:
        words.append(f"{hook.retries} retries, retry_delay {hook.retry_delay:g} s")
    if hook.once:
        words.append("once")
    if hook.unless is not None:
        words.append("unless")
    return ", ".join(words)


def _named(process: int, plan: Plan) -> str:
    return plan.processes[process].name


def _end(ending: ev.Ending) -> str:
    return f"dies of {name_of(ending.signo)}" if ending.signo else f"exits {ending.code}"
