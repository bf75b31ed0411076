"""The life of one container as a state machine. Knows roles and timers, never pids or clocks.

    pre_start -> starting -> running -> pre_stop -> stopping -> cleanup -> post_stop -> exit

Each method below answers one event and names every phase in which it can come. Whatever ends a life (a failed hook, a
stop request, the app's own exit) first ends the hook that runs, then goes through cleanup and post_stop.
"""

from lifeinit.engine import budget
from lifeinit.engine import events as ev
from lifeinit.engine.plan import Hook, Plan
from lifeinit.engine.signals import name_of, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    from lifeinit.engine.plan import HookPhase

    Phase = Literal["pre_start", "starting", "running", "pre_stop", "stopping", "cleanup", "post_stop", "exit"]
    HookState = Literal["none", "running", "sleeping", "waiting", "ending", "killed"]
    AppState = Literal["none", "alive", "killed", "dead"]
    Reason = Literal["", "signal", "exited", "pre_start_failed", "post_start_failed", "start_failed", "internal_error"]

Actions = list[ev.Action]

_KILL, _TERM, _CONT = (number_of(name) or 0 for name in ("KILL", "TERM", "CONT"))

TIMED_OUT: "Final" = 124  # timeout(1)
EX_SOFTWARE: "Final" = 70  # sysexits(3)
OWN_STOP_LIMIT: "Final" = 10.0  # a stop that nobody asked for must end even where no stop_timeout is set
LOST_AFTER: "Final" = 1.0  # what a KILL has not ended by then is stuck in the kernel
EXIT_TIME: "Final" = 0.05  # kept back from the budget's end, so that the exit itself still lies within it


class Machine:
    """`handle` takes one event and returns what is to be done about it, in order. It never raises."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phase: Phase = "pre_start"
        self.app: AppState = "none"
        self.hook: HookState = "none"
        self.current: tuple[HookPhase, int] = ("pre_start", 0)
        self.step = 0
        self.attempt = 1
        self.cut = False  # the hook is being ended because life goes on without it, not for its own timeout
        self.reason: Reason = ""
        self.stop_signo = 0
        self.ending: ev.Ending | None = None
        self.status: int | None = None
        self.late_status = 0
        self.limit: float | None = None  # the running budget
        self.out_of_time = False
        self.swept = False

    @property
    def exit_status(self) -> int:
        """What lifeinit will exit with, as far as it is known. A stop-phase hook never masks the app's own failure."""
        return self.status or self.late_status

    def handle(self, event: ev.Event) -> Actions:
        match event:
            case ev.Begin():
                return self._next()
            case ev.SignalCame(signo):
                return self._signal_came(signo)
            case ev.Started():
                return self._started()
            case ev.StartFailed(status):
                return self._start_failed(status)
            case ev.AppExited(ending):
                return self._app_exited(ending)
            case ev.HookExited(ending):
                what = f"killed by SIG{name_of(ending.signo)}" if ending.signo else f"exited {ending.code}"
                return self._hook_over(ending.status, f"{what} after {ev.ELAPSED}")
            case ev.HookFailed(status, why):
                return self._hook_over(status, why)
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
            case "running" | "pre_stop" | "stopping":
                return self._to_app(signo)
            case "pre_start" | "starting":
                return []  # its default action would end the hook
            case "cleanup" | "post_stop" | "exit":
                return []  # the app is gone

    def _stop_requested(self, signo: int) -> Actions:
        match self.phase:
            case "pre_start":
                if self.reason:
                    return []  # already on the way out
                self.status = 128 + signo
                return [*self._ask_stop(signo), *self._end_hook(), *self._advance()]
            case "starting":
                # The exec is answered before the next signal is read, so this waits for one answer only.
                return [] if self.reason else self._ask_stop(signo)
            case "running":
                if self.app == "dead":
                    return self._start_budget()  # on the way out by itself; from now on the runtime waits
                return [*self._ask_stop(signo), *self._pre_stop()]
            case "pre_stop":
                return [*self._end_hook(), *self._stop_app()] if self.app == "alive" else []
            case "stopping":
                return self._to_app(self._rewritten(signo) or signo)  # Celery and uvicorn escalate on a second one
            case "cleanup" | "post_stop":
                return self._start_budget()
            case "exit":
                return []

    def _ask_stop(self, signo: int) -> Actions:
        self.reason, self.stop_signo = "signal", signo
        timers = self._start_budget()
        limit = "" if self.limit is None else f", {self.limit:g} s budget"
        return [ev.Say(f"stop requested by SIG{name_of(signo)}{limit}"), *timers]

    def _to_app(self, signo: int) -> Actions:
        return [ev.SignalApp(signo, self.plan.group)] if self.app in {"alive", "killed"} else []

    # The app.

    def _started(self) -> Actions:
        self.app = "alive"
        if self.reason:
            return self._pre_stop()
        self.phase, self.step = "running", 0
        return self._next()

    def _start_failed(self, status: int) -> Actions:
        self.reason, self.status = "start_failed", status
        return self._clean_up()

    def _app_exited(self, ending: ev.Ending) -> Actions:
        self.app, self.ending = "dead", ending
        self.reason = self.reason or "exited"
        if self.status is None:
            self.status = 0 if ending.status in self.plan.success else ending.status
        died = f" (SIG{name_of(ending.signo)})" if ending.signo else ""
        counts = ", which counts as success" if ending.status and ending.status in self.plan.success else ""
        said: Actions = [ev.Say(f"app exited {ending.status}{died}{counts}"), ev.Disarm("lost")]
        return [*said, *self._end_hook(), *self._advance()]

    def _fault(self) -> Actions:
        """Of what lifeinit was doing nothing is known: the app is stopped, and the life goes on to its end."""
        self.reason = self.reason or "internal_error"
        self.status = EX_SOFTWARE
        match self.phase:
            case "pre_start":
                return [*self._end_hook(), *self._advance()]
            case "starting":
                return self._clean_up()  # the app may live: cleanup ends it
            case "running" | "pre_stop" if self.app == "alive":
                return [*self._start_budget(unset=OWN_STOP_LIMIT), *self._end_hook(), *self._stop_app()]
            case "running" | "pre_stop" | "stopping" | "post_stop":
                return [*self._end_hook(), *self._advance()]
            case "cleanup" | "exit":
                return []

    def _pre_stop(self) -> Actions:
        self.phase, self.step = "pre_stop", 0
        return [*self._end_hook(), *self._advance()]

    def _stop_app(self) -> Actions:
        self.phase = "stopping"
        signo = self.plan.stop_signal
        if signo is None:
            signo = (self._rewritten(self.stop_signo) or _TERM) if self.stop_signo else _TERM
        return [*self._to_app(signo), *self._to_app(_CONT)]  # a stopped process acts on nothing but CONT and KILL

    def _kill_app(self) -> Actions:
        if self.app != "alive":
            return []
        self.app = "killed"
        return [
            ev.Say("the app did not stop in time, SIGKILL", urgent=True),
            ev.SignalApp(_KILL, group=True),
            ev.Arm("lost", LOST_AFTER),
        ]

    def _clean_up(self) -> Actions:
        self.phase = "cleanup"
        return [ev.Disarm("reserve"), ev.Arm("sweep", budget.cleanup_time(self.plan, self.limit)), ev.Sweep(_TERM)]

    def _post_stop(self) -> Actions:
        self.phase, self.step = "post_stop", 0
        return [ev.Disarm("sweep"), *self._advance()]

    # Hooks.

    def _advance(self) -> Actions:
        """Go on, once no hook is left."""
        if self.hook != "none":
            return []
        match self.phase:
            case "pre_start":
                return self._clean_up() if self.reason else self._next()
            case "running" | "pre_stop":
                return self._clean_up() if self.app == "dead" else self._next()
            case "stopping":
                return self._clean_up() if self.app == "dead" else []
            case "post_stop":
                return self._exit() if self.out_of_time else self._next()
            case "starting" | "cleanup" | "exit":
                return []  # no hook runs here

    def _next(self) -> Actions:
        """The next hook of the phase; after the last one the next phase."""
        match self.phase:
            case "pre_start" | "pre_stop" | "post_stop":
                self.current = (self.phase, self.step)
            case "running":
                self.current = ("post_start", self.step)
            case "starting" | "stopping" | "cleanup" | "exit":
                return []  # these have no hooks
        if self.step < len(self.plan.hooks(self.current[0])):
            self.attempt = 1
            return self._run()
        match self.phase:
            case "pre_start":
                self.phase = "starting"
                return [ev.StartApp()]
            case "pre_stop":
                return self._stop_app()
            case "post_stop":
                return self._exit()
            case _:
                return []  # running, and nothing more to do

    def _run(self) -> Actions:
        hook = self._hook()
        limit: Actions = [] if hook.timeout is None else [ev.Arm("timeout", hook.timeout)]
        if hook.sleep is not None:
            self.hook = "sleeping"
            return [*limit, ev.Arm("sleep", hook.sleep)]
        self.hook = "running"
        return [*limit, ev.RunHook(*self.current, self.attempt)]

    def _hook_over(self, status: int, what: str) -> Actions:
        """The hook has ended in whatever way: go on, try again, or give up."""
        timed_out = self.hook in {"ending", "killed"}
        self.hook = "none"
        quiet: Actions = [ev.Disarm("timeout"), ev.Disarm("kill"), ev.Disarm("sleep")]
        hook, label = self._hook(), self._label()
        if self.cut:
            self.cut = False
            return [*quiet, ev.Say(f"{label}: ended after {ev.ELAPSED}"), *self._advance()]
        if timed_out:
            status, what = TIMED_OUT, f"timed out after {hook.timeout:g} s"
        if status == 0:
            self.step += 1
            done = f"slept {hook.sleep:g} s" if hook.sleep is not None else f"ok in {ev.ELAPSED}"
            return [*quiet, ev.Say(f"{label}: {done}"), *self._advance()]
        if self.attempt <= hook.retries:
            self.hook = "waiting"
            self.attempt += 1
            again = f"try {self.attempt} of {hook.retries + 1} in {hook.retry_delay:g} s"
            return [*quiet, ev.Say(f"{label}: {what}; {again}"), ev.Arm("retry", hook.retry_delay)]
        self.step += 1
        return [*quiet, *self._hook_failed(hook, status, f"{label}: {what}")]

    def _hook_failed(self, hook: Hook, status: int, what: str) -> Actions:
        match self.phase:
            case "pre_start" if hook.abort:
                self.reason, self.status = "pre_start_failed", status
                return [ev.Say(f"{what}; the app is not started"), *self._advance()]
            case "running" if hook.abort:
                self.reason, self.status = "post_start_failed", status
                timers = self._start_budget(unset=OWN_STOP_LIMIT)
                return [ev.Say(f"{what}; the app is stopped"), *timers, *self._stop_app()]
            case "pre_stop" | "post_stop" if hook.abort:
                self.late_status = self.late_status or status
            case _:
                pass  # a warning; starting, stopping, cleanup and exit run no hooks
        return [ev.Say(f"{what}; going on"), *self._advance()]

    def _end_hook(self) -> Actions:
        """End the hook that runs, if any: TERM to its group now, KILL after kill_after."""
        match self.hook:
            case "none":
                return []
            case "sleeping" | "waiting":
                self.hook = "none"
                return [ev.Disarm("sleep"), ev.Disarm("retry"), ev.Disarm("timeout")]
            case "running":
                self.cut = True
                return self._terminate_hook()
            case "ending" | "killed":
                self.cut = True
                return []

    def _terminate_hook(self) -> Actions:
        self.hook = "ending"
        return [
            ev.Disarm("timeout"),
            ev.SignalHook(_TERM),
            ev.SignalHook(_CONT),
            ev.Arm("kill", self.plan.kill_after),
        ]

    def _kill_hook(self) -> Actions:
        """KILL the hook's group now, whatever time it had left."""
        if self.hook not in {"running", "ending"}:
            return []
        self.hook = "killed"
        return [ev.Disarm("timeout"), ev.SignalHook(_KILL), ev.Arm("kill", LOST_AFTER)]

    def _hook(self) -> Hook:
        phase, index = self.current
        return self.plan.hooks(phase)[index]

    def _label(self) -> str:
        """`pre_start migrate`, or `pre_start[0]` for a hook without a name."""
        phase, name = self.current[0], self._hook().name
        return name if name.startswith(f"{phase}[") else f"{phase} {name}"

    # Time.

    def _elapsed(self, timer: "ev.Timer") -> Actions:
        """A timer that runs down after its cause is gone finds nothing to do."""
        match timer:
            case "sleep":
                return self._hook_over(0, "") if self.hook == "sleeping" else []
            case "retry":
                return self._run() if self.hook == "waiting" else []
            case "timeout":
                return self._hook_timed_out()
            case "kill":
                return self._kill_time_over()
            case "reserve":
                return self._reserve_reached()
            case "budget":
                return self._budget_spent()
            case "sweep":
                return self._sweep_time_over()
            case "lost":
                if self.app != "killed":
                    return []
                return [ev.Forget("app"), *self._app_exited(ev.Ending(signo=_KILL))]

    def _hook_timed_out(self) -> Actions:
        match self.hook:
            case "running":
                return self._terminate_hook()
            case "sleeping":
                self.hook = "ending"
                return self._hook_over(TIMED_OUT, "")
            case "none" | "waiting" | "ending" | "killed":
                return []

    def _kill_time_over(self) -> Actions:
        match self.hook:
            case "ending":
                return self._kill_hook()
            case "killed":
                return [ev.Forget("hook"), *self._hook_over(128 + _KILL, "does not die of SIGKILL")]
            case "none" | "running" | "sleeping" | "waiting":
                return []

    def _sweep_time_over(self) -> Actions:
        if self.phase != "cleanup":
            return []
        if self.swept:
            return self._post_stop()  # what is left is stuck in the kernel
        self.swept = True
        return [
            ev.Say("what was left behind did not stop in time, SIGKILL", urgent=True),
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
                # The app has not been asked yet: it gets the moment that cleanup would have had.
                return [
                    *self._end_hook(),
                    *self._stop_app(),
                    ev.Arm("reserve", budget.cleanup_time(self.plan, self.limit)),
                ]
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                return [*self._kill_app(), *self._kill_hook()]
            case "cleanup" | "post_stop" | "exit":
                return []

    def _budget_spent(self) -> Actions:
        self.out_of_time = True
        match self.phase:
            case "cleanup":
                return [ev.Sweep(_KILL), *self._post_stop()]
            case "post_stop":
                said = ev.Say(f"{self._label()}: cut, the {self.limit:g} s budget is spent")
                match self.hook:
                    case "running" | "ending":
                        self.cut = True
                        return [said, *self._kill_hook()]
                    case "killed":
                        self.cut = True
                        return []
                    case "none" | "sleeping" | "waiting":
                        return [said, *self._end_hook(), *self._exit()]
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping" | "exit":
                return []  # the reserve came first: KILL is under way

    def _exit(self) -> Actions:
        self.phase = "exit"
        unfinished = self.plan.post_stop[self.step :]  # there are some only where the budget was spent
        if any(hook.abort for hook in unfinished):
            self.late_status = self.late_status or TIMED_OUT
        names = ", ".join(hook.name for hook in unfinished)
        said: Actions = [ev.Say(f"post_stop not completed, the budget is spent: {names}")] if unfinished else []
        return [*said, ev.Exit(self.exit_status)]
