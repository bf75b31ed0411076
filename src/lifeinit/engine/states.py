"""The states of the lifecycle: what each one begins with, and which state follows it."""

from lifeinit.engine import events as ev
from lifeinit.engine.budget import EXIT_TIME, LOST_AFTER, Budget
from lifeinit.engine.notices import app_killed, leftovers_killed
from lifeinit.engine.plan import Plan
from lifeinit.engine.processes import App
from lifeinit.engine.signals import STOP_SIGNALS, number_of
from lifeinit.engine.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.events import Actions
    from lifeinit.engine.hook import HookRun
    from lifeinit.engine.plan import HookPhase

    State = Literal[
        "pre_start", "starting", "running", "pre_stop", "stopping", "cleanup", "post_stop", "waiting", "exit"
    ]

_KILL, _TERM = (number_of(name) or 0 for name in ("KILL", "TERM"))


class States:
    """Of all lives: `stop_requested` (no other life follows).

    Of this life: the state, called `phase`; its `app`, `verdict` and `budget`, and `hook_run` where the plan has hooks;
    `step`, the number of the hook in a phase that runs or has its turn next; `app_is_leaving`, what the app reports
    itself (STOPPING=1, sd_notify(3)); and `leftovers_killed`, whether cleanup is past its SIGTERM.
    """

    if TYPE_CHECKING:
        hook_run: HookRun

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dropped = {came for came, goes in plan.rewrite if goes is None}
        requests = frozenset(plan.stop_on) - dropped
        # Whoever started lifeinit with these ignored (a background job, nohup) meant it, unless none would be left.
        self._stop_on = requests.difference(plan.inherited.ignored) or requests
        self._stop_on_without_app = self._stop_on.union(STOP_SIGNALS) - dropped.union(plan.inherited.ignored)
        self.stop_requested = False
        self._begin_life()

    def _begin_life(self) -> None:
        """The first life, or the one after a restart."""
        self.phase: State = "pre_start"
        self.step = 0
        self.app = App(self.plan)
        self.verdict = Verdict()
        self.budget = Budget(self.plan)
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
        """Whether another life can still follow this one."""
        return False

    @property
    def restart_count(self) -> int:
        """All restarts so far."""
        return 0

    # What runs beside the app, in a plan that has it: see hook_machine.py.

    def _begin_probes(self) -> "Actions":
        """Ask whether the app is ready."""
        return []

    def _end_probes(self) -> "Actions":
        """The app is being stopped."""
        return []

    def _end_hook(self, app_is_gone: bool = False) -> "Actions":
        """The lifecycle moves on without the hook that runs."""
        return []

    def _kill_hook(self, lost_after: float = LOST_AFTER) -> "Actions":
        """The hook that runs has had its time."""
        return []

    def _next_hook(self, phase: "HookPhase") -> "Actions":
        """The next state, unless the phase has a hook left."""
        match phase:
            case "pre_start":
                self.phase = "starting"
                return [ev.start_app(0)]
            case "post_start":
                return []  # the app runs on, with nothing beside it
            case "pre_stop":
                return self._enter_stopping()
            case "post_stop":
                return self._end_life()

    def _advance(self) -> "Actions":
        """Go on, once no hook runs any more."""
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

    # The states.

    def _enter_running(self) -> "Actions":
        """Every process is ready: the post_start hooks run beside the app."""
        self.phase, self.step = "running", 0
        return self._next_hook("post_start")

    def _enter_pre_stop(self) -> "Actions":
        """A stop was requested and the app is alive."""
        self.phase, self.step = "pre_stop", 0
        return self._next_hook("pre_stop")

    def _enter_stopping(self) -> "Actions":
        """The app is asked to stop."""
        self.phase = "stopping"
        return self.app.ask_to_stop(self.verdict.stop_signo)

    def _kill_app(self) -> "Actions":
        """The app has had its time."""
        if self.app.state != "alive":
            return []
        return [app_killed(), *self.app.kill(EXIT_TIME if self.budget.used_up else LOST_AFTER)]

    def _enter_cleanup(self) -> "Actions":
        """The app and every hook are gone: what is left of this life is ended."""
        self.phase = "cleanup"
        if self.budget.used_up:
            return [ev.signal_leftovers(_KILL), *self._enter_post_stop()]
        return [*self.budget.start_cleanup(), ev.signal_leftovers(_TERM)]

    def _cleanup_over(self) -> "Actions":
        """What is left has had its SIGTERM and its time: SIGKILL, and as long again."""
        if self.phase != "cleanup":
            return []
        if self.leftovers_killed:
            return self._enter_post_stop()  # what is left is stuck in the kernel
        self.leftovers_killed = True
        return [leftovers_killed(), self.budget.cleanup_timer(), ev.signal_leftovers(_KILL)]

    def _enter_post_stop(self) -> "Actions":
        """Nothing of this life is left, or nothing that can die. Its last hooks run, if there is time."""
        self.phase, self.step = "post_stop", 0
        return [ev.disarm("reserve"), ev.disarm("cleanup"), *self._advance()]

    def _end_life(self) -> "Actions":
        """Every post_stop hook is over, or there is no time for them."""
        return self._exit()

    def _exit(self) -> "Actions":
        """The end, with the cause of a failure."""
        self.phase = "exit"
        return [ev.leave(self.exit_status, self.verdict.cause if self.exit_status else None)]
