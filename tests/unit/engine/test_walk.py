"""Every reachable state and event of the machine, for plans that use every key."""

import functools
from collections.abc import Callable

import pytest

from lifeinit.engine import events as ev
from lifeinit.engine.ordering import OrderedApp
from lifeinit.engine.plan import Plan, Restart
from lifeinit.engine.state_machine import Machine
from tests.unit.engine.plans import HUP, INT, QUIT, TERM, WINCH, alive, hook, plan, process, ready
from tests.unit.engine.walk import Walk, walk
from tests.unit.engine.world import ViolationError

PLANS = {
    "plain": plan(),
    "plain with a budget": plan(stop_timeout=10.0),
    "every phase": plan(
        pre_start=(hook("a", abort=True, timeout=None), hook("b", abort=True)),
        post_start=(hook("c", abort=True),),
        pre_stop=(hook("d"), hook("e")),
        post_stop=(hook("f"), hook("g")),
    ),
    "every phase with a budget": plan(
        pre_start=(hook("a", abort=True),),
        post_start=(hook("c", abort=True),),
        pre_stop=(hook("d"),),
        post_stop=(hook("f"),),
        stop_timeout=10.0,
    ),
    "retries": plan(
        pre_start=(hook("a", abort=True, retries=1),),
        post_start=(hook("c", retries=1),),
        pre_stop=(hook("d", retries=1),),
        post_stop=(hook("f", abort=True, retries=1),),
        stop_timeout=10.0,
    ),
    "sleeps": plan(
        pre_start=(hook("a", sleep=1.0, timeout=None),),
        post_start=(hook("c", sleep=1.0),),
        pre_stop=(hook("d", sleep=1.0, timeout=None), hook("e", sleep=0.0, timeout=None)),
        post_stop=(hook("f", sleep=1.0, timeout=None),),
        stop_timeout=3.0,
    ),
    "a probe": plan(
        pre_start=(hook("a", abort=True),),
        post_start=(hook("c", abort=True),),
        pre_stop=(hook("d"),),
        post_stop=(hook("f"),),
        ready=ready(),
        stop_timeout=10.0,
    ),
    "a probe that only warns": plan(ready=ready(abort=False), post_start=(hook("c"),), stop_timeout=10.0),
    "ready when it says so": plan(ready=ready(notify=True), post_start=(hook("c"),)),
    "ready after a while": plan(ready=ready(after=5.0), post_start=(hook("c"),), pre_stop=(hook("d"),)),
    "several processes": plan(
        pre_stop=(hook("d"),),
        post_stop=(hook("f"),),
        ready=ready(),
        others=(process("worker", ready=ready(abort=False)),),
        stop_timeout=10.0,
    ),
    "three processes": plan(others=(process("worker"), process("beat")), post_start=(hook("c"),), stop_timeout=10.0),
    "several processes without a budget": plan(post_start=(hook("c", abort=True),), others=(process("worker"),)),
    "several processes and what each is stopped with": plan(
        pre_stop=(hook("d"),),
        stop_signal=QUIT,
        rewrite=((TERM, INT), (HUP, None)),
        success=(3,),
        others=(process("worker", group=True, rewrite=((HUP, HUP), (TERM, None))),),
        stop_timeout=10.0,
    ),
    "stopped by another signal": plan(
        pre_start=(hook("a"),), pre_stop=(hook("d"),), stop_on=(WINCH,), ignored=(INT,), stop_timeout=10.0
    ),
    "waits before the stop": plan(pre_stop=(hook("d", waits=True, retries=1), hook("e")), stop_timeout=10.0),
    "unless": plan(
        pre_start=(hook("a", abort=True, unless=True, once=True, retries=1),),
        post_stop=(hook("f", unless=True),),
        restart=Restart("on-failure", 1, 60.0),
    ),
    "unless in the stop": plan(
        pre_stop=(hook("d", unless=True), hook("e", unless=True, waits=True)),
        post_stop=(hook("f", abort=True, unless=True),),
        stop_timeout=10.0,
    ),
    "a process after another": plan(
        pre_stop=(hook("d"),),
        processes=(process("db", ready=ready()), process("web", ready=ready(abort=False), after=(0,))),
        stop_timeout=10.0,
    ),
    "a chain without a budget": plan(
        post_start=(hook("c", abort=True),),
        processes=(process("db", ready=ready(after=1.0)), process("web", after=(0,)), process("beat", after=(1,))),
    ),
    "two after one, and one after both": plan(
        processes=(process("db"), process("web", ready=ready(), after=(0,)), process("beat", after=(0, 1), group=True)),
        stop_timeout=10.0,
    ),
    "after and alive": plan(processes=(process("db"), process("web", after=(0,), alive=alive()))),
    "restart on failure": plan(
        pre_start=(hook("a", abort=True, once=True),),
        post_stop=(hook("f", abort=True),),
        restart=Restart("on-failure", 1, 60.0),
        stop_timeout=10.0,
    ),
    "restart always": plan(pre_start=(hook("a", once=True), hook("b")), restart=Restart("always", 1, 60.0)),
    "a restart that calls functions": plan(
        pre_start=(hook("a", call=0),),
        post_stop=(hook("f", abort=True),),
        restart=Restart("on-failure", 1, 60.0),
        stop_timeout=10.0,
    ),
    "restart always, with functions": plan(
        pre_start=(hook("a", call=0, once=True),), restart=Restart("always", 1, 60.0)
    ),
    "two restarts": plan(restart=Restart("always", 2, 60.0)),
    "restart of several processes": plan(
        ready=ready(), others=(process("worker", restart=Restart("on-failure", 1, 60.0)),)
    ),
    "a prober": plan(post_start=(hook("c"),), pre_stop=(hook("d", abort=True),), alive=alive(), stop_timeout=10.0),
    "a prober that only warns": plan(ready=ready(), alive=alive("warn"), post_stop=(hook("f"),)),
    "a restart of what is unhealthy": plan(
        pre_stop=(hook("d"),), alive=alive("restart"), restart=Restart("no", 1, 60.0)
    ),
    "what is unhealthy is not restarted": plan(alive=alive(), restart=Restart("always", 1, 60.0), stop_timeout=10.0),
    "a watchdog": plan(alive=alive(watchdog=30.0), stop_timeout=10.0),
    "a watchdog that only warns": plan(ready=ready(notify=True), alive=alive("warn", watchdog=30.0)),
    "probers of several processes": plan(
        success=(3,), alive=alive("warn"), others=(process("worker", stop_signal=QUIT, alive=alive()),)
    ),
    "a restart of what is unhealthy beside another": plan(
        success=(3,),
        others=(process("worker", stop_signal=QUIT, alive=alive("restart"), restart=Restart("no", 1, 60.0)),),
    ),
    "warnings in the start, aborts in the stop": plan(
        pre_start=(hook("a"),), post_start=(hook("c"),), pre_stop=(hook("d", abort=True),), post_stop=(hook("f"),)
    ),
}


@functools.cache
def walked(name: str) -> Walk:
    """Each plan is walked once for all tests."""
    return walk(PLANS[name])


@pytest.mark.parametrize("name", PLANS)
def test_no_state_breaks_a_rule_and_exit_is_reachable_from_each(name: str) -> None:
    """The rules stand in world.py; a state that cannot reach the exit would be a container that hangs.

    After a stop request a budget leads there by time alone, even where no process ever dies, not even of SIGKILL.
    """
    found = walked(name)
    stuck = found.cannot_reach_exit(found.successors)
    assert not stuck, f"broken rule: every run ends\n{found.story(stuck[0])}"
    if PLANS[name].stop_timeout is not None:
        patient = found.cannot_reach_exit(found.patient)
        stuck = [number for number in patient if found.states[number][1].stop_requested]
        assert not stuck, f"broken rule: a stop with a budget ends by time alone\n{found.story(stuck[0])}"


def test_the_walk_reaches_every_phase() -> None:
    """A walk that saw only a part would prove nothing."""
    found = walked("every phase with a budget")
    assert {state[0][0] for state in found.states} == {
        "pre_start",
        "running",
        "starting",
        "pre_stop",
        "stopping",
        "cleanup",
        "post_stop",
        "exit",
    }
    assert len(found.states) > 500


def _hangs_when_the_app_exits_beside_a_hook(
    self: Machine,
    process: int,
    ending: ev.Ending,
    oom_killed: bool,  # noqa: ARG001
) -> list[ev.Action]:
    self.app.exited(process)
    self.verdict.status = self.verdict.status or ending.status
    return []


def _starts_anyway(_self: Machine, _signo: int) -> list[ev.Action]:
    return []


def _exits_at_once(self: Machine, _process: int, _ending: ev.Ending, _oom_killed: bool) -> list[ev.Action]:
    return self._exit()


@pytest.mark.parametrize(
    ("name", "method", "broken", "what_is_told"),
    [
        ("plain", "_app_exited", _hangs_when_the_app_exits_beside_a_hook, "every run ends"),
        ("every phase", "_app_exited", _hangs_when_the_app_exits_beside_a_hook, "a hook that is to end has its time"),
        ("every phase", "_stop_requested", _starts_anyway, "a hook that is to end has its time"),
        ("every phase", "_app_exited", _exits_at_once, "a life ends with nothing running"),
    ],
)
def test_the_walk_finds_a_machine_that_was_broken_on_purpose(
    monkeypatch: pytest.MonkeyPatch, name: str, method: str, broken: Callable[..., object], what_is_told: str
) -> None:
    """The control: each of these mistakes has been made by some init. The story of it is short."""
    monkeypatch.setattr(Machine, method, broken)
    with pytest.raises(AssertionError, match=what_is_told) as caught:
        _walk_and_leave(PLANS[name])
    assert len(str(caught.value).splitlines()) < 12


@pytest.mark.parametrize(
    ("method", "broken", "what_is_told"),
    [
        ("_may_start", lambda _self, _process: True, "a process starts when those that it is after are ready"),
        ("ask_next", lambda _self, _among=None: [], "those on which nobody depends are asked to stop"),
    ],
)
def test_the_walk_finds_an_order_that_was_broken_on_purpose(
    monkeypatch: pytest.MonkeyPatch, method: str, broken: Callable[..., object], what_is_told: str
) -> None:
    monkeypatch.setattr(OrderedApp, method, broken)
    with pytest.raises(AssertionError, match=what_is_told):
        _walk_and_leave(PLANS["a process after another"])


def _walk_and_leave(the_plan: Plan) -> None:
    found = walk(the_plan)
    stuck = found.cannot_reach_exit(found.successors)
    if stuck:
        raise ViolationError(f"broken rule: every run ends\n{found.story(stuck[0])}")
