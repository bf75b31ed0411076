"""Random lives of random plans, as long as time allows: `--stories 20000` tells more of them, and others each time."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from lifeinit.engine import alive_events as al
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.plan import Hook, Plan, Process, Restart
from lifeinit.engine.state_machine import Machine
from tests.unit.engine import plans, scenarios
from tests.unit.engine.plans import HUP, INT, KILL, QUIT, SEGV, TERM, USR1
from tests.unit.engine.scenarios import BrokenStoryError, Step, Story
from tests.unit.engine.shortening import shortest

NAMES = {
    "pre_start": ("migrate", "seed"),
    "post_start": ("announce", "warm"),
    "pre_stop": ("drain", "flush"),
    "post_stop": ("upload", "tidy"),
}


def hooks_of(phase: str) -> st.SearchStrategy[tuple[Hook, ...]]:
    hook = st.builds(
        plans.hook,
        st.just(""),
        abort=st.booleans(),
        sleep=st.sampled_from([None, None, 1.0]),
        timeout=st.sampled_from([5.0, None, 0.5]),
        retries=st.sampled_from([0, 0, 1]),
        retry_delay=st.sampled_from([1.0, 0.0]),
        once=st.booleans(),
        waits=st.booleans(),
        unless=st.sampled_from([False, False, True]),
    )

    def named(hooks: list[Hook]) -> tuple[Hook, ...]:
        return tuple(Hook(name, *hook.values()[1:]) for name, hook in zip(NAMES[phase], hooks, strict=False))  # type: ignore[arg-type]

    return st.lists(hook, max_size=2).map(named)


readiness = st.one_of(
    st.none(),
    st.builds(plans.ready, notify=st.booleans(), abort=st.booleans()),
    st.just(plans.ready(after=5.0)),
)
aliveness = st.none() | st.builds(
    plans.alive, st.sampled_from(["stop", "restart", "warn"]), watchdog=st.sampled_from([None, None, 30.0])
)
restarts = st.one_of(
    st.just(Restart()),
    st.builds(Restart, st.sampled_from(["on-failure", "always"]), st.integers(1, 3), st.sampled_from([60.0, 3.0])),
)


def processes(name: str) -> st.SearchStrategy[Process]:
    return st.builds(
        plans.process,
        st.just(name),
        ready=readiness,
        stop_signal=st.sampled_from([None, QUIT]),
        group=st.booleans(),
        success=st.sampled_from([(), (3,), (128 + TERM, 128 + KILL)]),
        restart=restarts,
        rewrite=st.sampled_from([(), (), ((USR1, HUP), (TERM, None))]),
        alive=aliveness,
    )


def after(process: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(0, process - 1)).map(lambda them: tuple(sorted(them))) if process else st.just(())


@st.composite
def any_plan(draw: st.DrawFn) -> Plan:
    """Every key that the machine knows."""
    count = draw(st.integers(1, 3))
    return plans.plan(
        **{phase: draw(hooks_of(phase)) for phase in NAMES},  # type: ignore[arg-type]
        processes=tuple(
            draw(processes(name)).replaced(after=draw(after(i)))
            for i, name in enumerate(("app", "worker", "beat")[:count])
        ),
        stop_timeout=draw(st.sampled_from([10.0, None, 1.0, 0.1, 25.0])),
        kill_after=draw(st.sampled_from([2.0, 60.0, 0.0])),
        rewrite=draw(st.sampled_from([(), ((TERM, QUIT), (HUP, USR1)), ((TERM, None), (USR1, None))])),
        stop_on=draw(st.sampled_from([(TERM, INT, QUIT), (TERM, INT, QUIT), (TERM, USR1), (QUIT,)])),
        ignored=draw(st.sampled_from([(), (), (INT,)])),
    )


fine = ev.Ending()
endings = st.sampled_from([fine, fine, ev.Ending(3), ev.Ending(1), ev.Ending(signo=SEGV), ev.Ending(signo=TERM)])
which = st.integers(0, 2)
ODD: list[Step] = [
    ev.signal_received(USR1),
    ev.signal_received(HUP),
    h.app_leaving(),
    *(h.more_time(process, seconds) for process, seconds in ((0, 1.0), (0, 90.0), (1, 5.0))),
    *(h.probe_failed(process, status, "broken") for process, status in ((0, 1), (1, 126), (2, 1))),
    *(event for process in range(3) for event in (al.unhealthy(process, "sick"), al.healthy(process))),
    *(event for process in range(2) for event in (al.beat(process), al.beat_interval(process, None))),
    al.beat_interval(0, 5.0),
    h.hook_failed(78, "no variable"),
    "the next exec fails",
    ev.fault(),
]


def goes_on(self: "Stories") -> bool:
    return not self.story.over


def hook_runs(self: "Stories") -> bool:
    turn = self.story.world.turn
    return goes_on(self) and turn is not None and turn.doing == "running"


def some_live(self: "Stories") -> bool:
    return goes_on(self) and bool(self.story.world.alive)


class Stories(RuleBasedStateMachine):
    """Each rule is something that can happen. What is likely has a rule of its own, what is odd shares one."""

    story: Story

    @initialize(
        plan=any_plan(),
        kernel_obeys=st.sampled_from([True, True, True, False]),
        left_behind=st.booleans(),
        good_steps=st.integers(0, 6),
    )
    def begins(self, plan: Plan, kernel_obeys: bool, left_behind: bool, good_steps: int) -> None:
        """Far enough, now and then, for something to be there that can go wrong."""
        self.story = Story(plan, kernel_obeys)
        self.story.take(ev.begin())
        if left_behind:
            self.story.take("something is left behind")
        for _ in range(good_steps):
            self.all_goes_well()

    @precondition(goes_on)
    @rule()
    def all_goes_well(self) -> None:
        """What a good container does next."""
        world = self.story.world
        if hook_runs(self):
            self.story.take(h.hook_exited(fine))
        elif world.unready:
            self.story.take(h.became_ready(min(world.unready)))
        elif self.story.machine.phase == "cleanup":
            self.story.take(ev.nothing_left())
        elif world.asked and world.alive:
            self.story.take(ev.app_exited(min(world.alive), fine))
        else:
            self.story.take(1.0)

    @precondition(goes_on)
    @rule(signo=st.sampled_from([None, None, None, TERM, INT, QUIT]))
    def perhaps_a_stop_is_requested(self, signo: int | None) -> None:
        if signo is not None:
            self.story.take(ev.signal_received(signo))

    @precondition(some_live)
    @rule(which=which, ending=endings)
    def a_process_ends(self, which: int, ending: ev.Ending) -> None:
        alive = sorted(self.story.world.alive)
        self.story.take(ev.app_exited(alive[which % len(alive)], ending))

    @precondition(hook_runs)
    @rule(ending=endings)
    def the_hook_ends(self, ending: ev.Ending) -> None:
        self.story.take(h.hook_exited(ending))

    @precondition(lambda self: goes_on(self) and bool(self.story.world.probers))
    @rule()
    def the_prober_has_a_verdict(self) -> None:
        process, kind = min(self.story.world.probers)
        self.story.take(al.unhealthy(process, "sick") if kind == "alive" else al.healthy(process))

    @precondition(goes_on)
    @rule(part=st.sampled_from([1.0, 1.0, 0.5]))
    def time_passes(self, part: float) -> None:
        self.story.take(part)

    @precondition(goes_on)
    @rule(step=st.sampled_from(ODD))
    def something_odd_happens(self, step: Step) -> None:
        self.story.take(step)

    @precondition(lambda self: self.story.over)
    @rule()
    def nothing_happens_any_more(self) -> None:
        pass

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.story.take("the end")


def tell(count: int, derandomize: bool) -> BrokenStoryError | None:
    """So many stories; the shortest that breaks a rule."""
    try:
        run_state_machine_as_test(
            Stories,
            settings=settings(
                max_examples=count,
                stateful_step_count=30,
                derandomize=derandomize,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except BrokenStoryError as broken:
        return shortest(broken.story) or broken
    return None


def test_no_story_breaks_a_rule(pytestconfig: pytest.Config) -> None:
    """The rules stand in world.py and scenarios.py. A broken one is told by the shortest story that breaks it."""
    count: int | None = pytestconfig.getoption("--stories")
    broken = tell(count or 40, derandomize=count is None)
    if broken is not None:
        pytest.fail(str(broken), pytrace=False)


def test_a_broken_rule_is_told_as_docs_trust_md_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a defect: SIGKILL goes to the app's main process alone."""

    class Defective(Machine):
        def handle(self, event: ev.Event) -> list[ev.Action]:
            return [
                ev.signal_app(action[1], KILL, group=False)
                if action[0] == "signal_app" and action[2] == KILL
                else action
                for action in super().handle(event)
            ]

    monkeypatch.setattr(scenarios, "machine_of", Defective)
    broken = tell(150, derandomize=True)
    told = "\n".join(f"      {line}".rstrip() for line in str(broken).strip().splitlines())
    assert told in (Path(__file__).parents[3] / "docs" / "trust.md").read_text(), broken
