"""Every state that a machine can reach, in a world that may do whatever a kernel may do.

The world is a model of what the supervisor sees: which processes live, which timers run, which answer is owed. A walk
goes breadth first, so the path to whatever it finds wrong is a shortest one.
"""

import copy
from collections import deque
from dataclasses import dataclass, replace

from lifeinit.engine import events as ev
from lifeinit.engine.machine import Machine
from lifeinit.engine.plan import Plan
from tests.unit.plans import KILL, SEGV, TERM, USR1


class ViolationError(AssertionError):
    """A rule of the lifecycle is broken; the text tells the story."""


@dataclass(frozen=True)
class World:
    app: str = "none"  # none, starting, alive, dead
    hook: bool = False
    timers: frozenset[str] = frozenset()
    stop_requested: bool = False
    post_stop_begun: bool = False
    exited: bool = False
    faulty: bool = False

    def possible(self, phase: str) -> list[ev.Event]:
        """What may happen next."""
        if self.app == "starting":
            return [ev.Started(), ev.StartFailed(127)]  # the answer comes before anything else is read
        events: list[ev.Event] = [ev.SignalCame(TERM), ev.SignalCame(USR1)]
        if not self.faulty:
            events.append(ev.Fault())
        if self.app == "alive":
            events += [ev.AppExited(ev.Ending(code=code)) for code in (0, 3)] + [ev.AppExited(ev.Ending(signo=SEGV))]
        if self.hook:
            events += [ev.HookExited(ev.Ending(code=code)) for code in (0, 4)]
            events += [ev.HookExited(ev.Ending(signo=KILL)), ev.HookFailed(127, "not found")]
        events += [ev.Elapsed(timer) for timer in self.due()]
        if phase == "cleanup":
            events.append(ev.Empty())
        return events

    def due(self) -> list["ev.Timer"]:
        """The timers that may run down next: the reserve always comes before the budget."""
        order: tuple[ev.Timer, ...] = ("sleep", "timeout", "kill", "retry", "reserve", "budget", "sweep", "lost")
        return [
            timer for timer in order if timer in self.timers and not (timer == "budget" and "reserve" in self.timers)
        ]

    def after(self, event: ev.Event) -> "World":
        """The world once the event has happened, before anybody answered it."""
        match event:
            case ev.Started():
                return replace(self, app="alive")
            case ev.StartFailed():
                return replace(self, app="dead")
            case ev.AppExited():
                return replace(self, app="dead")
            case ev.HookExited() | ev.HookFailed():
                return replace(self, hook=False)
            case ev.Elapsed(timer):
                return replace(self, timers=self.timers - {timer})
            case ev.SignalCame(signo) if signo == TERM:
                return replace(self, stop_requested=True)
            case ev.Fault():
                return replace(self, faulty=True)
            case _:
                return self

    def perform(self, action: ev.Action) -> "World":
        """The world after an action; a broken rule raises."""
        if self.exited:
            raise ViolationError(f"{action} after the exit")
        match action:
            case ev.StartApp():
                _rule(self.app == "none", "the app starts once")
                _rule(not self.stop_requested, "the app never starts after a stop request")
                return replace(self, app="starting")
            case ev.RunHook(phase):
                _rule(not self.hook, "one hook at a time")
                _rule(phase != "post_stop" or self.app in {"none", "dead"}, "post_stop begins when the app is gone")
                _rule(phase not in {"post_start", "pre_stop"} or self.app == "alive", f"{phase} needs a living app")
                _rule(phase == "post_stop" or not self.post_stop_begun, "nothing comes after post_stop")
                return replace(self, hook=True, post_stop_begun=self.post_stop_begun or phase == "post_stop")
            case ev.SignalApp():
                _rule(self.app == "alive", "no signal to an app that is reaped")
            case ev.SignalHook():
                _rule(self.hook, "no signal to a hook that is over")
            case ev.Forget("app"):
                return replace(self, app="dead")
            case ev.Forget("hook"):
                return replace(self, hook=False)
            case ev.Sweep():
                _rule(self.app in {"none", "dead"} and not self.hook, "cleanup comes when app and hooks are gone")
            case ev.Arm(timer, after):
                _rule(after >= 0, f"{timer} lies in the past")
                return replace(self, timers=self.timers | {timer})
            case ev.Disarm(timer):
                return replace(self, timers=self.timers - {timer})
            case ev.Exit():
                _rule(self.app in {"none", "dead"} and not self.hook, "the exit comes with nothing running")
                return replace(self, exited=True)
            case _:
                pass
        return self


def _rule(holds: bool, sentence: str) -> None:
    if not holds:
        raise ViolationError(sentence)


State = tuple[tuple[object, ...], World]


@dataclass
class Walk:
    """What a walk has found: each state with the event and the state that it was first reached by."""

    came_from: dict[State, tuple[State | None, ev.Event]]
    successors: dict[State, set[State]]
    patient: dict[State, set[State]]

    def story(self, state: State) -> str:
        """The shortest path to a state, an event a line."""
        steps: list[str] = []
        step: State | None = state
        while step is not None:
            before, event = self.came_from[step]
            steps.append(f"  {event!r} -> {step[0][0]}")
            step = before
        return "\n".join(reversed(steps))

    def cannot_reach_exit(self, edges: dict[State, set[State]]) -> list[State]:
        """The states from which these edges never lead to the exit, in the order in which they were found."""
        before: dict[State, set[State]] = {}
        for state, following in edges.items():
            for next_state in following:
                before.setdefault(next_state, set()).add(state)
        good = {state for state in edges if state[1].exited}
        queue = deque(good)
        while queue:
            for state in before.get(queue.popleft(), set()) - good:
                good.add(state)
                queue.append(state)
        return [state for state in edges if state not in good]


def snapshot(machine: Machine) -> tuple[object, ...]:
    """The machine's whole state, its phase first."""
    return (machine.phase, *(value for name, value in vars(machine).items() if name not in {"plan", "phase"}))


def walk(plan: Plan) -> Walk:
    """Visit every state. Raises ViolationError with the shortest story of what went wrong."""
    found = Walk({}, {}, {})
    queue: deque[tuple[State, Machine]] = deque()

    def step(before: State | None, machine: Machine, world: World, event: ev.Event) -> State:
        machine = copy.copy(machine)
        world = world.after(event)
        try:
            for action in machine.handle(event):
                world = world.perform(action)
        except Exception as error:
            path = "" if before is None else found.story(before)
            raise ViolationError(f"{error}\n{path}\n  {event!r} -> {error!r}") from error
        state = (snapshot(machine), world)
        if state not in found.came_from:
            found.came_from[state] = (before, event)
            queue.append((state, machine))
        return state

    step(None, Machine(plan), World(), ev.Begin())
    while queue:
        state, machine = queue.popleft()
        world = state[1]
        found.successors[state] = found.patient[state] = set()
        if world.exited:
            continue
        events = world.possible(machine.phase)
        found.successors[state] = {step(state, machine, world, event) for event in events}
        # A patient world: no process ends by itself, no signal comes, only time goes by (and an exec is answered).
        waits = [event for event in events if isinstance(event, ev.Elapsed | ev.Started)]
        found.patient[state] = {step(state, machine, world, event) for event in waits}
    return found
