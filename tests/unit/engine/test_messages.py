"""Every line that a machine says, whole: its text, and the facts for readers that are programs."""

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.hook_messages import cause, message
from lifeinit.engine.main import machine_of
from lifeinit.engine.messages import Message
from lifeinit.engine.plan import Plan, Restart
from tests.unit.engine.plans import INT, KILL, SEGV, TERM, hook, plan, process, ready
from tests.unit.engine.test_state_machine import app_exited, exit_of, exited, play


def lines(the_plan: Plan, *events: ev.Event) -> list[Message]:
    """Every line, as if whatever has run had taken a second."""
    machine = machine_of(the_plan)
    answers = [action for event in (ev.begin(), *events) for action in machine.handle(event)]
    return [message(action, the_plan, 1.0) for action in answers if action[0] == "notice"]


def test_a_quiet_life() -> None:
    the_plan = plan(
        pre_start=(hook("migrate", abort=True),),
        ready=ready(),
        post_start=(hook("warm", sleep=1.5),),
        pre_stop=(hook("drain"),),
        post_stop=(hook("post_stop[0]"),),
        stop_timeout=12.5,
    )
    events = (exited(), ev.started(0), h.became_ready(0), ev.elapsed("sleep"), ev.signal_received(TERM), exited())
    assert lines(the_plan, *events, app_exited(signo=TERM), ev.nothing_left(), exited()) == [
        Message("pre_start migrate: ok in 1.0 s", "hook_ok", "info", "migrate", "pre_start", code=0),
        Message("app is ready after 1.0 s", "app_ready", "info", process=0),
        Message("post_start warm: slept 1.5 s", "hook_ok", "info", "warm", "post_start", code=0),
        Message("stop requested by SIGTERM, 12.5 s budget", "stop_requested", "info", signo=TERM),
        Message("pre_stop drain: ok in 1.0 s", "hook_ok", "info", "drain", "pre_stop", code=0),
        Message("app exited 143 (SIGTERM)", "app_exited", "info", process=0, code=143, signo=TERM),
        Message("post_stop[0]: ok in 1.0 s", "hook_ok", "info", "post_stop[0]", "post_stop", code=0),
    ]


def test_without_a_budget_none_is_lines() -> None:
    assert lines(plan(), ev.started(0), ev.signal_received(TERM)) == [
        Message("stop requested by SIGTERM", "stop_requested", "info", signo=TERM)
    ]


def test_tries_of_a_hook_until_it_keeps_the_app_from_starting() -> None:
    the_plan = plan(pre_start=(hook("a", abort=True, retries=2, retry_delay=0.5),))
    events = (exited(3), ev.elapsed("retry"), ev.elapsed("timeout"), exited(0, TERM), ev.elapsed("retry"))
    assert lines(the_plan, *events, h.hook_failed(127, "cannot run b: not found")) == [
        Message(
            "pre_start a: exited 3 after 1.0 s; try 2 of 3 in 0.5 s", "hook_retry", "warning", "a", "pre_start", code=3
        ),
        Message(
            "pre_start a: timed out after 5 s; try 3 of 3 in 0.5 s", "hook_retry", "warning", "a", "pre_start", code=124
        ),
        Message(
            "pre_start a: cannot run b: not found; the app is not started",
            "hook_failed",
            "error",
            "a",
            "pre_start",
            code=127,
        ),
    ]


def test_hooks_whose_failure_changes_nothing() -> None:
    the_plan = plan(pre_start=(hook("a"), hook("b")), post_start=(hook("c"),))
    events = (exited(3), ev.elapsed("timeout"), exited(0, TERM), ev.started(0), exited(0, SEGV))
    assert lines(the_plan, *events) == [
        Message("pre_start a: exited 3 after 1.0 s; continuing", "hook_failed", "warning", "a", "pre_start", code=3),
        Message(
            "pre_start b: timed out after 5 s; continuing", "hook_timed_out", "warning", "b", "pre_start", code=124
        ),
        Message(
            "post_start c: killed by SIGSEGV after 1.0 s; continuing",
            "hook_failed",
            "warning",
            "c",
            "post_start",
            code=139,
        ),
    ]


def test_a_post_start_hook_that_stops_the_app_by_its_timeout() -> None:
    the_plan = plan(post_start=(hook("c", abort=True),), success=(143,))
    events = (ev.started(0), ev.elapsed("timeout"), ev.elapsed("kill"), exited(0, KILL))
    machine = machine_of(the_plan)
    assert lines(the_plan, *events, ev.app_exited(0, ev.Ending(signo=TERM), oom_killed=True)) == [
        Message(
            "post_start c: timed out after 5 s; the app is stopped",
            "hook_timed_out",
            "error",
            "c",
            "post_start",
            code=124,
        ),
        Message(
            "app exited 143 (SIGTERM; out of memory), which counts as success",
            "app_exited",
            "info",
            process=0,
            code=143,
            signo=TERM,
        ),
    ]
    answers = [machine.handle(event) for event in (ev.begin(), *events, app_exited(0), ev.nothing_left())]
    assert exit_of(answers[-1], the_plan) == (124, "post_start c (hooks.toml:1) timed out after 5 s")


def test_out_of_memory_stands_alone_where_there_is_no_signal() -> None:
    assert lines(plan(), ev.started(0), ev.app_exited(0, ev.Ending(code=3), oom_killed=True)) == [
        Message("app exited 3 (out of memory)", "app_exited", "info", process=0, code=3)
    ]


def test_a_hook_that_life_goes_on_without() -> None:
    the_plan = plan(post_start=(hook("c"),))
    assert lines(the_plan, ev.started(0), app_exited(0), exited(0, TERM))[1:] == [
        Message("post_start c: terminated after 1.0 s", "hook_terminated", "info", "c", "post_start", code=143)
    ]


def test_an_app_that_cannot_be_run() -> None:
    the_plan = plan(others=(process("worker"),))
    machine = machine_of(the_plan)
    actions = [machine.handle(event) for event in (ev.begin(), ev.started(0), ev.start_failed(1, 126, "why"))][-1]
    assert actions[0][0] == "notice"
    assert message(actions[0], the_plan, 1.0) == Message("why", "start_failed", "error", process=1, code=126)
    machine.handle(app_exited(0))
    assert exit_of(machine.handle(ev.nothing_left()), the_plan) == (126, "why")
    alone = machine_of(plan())
    alone.handle(ev.begin())
    _, *cleanup = alone.handle(ev.start_failed(0, 127, "why"))
    assert cleanup == [ev.disarm("reserve"), ev.arm("cleanup", 1.0), ev.signal_leftovers(TERM)]


def test_processes_that_do_not_become_ready() -> None:
    the_plan = plan(ready=ready(abort=False), others=(process("worker", ready=ready()),))
    events = (ev.started(0), ev.started(1), ev.elapsed(("ready", 0)), h.probe_failed(1, 126, "its probe cannot run"))
    assert lines(the_plan, *events) == [
        Message("app is not ready: no answer within 60 s; continuing", "ready_failed", "warning", process=0, code=124),
        Message(
            "worker is not ready: its probe cannot run; the app is stopped",
            "ready_failed",
            "error",
            process=1,
            code=126,
        ),
    ]
    machine = machine_of(the_plan)
    for event in (ev.begin(), *events, ev.app_exited(1, ev.Ending()), app_exited(0)):
        machine.handle(event)
    assert exit_of(machine.handle(ev.nothing_left()), the_plan) == (126, "worker is not ready: its probe cannot run")


def test_a_stop_that_hangs_everywhere() -> None:
    the_plan = plan(post_stop=(hook("p", timeout=30.0), hook("q")), stop_timeout=10.0)
    events = (ev.started(0), ev.signal_received(TERM), ev.elapsed("reserve"), app_exited(signo=KILL))
    late = (ev.elapsed("cleanup"), ev.elapsed("cleanup"), ev.elapsed("budget"), exited(0, KILL))
    assert lines(the_plan, *events, *late)[1:] == [
        Message("the app did not stop in time: sending SIGKILL", "app_killed", "warning", signo=KILL, urgent=True),
        Message("app exited 137 (SIGKILL)", "app_exited", "info", process=0, code=137, signo=KILL),
        Message(
            "leftover processes did not stop in time: sending SIGKILL",
            "leftovers_killed",
            "warning",
            signo=KILL,
            urgent=True,
        ),
        Message("post_stop p: cut short, the 10 s budget is used up", "budget_spent", "warning", "p", "post_stop"),
        Message("post_stop p: terminated after 1.0 s", "hook_terminated", "info", "p", "post_stop", code=137),
        Message(
            "post_stop not completed, the 10 s budget is used up: p, q",
            "post_stop_incomplete",
            "warning",
            phase="post_stop",
        ),
    ]


def test_what_cuts_pre_stop_short() -> None:
    """After a second Ctrl-C the drain was gone without a word, and so were the hooks behind it."""
    the_plan = plan(
        pre_stop=(hook("before"), hook("drain", sleep=4.0), hook("pre_stop[2]")),
        others=(process("worker"),),
        stop_timeout=10.0,
    )
    events = (ev.started(0), ev.started(1), ev.signal_received(TERM), exited())
    cases: list[tuple[ev.Event, str]] = [
        (ev.signal_received(INT), "a second stop request by SIGINT"),
        (ev.elapsed("reserve"), "the rest of the 10 s budget is reserved"),
    ]
    for event, why in cases:
        text = f"pre_stop not completed, {why}: drain, pre_stop[2]"
        said = lines(the_plan, *events, event, ev.app_exited(1, ev.Ending()), app_exited(0))
        incomplete = [one for one in said if one.event == "pre_stop_incomplete"]
        assert incomplete == [Message(text, "pre_stop_incomplete", "warning", phase="pre_stop")]


@pytest.mark.parametrize(
    "events", [(exited(), ev.signal_received(TERM), app_exited(0)), (app_exited(0), exited(0, TERM))]
)
def test_nothing_is_missing_of_a_pre_stop_that_was_over_or_of_no_more_use(events: tuple[ev.Event, ...]) -> None:
    """A hook may be what stops the app: its end is that of pre_stop, and nothing to be warned of."""
    said = lines(plan(pre_stop=(hook("drain"),)), ev.started(0), ev.signal_received(TERM), *events)
    assert "pre_stop_incomplete" not in [one.event for one in said]


def test_a_hook_that_was_to_run_once_is_not_missing_from_a_later_life() -> None:
    """A stop whose budget was spent named it, and with on_failure = "abort" it exited with 124 for it."""
    the_plan = plan(
        post_stop=(hook("p"), hook("announced", once=True, abort=True)),
        stop_timeout=10.0,
        restart=Restart("always"),
    )
    first = (ev.started(0), app_exited(0), ev.nothing_left(), exited(), exited(), ev.elapsed("backoff"))
    second = (
        ev.started(0),
        ev.signal_received(TERM),
        app_exited(0),
        ev.nothing_left(),
        ev.elapsed("budget"),
        exited(0, KILL),
    )
    assert lines(the_plan, *first, *second)[-1] == Message(
        "post_stop not completed, the 10 s budget is used up: p", "post_stop_incomplete", "warning", phase="post_stop"
    )
    machine = machine_of(the_plan)
    answers = [machine.handle(event) for event in (ev.begin(), *first, *second)]
    assert exit_of(answers[-1], the_plan) == (0, "")


def test_restarts_until_there_are_too_many() -> None:
    the_plan = plan(restart=Restart("always", 1, 60.0))
    events = (
        ev.started(0),
        app_exited(0),
        ev.nothing_left(),
        ev.elapsed("backoff"),
        ev.started(0),
        app_exited(3),
        ev.nothing_left(),
    )
    assert lines(the_plan, *events) == [
        Message("app exited 0", "app_exited", "info", process=0, code=0),
        Message("restart 1 in 0.5 s: app exited 0", "restart"),
        Message("app exited 3", "app_exited", "info", process=0, code=3),
        Message("restarted once within 60 s: not restarting again", "restart_limit", "error"),
    ]


def test_a_zygote_that_dies_in_the_back_off() -> None:
    """Nothing is waited for; a 0 is not what a container that was to be restarted exits with."""
    the_plan = plan(restart=Restart("always"))
    events = (ev.started(0), app_exited(0), ev.nothing_left(), h.program_lost())
    why = "the zygote, which forks the Python functions, has ended"
    assert lines(the_plan, *events)[2:] == [Message(f"no restart: {why}", "restart_impossible", "error")]
    assert play(the_plan, *events)[1][-1] == ev.leave(70, h.restart_impossible())
    assert cause(h.restart_impossible(), the_plan) == why


def test_a_stop_request_in_the_back_off() -> None:
    the_plan = plan(restart=Restart("always"))
    assert lines(the_plan, ev.started(0), app_exited(3), ev.nothing_left(), ev.signal_received(TERM))[1:] == [
        Message("restart 1 in 0.5 s: app exited 3", "restart"),
        Message("stop requested by SIGTERM, no restart", "stop_requested", "info", signo=TERM),
    ]


def test_the_last_sentence_says_what_decided() -> None:
    """It is what the runtime shows of a container that failed. Of a failed pre_stop hook it said "app exited 0"."""
    before = plan(pre_start=(hook("a"),))
    cases: list[tuple[Plan, tuple[ev.Event, ...], tuple[int, str]]] = [
        (
            before,
            (ev.signal_received(TERM), exited(0), ev.nothing_left()),
            (143, "stop requested by SIGTERM before the app ran"),
        ),
        (plan(), (ev.fault(), ev.nothing_left()), (70, "lifeinit itself failed")),
        (
            plan(pre_start=(hook("a", abort=True),)),
            (exited(3), ev.nothing_left()),
            (3, "pre_start a (hooks.toml:1) exited 3"),
        ),
        (
            plan(pre_stop=(hook("d", abort=True),)),
            (ev.started(0), ev.signal_received(TERM), exited(4), app_exited(0), ev.nothing_left()),
            (4, "pre_stop d (hooks.toml:1) exited 4"),
        ),
    ]
    for the_plan, events, last in cases:
        machine = machine_of(the_plan)
        answers = [machine.handle(event) for event in (ev.begin(), *events)]
        assert exit_of(answers[-1], the_plan) == last
