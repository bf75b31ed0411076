"""What the world around a machine looks like, and the rules of the lifecycle: a broken one is told in a sentence.

The world knows what happened and what was done about it, and nothing of how the machine came to its answer. What the
exit status has to be, it works out for itself from docs and events. The walk and the stories both hold to these rules.
"""

from typing import Literal, NamedTuple

from lifeinit.engine import events as ev
from lifeinit.engine.plan import Hook, Plan, Restart
from tests import contract
from tests.contract import HookPhase
from tests.unit.engine.plans import KILL, TERM

Why = Literal[
    "",
    "signal",
    "exited",
    "unhealthy",
    "pre_start_failed",
    "post_start_failed",
    "ready_timeout",
    "start_failed",
    "fault",
]


ASKED = {"signal", "unhealthy"}  # all processes are asked to stop, and pre_stop comes first


class ViolationError(AssertionError):
    """A rule of the lifecycle is broken; the text says which."""


class Turn(NamedTuple):
    """The hook whose turn it is."""

    phase: HookPhase
    number: int
    attempt: int = 1
    doing: Literal["running", "sleeping", "pausing", "due", "needed"] = "running"  # due: its retry_delay is over
    asks: bool = False  # what runs is its `unless`, which makes it needed or skipped
    timed_out: bool = False
    cut: bool = False  # the lifecycle moves on without it
    killed: bool = False
    last_try: bool = False


class World(NamedTuple):
    starting: int | None = None  # the process whose exec is to be answered
    alive: frozenset[int] = frozenset()
    been_unready: frozenset[int] = frozenset()  # in a plan with `after`
    probed: frozenset[int] = frozenset()
    unready: frozenset[int] = frozenset()
    probers: frozenset[tuple[int, str]] = frozenset()  # those of `alive`, with their kind
    turn: Turn | None = None
    timers: frozenset["ev.Timer"] = frozenset()
    # Of this life:
    started: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()  # to stop
    done: tuple[HookPhase, int] = ("pre_start", 0)  # so many hooks of the phase that had its turn last are over
    why: Why = ""  # this life ends
    stop_signo: int = 0
    verdict: int | None = None  # the exit status, as far as the app and the start phases decide it
    late: int = 0  # what a stop-phase hook makes of a 0
    decides: int = 0  # the process whose restart rule counts
    exits: bool = False  # at least one process has ended
    hurried: bool = False  # pre_stop need not be completed
    swept: bool = False
    out_of_time: bool = False
    between: bool = False  # two lives
    leaving: bool = False  # the app reports that it stops by itself
    rushed: bool = False  # the time of a turn is over: not everybody waits for those that depend on him
    sick: frozenset[int] = frozenset()  # do not work, as far as `alive` knows
    excused: frozenset[int] = frozenset()  # lifeinit was late for their beat
    unlimited: frozenset[int] = frozenset()  # have no watchdog interval any more
    # Of all lives:
    lives: int = 0
    once: frozenset[tuple[HookPhase, int]] = frozenset()  # hooks that are not to run again
    stop_requested: bool = False
    program_lost: bool = False
    faulty: bool = False
    exited: bool = False

    @property
    def status(self) -> int:
        """What the exit status has to be, if nothing else happens."""
        return contract.exit_status(self.verdict, self.late, self.why == "unhealthy")


def rule(holds: bool, sentence: str) -> None:
    if not holds:
        raise ViolationError(sentence)


class Rules:
    """Of one plan. `after` is what an event does to the world, `perform` what an action does."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.in_order = any(process.after for process in plan.processes)
        own = [dict(process.rewrite) for process in plan.processes]
        self.signals = contract.Signals(plan.stop_on, dict(plan.rewrite), own, plan.inherited.ignored)

    # What happens.

    def after(self, world: World, event: ev.Event) -> World:
        """The world once the event has happened, before anybody answered it."""
        world = self._after(world, event)
        return world._replace(excused=world.excused & self.watched(world))

    def watched(self, world: World) -> frozenset[int]:
        """Those whose `alive` counts: from when all are ready until the app stops, or says that it is about to."""
        processes = self.plan.processes
        if world.why or world.leaving or world.unready or len(world.alive) < len(processes):
            return frozenset()
        return frozenset(p for p in world.alive if processes[p].alive is not None)

    def _after(self, world: World, event: ev.Event) -> World:
        match event:
            case ("unhealthy", process, _):
                return self._sick(world._replace(probers=world.probers - {(process, "alive")}), process)
            case ("healthy", process):
                return self._works(world._replace(probers=world.probers - {(process, "recovery")}), process)
            case ("beat", process):
                return self._works(world, process)
            case ("beat_interval", process, seconds):
                others = world.unlimited - {process}
                return world._replace(unlimited=others if seconds is not None else others | {process})
            case ("app_leaving",):
                return world._replace(leaving=True)
            case ("program_lost",):
                return world._replace(program_lost=True)
            case ("probe_failed", process, _, _) if process in {p for p, _ in world.probers}:
                return self._without_prober(world, process)
            case ("started", process):
                return self._started(world._replace(starting=None, alive=world.alive | {process}))
            case ("start_failed", process, status, _):
                return world._replace(starting=None, why="start_failed", verdict=status, decides=process, hurried=True)
            case ("app_exited", process, ending, _):
                return self._app_exited(world, process, ending)
            case ("became_ready", process):
                return self._ready(world, process)
            case ("probe_failed", process, status, _):
                return self._not_ready(world._replace(probed=world.probed - {process}), process, status)
            case ("hook_exited", ending, _) if world.turn is not None:
                turn, status = world.turn, ending.status
                if turn.asks and status and contract.is_answer(status) and not (turn.cut or turn.timed_out):
                    return world._replace(turn=turn._replace(asks=False, doing="needed"))
                return self._hook_over(world, turn, status)
            case ("hook_failed", status, _) if world.turn is not None:
                return self._hook_over(world, world.turn, status)
            case ("elapsed", ("alive", process), late):
                return self._no_beat(world._replace(timers=world.timers - {event[1]}), process, late)
            case ("elapsed", timer, _):
                return self._elapsed(world._replace(timers=world.timers - {timer}), timer)
            case ("signal_received", signo) if self.signals.is_stop_request(signo, bool(world.alive)):
                return self._stop_requested(world, signo)
            case ("fault",):
                world = self._cut(world._replace(faulty=True, stop_requested=True, hurried=True))
                return world._replace(starting=None, verdict=70, why=world.why or "fault", unready=frozenset())
            case _:
                return world

    def _sick(self, world: World, process: int) -> World:
        alive = self.plan.processes[process].alive
        if process not in self.watched(world) - world.sick or alive is None:
            return world
        world = world._replace(sick=world.sick | {process}, excused=world.excused - {process})
        if alive.on_failure == "warn":
            return world
        return self._cut(world._replace(why="unhealthy", decides=process))

    def _works(self, world: World, process: int) -> World:
        if process not in self.watched(world):
            return world
        return world._replace(sick=world.sick - {process}, excused=world.excused - {process})

    def _no_beat(self, world: World, process: int, late: float) -> World:
        """A beat did not come, or a lost prober is due again."""
        alive = self.plan.processes[process].alive
        if alive is None or alive.watchdog is None:
            return world
        if late and process not in world.excused:
            return world._replace(excused=world.excused | {process})
        return self._sick(world, process)

    @staticmethod
    def _without_prober(world: World, process: int) -> World:
        return world._replace(probers=frozenset(prober for prober in world.probers if prober[0] != process))

    def _started(self, world: World) -> World:
        if self.in_order:
            waits = world.started & {p for p in world.alive if self.plan.processes[p].ready is not None}
            newest = waits - world.been_unready
            return world._replace(unready=world.unready | newest, been_unready=world.been_unready | waits)
        if len(world.alive) < len(self.plan.processes):
            return world
        return world._replace(unready=frozenset(p for p in world.alive if self.plan.processes[p].ready is not None))

    def _app_exited(self, world: World, process: int, ending: ev.Ending) -> World:
        status = contract.counted(ending.status, self.plan.processes[process].success)
        world = world._replace(verdict=contract.status_of_app(world.verdict, status, world.why in ASKED))
        if not world.exits and world.why not in {"start_failed", "ready_timeout", "unhealthy"}:
            world = world._replace(decides=process)
        world = world._replace(alive=world.alive - {process}, exits=True, why=world.why or "exited", hurried=True)
        world = world._replace(unready=frozenset())
        return self._without_app(world)

    def _without_app(self, world: World) -> World:
        """A pre_stop command may be what stopped the app, and runs to its end; what only waits ends, as all others."""
        turn = world.turn
        if turn is None or turn.phase == "post_stop":
            return world
        if turn.phase == "pre_stop" and turn.doing == "running" and not self._hook(turn).waits:
            return world._replace(turn=turn._replace(last_try=True))
        return self._cut(world)

    def _ready(self, world: World, process: int) -> World:
        return world._replace(probed=world.probed - {process}, unready=world.unready - {process})

    def _not_ready(self, world: World, process: int, status: int) -> World:
        ready = self.plan.processes[process].ready
        if process not in world.unready or ready is None:
            return world
        if not ready.abort:
            return self._ready(world, process)
        return world._replace(unready=frozenset(), why="ready_timeout", verdict=status, decides=process, hurried=True)

    def _stop_requested(self, world: World, signo: int) -> World:
        is_second = world.stop_requested or world.why != "unhealthy"
        world = world._replace(stop_requested=True)
        if world.why:
            hook_runs = world.turn is not None and world.turn.phase == "pre_stop"
            skips = signo in contract.SKIP_PRE_STOP and not world.asked and (bool(world.alive) or hook_runs)
            return self._cut(world._replace(hurried=True)) if skips and is_second else world
        if not world.started:
            world = world._replace(verdict=128 + signo)
        return self._cut(world._replace(why="signal", stop_signo=signo, unready=frozenset()))

    def _cut(self, world: World) -> World:
        """Life goes on without the hook whose turn it is: a program has to be waited for, a pause is over at once."""
        turn = world.turn
        if turn is None:
            return world
        if not world.out_of_time:  # else it counts as not completed
            world = world._replace(done=(turn.phase, turn.number + 1))
        return world._replace(turn=turn._replace(cut=True) if turn.doing == "running" else None)

    def _hook(self, turn: Turn) -> Hook:
        return self.plan.hooks(turn.phase)[turn.number]

    def _hook_over(self, world: World, turn: Turn, status: int) -> World:
        """A try is over."""
        hook, place = self._hook(turn), (turn.phase, turn.number)
        if turn.cut:
            return world._replace(turn=None)
        status = 124 if turn.timed_out else status
        if status and turn.attempt <= hook.retries and not turn.last_try:
            return world._replace(turn=Turn(*place, turn.attempt, "pausing"))
        world = world._replace(turn=None, done=(turn.phase, turn.number + 1))
        if not status:
            return world._replace(once=world.once | {place}) if hook.once else world
        if not hook.abort:
            return world
        if turn.phase in {"pre_stop", "post_stop"}:
            return world if world.status else world._replace(late=status)
        why: Why = "pre_start_failed" if turn.phase == "pre_start" else "post_start_failed"
        return world._replace(why=why, verdict=status, hurried=True)

    def _elapsed(self, world: World, timer: "ev.Timer") -> World:
        turn = world.turn
        match timer:
            case "timeout" if turn and turn.doing == "running":
                return world._replace(turn=turn._replace(timed_out=True))
            case "timeout" if turn and turn.doing == "sleeping":
                return self._hook_over(world, turn._replace(timed_out=True), 124)
            case "sleep" if turn and turn.doing == "sleeping":
                return self._hook_over(world, turn, 0)
            case "retry" if turn and turn.doing == "pausing":
                return world._replace(turn=turn._replace(doing="due"))
            case "turn":
                return world._replace(rushed=True)
            case "reserve":
                world = world._replace(hurried=True, rushed=True)
                return self._cut(world) if turn and turn.phase == "pre_stop" else world
            case "budget":
                return self._cut(world._replace(out_of_time=True, hurried=True, rushed=True))
            case "backoff" if world.between:
                return World(timers=world.timers, lives=min(world.lives + 1, 2), once=world.once)
            case ("ready", process):
                ready = self.plan.processes[process].ready
                if ready is None or ready.after is not None:
                    return self._ready(world, process)
                return self._not_ready(world, process, 124)
            case _:
                return world

    # What is done about it.

    def perform(self, world: World, action: ev.Action) -> World:  # a table of rules
        """The world after an action; a broken rule raises."""
        rule(not world.exited, "nothing is done after the exit")
        match action:
            case ("start_app", process):
                return self._start(world, process)
            case ("run_hook", phase, index, unless):
                asked = world.turn is not None and world.turn.doing == "needed"
                has_unless = self.plan.hooks(phase)[index].unless is not None
                rule(unless == (has_unless and not asked), "a hook's unless is asked before each try, and only then")
                return self._begin_hook(world, phase, index, "running", asks=unless)
            case ("signal_app", process, _, _) | ("wake_app", process):
                rule(process in world.alive, "no process is signalled that is reaped or never ran")
            case ("probe", process, kind) if kind != "ready":
                rule(process in self.watched(world), "a prober is for a process that has been ready and is not stopped")
                rule(kind == ("recovery" if process in world.sick else "alive"), "a prober waits for what is not known")
                rule(process not in {p for p, _ in world.probers}, "a process has one prober at a time")
                return world._replace(probers=world.probers | {(process, kind)})
            case ("probe", process, _):
                rule(process in world.unready, "a probe is for a process that lives and is not ready")
                rule(process not in world.probed, "a process has one probe at a time")
                return world._replace(probed=world.probed | {process})
            case ("end_probe", process):
                return self._without_prober(world._replace(probed=world.probed - {process}), process)
            case ("signal_hook", signo):
                return self._signal_hook(world, signo)
            case ("forget_app", process):
                return self._app_exited(world, process, ev.Ending(signo=KILL))
            case ("forget_hook",):
                rule(world.turn is not None and world.turn.killed, "a hook is given up only after its SIGKILL")
                return world if world.turn is None else self._hook_over(world, world.turn, 128 + KILL)
            case ("signal_leftovers", _):
                rule(not world.alive and not world.turn, "cleanup comes when app and hooks are gone")
                rule(not world.probed and not world.probers, "cleanup comes when no probe runs")
                return world._replace(swept=True)
            case ("arm", timer, after, _):
                rule(after >= 0, "no timer lies in the past")
                return self._arm(world._replace(timers=world.timers | {timer}), timer)
            case ("disarm", timer):
                return world._replace(timers=world.timers - {timer})
            case ("leave", status, _):
                self._life_ends(world, status)
                rule(not self._restarts(world), "an app whose restart rule says so is started again")
                return world._replace(exited=True)
            case ("notice", _):
                pass
        return world

    def _start(self, world: World, process: int) -> World:
        rule(process not in world.started, "each process starts once in a life")
        self._may_begin("app", world)
        rule(not self.due(world, "pre_start"), "the app starts when every pre_start hook is over")
        before = set(self.plan.processes[process].after)
        rule(before <= world.alive - world.unready, "a process starts when those that it is after are ready")
        return world._replace(starting=process, started=world.started | {process})

    def due(self, world: World, phase: HookPhase) -> list[int]:
        """The hooks of a phase that have not had their turn in this life."""
        begun = world.done[1] if world.done[0] == phase else 0
        once = {index for of, index in world.once if of == phase}
        return contract.due(len(self.plan.hooks(phase)), begun, once)

    def _begin_hook(
        self, world: World, phase: HookPhase, index: int, doing: Literal["running", "sleeping"], *, asks: bool = False
    ) -> World:
        turn = world.turn
        if turn is not None:
            rule(turn[:2] == (phase, index) and turn.doing in {"due", "needed"}, "one hook at a time")
            if turn.doing == "needed":
                return world._replace(turn=turn._replace(doing=doing))
            return world._replace(turn=Turn(phase, index, turn.attempt + 1, doing, asks))
        self._may_begin(phase, world)
        rule(self.due(world, phase)[:1] == [index], f"the {phase} hooks run in file order, each once in a life")
        return world._replace(turn=Turn(phase, index, 1, doing, asks), done=(phase, index))

    def _may_begin(self, beginning: Literal["app"] | HookPhase, world: World) -> None:
        requested = world.why in ASKED and not world.hurried if beginning == "pre_stop" else world.stop_requested
        processes = set(range(len(self.plan.processes)))
        facts = contract.Facts(
            app_began=bool(world.started),
            app_lives=world.alive == processes if beginning == "post_start" else bool(world.alive),
            app_ready=not world.unready,
            stop_requested=requested,
            life_ends=bool(world.why),
            asked=bool(world.asked),
            hook_runs=world.turn is not None,
            cleaned_up=world.swept,
            out_of_time=world.out_of_time,
        )
        broken = contract.broken_by(beginning, facts)
        rule(not broken, broken)

    def _signal_hook(self, world: World, signo: int) -> World:
        turn = world.turn
        rule(turn is not None and turn.doing == "running", "no hook is signalled that is over")
        if turn is None:
            return world
        rule(turn.cut or turn.timed_out, "a hook is ended only at its timeout, or when life goes on without it")
        return world._replace(turn=turn._replace(killed=turn.killed or signo == KILL))

    def _arm(self, world: World, timer: "ev.Timer") -> World:
        if timer == "sleep":
            place = (world.turn.phase, world.turn.number) if world.turn else self._next_place(world)
            return self._begin_hook(world, *place, "sleeping")
        if timer == "retry":
            rule(world.turn is not None and world.turn.doing == "pausing", "only a hook that has failed is tried again")
        if timer == "backoff":
            self._life_ends(world, None)
            rule(self._restarts(world), "no life follows one unless the restart rule says so")
            left = {timer for timer in world.timers if timer != "backoff" and timer[0] != "window"}
            rule(not left, f"no timer of a life outlives it: {left}")
            return world._replace(between=True)
        return world

    def _next_place(self, world: World) -> tuple[HookPhase, int]:
        phase: HookPhase = "post_stop" if world.swept else "pre_stop" if world.why else "post_start"
        phase = phase if world.started or world.swept else "pre_start"
        return phase, next(iter(self.due(world, phase)), -1)

    def _life_ends(self, world: World, status: int | None) -> None:
        """The exit, or a restart."""
        runs = world.alive or world.turn or world.probed or world.probers
        rule(not runs, "a life ends with nothing running")
        rule(world.starting is None, "a life ends when no exec is to be answered")
        rule(world.swept, "every life goes through cleanup")
        done = not self.due(world, "post_stop")
        rule(done or world.out_of_time, "every post_stop hook has its turn in a life, unless the budget is spent")
        if status is not None:
            what = self._status(world)
            rule(status != 0 or what == 0, f"the exit status is never 0 after a failure (it should be {what})")
            rule(status == what, f"the exit status is what happened: {what}, not {status}")

    def _status(self, world: World) -> int:
        """The exit status that the contract asks for."""
        missed = any(self.plan.post_stop[index].abort for index in self.due(world, "post_stop"))
        status = world.status or (contract.TIMED_OUT if missed else 0)
        if world.program_lost and not world.stop_requested and (world.between or self._wants_life(world, status)):
            return status or contract.SOFTWARE
        return status

    def _restarts(self, world: World) -> bool:
        """Whether the contract asks for another life."""
        possible = not world.between and not world.stop_requested and not world.program_lost
        return possible and self._wants_life(world, self._status(world))

    def _wants_life(self, world: World, status: int) -> bool:
        """Whether the restart rule says so."""
        if world.why in {"", "signal", "fault"}:
            return False
        windows = {timer for timer in world.timers if timer[0] == "window"}
        # As the actions come, this restart's own window is there already when the back-off is armed.
        counting = len(windows - self._own_window(world))
        return contract.restarts(self.restart_rule(world), status, counting)

    def restart_rule(self, world: World) -> Restart:
        """Of the process that decided the life's end."""
        process = self.plan.processes[world.decides]
        if world.why != "unhealthy" or process.alive is None:
            return process.restart
        return contract.rule_of_unhealthy(process.restart, process.alive.on_failure)

    @staticmethod
    def _own_window(world: World) -> set["ev.Timer"]:
        """The window of the restart that is just being prepared: the newest one."""
        return {max((t for t in world.timers if t[0] == "window"), key=str)} if "backoff" in world.timers else set()

    # The answer as a whole.

    def answered(self, before: World, event: ev.Event, actions: list[ev.Action], world: World) -> World:
        """Hold a whole answer to the rules that need more than one action to be judged."""
        self._hook_timers(world)
        self._watch(world)
        rule(world.probed <= world.unready, "no probe outlives its use: the process is ready, or is being stopped")
        waits = {timer[1] for timer in world.timers if timer[0] == "ready"}
        rule(waits == world.unready, "a process that is not ready yet has its time for that, and no other has")
        sent = [action for action in actions if action[0] == "signal_app"]
        if event[0] == "signal_received":
            request = self.signals.is_stop_request(event[1], bool(before.alive))
            if not request or (before.asked and before.alive):
                got = [(action[1], action[2]) for action in sent]
                for_them = before.alive & before.asked if request and self.in_order else before.alive
                goes = [(process, self.signals.goes(event[1], process)) for process in sorted(for_them)]
                wanted = [pair for pair in goes if pair[1] is not None]
                rule(
                    sorted(got) == wanted,
                    "a signal goes to each living process as it came, or as `signals` rewrites it",
                )
                return world
            if before.why and event[1] not in contract.SKIP_PRE_STOP and before.alive:
                rule(all(action[0] == "notice" for action in actions), "a second SIGTERM changes nothing")
        for action in sent:
            world = self._ask(world, action, actions)
        if self.in_order:
            self._turns(before, event, world)
            return world
        if world.alive and world.hurried:
            rule(world.asked >= world.alive, "an app whose stop is hurried is asked at once")
        if world.asked and not before.asked:
            rule(world.asked == world.alive, "all processes are asked to stop together")
        return world

    def _turns(self, before: World, event: ev.Event, world: World) -> None:
        """The processes are asked to stop in reverse order, each as soon as those that are after it have exited."""
        needed = {p for other in world.alive for p in self.plan.processes[other].after}
        begun = world.asked or (world.hurried and world.started)
        if begun and world.alive and world.starting is None:
            rule(world.alive - needed <= world.asked, "those on which nobody depends are asked to stop")
        if event[0] == "elapsed" and event[1] in {"reserve", "budget"} and before.asked:
            rule(world.asked >= world.alive, "nobody is left to ask when only the reserve is left")
        if not world.rushed:
            rule(not (world.asked - before.asked) & needed, "nobody is asked while one lives that is after it")

    def _watch(self, world: World) -> None:
        """Each process whose `alive` counts has a prober, or the time until the next one or its next beat."""
        watched = self.watched(world)
        timers = {timer[1] for timer in world.timers if timer[0] == "alive"}
        probers = {process for process, _ in world.probers}
        rule(probers | timers <= watched, "nobody watches a process that is not ready, or is being stopped")
        for process in watched:
            alive = self.plan.processes[process].alive
            if alive is None or alive.watchdog is None:
                rule((process in probers) != (process in timers), "a process has a prober, or one that is due")
            else:
                awaited = process not in world.sick | world.unlimited
                rule((process in timers) == awaited, "of a process that works a beat is due")

    def _hook_timers(self, world: World) -> None:
        turn, timers = world.turn, world.timers & {"timeout", "kill", "sleep", "retry"}
        if turn is None:
            rule(not timers, f"no timer of a hook outlives it: {', '.join(map(str, timers))}")
            return
        match turn.doing:
            case "running" if turn.cut or turn.timed_out:
                rule(timers == {"kill"}, "a hook that is to end has its time to die, and nothing else")
            case "running" | "sleeping":
                limit = set() if self._hook(turn).timeout is None else {"timeout"}
                rule(timers == limit | ({"sleep"} if turn.doing == "sleeping" else set()), "a hook has its timeout")
            case "needed":
                rule(False, "a hook that its unless finds needed runs at once")
            case "pausing" | "due":
                rule(timers == {"retry"}, "a hook that failed waits for its next try, and for nothing else")

    def _ask(self, world: World, action: "ev.SignalApp", actions: list[ev.Action]) -> World:
        _, number, signo, group = action
        process = self.plan.processes[number]
        if signo == KILL:
            rule(number in world.asked, "no process is killed that was not asked to stop")
            rule(group, "SIGKILL goes to the whole group")
        else:
            rule(number not in world.asked, "a process is asked to stop once")
            came = self.signals.goes(world.stop_signo, number) if world.stop_signo else None
            rule(signo == (process.stop_signal or came or TERM), "stop_signal asks the app, else the signal that came")
            rule(group == process.group, "the stop signal goes where stop_scope says")
            rule(ev.wake_app(number) in actions, "who is asked is woken, if it is stopped")
            rule(world.why not in ASKED or world.hurried or not self.due(world, "pre_stop"), "pre_stop comes first")
            return world._replace(asked=world.asked | {number})
        return world
