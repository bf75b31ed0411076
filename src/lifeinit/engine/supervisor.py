"""Wake-up to event to action to system call: knows which pid has which role, and when each timer runs down."""

import os
import time

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status, log, syscalls
from lifeinit.engine.budget import CLEANUP_TIME, EXIT_TIME, OWN_STOP_LIMIT
from lifeinit.engine.children import Children
from lifeinit.engine.leftovers import Leftovers
from lifeinit.engine.plain_services import PlainServices
from lifeinit.engine.plan import Plan
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.state_machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from signal import struct_siginfo

_MOST_AT_ONCE = 128  # twice as many as there are signals
_MOST_IN_A_ROW = 64  # signals for the app
_LONGEST_TURN = 0.05  # seconds: of each of 10,000 that are queued the kernel looks at all the others

_CHLD, _KILL, _TERM = (number_of(name) or 0 for name in ("CHLD", "KILL", "TERM"))


class Supervisor:
    """Runs one plan. Every signal must be blocked by now."""

    def __init__(self, plan: Plan, machine: Machine, services: PlainServices, children: Children) -> None:
        self.plan, self.machine, self.services, self.children = plan, machine, services, children
        self.leftovers = Leftovers(machine, children.roots)
        self.deadlines: dict[ev.Timer, float] = {}
        self.exit_status: int | None = None
        self._budget_end = 0.0  # of the budget that was started last. Monotonic clock
        self._forwards: dict[
            int, list[ev.SignalApp]
        ] = {}  # what the app gets for a signal, until anything else happens
        self._is_published = False  # whether the state that others read is the present one

    def run(self) -> int:
        """Live through the plan and return the exit status. Nothing that fails in here ends PID 1 before the app."""
        status = self._stop_requested_already() or self._live_or_fail()
        self.children.close()
        if os.getpid() != 1:
            self._end_all()  # what a post_stop hook left behind, or the last resort; for PID 1 the kernel does it
        return status

    def _stop_requested_already(self) -> int:
        """With hooks, a stop request that came before all of them: nothing is started. A plain init passes it on."""
        came = None if self.plan.plain else syscalls.wait(0.0, self.machine.stop_signals)
        if came is None:
            return 0
        self._exit(
            exit_status.of_signal(came.si_signo),
            f"stop requested by SIG{name_of(came.si_signo)} before anything was started",
        )
        return exit_status.of_signal(came.si_signo)

    def _live_or_fail(self) -> int:
        try:
            return self._live(ev.begin())
        except Exception as error:  # noqa: BLE001  # whatever it is, the app has to be stopped
            log.report(error)
        try:
            return self._live(ev.fault())
        except Exception as error:  # noqa: BLE001  # the machine cannot go on: no hooks any more
            log.report(error)
        return self._last_resort()

    def _live(self, event: ev.Event) -> int:
        self._handle(event)
        while self.exit_status is None:
            if not self._is_published:
                self._is_published = True
                self.services.update(self.machine, self.children.apps)
            deadline = self._next_deadline()
            if self._read_signals(self._wait(deadline)):
                self._reap()
            if deadline is not None:
                self._expire()
        self.services.close()
        return self.exit_status

    def _last_resort(self) -> int:
        """Without machine and timers: stop the app, wait for it as long as any stop may take. `run` ends the rest."""
        self.services.close()
        self.leftovers.signal_everything(_TERM)
        self.leftovers.wait(OWN_STOP_LIMIT if self.plan.stop_timeout is None else self.plan.stop_timeout)
        return exit_status.SOFTWARE

    def _end_all(self) -> None:
        """What is left gets SIGKILL, and a moment to die within the budget, where there is one."""
        until = time.monotonic() + CLEANUP_TIME
        if self.machine.budget.limit is not None:
            until = max(time.monotonic() + EXIT_TIME, min(until, self._budget_end))
        self.leftovers.signal_everything(_KILL, until)
        self.leftovers.wait(max(EXIT_TIME, until - time.monotonic()))

    def _handle(self, event: ev.Event) -> list[ev.Action]:
        """Let the machine answer, and whatever its actions bring about at once after that. Returns all the actions."""
        self._forwards.clear()
        events: list[ev.Event] = [event]
        done: list[ev.Action] = []
        for each in events:  # which grows meanwhile
            actions = self.machine.handle(each)
            if each[0] != "signal_received":
                self._is_published = False
            self.services.readiness(self.machine)
            for action in actions:
                if action[0] == "signal_app":  # by itself: the one action whose time an app can feel
                    self.children.signal_app(*action[1:])
                    continue
                answer = self._perform(action)
                if answer is not None:
                    events.append(answer)
            done += actions
        return done

    def _perform(self, action: ev.Action) -> ev.Event | None:  # a table
        self._is_published = False
        match action:
            case ("start_app", process):
                return self.children.start_app(process, self._until)
            case ("wake_app", process):
                self.children.wake_app(process)
            case ("forget_app", process):
                self.children.forget_app(process)
            case ("signal_leftovers", signo):
                self.children.reap_leftovers()
                self.leftovers.signal(signo, self._first_of("cleanup", "reserve", "budget"))
                return self.leftovers.gone()
            case ("arm", timer, after, at_least):
                self._arm(timer, after, at_least)
            case ("disarm", timer):
                self.deadlines.pop(timer, None)
            case ("leave", status, cause):
                self._exit(status, self.services.cause(cause))
            case ("notice", _):
                self.services.report(action, self.children)
            case ("signal_app", *_):
                pass  # sent already
            case _:
                return self.children.perform(action, self._until)
        return None

    # Signals.

    def _wait(self, deadline: float | None) -> "struct_siginfo | None":
        """The next signal that is more than one for the app, which gets those at once: it can feel the time of this.

        Of many without a pause the last is returned too, and what stands behind it is looked for: see below.
        """
        wait, forwards, signal_app = syscalls.wait, self._forwards, self.children.signal_app
        came = wait(deadline)
        for _ in range(_MOST_IN_A_ROW):
            if came is None:
                break
            actions = forwards.get(came.si_signo)
            if actions is None:
                actions = self._forwarded(came.si_signo)
                if actions is None:
                    break
            for _, process, signo, group in actions:
                signal_app(process, signo, group)
            came = wait(deadline)
        return came

    def _forwarded(self, signo: int) -> "list[ev.SignalApp] | None":
        """What the app gets for a signal; None where there may be more to it, or each one is said."""
        actions = None if self.plan.verbose or signo in syscalls.OWN else self.machine.forwarded(signo)
        if actions is not None:
            self._forwards[signo] = actions
        return actions

    def _read_signals(self, came: "struct_siginfo | None") -> bool:
        """This signal and whatever else is pending, before anything comes of it. Whether a child has died, or stopped.

        A death or a timer may start the app, which must not happen when a stop request is there already, and a signal
        that was meant for nobody must not reach the new app. The kernel hands out the lowest number first, so TERM may
        stand behind others. Not without an end, though: realtime signals queue, and only a stop request or a death may
        not wait. Nor for long: the more are queued, the longer the kernel takes to find the next. sigqueue(3)
        Where nothing else can happen the next wait reads what is pending, all but these two: of USR1 there may be one
        more each time.
        """
        most, heard, died = _MOST_AT_ONCE, self.services.has_unread, self.children.has_unreaped
        end = 0.0
        while came is not None:
            if came.si_signo == _CHLD:
                died = True
            elif self.services.is_notification(came):
                heard = True
            elif not syscalls.is_of_own_write(came):
                self._received(came)
            most -= 1
            if most < 0 or not syscalls.pending():
                break
            end = end or time.monotonic() + _LONGEST_TURN
            if not (died or heard or self.deadlines) or time.monotonic() > end:
                most = 0
            came = syscalls.wait(0.0) if most > 0 else syscalls.wait(0.0, {*self.machine.stop_signals, _CHLD})
        if died or heard:
            self._is_published = False
        if heard:
            for event in (*self.services.notified(self.children.apps, self.children.roles()), *self.children.heard()):
                self._handle(event)
        return died

    def _received(self, came: "struct_siginfo") -> None:
        """Handle a signal, and say with -v what came of it."""
        actions = self._handle(ev.signal_received(came.si_signo))
        if self.plan.verbose:
            self.services.report_signal(came, actions)

    def _exit(self, status: int, why: str) -> None:
        self.exit_status = status
        if status:
            self.services.report_exit(status, why)

    @property
    def _until(self) -> float | None:
        """When the time of what is started now will be over. Monotonic clock"""
        return self._first_of("timeout", "reserve", "budget")

    def _first_of(self, *timers: "ev.Timer") -> float | None:
        """When the first of these timers runs down, if one runs. Monotonic clock"""
        return min((self.deadlines[timer] for timer in timers if timer in self.deadlines), default=None)

    # Children.

    def _reap(self) -> None:
        """Handle what comes of the children that are dead.

        Who has asked for a stop before it died may be reaped at a wake-up for another one: its request is read first.
        """
        events = self.children.reap()
        for _ in self.machine.stop_signals:
            came = syscalls.wait(0.0, self.machine.stop_signals)
            if came is None:
                break
            self._received(came)
        for event in events:
            self._handle(event)
        self._settle()

    def _settle(self) -> None:
        """Go on where what had to be gone is gone."""
        for event in self.children.settle():
            self._handle(event)
        if self.machine.phase == "cleanup":
            nothing_left = self.leftovers.gone()
            if nothing_left is not None:
                self._handle(nothing_left)

    # Time.

    def _next_deadline(self) -> float | None:
        """When something is due although no signal comes. Monotonic clock"""
        if self.services.has_unread or self.children.has_unreaped:
            return 0.0  # the last turn has left something
        settle_at = self._settle_at
        if settle_at is None:
            return min(self.deadlines.values()) if self.deadlines else None
        return min(settle_at, *self.deadlines.values()) if self.deadlines else settle_at

    @property
    def _settle_at(self) -> float | None:
        """When something may be gone of whose end nobody tells us."""
        in_cleanup, of_children = self.leftovers.due if self.machine.phase == "cleanup" else None, self.children.due
        if in_cleanup is None or of_children is None:
            return of_children if in_cleanup is None else in_cleanup
        return min(in_cleanup, of_children)

    def _expire(self) -> None:
        """An event for each timer that has run down, the earliest first."""
        settle_at = self._settle_at
        if settle_at is not None and settle_at <= time.monotonic():
            self._settle()
        while self.exit_status is None and self.deadlines:
            timer = min(self.deadlines, key=self.deadlines.__getitem__)
            late = time.monotonic() - self.deadlines[timer]
            if late < 0:
                return
            del self.deadlines[timer]
            self._handle(ev.elapsed(timer, late))

    def _arm(self, timer: "ev.Timer", after: float, at_least: bool) -> None:
        if timer == "backoff":
            after *= 1 + 0.1 * os.urandom(1)[0] / 255  # so that containers that failed together do not restart together
        if timer == "sleep":
            self.children.pause_begins()
        moment = time.monotonic() + after
        if timer == "budget":
            self._budget_end = moment + EXIT_TIME
        self.deadlines[timer] = max(moment, self.deadlines.get(timer, moment)) if at_least else moment
