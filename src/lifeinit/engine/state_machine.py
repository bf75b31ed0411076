"""The life of one container as a state machine. Knows roles and timers, never pids or clocks.

    pre_start -> starting -> running -> pre_stop -> stopping -> cleanup -> post_stop -> exit
        ^                                                                      |
        +------------------------------ waiting <------------------------------+   (restart)

Each method below answers one event and names every phase in which it can come. Whatever ends a life (a failed hook, a
stop request, the app's own exit) first ends the hook that runs, then goes through cleanup and post_stop.
"""

from lifeinit.engine import budget, exit_status
from lifeinit.engine import events as ev
from lifeinit.engine.events import Actions
from lifeinit.engine.hook import LOST_AFTER, HookRun, Outcome
from lifeinit.engine.plan import Hook, Plan, Process
from lifeinit.engine.signals import name_of, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    from lifeinit.engine.plan import HookPhase

    Phase = Literal[
        "pre_start", "starting", "running", "pre_stop", "stopping", "cleanup", "post_stop", "waiting", "exit"
    ]
    AppState = Literal["none", "alive", "killed", "dead"]
    Failure = Literal["pre_start_failed", "post_start_failed", "ready_timeout", "start_failed", "internal_error"]
    Reason = Literal["", "signal", "exited"] | Failure
    Moment = Literal["none", "runs", "over"]

_KILL, _TERM, _CONT = (number_of(name) or 0 for name in ("KILL", "TERM", "CONT"))

OWN_STOP_LIMIT: "Final" = 10.0  # a stop that nobody asked for must end even where no stop_timeout is set
EXIT_TIME: "Final" = 0.05  # kept back from the budget's end, so that the exit itself still lies within it
FIRST_BACKOFF: "Final" = 0.5  # before the first restart; it doubles with each one
LONGEST_BACKOFF: "Final" = 30.0


class Machine:
    """`handle` takes one event and returns what is to be done about it, in order. It never raises."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.restarts = 0
        self.windows: tuple[int, ...] = ()  # a number for each restart that still counts against max_restarts
        self.stop_asked = False
        self.done_once: tuple[tuple[HookPhase, int], ...] = ()
        self._new_life()

    def _new_life(self) -> None:
        self.phase: Phase = "pre_start"
        self.run = HookRun(self.plan.kill_after)
        self.step = 0
        self.app: AppState = "none"
        self.alive: tuple[int, ...] = ()
        self.unready: tuple[int, ...] = ()
        self.leaving = False
        self.reason: Reason = ""
        self.stop_signo = 0
        self.first_exit: int | None = None  # the process that ended first
        self.cause: int | None = None  # the one whose start failed
        self.ending: ev.Ending | None = None
        self.status: int | None = None
        self.late_status = 0
        self.why = ""
        self.limit: float | None = None  # the running budget
        self.out_of_time = False
        self.swept = False
        self.moment: Moment = "none"  # what app and cleanup share where a pre_stop hook has used up their time

    @property
    def exit_status(self) -> int:
        """What lifeinit will exit with, as far as it is known. A stop-phase hook never masks the app's own failure."""
        return self.status or self.late_status

    @property
    def ready(self) -> bool:
        """Whether the app serves, nobody has asked it to stop, and it has not said that it is about to."""
        return self.phase == "running" and self.app == "alive" and not self.reason and not self.leaving

    def handle(self, event: ev.Event) -> Actions:
        match event:
            case ev.SignalCame():
                return self._signal_came(event.signo)
            case ev.Begin():
                return self._next()
            case ev.Started(process):
                return self._started(process)
            case ev.StartFailed(process, status, why):
                return self._start_failed(process, status, why)
            case ev.AppExited(process, ending, remark):
                return self._app_exited(process, ending, remark)
            case ev.BecameReady(process):
                return self._became_ready(process)
            case ev.ProbeFailed(process, status, why):
                return self._never_ready(process, status, why)
            case ev.Leaving():
                self.leaving = True
                return []
            case ev.MoreTime(process, seconds):
                return [ev.Arm(("ready", process), seconds, at_least=True)] if process in self.unready else []
            case ev.HookExited(ending):
                return self._of_hook(*self.run.exited(ending))
            case ev.HookFailed(status, why):
                return self._of_hook(*self.run.over(status, why))
            case ev.Elapsed(timer):
                return self._elapsed(timer)
            case ev.Empty():
                return self._post_stop() if self.phase == "cleanup" else []
            case ev.Fault():
                return self._fault()

    # Signals.

    def _signal_came(self, signo: int) -> Actions:
        rewritten = self._rewritten(signo)
        if rewritten is None:
            return []
        return self._stop_requested(signo) if signo in self.plan.stop_on else self._signalled(rewritten)

    def _rewritten(self, signo: int) -> int | None:
        """What the app gets for a signal; None if it is dropped."""
        for came, goes in self.plan.rewrite:
            if came == signo:
                return goes
        return signo

    def _signalled(self, signo: int) -> Actions:
        """A signal that asks for no stop."""
        match self.phase:
            case "starting" | "running" | "pre_stop" | "stopping":
                return self._to_app(signo)
            case "pre_start":
                return []  # its default action would end the hook
            case "cleanup" | "post_stop" | "waiting" | "exit":
                return []  # the app is gone

    def _stop_requested(self, signo: int) -> Actions:
        self.stop_asked = True
        match self.phase:
            case "pre_start":
                if self.reason:
                    return self._start_budget()  # on the way out; if by a fault, the runtime waits from now on
                self.status, self.why = (
                    exit_status.of_signal(signo),
                    f"stop requested by SIG{name_of(signo)} before the app ran",
                )
                return [*self._ask_stop(signo), *self.run.end(), *self._advance()]
            case "starting" if self.app != "alive":
                # The exec is answered before the next signal is read, so this waits for one answer only.
                return [] if self.reason else self._ask_stop(signo)
            case "starting" | "running":
                if self.app == "dead":
                    return self._start_budget()  # on the way out by itself; from now on the runtime waits
                return [*self._ask_stop(signo), *self._pre_stop()]
            case "pre_stop":
                if self.app != "alive":
                    return []
                cut = self._not_completed("pre_stop", f"a second stop request by SIG{name_of(signo)}")
                return [*cut, *self.run.end(), *self._stop_app()]
            case "stopping":
                return self._to_app(self._rewritten(signo) or signo)  # Celery and uvicorn escalate on a second one
            case "cleanup" | "post_stop":
                return self._start_budget()
            case "waiting":
                said = ev.Say(f"stop requested by SIG{name_of(signo)}, no restart", "stop_requested", signo=signo)
                return [said, ev.Disarm("backoff"), *self._leave()]
            case "exit":
                return []

    def _ask_stop(self, signo: int) -> Actions:
        self.reason, self.stop_signo = "signal", signo
        timers = self._start_budget()
        limit = "" if self.limit is None else f", {self.limit:g} s budget"
        said = f"stop requested by SIG{name_of(signo)}{limit}"
        return [ev.Say(said, "stop_requested", signo=signo), *timers]

    def _to_app(self, signo: int) -> Actions:
        return [ev.SignalApp(process, signo, self.plan.processes[process].group) for process in self.alive]

    # The app.

    def _start(self) -> Actions:
        self.phase = "starting"
        return [ev.StartApp(0)]

    def _started(self, process: int) -> Actions:
        self.alive = (*self.alive, process)
        if process + 1 < len(self.plan.processes):
            return [ev.StartApp(process + 1)]
        self.app = "alive"
        if self.reason:
            return self._pre_stop()
        self.unready = tuple(process for process in self.alive if self.plan.processes[process].ready is not None)
        return [action for process in self.unready for action in self._probe(process)] or self._all_ready()

    def _start_failed(self, process: int, status: int, why: str) -> Actions:
        self.reason, self.status, self.why, self.cause = "start_failed", status, why, process
        said = ev.Say(why, "start_failed", "error", process=process, code=status, urgent=True)
        if not self.alive:
            return [said, *self._clean_up()]
        self.app = "alive"
        return [said, *self._start_budget(unset=OWN_STOP_LIMIT), *self._stop_app()]

    def _app_exited(self, process: int, ending: ev.Ending, remark: str) -> Actions:
        self.alive = tuple(other for other in self.alive if other != process)
        status = 0 if ending.status in self.plan.processes[process].success else ending.status
        what = f"{self._named(process)} exited {ending.status}{_manner(ending, remark)}"
        counts = ", which counts as success" if ending.status != status else ""
        if self.first_exit is None:
            self.first_exit, self.ending = process, ending
        if self.status is None or (self.reason == "signal" and not self.status and status):
            # The first to exit decides; but where all were asked to stop, none of them hides another's failure.
            self.status, self.ending = status, ending
            if status or not self.late_status:
                self.why = what
        self.reason = self.reason or "exited"
        said = ev.Say(f"{what}{counts}", "app_exited", process=process, code=ending.status, signo=ending.signo or None)
        gone: Actions = [said, *self._end_probe(process)]
        if self.alive:
            return [*gone, *self._stop_the_others()]
        self.app = "dead"
        return [*gone, ev.Disarm("lost"), *self.run.end(), *self._advance()]

    def _stop_the_others(self) -> Actions:
        """Of several processes one is gone: the others are stopped too, without pre_stop."""
        match self.phase:
            case "starting" | "running" | "pre_stop":
                # Where a stop was asked for, its limit is the user's, also if there is none.
                timers = [] if self.reason == "signal" else self._start_budget(unset=OWN_STOP_LIMIT)
                return [*self._end_probes(), *timers, *self.run.end(), *self._stop_app()]
            case "pre_start" | "stopping" | "cleanup" | "post_stop" | "waiting" | "exit":
                return []  # they are being stopped already, or there is none

    def _named(self, process: int) -> str:
        return self.plan.processes[process].name

    def _fault(self) -> Actions:
        """Of what lifeinit was doing nothing is known: the app is stopped, and the life goes on to its end."""
        self.reason = self.reason or "internal_error"
        self.status, self.why, self.stop_asked = exit_status.SOFTWARE, "lifeinit itself failed", True
        match self.phase:
            case "pre_start":
                return [*self.run.end(), *self._advance()]
            case "starting" if not self.alive:
                return self._clean_up()  # the app may live: cleanup ends it
            case "starting" | "running" | "pre_stop" if self.alive:
                self.app = "alive"  # also where not every process was started
                timers = self._start_budget(unset=OWN_STOP_LIMIT)
                return [*self._end_probes(), *timers, *self.run.end(), *self._stop_app()]
            case "starting" | "running" | "pre_stop" | "stopping":
                return [*self.run.end(), *self._advance()]
            case "post_stop":
                if not self.out_of_time:
                    self.step += 1  # the hook that is ended has had its turn
                return [*self.run.end(), *self._advance()]
            case "waiting":
                return [ev.Disarm("backoff"), *self._leave()]
            case "cleanup" | "exit":
                return []

    def _pre_stop(self) -> Actions:
        self.phase, self.step = "pre_stop", 0
        return [*self._end_probes(), *self.run.end(), *self._advance()]

    def _stop_app(self) -> Actions:
        self.phase = "stopping"
        signals: Actions = []
        for process in self.alive:
            plan = self.plan.processes[process]
            signo = plan.stop_signal
            if signo is None:
                signo = (self._rewritten(self.stop_signo) or _TERM) if self.stop_signo else _TERM
            signals.append(ev.SignalApp(process, signo, plan.group))
        return [*signals, *self._to_app(_CONT)]  # a stopped process acts on nothing but CONT and KILL

    def _kill_app(self) -> Actions:
        if self.app != "alive":
            return []
        self.app = "killed"
        said = ev.Say("the app did not stop in time, SIGKILL", "app_killed", "warning", signo=_KILL, urgent=True)
        kills = [ev.SignalApp(process, _KILL, group=True) for process in self.alive]
        return [said, *kills, ev.Arm("lost", EXIT_TIME if self.out_of_time else LOST_AFTER)]

    def _clean_up(self) -> Actions:
        self.phase = "cleanup"
        if self.out_of_time:
            return [ev.Sweep(_KILL), *self._post_stop()]
        if self.moment == "runs":
            return [ev.Sweep(_TERM)]
        limit = 0.0 if self.moment == "over" else budget.cleanup_time(self.plan, self.limit)
        return [ev.Disarm("reserve"), ev.Arm("sweep", limit), ev.Sweep(_TERM)]

    def _post_stop(self) -> Actions:
        self.phase, self.step = "post_stop", 0
        return [ev.Disarm("reserve"), ev.Disarm("sweep"), *self._advance()]

    # Readiness.

    def _probe(self, process: int) -> Actions:
        ready = self.plan.processes[process].ready
        if ready is None:
            return []
        timer = ev.Arm(("ready", process), ready.timeout if ready.after is None else ready.after)
        return [timer] if ready.program is None else [timer, ev.Probe(process)]

    def _became_ready(self, process: int) -> Actions:
        if process not in self.unready:
            return []  # said once more, or the app is being stopped
        ended = self._end_probe(process)
        said = ev.Say(f"{self._named(process)} is ready after {ev.ELAPSED}", "app_ready", process=process)
        return [*ended, said, *([] if self.unready else self._all_ready())]

    def _all_ready(self) -> Actions:
        self.phase, self.step = "running", 0
        return self._next()

    def _never_ready(self, process: int, status: int, why: str) -> Actions:
        ready = self.plan.processes[process].ready
        if process not in self.unready or ready is None:
            return []
        ended = self._end_probe(process)
        what = f"{self._named(process)} is not ready: {why}"
        if not ready.abort:
            said = ev.Say(f"{what}; going on", "ready_failed", "warning", process=process, code=status)
            return [*ended, said, *([] if self.unready else self._all_ready())]
        self.reason, self.status, self.why, self.cause = "ready_timeout", status, what, process
        said = ev.Say(f"{what}; the app is stopped", "ready_failed", "error", process=process, code=status)
        timers = self._start_budget(unset=OWN_STOP_LIMIT)
        return [*ended, *self._end_probes(), said, *timers, *self._stop_app()]

    def _end_probes(self) -> Actions:
        return [action for process in self.unready for action in self._end_probe(process)]

    def _end_probe(self, process: int) -> Actions:
        if process not in self.unready:
            return []
        self.unready = tuple(other for other in self.unready if other != process)
        return [ev.Disarm(("ready", process)), ev.EndProbe(process)]

    # Hooks.

    def _advance(self) -> Actions:
        """Go on, once no hook is left."""
        if self.run.busy:
            return []
        match self.phase:
            case "pre_start":
                return self._clean_up() if self.reason else self._next()
            case "running" | "pre_stop":
                return self._clean_up() if self.app == "dead" else self._next()
            case "starting" | "stopping":
                return self._clean_up() if self.app == "dead" else []
            case "post_stop":
                return self._end_of_life() if self.out_of_time else self._next()
            case "cleanup" | "waiting" | "exit":
                return []  # no hook runs here

    def _next(self) -> Actions:
        """The next hook of the phase; after the last one the next phase."""
        match self.phase:
            case "pre_start" | "pre_stop" | "post_stop":
                return self._next_of(self.phase)
            case "running":
                return self._next_of("post_start")
            case "starting" | "stopping" | "cleanup" | "waiting" | "exit":
                return []  # these have no hooks

    def _next_of(self, phase: "HookPhase") -> Actions:
        hooks = self.plan.hooks(phase)
        while (phase, self.step) in self.done_once:
            self.step += 1
        if self.step < len(hooks):
            return self.run.begin(phase, self.step, hooks[self.step])
        match phase:
            case "pre_start":
                return self._start()
            case "post_start":
                return []  # nothing more to do
            case "pre_stop":
                return self._stop_app()
            case "post_stop":
                return self._end_of_life()

    def _of_hook(self, actions: Actions, outcome: Outcome | None) -> Actions:
        if outcome is None:
            return actions
        return [*actions, *self._hook_over(outcome)]

    def _hook_over(self, outcome: Outcome) -> Actions:
        if outcome.result == "ended":
            return [self._of_it(outcome, "", "hook_ended"), *self._advance()]
        self.step += 1
        if outcome.result == "ok":
            if self.run.hook and self.run.hook.once:
                self.done_once = (*self.done_once, (self.run.phase, self.run.index))
            return [self._of_it(outcome, "", "hook_ok"), *self._advance()]
        return self._hook_failed(outcome)

    def _hook_failed(self, outcome: Outcome) -> Actions:
        hook = self.run.hook
        abort = hook is not None and hook.abort
        place = f" ({hook.place})" if hook is not None and hook.place else ""
        why = f"{self.run.label}{place} {outcome.what}".replace(f" after {ev.ELAPSED}", "")
        event = "hook_timed_out" if outcome.result == "timed out" else "hook_failed"
        match self.phase:
            case "pre_start" if abort:
                self.reason, self.status, self.why = "pre_start_failed", outcome.status, why
                return [self._of_it(outcome, "; the app is not started", event, "error"), *self._advance()]
            case "running" if abort:
                self.reason, self.status, self.why = "post_start_failed", outcome.status, why
                said = self._of_it(outcome, "; the app is stopped", event, "error")
                return [said, *self._start_budget(unset=OWN_STOP_LIMIT), *self._stop_app()]
            case "pre_stop" | "post_stop" if abort and not self.exit_status:
                self.late_status, self.why = outcome.status, why
            case _:
                pass  # a warning; starting, stopping, cleanup, waiting and exit run no hooks
        return [self._of_it(outcome, "; going on", event, "warning"), *self._advance()]

    def _of_it(self, outcome: Outcome, consequence: str, event: str, level: "ev.Level" = "info") -> ev.Say:
        """A line about the hook that has just ended."""
        name = self.run.hook.name if self.run.hook else None
        text = f"{self.run.label}: {outcome.what}{consequence}"
        return ev.Say(text, event, level, name, self.run.phase, code=outcome.status)

    # Time.

    def _elapsed(self, timer: "ev.Timer") -> Actions:
        """A timer that runs down after its cause is gone finds nothing to do."""
        match timer:
            case "sleep" | "retry" | "timeout" | "kill":
                return self._of_hook(*self.run.elapsed(timer))
            case "reserve":
                return self._reserve_reached()
            case "budget":
                return self._budget_spent()
            case "sweep":
                return self._sweep_time_over()
            case "lost":
                return self._app_is_lost()
            case "backoff":
                return self._again() if self.phase == "waiting" else []
            case ("ready", process):
                return self._ready_time_over(process)
            case ("window", number):
                self.windows = tuple(window for window in self.windows if window != number)
                return []

    def _ready_time_over(self, process: int) -> Actions:
        ready = self.plan.processes[process].ready
        if ready is None or ready.after is not None:
            return self._became_ready(process)
        return self._never_ready(process, exit_status.TIMED_OUT, f"no answer within {ready.timeout:g} s")

    def _app_is_lost(self) -> Actions:
        if self.app != "killed":
            return []
        actions: Actions = []
        for process in self.alive:
            actions += [ev.ForgetApp(process), *self._app_exited(process, ev.Ending(signo=_KILL), "")]
        return actions

    def _sweep_time_over(self) -> Actions:
        if self.phase != "cleanup":
            return []
        if self.swept:
            return self._post_stop()  # what is left is stuck in the kernel
        self.swept = True
        text = "what was left behind did not stop in time, SIGKILL"
        return [
            ev.Say(text, "leftovers_killed", "warning", signo=_KILL, urgent=True),
            ev.Arm("sweep", budget.cleanup_time(self.plan, self.limit)),
            ev.Sweep(_KILL),
        ]

    def _start_budget(self, unset: float | None = None) -> Actions:
        """From here stop_timeout counts, once in a life; `unset` is the limit where there is none."""
        limit = self.plan.stop_timeout if self.plan.stop_timeout is not None else unset
        if self.limit is not None or limit is None:
            return []
        self.limit = limit
        whole = ev.Arm("budget", max(limit - EXIT_TIME, limit / 2))
        match self.phase:
            case "cleanup":
                return [whole, ev.Arm("sweep", budget.cleanup_time(self.plan, limit))]  # it was armed without a limit
            case "post_stop":
                return [whole]
            case _:
                return [ev.Arm("reserve", limit - budget.reserve(self.plan, limit)), whole]

    def _reserve_reached(self) -> Actions:
        match self.phase:
            case "pre_stop" if self.app == "alive":
                # The app has not been asked yet: it gets of cleanup's moment what it needs.
                self.moment = "runs"
                return [
                    *self._not_completed("pre_stop", f"the rest of the {self.limit:g} s budget is kept back"),
                    *self.run.end(),
                    *self._stop_app(),
                    ev.Arm("reserve", budget.cleanup_time(self.plan, self.limit)),
                ]
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                self.moment = "over" if self.moment == "runs" else "none"
                return [*self._kill_app(), *self.run.kill()]
            case "cleanup":
                return self._sweep_time_over()
            case "post_stop" | "waiting" | "exit":
                return []

    def _budget_spent(self) -> Actions:
        self.out_of_time = True
        match self.phase:
            case "cleanup":
                return self._clean_up()
            case "post_stop":
                text = f"{self.run.label}: cut, the {self.limit:g} s budget is spent"
                name = self.run.hook.name if self.run.hook else None
                said = ev.Say(text, "budget_spent", "warning", name, "post_stop")
                return [said, *self.run.cut_off(EXIT_TIME), *self._advance()]
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                # The reserve came first, so KILL is under way, unless that gave the app a moment of its own.
                lost = self._app_is_lost() if self.app == "killed" else self._kill_app()
                return [*lost, *self.run.kill(EXIT_TIME)]
            case "waiting" | "exit":
                return []  # no budget runs

    # The end, or the next life.

    def _end_of_life(self) -> Actions:
        """Every hook of post_stop is over, or there is no time for them."""
        said = self._not_completed("post_stop", "the budget is spent")  # it says something only where it was
        if any(hook.abort for hook in self._unfinished("post_stop")) and not self.exit_status:
            self.late_status, self.why = exit_status.TIMED_OUT, said[0].text
        return [*said, *self._restart_or_leave()]

    def _unfinished(self, phase: "HookPhase") -> "list[Hook]":
        """Of the running phase, the hook that is not over, and those that have their turn after it."""
        hooks = enumerate(self.plan.hooks(phase))
        return [hook for i, hook in hooks if i >= self.step and (phase, i) not in self.done_once]

    def _not_completed(self, phase: "HookPhase", why: str) -> "list[ev.Say]":
        unfinished = self._unfinished(phase)
        text = f"{phase} not completed, {why}: {', '.join(hook.name for hook in unfinished)}"
        return [ev.Say(text, f"{phase}_incomplete", "warning", phase=phase)] if unfinished else []

    def _restart_or_leave(self) -> Actions:
        process = self._deciding()
        rule = process.restart
        wanted = rule.when == "always" or (rule.when == "on-failure" and self.exit_status != 0)
        if not wanted or self.stop_asked:
            return self._leave()
        if len(self.windows) >= rule.most:
            text = f"restarted {rule.most} times within {rule.window:g} s: giving up"
            return [ev.Say(text, "restart_limit", "error"), *self._leave()]
        number = next(number for number in range(rule.most) if number not in self.windows)
        delay = min(FIRST_BACKOFF * 2 ** min(len(self.windows), 10), LONGEST_BACKOFF)
        self.windows = (*self.windows, number)
        self.phase = "waiting"
        return [
            ev.Disarm("budget"),
            ev.Say(f"restart {self.restarts + 1} in {delay:g} s: {self.why}", "restart"),
            ev.Arm(("window", number), rule.window),
            ev.Arm("backoff", delay),
        ]

    @property
    def may_restart(self) -> bool:
        """Whether another life may follow this one, as far as it is known."""
        rule = self._deciding().restart
        if self.stop_asked or len(self.windows) >= rule.most:
            return False
        fails = bool(self.exit_status) or any(hook.abort for hook in self.plan.post_stop)
        return rule.when == "always" or (rule.when == "on-failure" and fails)

    def _deciding(self) -> Process:
        """The process whose rules decide what follows: the one that could not start, else the one that ended first."""
        return self.plan.processes[self.first_exit or 0 if self.cause is None else self.cause]

    def _again(self) -> Actions:
        self.restarts += 1
        self._new_life()
        return self._next()

    def _leave(self) -> Actions:
        self.phase = "exit"
        return [ev.Exit(self.exit_status, self.why if self.exit_status else "")]


def _manner(ending: ev.Ending, remark: str) -> str:
    """` (SIGKILL; out of memory)`: what the number alone does not say."""
    died = f"SIG{name_of(ending.signo)}" if ending.signo else ""
    both = "; ".join(part for part in (died, remark) if part)
    return f" ({both})" if both else ""
