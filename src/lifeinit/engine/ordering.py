"""The order of the processes of a plan in which one has `after`: who starts next, and who is asked to stop next.

             starting                                     stopping
  started    its probe begins; the next that may start    !
  ready      the next that may start; ->running after all -
  app exited ->stopping, what is not started never is     who nobody depends on any more is asked to stop 1
  turn over  -                                            the next are asked although some still run 2
  reserve    -                                            those that are left are asked, in the time of cleanup 3

   1  A stop begins with those that no process depends on.
   2  Each turn has the same share of the budget, so that nobody's stop takes the time of all.
   3  Nobody gets SIGKILL who was not asked before. Where cleanup has lent its time already, it follows at once.

The app is "alive" while it waits for one that is to become ready: no exec is to be answered then.
"""

from lifeinit.engine import budget
from lifeinit.engine import events as ev
from lifeinit.engine.hook_machine import HookMachine
from lifeinit.engine.plan import Plan
from lifeinit.engine.readiness import ProbedApp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.events import Actions


class OrderedApp(ProbedApp):
    """The app of a plan with `after`, in one life: `pending` are not started yet, `unasked` are asked to stop later."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.pending = tuple(range(len(plan.processes)))
        self.unasked: tuple[int, ...] = ()
        self.request = 0

    def started(self, process: int) -> int | None:
        """Its exec succeeded. The process that may start next, if one may."""
        self.running = (*self.running, process)
        self.pending = tuple(other for other in self.pending if other != process)
        return self.next_to_start()

    def next_to_start(self) -> int | None:
        """The first process that waits for none any more."""
        return next((process for process in self.pending if self._may_start(process)), None)

    def _may_start(self, process: int) -> bool:
        before = self.plan.processes[process].after
        return all(other in self.running and other not in self.unready for other in before)

    def ask_to_stop(self, request: int, processes: tuple[int, ...] | None = None) -> "Actions":
        """As for the base, but only those that no process depends on."""
        self.unasked, self.request = self.running if processes is None else processes, request
        return self.ask_next()

    def ask_next(self, among: tuple[int, ...] | None = None) -> "Actions":
        """Ask those on which none depends that runs; or, with `among`, none of these."""
        needed = {p for other in (self.running if among is None else among) for p in self.plan.processes[other].after}
        now = tuple(process for process in self.unasked if process not in needed)
        self.unasked = tuple(process for process in self.unasked if process not in now)
        return super().ask_to_stop(self.request, now) if now else []

    def forward_to_asked(self, signo: int) -> "Actions":
        """A stop request while the app stops: it is for those whose turn has come."""
        return [one for one in self.forward(signo) if one[1] not in self.unasked]

    def exited(self, process: int) -> "Actions":
        """As for the base; it need not be asked any more."""
        self.unasked = tuple(other for other in self.unasked if other != process)
        return super().exited(process)


class OrderedMachine(HookMachine):
    """The machine of such a plan."""

    app: OrderedApp

    def _begin_life(self) -> None:
        super()._begin_life()
        self.app = self._new_app()

    def _new_app(self) -> OrderedApp:
        return OrderedApp(self.plan)

    # The start.

    def _started(self, process: int) -> "Actions":
        """An exec succeeded: its probe begins, and the next process starts that may."""
        self.app.started(process)
        if self.verdict.reason:  # a stop request has waited for the exec
            self.app.state = "alive"
            return self._enter_pre_stop()
        return [*self.app.begin_probe(process), *self._process_ready()]

    def _process_ready(self) -> "Actions":
        """The next process that may start; the app runs once all are ready."""
        following = self.app.next_to_start()
        if following is not None:
            self.app.state = "none"  # an exec is to be answered
            return [ev.start_app(following)]
        self.app.state = "alive"
        return [] if self.app.pending else super()._process_ready()

    def _start_failed(self, process: int, status: int, detail: str) -> "Actions":
        """As for the base; those that were started before may have probes."""
        return [*self._end_probes(), *super()._start_failed(process, status, detail)]

    # The stop.

    def _enter_stopping(self) -> "Actions":
        """The first are asked to stop."""
        return [*super()._enter_stopping(), *self._begin_turn()]

    def _begin_turn(self) -> "Actions":
        """The share of the budget for those that were asked now."""
        limit = self.budget.limit
        if limit is None or not self.app.unasked:
            return []
        return [ev.arm("turn", (limit - budget.reserve(self.plan, limit)) / turns(self.plan))]

    def _ask_next(self, among: tuple[int, ...] | None = None) -> "Actions":
        asked = self.app.ask_next(among)
        return [ev.disarm("turn"), *asked, *self._begin_turn()] if asked else []

    def _stop_requested(self, signo: int) -> "Actions":
        if self.phase == "stopping":
            self.stop_requested = True
            return self.app.forward_to_asked(signo)
        return super()._stop_requested(signo)

    def _app_exited(self, process: int, ending: ev.Ending, oom_killed: bool) -> "Actions":
        """As for the base; those that it depended on may have their turn."""
        actions = super()._app_exited(process, ending, oom_killed)
        if self.app.state == "alive":
            return [*actions, *(self._ask_next() if self.phase == "stopping" else [])]
        return [ev.disarm("turn"), *actions]

    def _elapsed(self, timer: "ev.Timer") -> "Actions":
        if timer != "turn":
            return super()._elapsed(timer)
        return self._ask_next(self.app.unasked) if self.phase == "stopping" else []

    def _reserve_reached(self) -> "Actions":
        """As for the base; those that were not asked yet get the time of cleanup."""
        if self.phase != "stopping" or not self.app.unasked:
            return super()._reserve_reached()
        asked = self._ask_rest()
        if self.budget.cleanup_time == "whole":
            return [*asked, *self._kill_hook(), *self.budget.lend_cleanup_time()]
        return [*asked, *super()._reserve_reached()]

    def _budget_used_up(self) -> "Actions":
        return [*self._ask_rest(), *super()._budget_used_up()]

    def _ask_rest(self) -> "Actions":
        if self.phase != "stopping" or not self.app.unasked:
            return []
        return [ev.disarm("turn"), *self.app.ask_next(())]


def turns(plan: Plan) -> int:
    """So many turns has a stop: the length of the longest chain of processes that depend on one another."""
    depth: dict[int, int] = {}
    for process, one in enumerate(plan.processes):  # those before it stand before it: see planner.py
        depth[process] = 1 + max((depth[other] for other in one.after), default=0)
    return max(depth.values())
