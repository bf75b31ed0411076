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
    starting: int | None = None  # the process whose exec is to be answered
    alive: frozenset[int] = frozenset()
    probed: frozenset[int] = frozenset()
    hook: bool = False
    timers: frozenset["ev.Timer"] = frozenset()
    lives: int = 0
    started: frozenset[int] = frozenset()  # in this life
    stop_requested: bool = False
    post_stop_begun: bool = False
    exited: bool = False
    faulty: bool = False
    failed: bool = False  # the app could not start, or the first of its processes to end failed

    def possible(self, phase: str) -> list[ev.Event]:
        """What may happen next."""
        if self.starting is not None:
            # The answer comes before anything else is read.
            return [ev.Started(self.starting), ev.StartFailed(self.starting, 127, "not found")]
        events: list[ev.Event] = [ev.SignalCame(TERM), ev.SignalCame(USR1)]
        if not self.faulty:
            events.append(ev.Fault())
        for process in sorted(self.alive):
            events += [ev.AppExited(process, ev.Ending(code=code)) for code in (0, 3)]
            events += [ev.AppExited(process, ev.Ending(signo=SEGV)), ev.BecameReady(process)]
        for process in sorted(self.probed):
            events.append(ev.ProbeFailed(process, 1, "broken"))
        if self.hook:
            events += [ev.HookExited(ev.Ending(code=code)) for code in (0, 4)]
            events += [ev.HookExited(ev.Ending(signo=KILL)), ev.HookFailed(127, "not found")]
        events += [ev.Elapsed(timer) for timer in self.due()]
        if phase == "cleanup":
            events.append(ev.Empty())
        return events

    def due(self) -> list["ev.Timer"]:
        """The timers that may run down next: the reserve always comes before the budget."""
        return [timer for timer in sorted(self.timers, key=str) if not (timer == "budget" and "reserve" in self.timers)]

    def after(self, event: ev.Event) -> "World":
        """The world once the event has happened, before anybody answered it."""
        match event:
            case ev.Started(process):
                return replace(self, starting=None, alive=self.alive | {process})
            case ev.StartFailed():
                return replace(self, starting=None, failed=True)
            case ev.AppExited(process, ending):
                first = self.alive == self.started
                return replace(self, alive=self.alive - {process}, failed=self.failed or (first and ending.status != 0))
            case ev.BecameReady(process):
                return replace(self, probed=self.probed - {process})
            case ev.ProbeFailed(process):
                return replace(self, probed=self.probed - {process})
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

    def perform(self, action: ev.Action) -> "World":  # a table of rules
        """The world after an action; a broken rule raises."""
        _rule(not self.exited, f"{action} after the exit")
        match action:
            case ev.StartApp(process):
                _rule(process not in self.started, "each process starts once in a life")
                _rule(not self.stop_requested, "the app never starts after a stop request")
                _rule(not self.hook, "the app starts when pre_start is over")
                return replace(self, starting=process, started=self.started | {process})
            case ev.RunHook(phase):
                return self.run_hook(phase)
            case ev.SignalApp(process):
                _rule(process in self.alive, "no signal to a process that is reaped")
            case ev.Probe(process):
                _rule(process in self.alive and process not in self.probed, "one probe for each living process")
                return replace(self, probed=self.probed | {process})
            case ev.EndProbe(process):
                return replace(self, probed=self.probed - {process})
            case ev.SignalHook():
                _rule(self.hook, "no signal to a hook that is over")
            case ev.ForgetApp(process):
                return replace(self, alive=self.alive - {process})
            case ev.ForgetHook():
                return replace(self, hook=False)
            case ev.Sweep():
                _rule(not self.alive and not self.hook, "cleanup comes when app and hooks are gone")
                _rule(not self.probed, "cleanup comes when no probe runs")
            case ev.Arm(timer, after):
                _rule(after >= 0, f"{timer} lies in the past")
                if timer == "backoff":
                    return self.next_life()
                return replace(self, timers=self.timers | {timer})
            case ev.Disarm(timer):
                return replace(self, timers=self.timers - {timer})
            case ev.Exit(status):
                _rule(not self.alive and not self.hook, "the exit comes with nothing running")
                _rule(status != 0 or not self.faulty, "an internal error is told by the exit status")
                _rule(status != 0 or not self.failed, "the exit status is never 0 for a failure")
                return replace(self, exited=True)
            case _:
                pass
        return self

    def run_hook(self, phase: str) -> "World":
        _rule(not self.hook, "one hook at a time")
        _rule(phase != "post_stop" or not self.alive, "post_stop begins when the app is gone")
        _rule(phase not in {"post_start", "pre_stop"} or bool(self.alive), f"{phase} needs a living app")
        _rule(phase != "post_start" or not self.probed, "post_start begins when all are ready")
        _rule(phase != "pre_start" or not self.stop_requested, "nothing begins after a stop request")
        _rule(phase == "post_stop" or not self.post_stop_begun, "nothing comes after post_stop")
        return replace(self, hook=True, post_stop_begun=self.post_stop_begun or phase == "post_stop")

    def next_life(self) -> "World":
        """A restart: everything of the old life is gone but the timers of the windows."""
        _rule(not self.alive and not self.hook and not self.stop_requested, "a restart comes when all is over")
        _rule(not {timer for timer in self.timers if isinstance(timer, str)}, f"timers are left: {self.timers}")
        lives = min(self.lives + 1, 2)
        return World(timers=self.timers | {"backoff"}, lives=lives, faulty=self.faulty)


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
    """The machine's whole state, its phase first. How often it has restarted makes no difference after the first."""
    own = {name: value for name, value in vars(machine).items() if name not in {"plan", "phase", "run"}}
    of_hook = {name: value for name, value in vars(machine.run).items() if name != "hook"}
    own |= {"restarts": min(machine.restarts, 2), "why": bool(machine.why)}
    return (machine.phase, *own.values(), *of_hook.values())


def copied(machine: Machine) -> Machine:
    twin = copy.copy(machine)
    twin.run = copy.copy(machine.run)
    return twin


def walk(plan: Plan) -> Walk:
    """Visit every state. Raises ViolationError with the shortest story of what went wrong."""
    found = Walk({}, {}, {})
    queue: deque[tuple[State, Machine]] = deque()

    def step(before: State | None, machine: Machine, world: World, event: ev.Event) -> State:
        machine = copied(machine)
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
