"""A hook or an app whose processes are terminated: all of them, and each for as long as it may take."""

import signal
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener, python


def test_a_group_whose_last_member_is_another_ones_zombie(init: Start) -> None:
    """Nobody tells us of its end: the stop once waited until kill_after."""
    hooks = f"""
        kill_after = "1h"
        [[post_start]]
        command = "{" ".join(python("leaver"))} & wait"
    """
    running = init(*listener("TERM=0", "TELL=up"), hooks=hooks, fifo="up")
    up = Path(running._errors).parent / "up"
    with up.open() as fifo:
        fifo.readline()
    assert {running.line(), running.line()} == {"ready", "left"}
    running.send(signal.SIGTERM)
    running.expect("TERM")
    assert running.status() == 0


@needs.program("pgrep")
def test_a_hook_that_is_ended_is_its_whole_group(init: Start) -> None:
    """The second hook starts when the first one's child is gone too, not only its shell."""
    child = "trap '' TERM; echo child; while :; do sleep 60; done"
    hooks = f"""
        kill_after = "100ms"
        [[pre_start]]
        command = '''sh -c "{child}" & wait'''
        timeout = "500ms"
        on_failure = "warn"
        [[pre_start]]
        command = "pgrep -c sleep"
        on_failure = "warn"
    """
    assert init("true", hooks=hooks).rest() == ["child", "0"]


MIGRATE = "exec 9> lock; flock -n 9 || echo two at once; echo >> begun; while :; do sleep 0.05; done"


@needs.program("flock")
@pytest.mark.parametrize(
    "start",
    [
        "timeout 60 sh migrate; echo load",
        "setsid -w sh migrate; echo load",
        "(setsid sh migrate &); sleep 60",
        "(setsid sh -c 'sh migrate &' &); sleep 60",
        "trap '' TERM; (trap '' TERM; timeout -k 60 60 sh migrate)",
    ],
    ids=["a group of its own", "a session of its own", "an orphan", "a daemon", "all ignore SIGTERM"],
)
@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_no_process_of_one_try_lives_when_the_next_begins(
    init: Start, tmp_path: Path, start: str, subreaper: bool
) -> None:
    """`timeout 60 ./migrate; ./load` with a timeout and a retry ran two migrations at once."""
    (tmp_path / "migrate").write_text(MIGRATE)
    hooks = f"""
        kill_after = "100ms"
        [[pre_start]]
        command = \"\"\"{start}\"\"\"
        timeout = "1s"
        retries = 1
        retry_delay = 0
        on_failure = "warn"
    """
    running = init("sh", "-c", "flock -n lock echo free", hooks=hooks, subreaper=subreaper)
    assert [line for line in running.rest() if "left" not in line] == ["free"]
    assert running.status() == 0
    assert len((tmp_path / "begun").read_text()) == 2
