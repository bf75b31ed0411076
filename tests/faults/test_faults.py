"""Each system call of the engine fails at each place at which it is made: no hang, no lost app, the right status."""

import random
from pathlib import Path

import pytest

from lifeinit.engine.exit_status import NOT_EXECUTABLE, SOFTWARE
from tests.faults.injection import APP_STATUS, HOOKS, Call, Outcome, engine_calls, survive
from tests.faults.table import CHILD, DOCUMENT, OWN, Row, rendered

SAMPLE = 22  # of each kind of life; all with --all-faults
ALIVE = 'alive = { http = "http://127.0.0.1:1", interval = "100s" }\n'
LIVES = {"plain": None, "hooks": HOOKS, "alive": ALIVE + HOOKS}

pytestmark = pytest.mark.usefixtures("namespaces")


def check(outcome: Outcome, row: Row, told: str) -> None:
    """`outcome` may follow from the failure that `told` names."""
    story = f"{told}: {outcome}"
    assert outcome.status in row.statuses, story
    assert not any("Traceback" in line for line in outcome.stderr), story
    assert outcome.status == SOFTWARE or not any("internal error" in line for line in outcome.stderr), story
    if outcome.status == SOFTWARE:
        assert outcome.stdout == [""], f"an app was started: {story}"
    elif outcome.status != APP_STATUS:
        assert any(line.startswith("lifeinit: ") and "cannot" in line for line in outcome.stderr), story
    assert not any("unhealthy" in line for line in outcome.stderr), story
    if "ready" in outcome.stdout:
        assert "TERM" in outcome.stdout, f"the app was not told to stop: {story}"


@pytest.mark.parametrize("life", LIVES)
def test_a_failing_call_of_pid_1(tmp_path: Path, life: str, request: pytest.FixtureRequest) -> None:
    """The control is the same life without a failure, whose trace gives the places."""
    control = survive(tmp_path / "control", LIVES[life], None)
    assert control.status == APP_STATUS
    assert control.stdout[-1] == "TERM"
    rows = {row.call: row for row in OWN}
    faults = [
        (row, call, error)
        for call in engine_calls(control.trace, tuple(rows))
        for row in (rows[call.name],)
        for error in row.errors
    ]
    assert len(faults) > SAMPLE
    if not request.config.getoption("--all-faults"):
        faults = random.Random(7).sample(faults, SAMPLE)
    wrong = []
    for i, (row, call, error) in enumerate(faults):
        told = f"{call.name}:error={error}:when={call.number}"
        try:
            outcome = survive(tmp_path / str(i), LIVES[life], told)
            check(outcome, row, told)
            if life != "plain" and outcome.status != SOFTWARE and not _is_of_post_stop(call, control):
                assert outcome.said[-1:] == ["post_stop"], f"post_stop did not run: {told}: {outcome}"
        except AssertionError as error_found:
            wrong.append(str(error_found).splitlines()[0][:1500])
    assert not wrong, "\n".join(wrong)


def _is_of_post_stop(call: Call, control: Outcome) -> bool:
    """Whether this may be the call without which the post_stop hook cannot start: the last of its kind."""
    return call.name in {"clone", "pipe2"} and call == engine_calls(control.trace, (call.name,))[-1]


APP = 'environment = { A = "b" }\nuser = "4711"\nworking_dir = "/usr"\n'


@pytest.mark.parametrize(("row", "error"), [(row, error) for row in CHILD for error in row.errors])
def test_a_failing_call_of_the_child(tmp_path: Path, row: Row, error: str) -> None:
    """The app must not run as somebody else, or elsewhere, than it was meant to."""
    outcome = survive(tmp_path / "run", f"[app]\n{APP}", f"{row.call}:error={error}", follow=True)
    check(outcome, row, f"{row.call}:error={error}")
    assert outcome.stdout == [""]
    sentence = row.does.split("`")[1]
    assert [line for line in outcome.stderr if sentence in line]


@pytest.mark.parametrize(
    ("inject", "why"),
    [
        ("clone:error=EAGAIN:when=1", "fork failed: Resource temporarily unavailable"),
        ("pipe2:error=ENFILE:when=1", "no pipe: Too many open files in system"),
    ],
)
def test_no_child_for_the_planner(tmp_path: Path, inject: str, why: str) -> None:
    """Nothing is started: the app could not be forked either."""
    outcome = survive(tmp_path / "run", HOOKS, inject)
    assert (outcome.status, outcome.stdout, outcome.said) == (NOT_EXECUTABLE, [""], [])
    assert f"lifeinit: cannot run the planner: {why}; nothing was started" in outcome.stderr


def test_the_planner_cannot_be_waited_for(tmp_path: Path) -> None:
    outcome = survive(tmp_path / "run", HOOKS, "wait4:error=ECHILD:when=1")
    assert (outcome.status, outcome.stdout, outcome.said) == (SOFTWARE, [""], [])
    assert [line for line in outcome.stderr if line.startswith("lifeinit: internal error: ChildProcessError")]


def test_the_document_has_this_table() -> None:
    """docs/explanation/faults.md cannot go another way than the tests."""
    text = DOCUMENT.read_text()
    assert rendered(OWN) in text
    assert rendered(CHILD) in text


def test_a_wait_that_is_interrupted(tmp_path: Path) -> None:
    """As it is when lifeinit is stopped, or its container frozen, until after a deadline: nobody has sent anything.

    sigtimedwait(2) ends with EINTR then; CPython finds its deadline passed and returns a record that it never filled.
    """
    control = survive(tmp_path / "control", HOOKS, None)
    told = []
    for call in engine_calls(control.trace, ("rt_sigtimedwait",)):
        outcome = survive(tmp_path / str(call.number), HOOKS, f"{call.name}:error=EINTR:when={call.number}")
        told += [line for line in outcome.stderr if "internal error" in line]
    assert told == []
