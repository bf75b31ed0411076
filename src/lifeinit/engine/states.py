"""The states of the lifecycle: what each one begins with, its hooks, and which state follows it."""

from lifeinit.engine import events as ev
from lifeinit.engine.budget import EXIT_TIME, OWN_STOP_LIMIT, Budget
from lifeinit.engine.exit_status import TIMED_OUT
from lifeinit.engine.hook import LOST_AFTER, HookRun
from lifeinit.engine.notices import AppKilled, HookEnded, HooksSkipped, LeftoversKilled, Outcome
from lifeinit.engine.plan import Plan, Restart
from lifeinit.engine.processes import App
from lifeinit.engine.signals import STOP_SIGNALS, number_of
from lifeinit.engine.verdict import Restarts, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.events import Actions
    from lifeinit.engine.notices import Consequence
    from lifeinit.engine.plan import HookPhase

    State = Literal[
        "pre_start", "starting", "running", "pre_stop", "stopping", "cleanup", "post_stop", "waiting", "exit"
    ]

_KILL, _TERM = (number_of(name) or 0 for name in ("KILL", "TERM"))


class States:
    """Of all lives: `restarts`, `stop_requested` (no other life follows) and `done_once` (hooks that do not run again).

    Of this life: the state, called `phase`; its `app`, `verdict`, `budget` and `hook_run`; `step`, the number of the
    hook in a phase that runs or has its turn next; `app_is_leaving`, what the app reports itself (STOPPING=1,
    sd_notify(3)); and `leftovers_killed`, whether cleanup is past its SIGTERM.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dropped = {came for came, goes in plan.rewrite if goes is None}
        requests = frozenset(plan.stop_on) - dropped
        # Whoever started lifeinit with these ignored (a background job, nohup) meant it, unless none would be left.
        self._stop_on = requests.difference(plan.inherited.ignored) or requests
        self._stop_on_without_app = self._stop_on.union(STOP_SIGNALS) - dropped.union(plan.inherited.ignored)
        self.restarts = Restarts()
        self.stop_requested = False
        self.done_once: tuple[tuple[HookPhase, int], ...] = ()
        self._begin_life()

    def _begin_life(self) -> None:
        """The first life, or the one after a restart."""
        self.phase: State = "pre_start"
        self.step = 0
        self.app = App(self.plan)
        self.verdict = Verdict()
        self.budget = Budget(self.plan)
        self.hook_run = HookRun(self.plan.kill_after)
        self.app_is_leaving = False
        self.leftovers_killed = False

    @property
    def exit_status(self) -> int:
        """What lifeinit will exit with, as far as it is known."""
        return self.verdict.exit_status

    @property
    def ready(self) -> bool:
        """Whether the app serves, is not asked to stop, and has not reported that it is about to."""
        serves = self.phase == "running" and self.app.state == "alive"
        return serves and not self.verdict.reason and not self.app_is_leaving

    @property
    def unwell(self) -> bool:
        """Whether it would be ready if it worked. Nobody knows where a plan has no `alive`."""
        return False

    @property
    def stop_signals(self) -> "frozenset[int]":
        """The signals that are stop requests now: where no app lives, SIGTERM, SIGINT and SIGQUIT always are."""
        return self._stop_on if self.app.running else self._stop_on_without_app

    @property
    def may_restart(self) -> bool:
        """Whether another life can still follow this one. An aborting post_stop hook may yet make a failure of a 0."""
        fails = self.exit_status != 0 or any(hook.abort for hook in self.plan.post_stop)
        return not self.stop_requested and self.restarts.may_follow(self.restart_rule, fails)

    @property
    def restart_rule(self) -> Restart:
        """Whether another life follows, as the process has it that decided the end of this one."""
        return self.plan.processes[self.verdict.process].restart

    # Hooks.

    def _next_hook(self, phase: "HookPhase") -> "Actions":
        """The next hook of the phase; after the last one the next state."""
        hooks = self.plan.hooks(phase)
        while (phase, self.step) in self.done_once:
            self.step += 1
        if self.step < len(hooks):
            return self.hook_run.begin(phase, self.step, hooks[self.step])
        match phase:
            case "pre_start":
                self.phase = "starting"
                return [ev.StartApp(0)]
            case "post_start":
                return []  # the app runs on, with nothing beside it
            case "pre_stop":
                return self._enter_stopping()
            case "post_stop":
                return self._end_life()

    def _advance(self) -> "Actions":
        """Go on, once no hook runs any more."""
        if self.hook_run.busy:
            return []
        match self.phase:
            case "pre_start":
                return self._enter_cleanup() if self.verdict.reason else self._next_hook("pre_start")
            case "running":
                return self._enter_cleanup() if self.app.state == "dead" else self._next_hook("post_start")
            case "pre_stop":
                return self._enter_cleanup() if self.app.state == "dead" else self._next_hook("pre_stop")
            case "starting" | "stopping":
                return self._enter_cleanup() if self.app.state == "dead" else []
            case "post_stop":
                return self._end_life() if self.budget.used_up else self._next_hook("post_stop")
            case "cleanup" | "waiting" | "exit":
                return []  # no hook runs here

    def _skipped(
        self, phase: "HookPhase", why: "Literal['second_request', 'reserve', 'budget']", signo: int = 0
    ) -> list[HooksSkipped]:
        """A notice about the hook of the phase that is not over and those that have their turn after it, if any."""
        hooks = range(self.step, len(self.plan.hooks(phase)))
        left = tuple(i for i in hooks if (phase, i) not in self.done_once)
        return [HooksSkipped(phase, left, why, signo, self.budget.limit or 0.0)] if left else []

    def _of_hook(self, actions: "Actions", outcome: Outcome | None) -> "Actions":
        """What a hook's event brought about; with an outcome the hook is over."""
        return actions if outcome is None else [*actions, *self._hook_over(outcome)]

    def _hook_over(self, outcome: Outcome) -> "Actions":
        """A hook has succeeded, failed for good, or was ended because the lifecycle moved on."""
        run = self.hook_run
        if outcome.result == "terminated":
            return [self._hook_ended(outcome), *self._advance()]
        self.step += 1
        if outcome.result == "ok":
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

    def _hook_ended(self, outcome: Outcome, consequence: "Consequence" = "") -> HookEnded:
        """The notice about the hook that is over."""
        run = self.hook_run
        return HookEnded(run.phase, run.index, run.attempt, outcome, consequence)

    # The states.

    def _enter_running(self) -> "Actions":
        """Every process is ready: the post_start hooks run beside the app."""
        self.phase, self.step = "running", 0
        return self._next_hook("post_start")

    def _enter_pre_stop(self) -> "Actions":
        """A stop was requested and the app is alive: a probe and a post_start hook have lost their purpose."""
        self.phase, self.step = "pre_stop", 0
        ended = [*self.app.end_probes(), *self.hook_run.end()]
        return ended if self.hook_run.busy else [*ended, *self._next_hook("pre_stop")]

    def _leave_pre_stop(self) -> "Actions":
        """The rest of pre_stop is skipped."""
        return self._enter_stopping() if self.app.running else self._advance()

    def _enter_stopping(self) -> "Actions":
        """The app is asked to stop."""
        self.phase = "stopping"
        return self.app.ask_to_stop(self.verdict.stop_signo)

    def _kill_app(self) -> "Actions":
        """The app has had its time."""
        if self.app.state != "alive":
            return []
        return [AppKilled(), *self.app.kill(EXIT_TIME if self.budget.used_up else LOST_AFTER)]

    def _enter_cleanup(self) -> "Actions":
        """The app and every hook are gone: what is left of this life is ended."""
        self.phase = "cleanup"
        if self.budget.used_up:
            return [ev.SignalLeftovers(_KILL), *self._enter_post_stop()]
        return [*self.budget.start_cleanup(), ev.SignalLeftovers(_TERM)]

    def _cleanup_over(self) -> "Actions":
        """What is left has had its SIGTERM and its time: SIGKILL, and as long again."""
        if self.phase != "cleanup":
            return []
        if self.leftovers_killed:
            return self._enter_post_stop()  # what is left is stuck in the kernel
        self.leftovers_killed = True
        return [LeftoversKilled(), self.budget.cleanup_timer(), ev.SignalLeftovers(_KILL)]

    def _enter_post_stop(self) -> "Actions":
        """Nothing of this life is left, or nothing that can die. Its last hooks run, if there is time."""
        self.phase, self.step = "post_stop", 0
        return [ev.Disarm("reserve"), ev.Disarm("cleanup"), *self._advance()]

    def _end_life(self) -> "Actions":
        """Every post_stop hook is over, or there is no time for them: another life, or the exit."""
        skipped = self._skipped("post_stop", "budget")  # empty unless there was no time
        if any(self.plan.post_stop[i].abort for notice in skipped for i in notice.indices):
            self.verdict.stop_hook_failed(TIMED_OUT, skipped[0])
        if self.stop_requested:
            return [*skipped, *self._exit()]
        again, actions = self.restarts.next(self.restart_rule, self.exit_status, self.verdict.cause)
        if not again:
            return [*skipped, *actions, *self._exit()]
        self.phase = "waiting"
        return [*skipped, *actions]

    def _exit(self) -> "Actions":
        """The end, with the cause of a failure."""
        self.phase = "exit"
        return [ev.Exit(self.exit_status, self.verdict.cause if self.exit_status else None)]

    def _restart(self) -> "Actions":
        """The back-off is over: another life begins."""
        self.restarts.count += 1
        self._begin_life()
        return self._next_hook("pre_start")
