"""Every state that a machine can reach, in a world that may do whatever a kernel may do.

A walk goes breadth first, so the path to whatever it finds wrong is a shortest one.
"""

import copy
from collections import deque
from dataclasses import dataclass, field

from lifeinit.engine import alive_events as al
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.main import machine_of
from lifeinit.engine.plan import Plan
from lifeinit.engine.state_machine import Machine
from tests.unit.engine.plans import INT, TERM, USR1
from tests.unit.engine.told import event_in_words
from tests.unit.engine.world import Rules, ViolationError, World


def possible(world: World, phase: str, plan: Plan) -> list[ev.Event]:
    """What may happen next."""
    if world.starting is not None:
        # The answer comes before anything else is read, unless lifeinit itself fails to get one.
        answers: list[ev.Event] = [ev.started(world.starting), ev.start_failed(world.starting, 127, "not found")]
        return answers if world.faulty else [*answers, ev.fault()]
    events: list[ev.Event] = [ev.signal_received(signo) for signo in signals(plan)]
    if not world.faulty:
        events.append(ev.fault())
    for process in sorted(world.alive):
        ready = plan.processes[process].ready
        events += [ev.app_exited(process, ev.Ending(code=code)) for code in (0, 3)]
        if ready is not None:
            events.append(h.became_ready(process))
        if ready is not None and ready.notify:
            events += [h.more_time(process, 9.0), h.app_leaving()]
        alive = plan.processes[process].alive
        if alive is not None and alive.watchdog is not None:
            events += [al.beat(process), al.unhealthy(process, "sick"), h.app_leaving()]
            events += [al.beat_interval(process, seconds) for seconds in (2.0, None)]
    for process, kind in sorted(world.probers):
        events.append(al.unhealthy(process, "sick") if kind == "alive" else al.healthy(process))
        events.append(h.probe_failed(process, 137, "killed"))
    for process in sorted(world.probed):
        events.append(h.probe_failed(process, 124, "broken"))
    if world.turn is not None and world.turn.doing == "running":
        events += [h.hook_exited(ev.Ending(code=code)) for code in (0, 4)]
        events += [h.hook_exited(ev.Ending(code=127))] if world.turn.asks else []
        events.append(h.hook_failed(4, "cannot run"))
    events += [ev.elapsed(timer) for timer in due(world)]
    events += [ev.elapsed(timer, 9.0) for timer in due(world) if timer[0] == "alive"]
    if phase == "cleanup":
        events.append(ev.nothing_left())
    if not world.program_lost and any(hook.program and hook.program.call is not None for hook in plan.pre_start):
        events.append(h.program_lost())
    return events


def signals(plan: Plan) -> list[int]:
    """Two that ask for a stop, of which one skips pre_stop, one that does not, and those that the plan names."""
    own = (came for process in plan.processes for came, _ in process.rewrite)
    return sorted({TERM, INT, USR1, *plan.stop_on[:1], *(came for came, _ in plan.rewrite), *own})


def due(world: World) -> list["ev.Timer"]:
    """The timers that may run down next: the reserve always comes before the budget."""
    return [timer for timer in sorted(world.timers, key=str) if not (timer == "budget" and "reserve" in world.timers)]


State = tuple[tuple[object, ...], World]


@dataclass
class Walk:
    """What a walk has found. States are numbers, in the order in which they were found."""

    plan: Plan
    states: list[State] = field(default_factory=list)
    numbers: dict[State, int] = field(default_factory=dict)
    came_from: list[tuple[int | None, ev.Event]] = field(default_factory=list)
    successors: list[list[int]] = field(default_factory=list)
    patient: list[list[int]] = field(default_factory=list)
    events: int = 0

    def story(self, number: int | None) -> str:
        """The shortest path to a state, an event a line."""
        steps: list[str] = []
        while number is not None:
            before, event = self.came_from[number]
            steps.append(f"  {event_in_words(event, self.plan)} -> {self.states[number][0][0]}")
            number = before
        return "\n".join(reversed(steps))

    def cannot_reach_exit(self, edges: list[list[int]]) -> list[int]:
        """The states from which these edges never lead to the exit."""
        before: list[list[int]] = [[] for _ in edges]
        for number, following in enumerate(edges):
            for next_number in following:
                before[next_number].append(number)
        good = {number for number, state in enumerate(self.states) if state[1].exited}
        queue = deque(good)
        while queue:
            for number in before[queue.popleft()]:
                if number not in good:
                    good.add(number)
                    queue.append(number)
        return [number for number in range(len(edges)) if number not in good]


_PARTS = ("app", "verdict", "budget", "hook_run", "restarts")  # what of a machine is a record of its own, and changes


def snapshot(machine: Machine) -> tuple[object, ...]:
    """The machine's whole state, its phase first. How often it has restarted makes no difference after the first."""
    own = {name: value for name, value in vars(machine).items() if name not in {"plan", "phase", *_PARTS}}
    parts = {(name, field): value for name in _parts(machine) for field, value in vars(getattr(machine, name)).items()}
    parts = {(name, field): value for (name, field), value in parts.items() if field not in {"plan", "hook"}}
    parts |= {("restarts", "count"): min(machine.restart_count, 2), ("verdict", "cause"): bool(machine.verdict.cause)}
    if ("app", "lost") in parts:
        parts["app", "lost"] = None  # how many probers were lost: only the pause grows with each
    return (machine.phase, *own.values(), *parts.values())


def _parts(machine: Machine) -> list[str]:
    """Those that it has: the machine of an app without hooks has no hook to run, and nothing to restart."""
    return [name for name in _PARTS if name in vars(machine)]


def copied(machine: Machine) -> Machine:
    twin = copy.copy(machine)
    for name in _parts(machine):
        setattr(twin, name, copy.copy(getattr(machine, name)))
    return twin


def walk(plan: Plan) -> Walk:
    """Visit every state. Raises ViolationError with the shortest story of what went wrong."""
    found, rules = Walk(plan), Rules(plan)
    queue: deque[tuple[int, Machine]] = deque()

    def step(before: int | None, machine: Machine, world: World, event: ev.Event) -> int:
        found.events += 1
        machine = copied(machine)
        try:
            after = rules.after(world, event)
            at_once = machine.forwarded(event[1]) if event[0] == "signal_received" else None
            actions = machine.handle(event)
            assert at_once is None or at_once == actions, f"{at_once} at once"
            for action in actions:
                after = rules.perform(after, action)
            after = rules.answered(world, event, actions, after)
        except Exception as error:
            story = f"{found.story(before)}\n  {event_in_words(event, plan)} -> {error!r}".lstrip("\n")
            raise ViolationError(f"broken rule: {error}\n{story}") from error
        state = (snapshot(machine), after)
        number = found.numbers.setdefault(state, len(found.states))
        if number == len(found.states):
            found.states.append(state)
            found.came_from.append((before, event))
            queue.append((number, machine))
        return number

    step(None, machine_of(plan), World(), ev.begin())
    while queue:
        number, machine = queue.popleft()
        world = found.states[number][1]
        events = [] if world.exited else possible(world, machine.phase, plan)
        following = [step(number, machine, world, event) for event in events]
        found.successors.append(following)
        # A patient world: no process ends by itself, no signal comes, only time goes by (and an exec is answered).
        waits = [to for to, event in zip(following, events, strict=True) if event[0] in {"elapsed", "started"}]
        found.patient.append(waits)
    return found
