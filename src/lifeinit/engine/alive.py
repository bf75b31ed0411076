"""What follows once a process that was ready stops working: the state machine of a plan that has `alive`.

The whole app has to be ready before a process is watched. It is watched by a prober beside it, or by its own WATCHDOG=1
messages, for as long as the app runs and nobody has asked it to stop.

                     running
  unhealthy          ->pre_stop 1, or one line 2
  healthy, beat      one line, watched again 3
  prober lost        started again 4
  STOPPING=1         watched no longer

   1  on_failure "stop" and "restart". The reason of the life's end is `unhealthy`: the hooks that run are ended, the
      pre_stop hooks have their turn, and the app is stopped as always. Where the exit status would be 0 it is 1.
   2  on_failure "warn". The app is not ready until it is healthy again.
   3  A beat of a healthy process changes nothing but when the next one is due.
   4  A prober that was killed, or cannot run, says nothing about the process.

In every other state these change nothing.
"""

from lifeinit.engine import alive_events as al
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.budget import OWN_STOP_LIMIT
from lifeinit.engine.hook_machine import HookMachine
from lifeinit.engine.plan import Alive, Plan, Restart
from lifeinit.engine.readiness import ProbedApp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from lifeinit.engine.events import Actions

FIRST_PAUSE: "Final" = 1.0  # seconds until a lost prober is started again; it doubles with each one
LONGEST_PAUSE: "Final" = 60.0
_LATE: "Final" = 0.01  # seconds by which lifeinit is late if it was stopped or frozen itself, or the CPU is busy
_FROZEN: "Final" = 0.5  # the CPU is not that busy
_GRACE: "Final" = 1.0  # seconds in which a process that was frozen with lifeinit sends the beat that is due


class WatchedApp(ProbedApp):
    """The app of a plan with `alive`, in one life.

    asked      those of which something is known: not while a lost prober is to be started again
    watched    those that are watched now
    unhealthy  those that do not work, each with the reason
    excused    those whose next beat is waited for once more, since lifeinit itself was frozen
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.watched: tuple[int, ...] = ()
        self.excused: tuple[int, ...] = ()
        self.lost: tuple[int, ...] = ()  # an entry for each prober that was lost since it last gave a verdict
        self.intervals: tuple[tuple[int, float | None], ...] = ()  # that processes have asked for themselves

    def is_unhealthy(self, process: int) -> bool:
        """Whether the last that is known of it is that it does not work."""
        return any(process == other for other, _ in self.unhealthy)

    def alive(self, process: int) -> Alive:
        """Its table; an empty one where it has none."""
        return self.plan.processes[process].alive or Alive()

    def begin_watch(self) -> "Actions":
        """The whole app is ready."""
        self.watched = tuple(p for p in self.running if self.plan.processes[p].alive is not None)
        return [action for process in self.watched for action in self.watch(process)]

    def watch(self, process: int, at_most: float | None = None) -> "Actions":
        """Wait for the verdict that it does not work, or works again; for a beat so many seconds at most."""
        alive, unhealthy = self.alive(process), self.is_unhealthy(process)
        self.asked = (*_without(self.asked, process), process)
        if alive.watchdog is None:
            return [h.probe(process, "recovery" if unhealthy else "alive")]
        interval = self._interval(process)
        if unhealthy or interval is None:
            return [ev.disarm(("alive", process))]
        return [ev.arm(("alive", process), interval if at_most is None else min(interval, at_most))]

    def _interval(self, process: int) -> float | None:
        """The longest time between two beats."""
        return dict(self.intervals).get(process, self.alive(process).watchdog)

    def beat(self, process: int) -> "Actions":
        """It has reported that it works."""
        self.excused = _without(self.excused, process)
        return self.watch(process)

    def set_interval(self, process: int, seconds: float | None) -> "Actions":
        """It has asked for another watchdog interval, which holds until it ends."""
        self.intervals = (*((p, s) for p, s in self.intervals if p != process), (process, seconds))
        return self.watch(process) if process in self.watched else []

    def silence(self, process: int) -> str:
        """What is wrong with a process whose beat did not come."""
        return f"no WATCHDOG=1 for {self._interval(process) or 0.0:g} s"

    def prober_lost(self, process: int, detail: str) -> "Actions":
        """Its prober has ended without a verdict: the next one starts after a pause."""
        self.asked = _without(self.asked, process)
        delay = min(FIRST_PAUSE * 2 ** min(self.lost.count(process), 10), LONGEST_PAUSE)
        if delay < LONGEST_PAUSE:
            self.lost = (*self.lost, process)
        return [al.prober_lost(process, detail, delay), ev.arm(("alive", process), delay)]

    def judge(self, process: int, detail: str | None) -> None:
        """It does not work, for this reason, or works again: whoever watches it waits for the opposite."""
        self.unhealthy = tuple(pair for pair in self.unhealthy if pair[0] != process)
        if detail is not None:
            self.unhealthy = (*self.unhealthy, (process, detail))
        self.lost, self.excused = _without(self.lost, process), _without(self.excused, process)

    def end_watch(self, process: int) -> "Actions":
        """It is dead or being stopped. What was known of it last stays known."""
        if process not in self.watched:
            return []
        self.watched, self.excused = _without(self.watched, process), _without(self.excused, process)
        ended = [h.end_probe(process)] if self.alive(process).watchdog is None else []
        return [ev.disarm(("alive", process)), *ended]

    def end_watches(self) -> "Actions":
        """The app is leaving, or being stopped."""
        return [action for process in self.watched for action in self.end_watch(process)]

    def end_probe(self, process: int) -> "Actions":
        """As for the base; it also ends what watches the process."""
        return [*super().end_probe(process), *self.end_watch(process)]

    def end_probes(self) -> "Actions":
        """The app is being stopped."""
        return [*super().end_probes(), *self.end_watches()]

    def ask_to_stop(self, request: int, processes: tuple[int, ...] | None = None) -> "Actions":
        """As for the base. Who is asked to stop need not answer any more."""
        return [*self.end_watches(), *super().ask_to_stop(request, processes)]


class AliveMachine(HookMachine):
    """The machine of a plan in which at least one process has `alive`."""

    app: WatchedApp

    def handle(self, event: ev.Event) -> "Actions":  # a table
        """One event."""
        match event:
            case ("signal_received", _):
                return super().handle(event)
            case ("unhealthy", process, detail):
                return self._unhealthy(process, detail)
            case ("healthy", process):
                return self._healthy(process)
            case ("beat", process):
                return self._beat(process)
            case ("beat_interval", process, seconds):
                return self.app.set_interval(process, seconds)
            case ("probe_failed", process, _, detail) if process in self.app.watched:
                return self.app.prober_lost(process, detail)
            case ("elapsed", ("alive", process), late):
                return self._time_over(process, late)
            case ("app_leaving",):
                return [*super().handle(event), *self.app.end_watches()]
            case _:
                return super().handle(event)

    @property
    def ready(self) -> bool:
        """As for the base; an app of which a process does not work is not ready."""
        return super().ready and not self.app.unhealthy

    @property
    def unwell(self) -> bool:
        """Whether the app would be ready if all its processes worked."""
        return super().ready and bool(self.app.unhealthy)

    def _begin_life(self) -> None:
        super()._begin_life()
        self.app = WatchedApp(self.plan)

    def _enter_running(self) -> "Actions":
        """Every process is ready: from now on they are watched, unless the app is about to stop by itself."""
        watched = [] if self.app_is_leaving else self.app.begin_watch()
        return [*watched, *super()._enter_running()]

    def _unhealthy(self, process: int, detail: str) -> "Actions":
        """A process has stopped working: the app is stopped, or one line says so."""
        if process not in self.app.watched or self.app.is_unhealthy(process):
            return []
        self.app.judge(process, detail)
        if self.app.alive(process).on_failure == "warn":
            return [al.app_unhealthy(process, detail, "continuing"), *self.app.watch(process)]
        self.verdict.unhealthy(process)
        notice = al.app_unhealthy(process, detail, "app_restarted" if self.may_restart else "app_stopped")
        self.verdict.cause = notice
        return [notice, *self.budget.start(self.phase, unset=OWN_STOP_LIMIT), *self._enter_pre_stop()]

    def _healthy(self, process: int) -> "Actions":
        """A process of which nobody knew any good answers again."""
        if process not in self.app.watched or not self.app.is_unhealthy(process):
            return []
        self.app.judge(process, None)
        return [al.app_healthy(process), *self.app.watch(process)]

    def _beat(self, process: int) -> "Actions":
        """WATCHDOG=1: the time until the next one begins."""
        if process not in self.app.watched or self.app.alive(process).watchdog is None:
            return []
        return self._healthy(process) if self.app.is_unhealthy(process) else self.app.beat(process)

    def _time_over(self, process: int, late: float) -> "Actions":
        """A beat did not come, or the pause after a lost prober is over.

        Where lifeinit is late, the whole container was frozen perhaps, as `docker pause` does it: the process had no
        more time to send its beat than lifeinit had to read it, and gets it once more. Where that pause was over soon
        after the beat was due, lifeinit is hardly late, and perhaps the CPU is busy with a process that hangs: there is
        some time then.
        """
        if process not in self.app.watched:
            return []
        if self.app.alive(process).watchdog is None:
            return self.app.watch(process)
        if late > _LATE and process not in self.app.excused:
            self.app.excused = (*self.app.excused, process)
            return self.app.watch(process, None if late > _FROZEN else _GRACE)
        return self._unhealthy(process, self.app.silence(process))

    def _stop_requested(self, signo: int) -> "Actions":
        """As for the base; the first request while an unhealthy app has its pre_stop hooks is no second one."""
        if self.phase == "pre_stop" and self.verdict.reason == "unhealthy" and not self.stop_requested:
            self.stop_requested = True
            return [al.stop_joined(signo)]
        return super()._stop_requested(signo)

    @property
    def restart_rule(self) -> Restart:
        """Of an unhealthy app its on_failure decides, whatever [app] restart says."""
        rule = super().restart_rule
        if self.verdict.reason != "unhealthy":
            return rule
        wanted = self.app.alive(self.verdict.process).on_failure == "restart"
        return Restart("always" if wanted else "no", rule.most, rule.window)


def _without(processes: tuple[int, ...], process: int) -> tuple[int, ...]:
    return tuple(other for other in processes if other != process)
