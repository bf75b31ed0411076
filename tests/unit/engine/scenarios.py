"""A machine's life beside a small simulated kernel with a clock, held to the rules and told in words.

The kernel runs no process: whoever drives a story says when one ends. What is killed dies before any time passes, or
never, where the kernel does not obey. The rules of time stand here, all the others in world.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.main import machine_of
from lifeinit.engine.plan import Hook, Plan
from tests import contract
from tests.unit.engine.plans import INT, KILL
from tests.unit.engine.told import action_in_words, event_in_words, plan_in_words
from tests.unit.engine.world import Rules, ViolationError, World, rule

OWN_LIMIT = 10.0  # seconds for a stop that lifeinit itself begins, where no stop_timeout is set
CLEANUP = 1.0  # seconds that what is left behind has to stop
GIVEN_UP = 0.05  # so many more may pass where the kernel does not obey
LATE = 1e-6  # clocks are floating-point numbers


# An event if it can happen, so much of the time until the next timer, or one of these.
Step = ev.Event | float | Literal["the next exec fails", "something is left behind", "the end"]


class BrokenStoryError(AssertionError):
    """The rule that is broken, and the whole story up to there."""

    def __init__(self, sentence: str, story: "Story") -> None:
        super().__init__("\n".join([f"broken rule: {sentence}", "", *story.lines]))
        self.story = story


class Story:
    """Made of steps, which `take` takes."""

    def __init__(self, plan: Plan, kernel_obeys: bool = True) -> None:
        self.plan, self.kernel_obeys = plan, kernel_obeys
        self.rules, self.machine, self.world = Rules(plan), machine_of(plan), World()
        self.now = 0.0
        self.broken = False
        self.steps: list[Step] = []
        self.deadlines: dict[ev.Timer, float] = {}
        self.exec_fails = False  # the next one
        self.left_behind = False  # something lives on when app and hooks are gone
        self.doomed: list[ev.Event] = []  # what a SIGKILL brings about
        self.restarts: list[float] = []  # when each counts no longer
        self.stop: tuple[float, float] | None = None  # when it began, and the seconds that it may take
        self.has_reserve = False
        self.hook_limit: float | None = None  # when it has to be over
        self.lines = [f"     given  {line}" for line in plan_in_words(plan)]
        if not kernel_obeys:
            self.lines.append("     given  a kernel in which SIGKILL ends nothing")

    @property
    def over(self) -> bool:
        return self.world.exited or self.broken

    def take(self, step: Step) -> None:
        if self.over:
            return
        self.steps.append(step)
        match step:
            case "the next exec fails":
                self.exec_fails = True
            case "something is left behind":
                self.left_behind = True
            case "the end":
                self._come_to_an_end()
            case float():
                self._time_passes(step)
            case _ if self._can_happen(step):
                self._happens(step)
            case _:
                pass  # another step made it impossible

    def _happens(self, event: ev.Event) -> None:
        """An event, and whatever it brings about at once."""
        coming = [event]
        while coming and not self.over:
            coming += self._answer(coming.pop(0))

    def _time_passes(self, part: float = 1.0) -> None:
        """So much of the time until the next timer has run down; all of it lets it run down."""
        self.the_doomed_die()
        if self.over:
            return
        moment = min(self.deadlines.values(), default=self.now + 1.0)
        self.now += (moment - self.now) * part
        if part < 1.0 or not self.deadlines:
            self.lines.append(f"{self.now:8.2f} s  (time passes)")
            with self._told():
                self._in_time()
            return
        timer = min(self.deadlines, key=self.deadlines.__getitem__)
        del self.deadlines[timer]
        self._happens(ev.elapsed(timer))

    def the_doomed_die(self) -> None:
        while self.doomed and not self.over:
            event = self.doomed.pop(0)
            if self._can_happen(event):
                self._happens(event)

    def _come_to_an_end(self) -> None:
        """A stop is requested, time goes by, and what nobody ends ends by itself."""
        signals = self.rules.signals
        requests = [s for s in self.plan.stop_on if signals.is_stop_request(s, bool(self.world.alive))]
        # Where each is dropped nobody can stop the app, and one that is restarted lives for ever.
        if requests or not self.world.faulty:
            self._happens(ev.signal_received(requests[-1]) if requests else ev.fault())
        for _ in range(200):
            self.the_doomed_die()
            if self.over:
                return
            event = next(self._ends_by_itself(), None)
            if "backoff" in self.deadlines:  # `signals` may drop all of stop_on: SIGINT is one while no app lives
                self._happens(ev.signal_received(INT))
            elif self.deadlines or event is None:
                self._time_passes()
            else:
                self._happens(event)
        with self._told():
            rule(False, "every run ends")

    def _ends_by_itself(self) -> Iterator[ev.Event]:
        yield from (ev.app_exited(process, ev.Ending()) for process in sorted(self.world.alive))
        yield from (event for event in (h.hook_exited(ev.Ending()), ev.nothing_left()) if self._can_happen(event))

    def _can_happen(self, event: ev.Event) -> bool:
        match event:
            case ("app_exited", process, _, _) | ("more_time", process, _):
                return process in self.world.alive
            case ("became_ready", process):
                return process in self.world.alive and self.plan.processes[process].ready is not None
            case ("probe_failed", process, _, _):
                return process in self.world.unready | {of for of, _ in self.world.probers}
            case ("unhealthy", process, _):
                return (process, "alive") in self.world.probers or self._reports(process)
            case ("healthy", process):
                return (process, "recovery") in self.world.probers
            case ("beat", process) | ("beat_interval", process, _):
                return self._reports(process)
            case ("hook_exited", _, _) | ("hook_failed", _, _):
                return self.world.turn is not None and self.world.turn.doing == "running"
            case ("app_leaving",):
                return bool(self.world.alive)
            case ("fault",):
                return not self.world.faulty
            case ("nothing_left",):
                return self.machine.phase == "cleanup"
            case _:
                return True

    def _reports(self, process: int) -> bool:
        """Whether it sends WATCHDOG= itself."""
        if process not in self.world.alive:
            return False
        alive = self.plan.processes[process].alive
        return alive is not None and alive.watchdog is not None

    # One event.

    def _answer(self, event: ev.Event) -> list[ev.Event]:
        """Let the machine answer, do what it says, and return what that brings about."""
        before = self.world
        self.lines.append(f"{self.now:8.2f} s  {event_in_words(event, self.plan)}")
        with self._told():
            self._in_time()
            self.world = self.rules.after(before, event)
            actions = self.machine.handle(event)
            coming = [answer for action in actions for answer in self._perform(action)]
            self.world = self.rules.answered(before, event, actions, self.world)
            self._note(before)
            self._in_time()
            begins = self.world.done[0] == "post_stop" and before.done[0] != "post_stop"
            if begins or (self.world.out_of_time and not before.out_of_time and before.done[0] != "post_stop"):
                self._post_stop_has_its_share()
        return coming

    def _perform(self, action: ev.Action) -> list[ev.Event]:
        if action[0] != "disarm":
            self.lines.append(f"            -> {action_in_words(action, self.plan)}")
        self.world = self.rules.perform(self.world, action)
        match action:
            case ("start_app", process) if self._exec_fails():
                return [ev.start_failed(process, 127, "not found")]
            case ("start_app", process):
                return [ev.started(process)]
            case ("run_hook", phase, index, _):
                timeout = self.plan.hooks(phase)[index].timeout
                self.hook_limit = None if timeout is None else self.now + timeout + self.plan.kill_after
                return [h.hook_failed(127, "not found")] if self._exec_fails() else []
            case ("signal_app", process, signo, _) if signo == KILL:
                self._killed_in_time()
                self._kill(ev.app_exited(process, ev.Ending(signo=KILL)))
            case ("signal_hook", signo) if signo == KILL:
                self._kill(h.hook_exited(ev.Ending(signo=KILL)))
            case ("signal_leftovers", _) if not self.left_behind:
                return [ev.nothing_left()]
            case ("signal_leftovers", signo) if signo == KILL:
                self._kill(ev.nothing_left())
            case ("arm", timer, after, at_least):
                moment = self.now + after
                self.deadlines[timer] = max(moment, self.deadlines.get(timer, moment)) if at_least else moment
                if timer == "backoff":
                    self._restarts(after)
            case ("disarm", timer):
                self.deadlines.pop(timer, None)
            case _:
                pass
        return []

    def _exec_fails(self) -> bool:
        fails, self.exec_fails = self.exec_fails, False
        return fails

    def _kill(self, death: ev.Event) -> None:
        if self.kernel_obeys:
            self.doomed.append(death)

    # The rules of time.

    def _note(self, before: World) -> None:
        """When the stop began, and when the hook has to be over."""
        world, limit = self.world, self.plan.stop_timeout
        if world.between and not before.between:
            self.stop = None
        failed = world.faulty and not before.faulty
        asked = world.stop_requested and not before.stop_requested and not failed
        unhealthy = world.why == "unhealthy" and not before.why
        own = unhealthy or (bool(world.asked) and not before.asked and (failed or world.why != "signal"))
        if self.stop is None and (own or (asked and limit is not None)):
            self.stop = (self.now, OWN_LIMIT if limit is None else limit)
            self.has_reserve = not before.swept
        turn = world.turn
        if turn is None or turn.doing != "running":
            self.hook_limit = None
        elif turn.cut and not (before.turn and before.turn.cut):
            self.hook_limit = min(self.now + self.plan.kill_after, self.hook_limit or float("inf"))

    def _in_time(self) -> None:
        if self.stop is not None:
            began, limit = self.stop
            most = limit if self.kernel_obeys else limit + GIVEN_UP
            sentence = f"a stop takes at most {limit:g} s, from {began:.2f} s on"
            rule(self.now <= began + most + LATE, sentence)
        if self.hook_limit is not None and self.kernel_obeys:
            rule(self.now <= self.hook_limit + LATE, "a hook that is to end is dead after kill_after")

    def _post_stop_has_its_share(self) -> None:
        """Of a stop that began before cleanup: what post_stop and cleanup may take is kept back, at most half."""
        if self.stop is None or not self.has_reserve or not self.kernel_obeys:
            return
        began, limit = self.stop
        wanted = sum(_longest(hook) for hook in self.plan.post_stop)
        reserve = min(wanted + CLEANUP, limit / 2)
        share = reserve * wanted / (wanted + CLEANUP)
        sentence = f"a hook or an app that hangs never costs the post_stop hooks their share, {share:.2f} s"
        rule(self.now <= began + limit - share + LATE, sentence)

    def _killed_in_time(self) -> None:
        rule(self.stop is not None, "without a limit nothing is ever killed")
        if self.stop is not None:
            began, limit = self.stop
            rule(self.now >= began + limit / 2 - LATE, "the app has at least half of the budget before its SIGKILL")

    def _restarts(self, after: float) -> None:
        """The back-off doubles with each restart of the window, and there are never more than max_restarts in it."""
        restart = self.plan.processes[self.world.decides].restart
        counted = [end for end in self.restarts if self.now < end - LATE]
        rule(len(counted) < restart.most, f"at most {restart.most} restarts in {restart.window:g} s")
        rule(after == contract.backoff(len(counted)), "the back-off is 0.5 s, doubling to 30 s")
        self.restarts.append(self.now + restart.window)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.broken = True
            sentence = str(error) if isinstance(error, ViolationError) else f"the machine never raises {error!r}"
            raise BrokenStoryError(sentence, self) from error


def _longest(hook: Hook) -> float:
    """How long all its tries and what lies between them may take."""
    one = hook.timeout if hook.timeout is not None else hook.sleep if hook.sleep is not None else 1e9
    return one + hook.retries * (hook.retry_delay + one)
