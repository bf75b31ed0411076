"""A plan, an event and an action in words: what a story is told in."""

from collections.abc import Iterator

from lifeinit.engine import alive_events as al
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.hook_messages import message
from lifeinit.engine.notices import Notice
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
        case ev.Begin():
            return "lifeinit begins"
        case ev.SignalReceived(signo):
            return f"stop request {name_of(signo)}" if signo in plan.stop_on else f"signal {name_of(signo)}"
        case ev.Started(process):
            return f"the exec of {_named(process, plan)} succeeds"
        case ev.StartFailed(process, status):
            return f"{_named(process, plan)} cannot be run, status {status}"
        case ev.AppExited(process, ending):
            return f"{_named(process, plan)} {_end(ending)}"
        case h.BecameReady(process):
            return f"{_named(process, plan)} is ready"
        case h.ProbeFailed(process, status):
            return f"the probe of {_named(process, plan)} fails, status {status}"
        case h.MoreTime(process, seconds):
            return f"{_named(process, plan)} asks for {seconds:g} s more to become ready"
        case h.AppLeaving():
            return "a process of the app says that it is about to stop"
        case h.ProgramLost():
            return "the zygote dies"
        case h.HookExited(ending):
            return f"the hook {_end(ending)}"
        case h.HookFailed(status):
            return f"the hook cannot be run, status {status}"
        case ev.Elapsed(timer):
            return f"{timer_in_words(timer, plan)} is over"
        case ev.NothingLeft():
            return "nothing lives below lifeinit any more"
        case ev.Fault():
            return "lifeinit itself fails"
        case al.Unhealthy(process, detail):
            return f"{_named(process, plan)} does not work: {detail}"
        case al.Healthy(process):
            return f"{_named(process, plan)} works again"
        case al.Beat(process):
            return f"{_named(process, plan)} sends WATCHDOG=1"
        case al.BeatInterval(process, seconds):
            return (
                f"{_named(process, plan)} asks for a watchdog of {'no limit' if seconds is None else f'{seconds:g} s'}"
            )


def action_in_words(action: ev.Action, plan: Plan) -> str:
    """What lifeinit does."""
    match action:
        case ev.StartApp(process):
            return f"starts {_named(process, plan)}"
        case ev.SignalApp(process, signo, group):
            return f"{name_of(signo)} to {_named(process, plan)}{' and its group' if group else ''}"
        case ev.WakeApp(process):
            return f"CONT to {_named(process, plan)} if it is stopped"
        case h.Probe(process, kind):
            return f"starts the {kind} probe of {_named(process, plan)}"
        case h.EndProbe(process):
            return f"ends the probe of {_named(process, plan)}"
        case h.RunHook(phase, index, unless):
            return f"{'asks unless' if unless else 'runs'} {phase} {plan.hooks(phase)[index].name}"
        case h.SignalHook(signo):
            return f"{name_of(signo)} to the hook"
        case ev.ForgetApp(process):
            return f"gives up {_named(process, plan)}"
        case h.ForgetHook():
            return "gives up the hook"
        case ev.SignalLeftovers(signo):
            return f"{name_of(signo)} to everything that is left"
        case ev.Arm(timer, after, at_least):
            return f"{timer_in_words(timer, plan)}: {'at least ' if at_least else ''}{after:g} s"
        case ev.Disarm(timer):
            return f"no longer waits for {timer_in_words(timer, plan)}"
        case Notice():
            return f'says "{message(action, plan, 0.0).text}"'
        case ev.Exit(status):
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
