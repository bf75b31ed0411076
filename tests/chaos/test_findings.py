"""What the storm has found, each as small as it gets."""

import sys

from tests.integration.conftest import Start, init, namespaces

__all__ = ["init", "namespaces"]

_LEAVES_ITS_GROUP = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child == 0:
    signal.pause()
os.setpgid(child, child)
os.setpgid(0, child)
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_an_app_that_left_its_group_is_killed_in_time(init: Start) -> None:
    """SIGKILL went to the group that lifeinit had made, which was empty; the wait for it cost post_stop its run."""
    hooks = 'stop_timeout = "2s"\npost_stop = "echo post_stop"\n'
    running = init(sys.executable, "-I", "-S", "-c", _LEAVES_ITS_GROUP, hooks=hooks)
    running.expect("ready")
    running.send(15)
    assert running.rest() == ["post_stop"]
    assert running.status() == 137
