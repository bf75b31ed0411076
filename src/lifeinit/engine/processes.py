"""The processes that together are the app: which run, and which signal each one gets."""

from lifeinit.engine import events as ev
from lifeinit.engine.plan import Plan, Process
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    AppState = Literal["none", "alive", "killed", "dead"]

_KILL, _TERM = (number_of(name) or 0 for name in ("KILL", "TERM"))


class App:
    """The app in one life. Numbers are those of the plan's processes.

    none     not every process has started; `running` has those that have, nothing is `unready`
    alive    every process has started; `running` has at least one, `unready` those whose readiness is awaited
    killed   SIGKILL was sent to all that run; nothing is `unready`
    dead     all are reaped: both are empty

    Which of them are `unready` is known in a plan with `ready` (readiness.py); which were `asked` whether they work,
    and which were found `unhealthy`, in one with `alive` (alive.py).
    """

    asked: tuple[int, ...] = ()
    unhealthy: tuple[tuple[int, str], ...] = ()

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state: AppState = "none"
        self.running: tuple[int, ...] = ()
        self.unready: tuple[int, ...] = ()

    # Start and end.

    def started(self, process: int) -> int | None:
        """Its exec succeeded. The process that starts next; None after the last one: the app is alive then."""
        self.running = (*self.running, process)
        if process + 1 < len(self.plan.processes):
            return process + 1
        self.state = "alive"
        return None

    def exited(self, process: int) -> ev.Actions:
        """It is dead and reaped; the app is, with its last process. What is to end with it."""
        self.running = tuple(other for other in self.running if other != process)
        if not self.running:
            self.state = "dead"
        return []

    # Signals.

    def forward(self, signo: int) -> "list[ev.SignalApp]":
        """A signal to each process, as the plan's `signals` and its own rewrite it."""
        plan = self.plan
        return [
            ev.signal_app(process, goes, plan.processes[process].group)
            for process in self.running
            if (goes := rewritten(signo, plan, plan.processes[process])) is not None
        ]

    def ask_to_stop(self, request: int, processes: tuple[int, ...] | None = None) -> ev.Actions:
        """stop_signal to each process; without one, the signal of the stop request (0: there is none) or SIGTERM."""
        plan, signals, asked = self.plan, [], self.running if processes is None else processes
        for process in asked:
            own = plan.processes[process]
            signo = own.stop_signal
            if signo is None:
                # A process may ignore a signal by its `signals`, but not that it has to stop.
                signo = (rewritten(request, plan, own) if request else None) or _TERM
            signals.append(ev.signal_app(process, signo, own.group))
        return [*signals, *(ev.wake_app(process) for process in asked)]

    def kill(self, lost_after: float) -> ev.Actions:
        """SIGKILL to every process and its group; what has not died after `lost_after` is given up."""
        self.state = "killed"
        kills = [ev.signal_app(process, _KILL, group=True) for process in self.running]
        return [*kills, ev.arm("lost", lost_after)]


def rewritten(signo: int, plan: Plan, process: Process) -> int | None:
    """What a process gets for a signal that lifeinit gets; None if it gets nothing."""
    for came, goes in (*process.rewrite, *plan.rewrite):
        if came == signo:
            return goes
    return signo
