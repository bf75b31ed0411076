"""The plan crosses an exec unchanged."""

import marshal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.engine.plan import (
    Alive,
    Hook,
    Identity,
    Inherited,
    Plan,
    Process,
    Program,
    Ready,
    Restart,
    User,
)
from lifeinit.engine.plan_wire import from_wire, to_wire

_text = st.text(max_size=8)
_argument = st.binary(max_size=8)
_seconds = st.none() | st.floats(0, 1e6)
_ids = st.integers(0, 2**32 - 2)
_value = st.lists(_argument, min_size=1, max_size=3).map(tuple)
_programs = st.builds(
    Program,
    argv=st.lists(_argument, min_size=1, max_size=3).map(tuple),
    identity=st.builds(
        Identity,
        user=st.none() | st.builds(User, uid=_ids, gid=_ids, groups=st.lists(_ids, max_size=2).map(tuple)),
        environment=st.lists(st.tuples(_argument, _value), max_size=2).map(tuple),
        session=st.booleans(),
        umask=st.none() | st.integers(0, 0o777),
        no_new_privs=st.booleans(),
        oom_score_adj=st.none() | st.integers(-1000, 1000),
    ),
    directory=st.none() | _argument,
    module=st.none() | _text,
)
_hooks = st.lists(
    st.builds(
        Hook,
        name=_text,
        program=st.none() | _programs,
        sleep=_seconds,
        timeout=_seconds,
        retries=st.integers(0, 9),
        retry_delay=st.floats(0, 9),
        abort=st.booleans(),
        once=st.booleans(),
        place=_text,
        waits=st.booleans(),
    ),
    max_size=2,
).map(tuple)
_rewrites = st.lists(st.tuples(st.integers(1, 64), st.none() | st.integers(1, 64)), max_size=2).map(tuple)
_processes = st.lists(
    st.builds(
        Process,
        name=_text,
        program=_programs,
        stop_signal=st.none() | st.integers(1, 64),
        group=st.booleans(),
        success=st.lists(st.integers(0, 255), max_size=2).map(tuple),
        ready=st.none()
        | st.builds(
            Ready,
            program=st.none() | _programs,
            after=_seconds,
            notify=st.booleans(),
            file=st.none() | _value,
            timeout=st.floats(0, 9),
            abort=st.booleans(),
        ),
        restart=st.builds(
            Restart, when=st.sampled_from(["no", "always"]), most=st.integers(1, 9), window=st.floats(0, 9)
        ),
        rewrite=_rewrites,
        alive=st.none()
        | st.builds(
            Alive,
            program=st.none() | _programs,
            recovery=st.none() | _programs,
            watchdog=_seconds,
            on_failure=st.sampled_from(["stop", "restart", "warn"]),
        ),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
_plans = st.builds(
    Plan,
    processes=_processes,
    inherited=st.builds(
        Inherited,
        mask=st.lists(st.integers(1, 64), max_size=3).map(tuple),
        sigchld_ignored=st.booleans(),
        lc_ctype_added=st.booleans(),
        directory=st.none() | _argument,
        ignored=st.lists(st.integers(1, 64), max_size=2).map(tuple),
    ),
    stop_on=st.lists(st.integers(1, 64), max_size=3).map(tuple),
    rewrite=_rewrites,
    verbose=st.integers(0, 3),
    tell_orphans=st.booleans(),
    parent_death_signal=st.none() | st.integers(1, 64),
    parent=st.integers(0, 2**22),
    stop_timeout=_seconds,
    kill_after=st.floats(0, 9),
    plain=st.booleans(),
    quiet=st.booleans(),
    log_format=st.sampled_from(["text", "json"]),
    ready_file=st.none() | _argument,
    run_directory=st.none() | _argument,
    pre_start=_hooks,
    post_start=_hooks,
    pre_stop=_hooks,
    post_stop=_hooks,
)


@given(_plans)
def test_a_plan_survives_the_wire(plan: Plan) -> None:
    """An empty list, an empty mask, a 0 and a None each come back as themselves."""
    restored = from_wire(to_wire(plan))
    assert restored == plan
    assert restored.values() == plan.values()


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(TypeError, match="holds no plan"):
        from_wire(marshal.dumps(("a", "b")))


def test_a_plan_with_a_function_has_no_wire_form() -> None:
    """It names one by its number: PID 1 is not the program that has it."""
    program = Program((b"app",), Identity(), call=lambda: 0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a plan cannot hold <function"):
        to_wire(Plan((Process("app", program),), Inherited((), False, False, None), ()))
