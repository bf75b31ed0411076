"""The machine by scenario: an event, what is to be done about it, the next event."""

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.hook_events import stop_repeated
from lifeinit.engine.hook_messages import cause, message
from lifeinit.engine.main import machine_of
from lifeinit.engine.plan import Hook, Identity, Plan, Program, Restart
from lifeinit.engine.state_machine import Machine
from tests.unit.engine.plans import CONT, HUP, INT, KILL, QUIT, SEGV, TERM, USR1, WINCH, hook, plan, process, ready
from tests.unit.engine.scenarios import Story


def play(the_plan: Plan, *events: ev.Event) -> tuple[Machine, list[ev.Action]]:
    """Hand the events to a machine; return it with what it answered to the last one, without what it said."""
    machine = machine_of(the_plan)
    actions: list[ev.Action] = []
    for event in (ev.begin(), *events):
        actions = [action for action in machine.handle(event) if action[0] != "notice"]
    return machine, actions


def exited(code: int = 0, signo: int = 0) -> "h.HookExited":
    return h.hook_exited(ev.Ending(code, signo))


def app_exited(code: int = 0, signo: int = 0) -> "ev.AppExited":
    return ev.app_exited(0, ev.Ending(code, signo))


def armed(actions: list[ev.Action]) -> dict["ev.Timer", float]:
    return {action[1]: action[2] for action in actions if action[0] == "arm"}


def said(actions: list[ev.Action], the_plan: Plan) -> list[str]:
    """The lines, as if whatever has run had taken a second."""
    return [message(action, the_plan, 1.0).text for action in actions if action[0] == "notice"]


def exit_of(actions: list[ev.Action], the_plan: Plan) -> tuple[int, str]:
    """The exit status that an answer ends with, and its cause."""
    last = actions[-1]
    assert last[0] == "leave"
    return last[1], cause(last[2], the_plan)


TO_STOPPED = (ev.started(0), ev.signal_received(TERM))


def test_a_plain_init_starts_the_app_at_once() -> None:
    assert play(plan())[1] == [ev.start_app(0)]


def test_a_plain_stop_forwards_the_signal_and_wakes_a_stopped_app() -> None:
    """A process stopped by SIGSTOP acts on nothing but CONT and KILL."""
    machine, actions = play(plan(), *TO_STOPPED)
    assert actions == [ev.signal_app(0, TERM, group=False), ev.wake_app(0)]
    assert machine.handle(ev.signal_received(INT)) == [ev.signal_app(0, INT, group=False)]


def test_each_stop_signal_is_passed_on_as_itself() -> None:
    """QUIT is nginx's graceful stop: none of them means another."""
    for signo in (TERM, INT, QUIT):
        assert play(plan(), ev.started(0), ev.signal_received(signo))[1][0] == ev.signal_app(0, signo, group=False)


def test_stop_signal_replaces_the_signal_that_came() -> None:
    assert play(plan(stop_signal=QUIT), *TO_STOPPED)[1][0] == ev.signal_app(0, QUIT, group=False)


def test_stop_scope_group_signals_the_group() -> None:
    assert play(plan(group=True), *TO_STOPPED)[1][0] == ev.signal_app(0, TERM, group=True)


def test_another_signal_during_pre_start_is_dropped() -> None:
    """Its default action would end the hook."""
    assert play(plan(pre_start=(hook("a"),)), ev.signal_received(USR1))[1] == []


def test_the_budget_keeps_back_what_post_stop_may_take() -> None:
    """25 s, less 5 s for the hook and 1 s for cleanup."""
    the_plan = plan(post_stop=(hook("p", timeout=5.0),), stop_timeout=25.0)
    assert armed(play(the_plan, *TO_STOPPED)[1]) == {"reserve": 19.0, "budget": 24.95}


def test_the_reserve_is_at_most_half_of_the_budget() -> None:
    the_plan = plan(post_stop=(hook("p", timeout=60.0),), stop_timeout=8.0)
    assert armed(play(the_plan, *TO_STOPPED)[1])["reserve"] == 4.0


def test_default_timeouts_of_post_stop_cut_no_pre_stop_hook_that_has_its_own() -> None:
    """The hooks may take 2 s, 2 s to be killed, and 6 s; the post_stop hooks share the rest with cleanup."""
    before = (hook("b", timeout=2.0), hook("d", timeout=5.0, default_timeout=True), hook("s", sleep=6.0, timeout=None))
    after = (hook("p", timeout=1.0), hook("q", timeout=5.0, default_timeout=True))
    for limit, reserve in ((25.0, 7.0), (15.0, 5.0), (13.0, 3.0), (11.0, 2.0)):
        the_plan = plan(pre_stop=before, post_stop=after, stop_timeout=limit)
        assert armed(play(the_plan, *TO_STOPPED)[1])["reserve"] == limit - reserve


def test_a_retrying_post_stop_hook_has_all_its_tries_in_the_reserve() -> None:
    the_plan = plan(post_stop=(hook("p", timeout=2.0, retries=2, retry_delay=0.5),), stop_timeout=60.0)
    assert armed(play(the_plan, *TO_STOPPED)[1])["reserve"] == 60.0 - (3 * 2.0 + 2 * 0.5 + 1.0)


def test_cleanup_shrinks_with_a_reserve_that_was_cut() -> None:
    """Else one second of cleanup would eat the whole reserve of a budget of one second."""
    the_plan = plan(post_stop=(hook("p", timeout=3.0),), stop_timeout=1.0)
    machine, _ = play(the_plan, *TO_STOPPED)
    assert armed(machine.handle(app_exited(0)))["cleanup"] == 0.125


def test_without_stop_timeout_nothing_is_ever_killed() -> None:
    """Any number would be wrong somewhere; tini has none either."""
    assert armed(play(plan(), *TO_STOPPED)[1]) == {}


def test_a_stop_that_nobody_asked_for_has_ten_seconds() -> None:
    """A post_start hook failed: the runtime's grace period does not run, so a limit of our own must."""
    the_plan = plan(post_start=(hook("c", abort=True),))
    machine, actions = play(the_plan, ev.started(0), exited(7))
    assert armed(actions) == {"reserve": 9.0, "budget": 9.95}
    assert ev.signal_app(0, TERM, group=False) in actions
    assert (machine.phase, machine.verdict.reason, machine.exit_status) == ("stopping", "post_start_failed", 7)


def test_the_reserve_kills_the_apps_group() -> None:
    machine, _ = play(plan(stop_timeout=10.0), *TO_STOPPED)
    killed = [action for action in machine.handle(ev.elapsed("reserve")) if action[0] == "signal_app"]
    assert killed == [ev.signal_app(0, KILL, group=True)]


def test_a_hung_pre_stop_hook_costs_the_app_its_time_but_not_its_signal() -> None:
    """The app was not asked yet when the reserve is reached: it gets the moment that cleanup has."""
    the_plan = plan(pre_stop=(hook("d", timeout=60.0),), stop_timeout=10.0)
    machine, _ = play(the_plan, *TO_STOPPED)
    actions = machine.handle(ev.elapsed("reserve"))
    assert h.signal_hook(TERM) in actions
    assert ev.signal_app(0, TERM, group=False) in actions
    assert armed(actions)["reserve"] == 1.0


def test_the_apps_moment_is_cleanups_too_so_that_post_stop_has_its_share() -> None:
    """pre_stop, the app and what it leaves behind all hang. Both had a moment: post_stop lost its last second."""
    the_plan = plan(pre_stop=(hook("d", timeout=None),), post_stop=(hook("f", timeout=0.5),), stop_timeout=10.0)
    story = Story(the_plan)
    for step in (ev.begin(), "something is left behind", ev.signal_received(TERM)):
        story.take(step)
    while story.machine.phase != "post_stop":
        story.take(1.0)
        story.the_doomed_die()
    assert story.now == 9.5


def test_what_is_left_of_the_apps_moment_is_cleanups() -> None:
    """The app stopped half a second into its moment of one: what it left behind has the other half."""
    the_plan = plan(pre_stop=(hook("d", timeout=None),), post_stop=(hook("f"),), stop_timeout=20.0)
    machine, actions = play(the_plan, *TO_STOPPED, ev.elapsed("reserve"), exited(0, TERM), app_exited(0))
    assert (machine.phase, actions) == ("cleanup", [ev.disarm("lost"), ev.signal_leftovers(TERM)])
    assert ev.signal_leftovers(KILL) in machine.handle(ev.elapsed("reserve"))


def test_a_second_sigterm_is_one_line_and_changes_nothing() -> None:
    """The kubelet repeats it. Also one that `stop_on` names."""
    the_plan = plan(pre_stop=(hook("d"),), stop_on=(TERM, USR1))
    machine, _ = play(the_plan, *TO_STOPPED)
    for signo in (TERM, USR1):
        assert machine.handle(ev.signal_received(signo)) == [stop_repeated(signo)]
    assert machine.phase == "pre_stop"


@pytest.mark.parametrize("signo", [INT, QUIT])
def test_a_second_sigint_or_sigquit_skips_the_rest_of_pre_stop(signo: int) -> None:
    machine, _ = play(plan(pre_stop=(hook("d"), hook("e"))), *TO_STOPPED)
    actions = machine.handle(ev.signal_received(signo))
    assert h.signal_hook(TERM) in actions
    assert ev.signal_app(0, TERM, group=False) in actions
    assert machine.phase == "stopping"
    assert not any(action[0] == "run_hook" for action in machine.handle(exited(0, TERM)))


def test_a_hook_that_times_out_has_status_124() -> None:
    """As timeout(1), also if it exits 0 on the TERM that it got."""
    machine, _ = play(plan(pre_start=(hook("a", abort=True),)), ev.elapsed("timeout"), exited(0), ev.nothing_left())
    assert (machine.phase, machine.exit_status) == ("exit", 124)


def test_a_stop_request_ends_the_wait_for_the_next_try() -> None:
    the_plan = plan(pre_start=(hook("a", abort=True, retries=3, retry_delay=60.0),))
    machine, actions = play(the_plan, exited(1))
    assert armed(actions) == {"retry": 60.0}
    assert ev.signal_leftovers(TERM) in machine.handle(ev.signal_received(TERM))
    assert machine.exit_status == 143


def test_an_aborting_stop_hook_turns_only_a_zero_into_its_status() -> None:
    the_plan = plan(post_stop=(hook("p", abort=True),))
    for status, last in ((0, (9, "post_stop p (hooks.toml:1) exited 9")), (3, (3, "app exited 3"))):
        _, actions = play(the_plan, ev.started(0), app_exited(status), ev.nothing_left(), exited(9))
        assert exit_of(actions, the_plan) == last


def test_a_warning_stop_hook_changes_no_status() -> None:
    the_plan = plan(post_stop=(hook("p"),))
    assert play(the_plan, ev.started(0), app_exited(0), ev.nothing_left(), exited(9))[1][-1] == ev.leave(0)


def test_death_by_signal_is_128_and_the_signal() -> None:
    machine, _ = play(plan(), ev.started(0), app_exited(signo=SEGV))
    assert (machine.exit_status, machine.verdict.reason) == (139, "exited")


def test_a_stop_request_after_the_app_is_gone_starts_the_budget() -> None:
    """From then on the runtime counts."""
    the_plan = plan(post_stop=(hook("p"),), stop_timeout=10.0)
    machine, _ = play(the_plan, ev.started(0), app_exited(0), ev.nothing_left())
    assert machine.handle(ev.signal_received(TERM)) == [ev.arm("budget", 9.95)]
    assert h.signal_hook(KILL) in machine.handle(ev.elapsed("budget"))


def test_what_is_said_of_a_failed_start() -> None:
    the_plan = plan(pre_start=(hook("migrate", abort=True, retries=1, retry_delay=3.0),))
    machine = machine_of(the_plan)
    lines = [
        line
        for event in (ev.begin(), exited(3), ev.elapsed("retry"), exited(0, KILL))
        for line in said(machine.handle(event), the_plan)
    ]
    assert lines == [
        "pre_start migrate: exited 3 after 1.0 s; try 2 of 2 in 3 s",
        "pre_start migrate: killed by SIGKILL after 1.0 s; the app is not started",
    ]


def test_a_rewritten_stop_signal() -> None:
    """lifeinit gets TERM, the app QUIT: as the stop signal, and again when it comes again."""
    machine, actions = play(plan(rewrite=((TERM, QUIT),)), *TO_STOPPED)
    assert actions[0] == ev.signal_app(0, QUIT, group=False)
    assert machine.handle(ev.signal_received(TERM)) == [ev.signal_app(0, QUIT, group=False)]


def test_a_dropped_signal_does_nothing_in_any_phase() -> None:
    the_plan = plan(rewrite=((TERM, None),), pre_start=(hook("a"),), pre_stop=(hook("d"),))
    machine = machine_of(the_plan)
    for event in (ev.begin(), exited(0), ev.started(0), app_exited(0), ev.nothing_left()):
        machine.handle(event)
        assert machine.handle(ev.signal_received(TERM)) == []


def test_a_success_exit_code_is_the_apps_only() -> None:
    machine, _ = play(plan(success=(143, 3)), ev.started(0), app_exited(signo=TERM))
    assert machine.exit_status == 0
    machine, _ = play(plan(success=(143, 3), pre_start=(hook("a", abort=True),)), exited(3))
    assert machine.exit_status == 3


def test_a_fault_stops_the_app_with_status_70() -> None:
    machine, actions = play(plan(pre_stop=(hook("d"),)), ev.started(0), ev.fault())
    assert ev.signal_app(0, TERM, group=False) in actions
    assert (machine.phase, machine.exit_status, machine.verdict.reason) == ("stopping", 70, "internal_error")
    machine.handle(app_exited(0))
    assert machine.exit_status == 70


def test_a_fault_between_the_starts_of_two_processes_leaves_none_unkilled() -> None:
    """The first one ran, but the app as a whole did not count as alive: SIGKILL never came, and it could hang."""
    the_plan = plan(others=(process("worker"),), stop_timeout=10.0)
    machine, _ = play(the_plan, ev.started(0), ev.fault())
    assert ev.signal_app(0, KILL, group=True) in machine.handle(ev.elapsed("reserve"))


def test_a_stop_request_starts_the_budget_while_a_fault_ends_a_pre_start_hook() -> None:
    """It was dropped, and the hook's kill_after, cleanup and post_stop took as long as they liked."""
    the_plan = plan(pre_start=(hook("a"),), stop_timeout=1.0, kill_after=60.0)
    machine, _ = play(the_plan, ev.fault())
    assert armed(machine.handle(ev.signal_received(TERM))) == {"reserve": 0.5, "budget": 0.95}


def test_a_fault_during_post_stop_runs_no_hook_a_second_time() -> None:
    """The hook that it ended was begun once more."""
    the_plan = plan(post_stop=(hook("p"), hook("q")))
    machine, _ = play(the_plan, ev.started(0), app_exited(0), ev.nothing_left(), ev.fault())
    assert h.run_hook("post_stop", 1) in machine.handle(exited(0, TERM))


def test_a_budget_that_begins_in_cleanup_shortens_it() -> None:
    """Else its one second would use up a short budget, and post_stop would not run."""
    the_plan = plan(post_stop=(hook("p", timeout=3.0),), stop_timeout=1.0)
    machine, _ = play(the_plan, ev.started(0), app_exited(0))
    assert armed(machine.handle(ev.signal_received(TERM))) == {"budget": 0.95, "cleanup": 0.125}


def test_a_budget_that_is_spent_in_cleanup_leaves_nothing_alive() -> None:
    machine, _ = play(plan(stop_timeout=1.0), ev.started(0), app_exited(0), ev.signal_received(TERM))
    assert ev.signal_leftovers(KILL) in machine.handle(ev.elapsed("budget"))


def test_an_aborting_post_stop_hook_that_the_budget_cuts_or_skips_is_a_failure() -> None:
    """Never 0 for a failure."""
    cut = plan(post_stop=(hook("p", abort=True), hook("q")), stop_timeout=2.0)
    skipped = plan(post_stop=(hook("p"), hook("q", abort=True)), stop_timeout=2.0)
    for the_plan in (cut, skipped):
        machine, _ = play(the_plan, *TO_STOPPED, app_exited(0), ev.nothing_left(), ev.elapsed("budget"))
        answer = machine.handle(exited(0, KILL))
        assert exit_of(answer, the_plan) == (124, "post_stop not completed, the 2 s budget is used up: p, q")
        assert "post_stop not completed, the 2 s budget is used up: p, q" in said(answer, the_plan)
    warning = plan(post_stop=(hook("p"), hook("q")), stop_timeout=2.0)
    machine, _ = play(warning, *TO_STOPPED, app_exited(0), ev.nothing_left(), ev.elapsed("budget"))
    assert machine.handle(exited(0, KILL))[-1] == ev.leave(0)


def test_a_post_stop_hook_that_was_to_run_once_is_not_missed_in_a_later_life() -> None:
    """It had run in the first one, and yet a budget that was spent in the second made 124 of the app's 0."""
    rule = Restart("always", 3, 60.0)
    the_plan = plan(post_stop=(hook("p", abort=True, once=True), hook("q")), restart=rule, stop_timeout=2.0)
    first = (ev.started(0), app_exited(0), ev.nothing_left(), exited(0), exited(0), ev.elapsed("backoff"))
    machine, _ = play(the_plan, *first, *TO_STOPPED, app_exited(0))
    answer = machine.handle(ev.elapsed("budget"))
    assert answer[-1] == ev.leave(0)
    assert said(answer, the_plan) == ["post_stop not completed, the 2 s budget is used up: q"]


def test_the_first_of_two_aborting_stop_hooks_gives_the_status() -> None:
    the_plan = plan(post_stop=(hook("p", abort=True), hook("q", abort=True)))
    _, actions = play(the_plan, ev.started(0), app_exited(0), ev.nothing_left(), exited(9), exited(8))
    assert exit_of(actions, the_plan) == (9, "post_stop p (hooks.toml:1) exited 9")


def test_a_stop_request_starts_the_budget_while_a_dead_apps_hook_is_ended() -> None:
    machine, _ = play(plan(post_start=(hook("c"),), stop_timeout=10.0), ev.started(0), app_exited(0))
    assert armed(machine.handle(ev.signal_received(TERM))) == {"reserve": 9.0, "budget": 9.95}


def test_a_moment_for_the_app_never_costs_more_than_the_budget() -> None:
    """pre_stop was cut, and the app that got its own moment does nothing with it: KILL, and for the rest KILL at once.

    It was killed a second after the budget's end, and what it left behind a second later.
    """
    the_plan = plan(pre_stop=(hook("d", timeout=None),), stop_timeout=4.0)
    machine, actions = play(the_plan, *TO_STOPPED, ev.elapsed("reserve"), exited(0, TERM))
    assert machine.phase == "stopping"
    actions = machine.handle(ev.elapsed("budget"))
    assert ev.signal_app(0, KILL, group=True) in actions
    actions = machine.handle(app_exited(0, KILL))
    assert ev.signal_leftovers(KILL) in actions
    assert actions[-1][0] == "leave"


LATE: dict[str, tuple[Plan, tuple[ev.Event, ...]]] = {
    "pre_start": (plan(pre_start=(hook("a"),)), ()),
    "starting": (plan(), ()),
    "running": (plan(), (ev.started(0),)),
    "pre_stop": (plan(pre_stop=(hook("d"),)), TO_STOPPED),
    "stopping": (plan(), TO_STOPPED),
    "cleanup": (plan(), (*TO_STOPPED, app_exited())),
    "post_stop": (plan(post_stop=(hook("f"),)), (*TO_STOPPED, app_exited(), ev.nothing_left())),
    "waiting": (plan(restart=Restart("always")), (ev.started(0), app_exited(), ev.nothing_left())),
    "exit": (plan(), (*TO_STOPPED, app_exited(), ev.nothing_left())),
}


def reached(phase: str) -> Machine:
    the_plan, events = LATE[phase]
    return play(the_plan, *events)[0]


@pytest.mark.parametrize("phase", LATE)
def test_a_timer_whose_cause_is_gone_finds_nothing_to_do(phase: str) -> None:
    """It has run down in the moment in which it was disarmed."""
    machine = reached(phase)
    assert machine.phase == phase
    last: list[ev.Timer] = ["retry", "sleep", "kill", ("ready", 0), ("window", 7)]
    last += [] if phase in {"pre_start", "pre_stop", "post_stop"} else ["timeout"]
    last += [] if phase == "cleanup" else ["cleanup"]
    last += [] if phase == "waiting" else ["backoff"]
    last += ["reserve", "budget"] if phase in {"waiting", "exit"} else []
    last += ["reserve"] if phase == "post_stop" else []
    for timer in last:
        assert machine.handle(ev.elapsed(timer)) == []
        assert machine.phase == phase


@pytest.mark.parametrize("phase", LATE)
def test_a_hook_or_a_probe_that_is_over_twice_is_over_once(phase: str) -> None:
    machine = reached(phase)
    assert machine.handle(h.probe_failed(0, 1, "late")) == []
    if phase not in {"pre_start", "pre_stop", "post_stop"}:
        assert machine.handle(exited(4)) == []
    assert machine.phase == phase


def test_nothing_comes_after_the_exit() -> None:
    """Signals that were pending beside the one that ended a restart's wait are read in the same turn."""
    machine = reached("exit")
    for event in (ev.signal_received(TERM), ev.signal_received(USR1), ev.nothing_left(), ev.fault(), ev.begin()):
        assert machine.handle(event) == []


def test_a_stop_request_while_the_exec_is_to_be_answered() -> None:
    """The app is stopped as soon as it runs, with its pre_stop hooks; a second request changes nothing."""
    machine, actions = play(plan(pre_stop=(hook("d"),)), ev.signal_received(TERM), ev.signal_received(INT))
    assert actions == []
    assert h.run_hook("pre_stop", 0) in machine.handle(ev.started(0))
    assert machine.verdict.stop_signo == TERM


def test_an_internal_error_while_the_exec_is_to_be_answered() -> None:
    """The app may live, which nobody knows: cleanup ends it."""
    _, actions = play(plan(), ev.fault())
    assert ev.signal_leftovers(TERM) in actions


def test_why_a_life_ends_is_what_hooks_are_told() -> None:
    """LIFEINIT_REASON: the first thing that ended it."""
    starts, ends = (hook("a", abort=True),), (hook("c", abort=True),)
    for the_plan, events, reason in [
        (plan(), (ev.started(0),), ""),
        (plan(), (ev.started(0), app_exited(0)), "exited"),
        (plan(), TO_STOPPED, "signal"),
        (plan(), (*TO_STOPPED, app_exited(3)), "signal"),
        (plan(), (ev.start_failed(0, 127, "why"),), "start_failed"),
        (plan(), (ev.started(0), ev.fault()), "internal_error"),
        (plan(), (*TO_STOPPED, ev.fault()), "signal"),
        (plan(pre_start=starts), (ev.signal_received(TERM),), "signal"),
        (plan(pre_start=starts), (exited(3),), "pre_start_failed"),
        (plan(post_start=ends), (ev.started(0), exited(3)), "post_start_failed"),
        (plan(ready=ready()), (ev.started(0), ev.elapsed(("ready", 0))), "ready_timeout"),
    ]:
        assert play(the_plan, *events)[0].verdict.reason == reason


def test_a_blink_of_a_budget_is_shared_all_the_same() -> None:
    """Of 60 ms the exit cannot have 50."""
    assert armed(play(plan(stop_timeout=0.06), *TO_STOPPED)[1]) == {"reserve": 0.03, "budget": 0.03}


def test_cleanup_has_its_own_time_and_then_as_much_again_for_sigkill() -> None:
    """The reserve does not run any more, so that it cannot cut this short. What is stuck then is left."""
    machine, _ = play(plan(post_stop=(hook("p"),), stop_timeout=60.0), *TO_STOPPED)
    actions = machine.handle(app_exited(0))
    assert actions[-3:] == [ev.disarm("reserve"), ev.arm("cleanup", 1.0), ev.signal_leftovers(TERM)]
    assert machine.handle(ev.elapsed("cleanup"))[1:] == [ev.arm("cleanup", 1.0), ev.signal_leftovers(KILL)]
    assert h.run_hook("post_stop", 0) in machine.handle(ev.elapsed("cleanup"))


def test_post_stop_begins_with_no_timer_of_cleanup() -> None:
    actions = play(plan(post_stop=(hook("p"),)), ev.started(0), app_exited(0), ev.nothing_left())[1]
    assert actions[:2] == [ev.disarm("reserve"), ev.disarm("cleanup")]


def test_the_end_of_the_budget_gives_up_what_is_killed_already() -> None:
    """A pre_start hook and an app that no SIGKILL ends cost the exit's time and no more."""
    machine, _ = play(plan(pre_start=(hook("a"),), stop_timeout=10.0), ev.signal_received(TERM), ev.elapsed("reserve"))
    assert machine.handle(ev.elapsed("budget")) == [ev.arm("kill", 0.05)]
    the_plan = plan(stop_timeout=10.0)
    machine, _ = play(the_plan, *TO_STOPPED, ev.elapsed("reserve"))
    actions = machine.handle(ev.elapsed("budget"))
    assert (actions[0], said(actions, the_plan)) == (ev.forget_app(0), ["app exited 137 (SIGKILL)"])
    assert actions[-1][0] == "leave"
    hung = plan(pre_stop=(hook("d", timeout=None),), stop_timeout=1.0)
    machine, _ = play(hung, *TO_STOPPED, ev.elapsed("reserve"), exited(0, TERM))
    assert armed(machine.handle(ev.elapsed("budget"))) == {"lost": 0.05}


def test_what_is_told_of_a_hook_without_a_place_has_no_brackets() -> None:
    """As one that a Python program gave."""
    nowhere = Hook("a", Program((b"true",), Identity()), None, None, 0, 1.0, abort=True)
    the_plan = plan(pre_start=(nowhere,))
    assert exit_of(play(the_plan, exited(3), ev.nothing_left())[1], the_plan) == (3, "pre_start a exited 3")


def test_the_reserve_terminates_the_pre_stop_hook_of_an_app_that_is_dead() -> None:
    """It may be what stopped the app. It gets a SIGTERM, what cleanup can lend it, and then a SIGKILL."""
    the_plan = plan(pre_stop=(hook("d"), hook("e")), stop_timeout=10.0, kill_after=60.0)
    machine, actions = play(the_plan, *TO_STOPPED, app_exited(0))
    assert actions == [ev.disarm("lost")]
    actions = machine.handle(ev.elapsed("reserve"))
    assert h.signal_hook(TERM) in actions
    assert armed(actions) == {"kill": 60.0, "reserve": 1.0}
    assert h.signal_hook(KILL) in machine.handle(ev.elapsed("reserve"))
    assert ev.signal_leftovers(TERM) in machine.handle(exited(0, KILL))


def test_a_pre_stop_command_that_stops_the_app_itself_runs_to_its_end() -> None:
    """ "Quit, wait, flush": the flush was lost. Its failure counts, it is not tried again, no other hook begins."""
    the_plan = plan(pre_stop=(hook("quit", abort=True, retries=3), hook("e")))
    machine, actions = play(the_plan, *TO_STOPPED, app_exited(0))
    assert (machine.phase, actions) == ("pre_stop", [ev.disarm("lost")])
    assert ev.signal_leftovers(TERM) in machine.handle(exited(4))
    assert (machine.phase, machine.exit_status) == ("cleanup", 4)


@pytest.mark.parametrize("the_hook", [hook("d", sleep=9.0), hook("d", waits=True), hook("d", retries=1)])
def test_a_pre_stop_hook_that_only_waits_ends_with_the_app(the_hook: Hook) -> None:
    """A sleep, a wait_for, or the delay before another try."""
    machine, _ = play(plan(pre_stop=(the_hook, hook("e"))), *TO_STOPPED, *([exited(1)] if the_hook.retries else []))
    actions = machine.handle(app_exited(0))
    if the_hook.waits:
        assert h.signal_hook(TERM) in actions
        actions = machine.handle(exited(0, TERM))
    assert ev.signal_leftovers(TERM) in actions


def test_a_second_sigint_ends_the_pre_stop_hook_of_an_app_that_is_dead() -> None:
    machine, _ = play(plan(pre_stop=(hook("d"),)), *TO_STOPPED, app_exited(0))
    assert h.signal_hook(TERM) in machine.handle(ev.signal_received(INT))
    assert ev.signal_leftovers(TERM) in machine.handle(exited(0, TERM))


def test_a_pre_stop_command_that_ends_one_of_several_processes_runs_to_its_end() -> None:
    """The others are asked to stop beside it; cleanup waits for both."""
    the_plan = plan(pre_stop=(hook("d"), hook("e")), others=(process("worker"),))
    up = (ev.started(0), ev.started(1), ev.signal_received(TERM))
    machine, actions = play(the_plan, *up, app_exited(0))
    assert (machine.phase, actions) == ("stopping", [ev.signal_app(1, TERM, group=False), ev.wake_app(1)])
    machine, actions = play(the_plan, *up, app_exited(0), ev.app_exited(1, ev.Ending()))
    assert (machine.phase, actions) == ("stopping", [ev.disarm("lost")])
    assert ev.signal_leftovers(TERM) in machine.handle(exited(0))


def test_until_the_app_lives_the_usual_stop_signals_are_requests_whatever_stop_on_says() -> None:
    """And in the back-off too: an image with STOPSIGNAL WINCH was deaf to the SIGTERM of its host."""
    the_plan = plan(pre_start=(hook("a"),), stop_on=(WINCH,), restart=Restart("always"))
    for signo in (TERM, INT, QUIT, WINCH):
        machine, actions = play(the_plan, ev.signal_received(signo))
        assert h.signal_hook(TERM) in actions
        assert machine.exit_status == 128 + signo
    up = (exited(), ev.started(0))
    assert play(the_plan, *up, ev.signal_received(TERM))[1] == [ev.signal_app(0, TERM, group=False)]
    backoff = (*up, app_exited(0), ev.nothing_left())
    assert play(the_plan, *backoff, ev.signal_received(TERM))[1][-1] == ev.leave(0)


def test_a_signal_that_was_ignored_from_the_start_is_no_stop_request() -> None:
    """A background job of a shell ignores SIGINT and SIGQUIT: a Ctrl-C meant for another one stopped it."""
    the_plan = plan(pre_start=(hook("a"),), ignored=(INT, QUIT))
    assert play(the_plan, ev.signal_received(INT))[1] == []
    machine, actions = play(the_plan, exited(), ev.started(0), ev.signal_received(QUIT))
    assert (machine.phase, actions) == ("running", [ev.signal_app(0, QUIT, group=False)])
    assert ev.signal_app(0, TERM, group=False) in machine.handle(ev.signal_received(TERM))


def test_the_only_stop_signal_counts_even_if_it_was_ignored() -> None:
    """Nothing else could stop it any more."""
    assert play(plan(stop_on=(INT,), ignored=(INT,)), ev.started(0), ev.signal_received(INT))[0].phase == "stopping"


def test_the_signals_of_one_process() -> None:
    """On top of `signals`: what a process maps itself counts for it alone, also where `signals` drops the signal."""
    the_plan = plan(
        processes=(
            process("gunicorn", rewrite=((USR1, USR1),)),
            process("worker", rewrite=((HUP, None), (TERM, QUIT))),
        ),
        rewrite=((HUP, CONT), (USR1, None)),
    )
    machine, _ = play(the_plan, ev.started(0), ev.started(1))
    assert machine.handle(ev.signal_received(HUP)) == [ev.signal_app(0, CONT, group=False)]
    assert machine.handle(ev.signal_received(USR1)) == [ev.signal_app(0, USR1, group=False)]
    asked = [action for action in machine.handle(ev.signal_received(TERM)) if action[0] == "signal_app"]
    assert asked == [ev.signal_app(0, TERM, group=False), ev.signal_app(1, QUIT, group=False)]


def test_a_process_that_drops_the_stop_signal_is_asked_to_stop_all_the_same() -> None:
    machine, _ = play(plan(processes=(process("app", rewrite=((INT, None),)),)), ev.started(0))
    assert ev.signal_app(0, TERM, group=False) in machine.handle(ev.signal_received(INT))


def test_a_pre_stop_hook_whose_timeout_is_a_default_is_cut_by_the_budget() -> None:
    """Its timer stands, but the reserve comes first: the app still gets its signal and post_stop its share."""
    machine, actions = play(plan(pre_stop=(hook("d", timeout=5.0),), stop_timeout=2.0), *TO_STOPPED)
    assert armed(actions) == {"reserve": 1.0, "budget": 1.95, "timeout": 5.0}
    assert ev.signal_app(0, TERM, group=False) in machine.handle(ev.elapsed("reserve"))


def test_a_stop_request_of_a_dead_app_is_not_why_it_ended() -> None:
    machine, _ = play(plan(post_start=(hook("c"),)), ev.started(0), app_exited(0))
    assert machine.handle(ev.signal_received(TERM)) == []
    assert machine.verdict.reason == "exited"
