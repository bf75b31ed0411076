"""Random lives of random plans, as long as time allows: `--stories 20000` tells more of them, and others each time."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from lifeinit.engine import events as ev
from lifeinit.engine.plan import Hook, Plan, Process, Restart
from tests.unit import plans
from tests.unit.plans import HUP, INT, KILL, QUIT, SEGV, TERM, USR1
from tests.unit.stories import BrokenStoryError, Story

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
    )

    def named(hooks: list[Hook]) -> tuple[Hook, ...]:
        return tuple(Hook(name, *hook.values()[1:]) for name, hook in zip(NAMES[phase], hooks, strict=False))  # type: ignore[arg-type]

    return st.lists(hook, max_size=2).map(named)


readiness = st.one_of(
    st.none(),
    st.builds(plans.ready, notify=st.booleans(), abort=st.booleans()),
    st.just(plans.ready(after=5.0)),
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
    )


@st.composite
def any_plan(draw: st.DrawFn) -> Plan:
    """Every key that the machine knows."""
    count = draw(st.integers(1, 3))
    return plans.plan(
        **{phase: draw(hooks_of(phase)) for phase in NAMES},  # type: ignore[arg-type]
        processes=tuple(draw(processes(name)) for name in ("app", "worker", "beat")[:count]),
        stop_timeout=draw(st.sampled_from([10.0, None, 1.0, 0.1, 25.0])),
        kill_after=draw(st.sampled_from([2.0, 60.0, 0.0])),
        rewrite=draw(st.sampled_from([(), ((TERM, QUIT), (HUP, USR1)), ((TERM, None), (USR1, None))])),
    )


def goes_on(self: "Stories") -> bool:
    return not self.story.over


def hook_runs(self: "Stories") -> bool:
    turn = self.story.world.turn
    return not self.story.over and turn is not None and turn.doing == "running"


def some_live(self: "Stories") -> bool:
    return not self.story.over and bool(self.story.world.alive)


def some_are_not_ready(self: "Stories") -> bool:
    return not self.story.over and bool(self.story.world.unready)


endings = st.sampled_from([(0, 0), (3, 0), (0, SEGV), (1, 0), (0, TERM)]).map(lambda pair: ev.Ending(*pair))
which = st.integers(0, 2)


class Stories(RuleBasedStateMachine):
    """Each rule is something that can happen at any time."""

    story: Story

    @initialize(plan=any_plan(), kernel_obeys=st.sampled_from([True, True, True, False]))
    def begins(self, plan: Plan, kernel_obeys: bool) -> None:
        self.story = Story(plan, kernel_obeys)
        self.story.happens(ev.Begin())

    @precondition(goes_on)
    @rule(signo=st.sampled_from([TERM, INT, QUIT]))
    def a_stop_is_requested(self, signo: int) -> None:
        self.story.happens(ev.SignalCame(signo))

    @precondition(goes_on)
    @rule(signo=st.sampled_from([USR1, HUP]))
    def a_signal_comes(self, signo: int) -> None:
        self.story.happens(ev.SignalCame(signo))

    @precondition(some_live)
    @rule(which=which, ending=endings)
    def a_process_ends(self, which: int, ending: ev.Ending) -> None:
        alive = sorted(self.story.world.alive)
        self.story.happens(ev.AppExited(alive[which % len(alive)], ending))

    @precondition(some_are_not_ready)
    @rule(which=which)
    def a_process_is_ready(self, which: int) -> None:
        unready = sorted(self.story.world.unready)
        self.story.happens(ev.BecameReady(unready[which % len(unready)]))

    @precondition(some_are_not_ready)
    @rule(which=which, status=st.sampled_from([1, 126]))
    def a_process_will_never_be_ready(self, which: int, status: int) -> None:
        unready = sorted(self.story.world.unready)
        self.story.happens(ev.ProbeFailed(unready[which % len(unready)], status, "broken"))

    @precondition(some_live)
    @rule(which=which, seconds=st.sampled_from([1.0, 90.0]))
    def a_process_asks_for_time(self, which: int, seconds: float) -> None:
        alive = sorted(self.story.world.alive)
        self.story.happens(ev.MoreTime(alive[which % len(alive)], seconds))

    @precondition(some_live)
    @rule()
    def a_process_says_that_it_leaves(self) -> None:
        self.story.happens(ev.Leaving())

    @precondition(hook_runs)
    @rule(ending=endings)
    def the_hook_ends(self, ending: ev.Ending) -> None:
        self.story.happens(ev.HookExited(ending))

    @precondition(hook_runs)
    @rule()
    def the_hook_wrote_nonsense(self) -> None:
        self.story.happens(ev.HookFailed(78, "no variable"))

    @precondition(goes_on)
    @rule()
    def the_next_exec_fails(self) -> None:
        self.story.exec_fails = True

    @precondition(goes_on)
    @rule()
    def something_is_left_behind(self) -> None:
        self.story.left_behind = True

    @precondition(lambda self: not self.story.over and self.story.machine.phase == "cleanup")
    @rule()
    def what_was_left_ends(self) -> None:
        self.story.happens(ev.Empty())

    @precondition(lambda self: not self.story.over and not self.story.world.faulty)
    @rule()
    def lifeinit_fails(self) -> None:
        self.story.happens(ev.Fault())

    @precondition(goes_on)
    @rule(part=st.sampled_from([0.5, 0.9]))
    def time_passes(self, part: float) -> None:
        self.story.time_passes(part)

    @precondition(goes_on)
    @rule()
    def a_timer_runs_down(self) -> None:
        self.story.time_passes()

    @precondition(lambda self: self.story.over)
    @rule()
    def nothing_happens_any_more(self) -> None:
        pass

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.story.comes_to_its_end()


def tell(count: int, derandomize: bool) -> None:
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=count,
            stateful_step_count=30,
            derandomize=derandomize,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_story_breaks_a_rule(pytestconfig: pytest.Config) -> None:
    """The rules stand in world.py and stories.py. A broken one is told by the shortest story that breaks it."""
    count: int | None = pytestconfig.getoption("--stories")
    try:
        tell(count or 100, derandomize=count is None)
    except BrokenStoryError as broken:
        pytest.fail(str(broken), pytrace=False)
