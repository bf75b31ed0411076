"""The life of one hook by scenario."""

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.hook import HookRun
from lifeinit.engine.hook_events import Outcome
from lifeinit.engine.plan import Hook
from tests.unit.engine.plans import KILL, SEGV, TERM, hook

QUIET = [ev.disarm("timeout"), ev.disarm("kill"), ev.disarm("sleep")]
TERMINATED = [ev.disarm("timeout"), h.signal_hook(TERM), ev.arm("kill", 2.0)]


def begun(the_hook: Hook) -> HookRun:
    run = HookRun(kill_after=2.0)
    run.begin("pre_stop", 0, the_hook)
    return run


def test_a_program_runs_within_its_timeout() -> None:
    run = HookRun(kill_after=2.0)
    assert run.begin("pre_stop", 3, hook("a")) == [ev.arm("timeout", 5.0), h.run_hook("pre_stop", 3)]
    assert run.begin("post_stop", 0, hook("a", timeout=None)) == [h.run_hook("post_stop", 0)]


def test_a_pause_is_over_when_its_time_is() -> None:
    run = HookRun(kill_after=2.0)
    assert run.begin("pre_stop", 0, hook("a", sleep=3.0)) == [ev.arm("timeout", 5.0), ev.arm("sleep", 3.0)]
    assert run.elapsed("sleep") == (QUIET, Outcome("ok", 0))
    assert run.begin("pre_stop", 0, hook("a", sleep=3.0, timeout=None)) == [ev.arm("sleep", 3.0)]


def test_a_pause_that_is_longer_than_its_timeout_has_timed_out() -> None:
    """And is tried again like any other hook."""
    run = begun(hook("a", sleep=3.0, timeout=1.0, retries=1))
    actions, outcome = run.elapsed("timeout")
    assert (outcome, actions[-1]) == (None, ev.arm("retry", 1.0))
    assert run.elapsed("retry") == ([ev.arm("timeout", 1.0), ev.arm("sleep", 3.0)], None)
    assert run.elapsed("timeout") == (QUIET, Outcome("timed_out", 124))


def test_how_an_end_is_told() -> None:
    for end, outcome in [
        (ev.Ending(0), Outcome("ok", 0, ev.Ending(0))),
        (ev.Ending(3), Outcome("failed", 3, ev.Ending(3))),
        (ev.Ending(0, SEGV), Outcome("failed", 128 + SEGV, ev.Ending(0, SEGV))),
    ]:
        run = begun(hook("a"))
        assert run.exited(end) == (QUIET, outcome)
        assert not run.busy


def test_unless_decides_whether_a_hook_runs() -> None:
    """0 skips it, 1 to 125 run it; what is no answer is its failure, and never a reason to run it."""
    asked = [ev.arm("timeout", 5.0), h.run_hook("pre_stop", 0, unless=True)]
    for end, result in [(ev.Ending(0), "skipped"), (ev.Ending(127), "failed"), (ev.Ending(137), "failed")]:
        run = HookRun(kill_after=2.0)
        assert run.begin("pre_stop", 0, hook("a", unless=True)) == asked
        assert run.exited(end) == (QUIET, Outcome(result, end.code, end, of_unless=True))  # type: ignore[arg-type]
    run = begun(hook("a", unless=True))
    assert run.exited(ev.Ending(125)) == ([h.hook_needed("pre_stop", 0, 125), h.run_hook("pre_stop", 0)], None)
    assert run.exited(ev.Ending(0)) == (QUIET, Outcome("ok", 0, ev.Ending(0)))


def test_unless_shares_the_timeout_of_its_hook_and_is_asked_before_each_try() -> None:
    run = begun(hook("a", unless=True, retries=1))
    assert run.elapsed("timeout") == (TERMINATED, None)
    actions, outcome = run.exited(ev.Ending(signo=TERM))
    assert (outcome, actions[-1]) == (None, ev.arm("retry", 1.0))
    assert run.elapsed("retry") == ([ev.arm("timeout", 5.0), h.run_hook("pre_stop", 0, unless=True)], None)
    assert run.failed(127, "cannot run") == (QUIET, Outcome("failed", 127, None, "unless cannot run", of_unless=True))


def test_the_timers_of_a_try_do_not_reach_into_the_wait_for_the_next() -> None:
    run = begun(hook("a", retries=1, retry_delay=3.0))
    actions, outcome = run.exited(ev.Ending(3))
    assert outcome is None
    assert [action for action in actions if action[0] != "notice"] == [*QUIET, ev.arm("retry", 3.0)]
    assert run.busy


def test_each_hook_has_its_own_tries() -> None:
    run = begun(hook("a", retries=1))
    run.exited(ev.Ending(3))
    run.elapsed("retry")
    assert run.exited(ev.Ending(3))[1] == Outcome("failed", 3, ev.Ending(3))
    run.begin("pre_stop", 1, hook("b", retries=1))
    assert run.attempt == 1
    assert run.exited(ev.Ending(3))[1] is None


def test_a_timeout_ends_the_group_with_term_and_wakes_it() -> None:
    run = begun(hook("a"))
    assert run.elapsed("timeout") == (TERMINATED, None)
    assert run.exited(ev.Ending(0)) == (QUIET, Outcome("timed_out", 124, ev.Ending(0)))


def test_what_does_not_end_then_is_killed_and_given_up_a_second_later() -> None:
    run = begun(hook("a"))
    run.elapsed("timeout")
    assert run.elapsed("kill") == ([ev.disarm("timeout"), h.signal_hook(KILL), ev.arm("kill", 1.0)], None)
    assert run.elapsed("kill") == ([h.forget_hook(), *QUIET], Outcome("timed_out", 124, ev.Ending(0, KILL)))


def test_a_program_that_life_goes_on_without_is_ended_as_at_its_timeout() -> None:
    """It counts neither as done nor as failed, and the next hook knows nothing of it."""
    run = begun(hook("a", retries=3))
    assert run.end() == TERMINATED
    assert run.exited(ev.Ending(3)) == (QUIET, Outcome("terminated", 3, ev.Ending(3)))
    run.begin("post_stop", 0, hook("b"))
    assert run.exited(ev.Ending(3))[1] == Outcome("failed", 3, ev.Ending(3))


@pytest.mark.parametrize("killed", [False, True])
def test_one_that_is_being_ended_already_only_loses_its_outcome(killed: bool) -> None:
    run = begun(hook("a", retries=3))
    run.elapsed("timeout")
    if killed:
        run.elapsed("kill")
    assert run.end() == []
    assert run.exited(ev.Ending(0, KILL))[1] == Outcome("terminated", 128 + KILL, ev.Ending(0, KILL))


def test_a_pause_that_life_goes_on_without_is_over_at_once() -> None:
    """So is the wait for a next try. No timer of theirs is left."""
    pause = begun(hook("a", sleep=3.0))
    wait = begun(hook("a", retries=1))
    wait.exited(ev.Ending(3))
    for run in (pause, wait):
        assert run.end() == [ev.disarm("sleep"), ev.disarm("retry"), ev.disarm("timeout")]
        assert not run.busy
        assert run.end() == []


def test_at_the_end_of_the_budget_there_is_no_time_for_a_term() -> None:
    run = begun(hook("a"))
    assert run.kill(0.05) == [ev.disarm("timeout"), h.signal_hook(KILL), ev.arm("kill", 0.05)]
    assert run.elapsed("kill") == ([h.forget_hook(), *QUIET], Outcome("terminated", 137, ev.Ending(0, KILL)))
    pause = begun(hook("a", sleep=3.0))
    wait = begun(hook("a", retries=1))
    wait.exited(ev.Ending(3))
    for run in (pause, wait):
        assert run.kill(0.05) == [ev.disarm("sleep"), ev.disarm("retry"), ev.disarm("timeout")]
        assert not run.busy


def test_one_that_is_killed_already_is_given_up_sooner_if_time_is_short() -> None:
    """It is not killed a second time, and never waited for any longer."""
    run = begun(hook("a"))
    assert run.kill() == [ev.disarm("timeout"), h.signal_hook(KILL), ev.arm("kill", 1.0)]
    assert run.kill() == []
    assert run.kill(0.05) == [ev.arm("kill", 0.05)]


def test_there_is_nothing_to_end_where_nothing_runs() -> None:
    """Before the first hook, and between two."""
    over = begun(hook("a"))
    over.exited(ev.Ending(0))
    for run in (HookRun(kill_after=2.0), over):
        assert (run.end(), run.kill(), run.busy) == ([], [], False)
        assert run.exited(ev.Ending(3)) == ([], None)


def test_when_the_app_is_gone_a_command_runs_to_its_end_and_what_waits_is_over() -> None:
    """The command is not tried again. A sleep, a delay before another try, and a wait_for have lost their purpose."""
    command = begun(hook("a", retries=3))
    assert (command.finish(), command.state) == ([], "running")
    assert command.exited(ev.Ending(3))[1] == Outcome("failed", 3, ev.Ending(3))
    assert begun(hook("a", waits=True)).finish() == TERMINATED
    delay = begun(hook("a", retries=1))
    delay.exited(ev.Ending(3))
    for run in (begun(hook("a", sleep=3.0)), delay):
        run.finish()
        assert not run.busy


def test_a_timer_that_runs_down_too_late_finds_nothing_to_do() -> None:
    run = begun(hook("a"))
    for timer in ("sleep", "retry", "kill"):
        assert run.elapsed(timer) == ([], None)
    run.exited(ev.Ending(0))
    for timer in ("sleep", "retry", "kill", "timeout"):
        assert run.elapsed(timer) == ([], None)  # type: ignore[arg-type]


def test_how_a_hook_is_called() -> None:
    """By phase and name; one without a name is called by its phase and place already."""
    assert begun(hook("drain")).label == "pre_stop drain"
    assert begun(hook("pre_stop[0]")).label == "pre_stop[0]"
