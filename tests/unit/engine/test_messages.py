"""Every line that a machine says, whole: its text, and the facts for readers that are programs."""

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine.plan import Plan, Restart
from lifeinit.engine.state_machine import Machine
from tests.unit.engine.plans import INT, KILL, SEGV, TERM, hook, plan, process, ready
from tests.unit.engine.test_state_machine import app_exited, exited


def told(the_plan: Plan, *events: ev.Event) -> list[ev.Say]:
    machine = Machine(the_plan)
    answers = [action for event in (ev.Begin(), *events) for action in machine.handle(event)]
    return [action for action in answers if isinstance(action, ev.Say)]


def test_a_quiet_life() -> None:
    the_plan = plan(
        pre_start=(hook("migrate", abort=True),),
        ready=ready(),
        post_start=(hook("warm", sleep=1.5),),
        pre_stop=(hook("drain"),),
        post_stop=(hook("post_stop[0]"),),
        stop_timeout=12.5,
    )
    events = (exited(), ev.Started(0), ev.BecameReady(0), ev.Elapsed("sleep"), ev.SignalCame(TERM), exited())
    assert told(the_plan, *events, app_exited(signo=TERM), ev.Empty(), exited()) == [
        ev.Say("pre_start migrate: ok in \0", "hook_ok", "info", "migrate", "pre_start", code=0),
        ev.Say("app is ready after \0", "app_ready", "info", process=0),
        ev.Say("post_start warm: slept 1.5 s", "hook_ok", "info", "warm", "post_start", code=0),
        ev.Say("stop requested by SIGTERM, 12.5 s budget", "stop_requested", "info", signo=TERM),
        ev.Say("pre_stop drain: ok in \0", "hook_ok", "info", "drain", "pre_stop", code=0),
        ev.Say("app exited 143 (SIGTERM)", "app_exited", "info", process=0, code=143, signo=TERM),
        ev.Say("post_stop[0]: ok in \0", "hook_ok", "info", "post_stop[0]", "post_stop", code=0),
    ]


def test_without_a_budget_none_is_told() -> None:
    assert told(plan(), ev.Started(0), ev.SignalCame(TERM)) == [
        ev.Say("stop requested by SIGTERM", "stop_requested", "info", signo=TERM)
    ]


def test_tries_of_a_hook_until_it_keeps_the_app_from_starting() -> None:
    the_plan = plan(pre_start=(hook("a", abort=True, retries=2, retry_delay=0.5),))
    events = (exited(3), ev.Elapsed("retry"), ev.Elapsed("timeout"), exited(0, TERM), ev.Elapsed("retry"))
    assert told(the_plan, *events, ev.HookFailed(127, "cannot run b: not found")) == [
        ev.Say(
            "pre_start a: exited 3 after \0; try 2 of 3 in 0.5 s", "hook_retry", "warning", "a", "pre_start", code=3
        ),
        ev.Say(
            "pre_start a: timed out after 5 s; try 3 of 3 in 0.5 s", "hook_retry", "warning", "a", "pre_start", code=124
        ),
        ev.Say(
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
    events = (exited(3), ev.Elapsed("timeout"), exited(0, TERM), ev.Started(0), exited(0, SEGV))
    assert told(the_plan, *events) == [
        ev.Say("pre_start a: exited 3 after \0; going on", "hook_failed", "warning", "a", "pre_start", code=3),
        ev.Say("pre_start b: timed out after 5 s; going on", "hook_timed_out", "warning", "b", "pre_start", code=124),
        ev.Say(
            "post_start c: killed by SIGSEGV after \0; going on", "hook_failed", "warning", "c", "post_start", code=139
        ),
    ]


def test_a_post_start_hook_that_stops_the_app_by_its_timeout() -> None:
    the_plan = plan(post_start=(hook("c", abort=True),), success=(143,))
    events = (ev.Started(0), ev.Elapsed("timeout"), ev.Elapsed("kill"), exited(0, KILL))
    machine = Machine(the_plan)
    assert told(the_plan, *events, ev.AppExited(0, ev.Ending(signo=TERM), "a remark")) == [
        ev.Say(
            "post_start c: timed out after 5 s; the app is stopped",
            "hook_timed_out",
            "error",
            "c",
            "post_start",
            code=124,
        ),
        ev.Say(
            "app exited 143 (SIGTERM; a remark), which counts as success",
            "app_exited",
            "info",
            process=0,
            code=143,
            signo=TERM,
        ),
    ]
    answers = [machine.handle(event) for event in (ev.Begin(), *events, app_exited(0), ev.Empty())]
    assert answers[-1][-1] == ev.Exit(124, "post_start c (hooks.toml:1) timed out after 5 s")


def test_a_remark_stands_alone_where_no_signal_is_to_be_told() -> None:
    assert told(plan(), ev.Started(0), ev.AppExited(0, ev.Ending(code=3), "a remark")) == [
        ev.Say("app exited 3 (a remark)", "app_exited", "info", process=0, code=3)
    ]


def test_a_hook_that_life_goes_on_without() -> None:
    the_plan = plan(post_start=(hook("c"),))
    assert told(the_plan, ev.Started(0), app_exited(0), exited(0, TERM))[1:] == [
        ev.Say("post_start c: ended after \0", "hook_ended", "info", "c", "post_start", code=143)
    ]


def test_an_app_that_cannot_be_run() -> None:
    the_plan = plan(others=(process("worker"),))
    machine = Machine(the_plan)
    actions = [machine.handle(event) for event in (ev.Begin(), ev.Started(0), ev.StartFailed(1, 126, "why"))][-1]
    assert actions[0] == ev.Say("why", "start_failed", "error", process=1, code=126, urgent=True)
    machine.handle(app_exited(0))
    assert machine.handle(ev.Empty())[-1] == ev.Exit(126, "why")
    alone = Machine(plan())
    alone.handle(ev.Begin())
    said, *cleanup = alone.handle(ev.StartFailed(0, 127, "why"))
    assert said == ev.Say("why", "start_failed", "error", process=0, code=127, urgent=True)
    assert cleanup == [ev.Disarm("reserve"), ev.Arm("sweep", 1.0), ev.Sweep(TERM)]


def test_processes_that_do_not_become_ready() -> None:
    the_plan = plan(ready=ready(abort=False), others=(process("worker", ready=ready()),))
    events = (ev.Started(0), ev.Started(1), ev.Elapsed(("ready", 0)), ev.ProbeFailed(1, 126, "its probe cannot run"))
    assert told(the_plan, *events) == [
        ev.Say("app is not ready: no answer within 60 s; going on", "ready_failed", "warning", process=0, code=124),
        ev.Say(
            "worker is not ready: its probe cannot run; the app is stopped",
            "ready_failed",
            "error",
            process=1,
            code=126,
        ),
    ]
    machine = Machine(the_plan)
    for event in (ev.Begin(), *events, ev.AppExited(1, ev.Ending()), app_exited(0)):
        machine.handle(event)
    assert machine.handle(ev.Empty())[-1] == ev.Exit(126, "worker is not ready: its probe cannot run")


def test_a_stop_that_hangs_everywhere() -> None:
    the_plan = plan(post_stop=(hook("p", timeout=30.0), hook("q")), stop_timeout=10.0)
    events = (ev.Started(0), ev.SignalCame(TERM), ev.Elapsed("reserve"), app_exited(signo=KILL))
    late = (ev.Elapsed("sweep"), ev.Elapsed("sweep"), ev.Elapsed("budget"), exited(0, KILL))
    assert told(the_plan, *events, *late)[1:] == [
        ev.Say("the app did not stop in time, SIGKILL", "app_killed", "warning", signo=KILL, urgent=True),
        ev.Say("app exited 137 (SIGKILL)", "app_exited", "info", process=0, code=137, signo=KILL),
        ev.Say(
            "what was left behind did not stop in time, SIGKILL",
            "leftovers_killed",
            "warning",
            signo=KILL,
            urgent=True,
        ),
        ev.Say("post_stop p: cut, the 10 s budget is spent", "budget_spent", "warning", "p", "post_stop"),
        ev.Say("post_stop p: ended after \0", "hook_ended", "info", "p", "post_stop", code=137),
        ev.Say(
            "post_stop not completed, the budget is spent: p, q", "post_stop_incomplete", "warning", phase="post_stop"
        ),
    ]


def test_what_cuts_pre_stop_short() -> None:
    """After a second Ctrl-C the drain was gone without a word, and so were the hooks behind it."""
    the_plan = plan(
        pre_stop=(hook("before"), hook("drain", sleep=4.0), hook("pre_stop[2]")),
        others=(process("worker"),),
        stop_timeout=10.0,
    )
    events = (ev.Started(0), ev.Started(1), ev.SignalCame(TERM), exited())
    cases: list[tuple[ev.Event, str]] = [
        (ev.SignalCame(INT), "a second stop request by SIGINT"),
        (ev.Elapsed("reserve"), "the rest of the 10 s budget is kept back"),
    ]
    for event, why in cases:
        text = f"pre_stop not completed, {why}: drain, pre_stop[2]"
        said = told(the_plan, *events, event, ev.AppExited(1, ev.Ending()), app_exited(0))
        lines = [one for one in said if one.event == "pre_stop_incomplete"]
        assert lines == [ev.Say(text, "pre_stop_incomplete", "warning", phase="pre_stop")]


@pytest.mark.parametrize("events", [(exited(), ev.SignalCame(TERM), app_exited(0)), (app_exited(0), exited(0, TERM))])
def test_nothing_is_missing_of_a_pre_stop_that_was_over_or_of_no_more_use(events: tuple[ev.Event, ...]) -> None:
    """A hook may be what stops the app: its end is that of pre_stop, and nothing to be warned of."""
    said = told(plan(pre_stop=(hook("drain"),)), ev.Started(0), ev.SignalCame(TERM), *events)
    assert "pre_stop_incomplete" not in [one.event for one in said]


def test_a_hook_that_was_to_run_once_is_not_missing_from_a_later_life() -> None:
    """A stop whose budget was spent named it, and with on_failure = "abort" it exited with 124 for it."""
    the_plan = plan(
        post_stop=(hook("p"), hook("announced", once=True, abort=True)),
        stop_timeout=10.0,
        restart=Restart("always"),
    )
    first = (ev.Started(0), app_exited(0), ev.Empty(), exited(), exited(), ev.Elapsed("backoff"))
    second = (ev.Started(0), ev.SignalCame(TERM), app_exited(0), ev.Empty(), ev.Elapsed("budget"), exited(0, KILL))
    assert told(the_plan, *first, *second)[-1] == ev.Say(
        "post_stop not completed, the budget is spent: p", "post_stop_incomplete", "warning", phase="post_stop"
    )
    machine = Machine(the_plan)
    answers = [machine.handle(event) for event in (ev.Begin(), *first, *second)]
    assert answers[-1][-1] == ev.Exit(0, "")


def test_restarts_until_there_are_too_many() -> None:
    the_plan = plan(restart=Restart("always", 1, 60.0))
    events = (ev.Started(0), app_exited(0), ev.Empty(), ev.Elapsed("backoff"), ev.Started(0), app_exited(3), ev.Empty())
    assert told(the_plan, *events) == [
        ev.Say("app exited 0", "app_exited", "info", process=0, code=0),
        ev.Say("restart 1 in 0.5 s: app exited 0", "restart"),
        ev.Say("app exited 3", "app_exited", "info", process=0, code=3),
        ev.Say("restarted 1 times within 60 s: giving up", "restart_limit", "error"),
    ]


def test_a_stop_request_in_the_back_off() -> None:
    the_plan = plan(restart=Restart("always"))
    assert told(the_plan, ev.Started(0), app_exited(3), ev.Empty(), ev.SignalCame(TERM))[1:] == [
        ev.Say("restart 1 in 0.5 s: app exited 3", "restart"),
        ev.Say("stop requested by SIGTERM, no restart", "stop_requested", "info", signo=TERM),
    ]


def test_the_last_sentence_says_what_decided() -> None:
    """It is what the runtime shows of a container that failed. Of a failed pre_stop hook it said "app exited 0"."""
    before = plan(pre_start=(hook("a"),))
    cases: list[tuple[Plan, tuple[ev.Event, ...], ev.Exit]] = [
        (
            before,
            (ev.SignalCame(TERM), exited(0), ev.Empty()),
            ev.Exit(143, "stop requested by SIGTERM before the app ran"),
        ),
        (plan(), (ev.Fault(), ev.Empty()), ev.Exit(70, "lifeinit itself failed")),
        (
            plan(pre_start=(hook("a", abort=True),)),
            (exited(3), ev.Empty()),
            ev.Exit(3, "pre_start a (hooks.toml:1) exited 3"),
        ),
        (
            plan(pre_stop=(hook("d", abort=True),)),
            (ev.Started(0), ev.SignalCame(TERM), exited(4), app_exited(0), ev.Empty()),
            ev.Exit(4, "pre_stop d (hooks.toml:1) exited 4"),
        ),
    ]
    for the_plan, events, last in cases:
        machine = Machine(the_plan)
        answers = [machine.handle(event) for event in (ev.Begin(), *events)]
        assert answers[-1][-1] == last
