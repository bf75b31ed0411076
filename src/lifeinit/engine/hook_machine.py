"""The state machine of a plan with hooks, `ready` or `restart`: what these add to the table of state_machine.py."""

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status
from lifeinit.engine import hook_events as h
from lifeinit.engine.budget import EXIT_TIME, LOST_AFTER, OWN_STOP_LIMIT
from lifeinit.engine.hook import HookRun
from lifeinit.engine.plan import Plan, Restart
from lifeinit.engine.readiness import ProbedApp
from lifeinit.engine.restarts import Restarts
from lifeinit.engine.signals import number_of
from lifeinit.engine.state_machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.events import Actions
    from lifeinit.engine.hook_events import Consequence, Outcome, WhySkipped
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import HookPhase

_INT, _QUIT = (number_of(name) or 0 for name in ("INT", "QUIT"))


class HookMachine(Machine):
    """Of all lives: `restarts`, `done_once` (hooks that do not run again), and whether the zygote is dead."""

    app: ProbedApp

    def __init__(self, plan: Plan) -> None:
        self.restarts = Restarts()
        self.done_once: tuple[tuple[HookPhase, int], ...] = ()
        self.program_lost = False
        super().__init__(plan)

    def _begin_life(self) -> None:
        super()._begin_life()
        self.app = ProbedApp(self.plan)
        self.hook_run = HookRun(self.plan.kill_after)

    def handle(self, event: ev.Event) -> "Actions":  # a table
        """One event."""
        match event:
            case ("signal_received", _):
                return super().handle(event)
            case ("became_ready", process):
                return self._became_ready(process)
            case ("probe_failed", process, status, detail):
                return self._never_ready(process, status, detail)
            case ("app_leaving",):
                self.app_is_leaving = True
                return []
            case ("program_lost",):
                self.program_lost = True
                return [ev.disarm("backoff"), *self._cannot_restart()] if self.phase == "waiting" else []
            case ("more_time", process, seconds):
                return [ev.arm(("ready", process), seconds, at_least=True)] if process in self.app.unready else []
            case ("hook_exited", ending, oom_killed):
                return self._of_hook(*self.hook_run.exited(ending, oom_killed))
            case ("hook_failed", status, detail):
                return self._of_hook(*self.hook_run.failed(status, detail))
            case _:
                return super().handle(event)

    def _elapsed(self, timer: "ev.Timer") -> "Actions":  # a table
        match timer:
            case "sleep" | "retry" | "timeout" | "kill":
                return self._of_hook(*self.hook_run.elapsed(timer))
            case "backoff":
                return self._restart() if self.phase == "waiting" else []
            case ("ready", process):
                return self._ready_time_over(process)
            case ("window", number):
                self.restarts.window_over(number)
                return []
            case _:
                return super()._elapsed(timer)

    def _stop_requested(self, signo: int) -> "Actions":
        """As for the base; a hook may run, or a restart be due."""
        self.stop_requested = True
        match self.phase:
            case "pre_start" if self.verdict.reason:
                return self.budget.start(self.phase)  # the life ends already; from now on the runtime waits for it
            case "pre_start":
                never_ran = h.stopped_before_start(signo)
                self.verdict.status, self.verdict.cause = exit_status.of_signal(signo), never_ran
                return [*self._begin_stop(signo), *self.hook_run.end(), *self._advance()]
            case "pre_stop" if signo in {_INT, _QUIT}:
                skipped = self._skipped("pre_stop", "second_request", signo)
                return [*skipped, *self.hook_run.end(), *self._leave_pre_stop()]
            case "pre_stop":
                return [h.stop_repeated(signo)]
            case "waiting":
                return [h.restart_cancelled(signo), ev.disarm("backoff"), *self._exit()]
            case _:
                return super()._stop_requested(signo)

    # Readiness.

    def _begin_probes(self) -> "Actions":
        return self.app.begin_probes()

    def _end_probes(self) -> "Actions":
        return self.app.end_probes()

    def _became_ready(self, process: int) -> "Actions":
        """A probe succeeded, or the process has reported that it is ready."""
        if process not in self.app.unready:
            return []  # once more, or the app is being stopped
        ended = self.app.end_probe(process)
        return [*ended, h.app_ready(process), *self._process_ready()]

    def _process_ready(self) -> "Actions":
        """One more process counts as ready."""
        return [] if self.app.unready else self._enter_running()

    def _never_ready(self, process: int, status: int, detail: str) -> "Actions":
        """A probe failed for good, or its time is over: the app is stopped, or the process counts as ready."""
        ready = self.plan.processes[process].ready
        if process not in self.app.unready or ready is None:
            return []
        ended = self.app.end_probe(process)
        notice = h.app_not_ready(process, status, detail, ready.abort)
        if not ready.abort:
            return [*ended, notice, *self._process_ready()]
        self.verdict.start_failed("ready_timeout", status, notice, process)
        timers = self.budget.start(self.phase, unset=OWN_STOP_LIMIT)
        return [*ended, *self._end_probes(), notice, *timers, *self._enter_stopping()]

    def _ready_time_over(self, process: int) -> "Actions":
        """`ready = "5s"` means ready by now; anything else that it is too late."""
        ready = self.plan.processes[process].ready
        if ready is None or ready.after is not None:
            return self._became_ready(process)
        return self._never_ready(process, exit_status.TIMED_OUT, f"no answer within {ready.timeout:g} s")

    # Hooks.

    def _next_hook(self, phase: "HookPhase") -> "Actions":
        """The next hook of the phase; after the last one the next state."""
        hooks = self.plan.hooks(phase)
        while (phase, self.step) in self.done_once:
            self.step += 1
        if self.step < len(hooks):
            return self.hook_run.begin(phase, self.step, hooks[self.step])
        return super()._next_hook(phase)

    def _advance(self) -> "Actions":
        return [] if self.hook_run.busy else super()._advance()

    def _end_hook(self, app_is_gone: bool = False) -> "Actions":
        # A pre_stop command may be what stopped the app ("quit, wait, flush"): it runs to its end.
        return self.hook_run.finish() if app_is_gone and self.hook_run.phase == "pre_stop" else self.hook_run.end()

    def _kill_hook(self, lost_after: float = LOST_AFTER) -> "Actions":
        return self.hook_run.kill(lost_after)

    def _left(self, phase: "HookPhase") -> tuple[int, ...]:
        """The hook of the phase that is not over, and those that have their turn after it."""
        hooks = range(self.step, len(self.plan.hooks(phase)))
        return tuple(i for i in hooks if (phase, i) not in self.done_once)

    def _skipped(self, phase: "HookPhase", why: "WhySkipped", signo: int = 0) -> "list[Notice]":
        """A notice about these, if there are any."""
        left = self._left(phase)
        return [h.hooks_skipped(phase, left, why, signo, self.budget.limit or 0.0)] if left else []

    def _of_hook(self, actions: "Actions", outcome: "Outcome | None") -> "Actions":
        """What a hook's event brought about; with an outcome the hook is over."""
        return actions if outcome is None else [*actions, *self._hook_over(outcome)]

    def _hook_over(self, outcome: "Outcome") -> "Actions":
        """A hook has succeeded, failed for good, or was ended because the lifecycle moved on."""
        run = self.hook_run
        if outcome.result == "terminated":
            return [self._hook_ended(outcome), *self._advance()]
        self.step += 1
        if outcome.status == 0:
            if run.hook is not None and run.hook.once:
                self.done_once = (*self.done_once, (run.phase, run.index))
            return [self._hook_ended(outcome), *self._advance()]
        abort = run.hook is not None and run.hook.abort
        match run.phase:
            case "pre_start" if abort:
                notice = self._hook_ended(outcome, "app_not_started")
                self.verdict.start_failed("pre_start_failed", outcome.status, notice)
                return [notice, *self._advance()]
            case "post_start" if abort:
                notice = self._hook_ended(outcome, "app_stopped")
                self.verdict.start_failed("post_start_failed", outcome.status, notice)
                return [notice, *self.budget.start(self.phase, unset=OWN_STOP_LIMIT), *self._enter_stopping()]
            case _:
                notice = self._hook_ended(outcome, "continuing")
                if abort:
                    self.verdict.stop_hook_failed(outcome.status, notice)
                return [notice, *self._advance()]

    def _hook_ended(self, outcome: "Outcome", consequence: "Consequence" = "") -> "Notice":
        """The notice about the hook that is over."""
        run = self.hook_run
        return h.hook_ended(run.phase, run.index, run.attempt, outcome, consequence)

    # The states.

    def _enter_pre_stop(self) -> "Actions":
        """As for the base; a probe and a post_start hook have lost their purpose."""
        self.phase, self.step = "pre_stop", 0
        ended = [*self._end_probes(), *self.hook_run.end()]
        return ended if self.hook_run.busy else [*ended, *self._next_hook("pre_stop")]

    def _leave_pre_stop(self) -> "Actions":
        """The rest of pre_stop is skipped."""
        return self._enter_stopping() if self.app.running else self._advance()

    def _reserve_reached(self) -> "Actions":
        """As for the base. Where the app was not asked yet, or the hook had no SIGTERM, cleanup lends its time."""
        if self.phase != "pre_stop" or not (self.app.state == "alive" or not self.hook_run.cut):
            return super()._reserve_reached()
        skipped = self._skipped("pre_stop", "reserve")
        lent = self.budget.lend_cleanup_time()
        return [*skipped, *self.hook_run.end(), *self._leave_pre_stop(), *lent]

    def _budget_used_up(self) -> "Actions":
        """As for the base; a post_stop hook that runs is cut short."""
        if self.phase != "post_stop":
            return super()._budget_used_up()
        self.budget.used_up = True
        cut = h.hook_cut(self.hook_run.index, self.budget.limit or 0.0)
        return [cut, *self.hook_run.kill(EXIT_TIME), *self._advance()]

    def _end_life(self) -> "Actions":
        """Every post_stop hook is over, or there is no time for them: another life, or the exit."""
        skipped = self._skipped("post_stop", "budget")  # empty unless there was no time
        if any(self.plan.post_stop[i].abort for i in self._left("post_stop")):
            self.verdict.stop_hook_failed(exit_status.TIMED_OUT, skipped[0])
        if self.stop_requested:
            return [*skipped, *self._exit()]
        if self.program_lost and self.restarts.may_follow(self.restart_rule, self.exit_status != 0):
            return [*skipped, *self._cannot_restart()]
        again, actions = self.restarts.next(self.restart_rule, self.exit_status, self.verdict.cause)
        if not again:
            return [*skipped, *actions, *self._exit()]
        self.phase = "waiting"
        return [*skipped, *actions]

    # Restarts.

    @property
    def restart_count(self) -> int:
        """All restarts so far."""
        return self.restarts.count

    @property
    def may_restart(self) -> bool:
        """Whether another life can still follow this one. An aborting post_stop hook may yet make a failure of a 0."""
        fails = self.exit_status != 0 or any(hook.abort for hook in self.plan.post_stop)
        possible = not self.stop_requested and not self.program_lost
        return possible and self.restarts.may_follow(self.restart_rule, fails)

    @property
    def restart_rule(self) -> Restart:
        """Whether another life follows, as the process has it that decided the end of this one."""
        return self.plan.processes[self.verdict.process].restart

    def _cannot_restart(self) -> "Actions":
        """A restart is due that would find no function to call: the runtime can start the whole container again."""
        notice = h.restart_impossible()
        self.verdict.stop_hook_failed(exit_status.SOFTWARE, notice)  # in the place of a 0
        return [notice, *self._exit()]

    def _restart(self) -> "Actions":
        """The back-off is over: another life begins."""
        self.restarts.count += 1
        self._begin_life()
        return self._next_hook("pre_start")
