"""The machine by scenario: readiness, several processes, restarts."""

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.main import machine_of
from lifeinit.engine.notices import internal_error
from lifeinit.engine.plan import Restart
from tests.unit.engine.plans import INT, KILL, QUIT, TERM, USR1, hook, plan, process, ready
from tests.unit.engine.test_state_machine import app_exited, armed, exited, play

READY: "ev.Timer" = ("ready", 0)


def test_the_app_serves_from_its_readiness_until_anything_ends_it() -> None:
    """What `lifeinit health` and the ready file tell: at no other moment."""
    probed = plan(ready=ready(), pre_stop=(hook("d"),), pre_start=(hook("a"),))
    up = (exited(), ev.started(0), h.became_ready(0))
    for events, serves in [
        ((), False),
        (up[:1], False),
        (up[:2], False),
        (up, True),
        ((*up, ev.signal_received(USR1)), True),
        ((*up, h.app_leaving()), False),
        ((*up, ev.signal_received(TERM)), False),
        ((*up, app_exited(0)), False),
    ]:
        assert play(probed, *events)[0].ready is serves, events
    beside_a_hook = plan(post_start=(hook("c"),))
    assert play(beside_a_hook, ev.started(0))[0].ready
    assert not play(beside_a_hook, ev.started(0), app_exited(0))[0].ready
    two = plan(others=(process("worker"),))
    assert not play(two, ev.started(0), ev.started(1), app_exited(0))[0].ready


def test_another_life_serves_again_although_the_last_one_said_that_it_leaves() -> None:
    the_plan = plan(restart=Restart("always"))
    end = (h.app_leaving(), app_exited(0), ev.nothing_left(), ev.elapsed("backoff"))
    assert play(the_plan, ev.started(0), *end, ev.started(0))[0].ready


def test_how_readiness_is_learnt() -> None:
    """By a probe within its time, by the process's own word within its time, or by the time itself."""
    assert play(plan(ready=ready()), ev.started(0))[1] == [ev.arm(READY, 60.0), h.probe(0)]
    assert play(plan(ready=ready(notify=True)), ev.started(0))[1] == [ev.arm(READY, 60.0)]
    assert play(plan(ready=ready(after=5.0)), ev.started(0))[1] == [ev.arm(READY, 5.0)]


def test_time_that_is_over_is_readiness_itself_or_the_want_of_it() -> None:
    hooks = (hook("c"),)
    assert (
        h.run_hook("post_start", 0)
        in play(plan(ready=ready(after=5.0), post_start=hooks), ev.started(0), ev.elapsed(READY))[1]
    )
    machine, _ = play(plan(ready=ready(), post_start=hooks), ev.started(0), ev.elapsed(READY))
    assert (machine.phase, machine.verdict.reason, machine.exit_status) == ("stopping", "ready_timeout", 124)
    assert (
        h.run_hook("post_start", 0)
        in play(plan(ready=ready(abort=False), post_start=hooks), ev.started(0), ev.elapsed(READY))[1]
    )


def test_more_time_to_become_ready_never_shortens_what_there_is() -> None:
    """EXTEND_TIMEOUT_USEC extends; and it is only for a process that is not ready yet."""
    asks = h.more_time(0, 5.0)
    assert play(plan(ready=ready(notify=True)), ev.started(0), asks)[1] == [ev.arm(READY, 5.0, at_least=True)]
    assert play(plan(ready=ready(notify=True)), ev.started(0), h.became_ready(0), asks)[1] == []
    assert play(plan(), ev.started(0), asks)[1] == []


def test_readiness_is_heard_once_and_not_of_an_app_that_is_being_stopped() -> None:
    the_plan = plan(ready=ready(), post_start=(hook("c"),), pre_stop=(hook("d"),))
    for too_late in (h.became_ready(0), h.probe_failed(0, 1, "why"), ev.elapsed(READY)):
        assert play(the_plan, ev.started(0), h.became_ready(0), too_late)[1] == []
        assert play(the_plan, ev.started(0), ev.signal_received(TERM), too_late)[1] == []
    assert play(plan(), ev.started(0), h.probe_failed(0, 1, "why"))[1] == []


def test_post_start_waits_for_the_last_process_to_be_ready() -> None:
    """Also where the last one only failed, and that is a warning."""
    others = (process("worker", ready=ready(abort=False)), process("beat"))
    the_plan = plan(ready=ready(), others=others, post_start=(hook("c"),))
    machine, actions = play(the_plan, ev.started(0), ev.started(1), ev.started(2))
    assert [action for action in actions if action[0] == "probe"] == [h.probe(0), h.probe(1)]
    assert not any(action[0] == "run_hook" for action in machine.handle(h.became_ready(0)))
    assert h.run_hook("post_start", 0) in machine.handle(h.probe_failed(1, 1, "why"))
    machine, _ = play(the_plan, ev.started(0), ev.started(1), ev.started(2))
    assert not any(action[0] == "run_hook" for action in machine.handle(h.probe_failed(1, 1, "why")))
    assert h.run_hook("post_start", 0) in machine.handle(h.became_ready(0))


def test_a_stop_request_before_the_exec_is_answered_runs_pre_stop_once_it_is() -> None:
    """And a second one changes nothing. Nobody waits for readiness then."""
    the_plan = plan(pre_stop=(hook("d"),), ready=ready(), stop_timeout=10.0)
    machine, actions = play(the_plan, ev.signal_received(TERM))
    assert armed(actions) == {"reserve": 9.0, "budget": 9.95}
    assert machine.handle(ev.signal_received(INT)) == []
    assert machine.handle(ev.started(0)) == [ev.arm("timeout", 5.0), h.run_hook("pre_stop", 0)]
    assert ev.signal_app(0, TERM, group=False) in machine.handle(exited())


def test_a_fault_before_the_exec_is_answered_leaves_what_lives_to_cleanup() -> None:
    """Nothing is known of the process; it lives below lifeinit, if it does."""
    machine, actions = play(plan(), ev.fault())
    assert ev.signal_leftovers(TERM) in actions
    assert machine.handle(ev.nothing_left())[-1] == ev.leave(70, internal_error())


def test_processes_start_one_after_the_other_and_are_stopped_together() -> None:
    others = (process("worker", stop_signal=QUIT, group=True), process("beat"))
    machine, actions = play(plan(others=others), ev.started(0))
    assert actions == [ev.start_app(1)]
    assert machine.handle(ev.started(1)) == [ev.start_app(2)]
    machine.handle(ev.started(2))
    assert [action for action in machine.handle(ev.signal_received(INT)) if action[0] == "signal_app"] == [
        ev.signal_app(0, INT, group=False),
        ev.signal_app(1, QUIT, group=True),
        ev.signal_app(2, INT, group=False),
    ]


OWN_STOPS: dict[str, tuple[ev.Event, ...]] = {
    "the second process cannot be run": (ev.started(0), ev.start_failed(1, 127, "why")),
    "the second process ends": (ev.started(0), ev.started(1), ev.app_exited(1, ev.Ending())),
    "the first one never becomes ready": (ev.started(0), ev.started(1), ev.elapsed(READY)),
    "the first one's probe is broken": (ev.started(0), ev.started(1), h.probe_failed(0, 1, "why")),
    "lifeinit fails": (ev.started(0), ev.started(1), ev.fault()),
}


@pytest.mark.parametrize("events", OWN_STOPS.values(), ids=OWN_STOPS)
def test_a_stop_that_lifeinit_begins_has_its_own_limit(events: tuple[ev.Event, ...]) -> None:
    """Ten seconds, or stop_timeout where there is one: nobody else would ever end it."""
    for stop_timeout, limits in [(None, {"reserve": 9.0, "budget": 9.95}), (4.0, {"reserve": 3.0, "budget": 3.95})]:
        machine, actions = play(plan(ready=ready(), others=(process("worker"),), stop_timeout=stop_timeout), *events)
        assert armed(actions) == limits
        assert ev.signal_app(0, TERM, group=False) in actions
        assert machine.phase == "stopping"


def test_a_stop_that_was_asked_for_has_no_limit_but_the_users_when_one_process_is_gone() -> None:
    """With pre_stop still running, or over."""
    two = {"others": (process("worker"),), "pre_stop": (hook("d"),)}
    up = (ev.started(0), ev.started(1), ev.signal_received(QUIT))
    machine, actions = play(plan(**two), *up, app_exited(0))  # type: ignore[arg-type]
    assert "budget" not in armed(actions)
    assert ev.signal_app(1, QUIT, group=False) in actions
    machine, actions = play(plan(**two), *up, exited(), app_exited(0))  # type: ignore[arg-type]
    assert actions == []
    assert machine.phase == "stopping"


def test_the_first_process_to_end_gives_the_status_unless_all_were_asked_to() -> None:
    """Who stops because another one is gone says nothing; where all were asked, none hides another's failure."""
    the_plan = plan(others=(process("worker", success=(9,)),))
    up, asked = (ev.started(0), ev.started(1)), ev.signal_received(TERM)

    def status(*events: ev.Event) -> int:
        return play(the_plan, *up, *events)[0].exit_status

    def worker(code: int) -> "ev.AppExited":
        return ev.app_exited(1, ev.Ending(code))

    assert status(app_exited(0), worker(3)) == 0
    assert status(app_exited(3), worker(4)) == 3
    assert status(asked, app_exited(0), worker(3)) == 3
    assert status(asked, app_exited(3), worker(4)) == 3
    assert status(asked, app_exited(3), worker(0)) == 3
    assert status(asked, app_exited(0), worker(9)) == 0
    assert status(asked, app_exited(9), worker(0)) == 9


def test_what_ended_first_is_what_hooks_are_told() -> None:
    """LIFEINIT_CHILD_EXIT_CODE is of the process whose status counts, or of the first."""
    the_plan = plan(others=(process("worker"),))
    up = (ev.started(0), ev.started(1))
    machine, _ = play(the_plan, *up, ev.app_exited(1, ev.Ending(3)), app_exited(4))
    assert (machine.verdict.process, machine.verdict.ending) == (1, ev.Ending(3))
    machine, _ = play(the_plan, *up, ev.signal_received(TERM), app_exited(0), ev.app_exited(1, ev.Ending(4)))
    assert (machine.verdict.process, machine.verdict.ending) == (0, ev.Ending(4))
    both_fine = plan(success=(128 + TERM,), others=(process("worker"),))
    machine, _ = play(both_fine, *up, ev.signal_received(TERM), app_exited(signo=TERM), ev.app_exited(1, ev.Ending()))
    assert machine.verdict.ending == ev.Ending(signo=TERM)
    machine, _ = play(plan(ready=ready()), ev.started(0), ev.elapsed(READY), app_exited(5))
    assert (machine.verdict.ending, machine.exit_status) == (ev.Ending(5), 124)


def test_a_signal_goes_to_each_process_that_lives() -> None:
    the_plan = plan(group=True, others=(process("worker"), process("beat")), stop_timeout=10.0)
    up = (ev.started(0), ev.started(1), ev.started(2))
    assert play(the_plan, *up, ev.signal_received(USR1))[1] == [
        ev.signal_app(0, USR1, group=True),
        ev.signal_app(1, USR1, group=False),
        ev.signal_app(2, USR1, group=False),
    ]
    machine, _ = play(the_plan, *up, ev.app_exited(1, ev.Ending()))
    assert machine.handle(ev.signal_received(USR1)) == [
        ev.signal_app(0, USR1, group=True),
        ev.signal_app(2, USR1, group=False),
    ]


def test_what_does_not_die_of_sigkill_is_given_up() -> None:
    """Each process that is left, after a second; it counts as killed."""
    the_plan = plan(others=(process("worker"),), stop_timeout=60.0)
    machine, _ = play(the_plan, ev.started(0), ev.started(1), ev.signal_received(TERM))
    assert armed(machine.handle(ev.elapsed("reserve"))) == {"lost": 1.0}
    actions = machine.handle(ev.elapsed("lost"))
    assert [action for action in actions if action[0] == "forget_app"] == [ev.forget_app(0), ev.forget_app(1)]
    assert (machine.phase, machine.exit_status) == ("cleanup", 128 + KILL)


def test_a_hook_that_does_not_die_of_sigkill_is_given_up() -> None:
    """After its timeout, kill_after, and a second: as one that timed out."""
    the_plan = plan(pre_start=(hook("a", abort=True),), kill_after=3.0)
    machine, actions = play(the_plan, ev.elapsed("timeout"))
    assert armed(actions) == {"kill": 3.0}
    assert machine.handle(ev.elapsed("kill")) == [
        ev.disarm("timeout"),
        h.signal_hook(KILL),
        ev.arm("kill", 1.0),
    ]
    assert machine.handle(ev.elapsed("kill"))[0] == h.forget_hook()
    assert machine.exit_status == 124


def delays(the_restart: Restart, lives: int) -> list[float]:
    """The back-off before each new life, when none lasts long enough for a window to pass."""
    machine = machine_of(plan(restart=the_restart))
    machine.handle(ev.begin())
    found = []
    for _ in range(lives):
        machine.handle(ev.started(0))
        machine.handle(app_exited(1))
        found.append(armed(machine.handle(ev.nothing_left()))["backoff"])
        machine.handle(ev.elapsed("backoff"))
    return found


def test_the_back_off_doubles_up_to_half_a_minute() -> None:
    assert delays(Restart("always", 20, 600.0), 9) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_restart_counts_until_its_window_is_over() -> None:
    """The one whose window is over first leaves its place to the next one, and takes no other's."""
    machine = machine_of(plan(restart=Restart("always", 2, 60.0)))
    machine.handle(ev.begin())

    def ends() -> "list[ev.Arm]":
        machine.handle(ev.started(0))
        machine.handle(app_exited(1))
        return [action for action in machine.handle(ev.nothing_left()) if action[0] == "arm"]

    windows: list[ev.Timer] = []
    for delay in (0.5, 1.0):
        window, backoff = ends()
        assert (window[2], backoff) == (60.0, ev.arm("backoff", delay))
        windows.append(window[1])
        machine.handle(ev.elapsed("backoff"))
    assert len(set(windows)) == 2
    machine.handle(ev.elapsed(windows[0]))
    window, backoff = ends()
    assert window[1] != windows[1]
    assert backoff == ev.arm("backoff", 1.0)
    machine.handle(ev.elapsed("backoff"))
    assert machine.restart_count == 3
    assert ends() == []
    assert machine.phase == "exit"


@pytest.mark.parametrize(
    ("when", "code", "again"),
    [("no", 1, False), ("on-failure", 0, False), ("on-failure", 3, True), ("always", 0, True), ("always", 3, True)],
)
def test_what_restart_means(when: str, code: int, again: bool) -> None:
    the_plan = plan(restart=Restart(when), success=())  # type: ignore[arg-type]
    machine, _ = play(the_plan, ev.started(0), app_exited(code), ev.nothing_left())
    assert machine.phase == ("waiting" if again else "exit")


def test_a_stop_request_at_any_time_is_the_last_word() -> None:
    """In the life itself, in its cleanup, and in the back-off, whose end it is."""
    the_plan = plan(restart=Restart("always"), post_stop=(hook("p"),))
    end = (app_exited(3), ev.nothing_left(), exited())
    for at in range(4):
        events = (ev.started(0), *end[:at], ev.signal_received(TERM), *end[at:])
        machine, _ = play(the_plan, *events)
        assert machine.phase == "exit", events
    actions = play(the_plan, ev.started(0), *end, ev.signal_received(TERM))[1]
    assert actions[0] == ev.disarm("backoff")
    assert actions[-1][0] == "leave"


def test_a_fault_at_any_time_is_the_last_word_too() -> None:
    the_plan = plan(restart=Restart("always"))
    actions = play(the_plan, ev.started(0), app_exited(0), ev.nothing_left(), ev.fault())[1]
    assert actions == [ev.disarm("backoff"), ev.leave(70, internal_error())]


def test_the_process_that_decided_says_whether_there_is_another_life() -> None:
    """The one that ended first, could not be run, or never became ready."""
    again, never = Restart("always"), Restart("no")
    for first, second, events in [
        (never, again, (ev.started(0), ev.started(1), ev.app_exited(1, ev.Ending(1)), app_exited(0))),
        (again, never, (ev.started(0), ev.started(1), app_exited(1), ev.app_exited(1, ev.Ending()))),
        (never, again, (ev.started(0), ev.start_failed(1, 127, "why"), app_exited(0))),
        (
            never,
            again,
            (ev.started(0), ev.started(1), ev.elapsed(("ready", 1)), app_exited(0), ev.app_exited(1, ev.Ending())),
        ),
    ]:
        the_plan = plan(restart=first, others=(process("worker", restart=second, ready=ready()),))
        assert play(the_plan, *events, ev.nothing_left())[0].phase == "waiting", events
        the_plan = plan(
            restart=again if first is never else never,
            others=(process("worker", restart=again if second is never else never, ready=ready()),),
        )
        assert play(the_plan, *events, ev.nothing_left())[0].phase == "exit", events


def test_a_hook_that_is_once_is_left_out_when_it_has_succeeded() -> None:
    """In any phase, also beside others; one that failed has not been done."""
    the_plan = plan(
        pre_start=(hook("a", once=True), hook("b", once=True), hook("c")),
        post_stop=(hook("f", once=True),),
        restart=Restart("always"),
    )
    first = (exited(0), exited(1), exited(0), ev.started(0), app_exited(0), ev.nothing_left(), exited(0))
    machine, actions = play(the_plan, *first, ev.elapsed("backoff"))
    assert actions == [ev.arm("timeout", 5.0), h.run_hook("pre_start", 1)]
    assert machine.handle(exited(0))[-1] == h.run_hook("pre_start", 2)
    assert machine.handle(exited(0))[-1] == ev.start_app(0)
    machine.handle(ev.started(0))
    machine.handle(app_exited(0))
    assert armed(machine.handle(ev.nothing_left()))["backoff"] == 1.0
