"""A hook or an app whose processes are terminated: all of them, and each for as long as it may take."""

import signal
from pathlib import Path

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
