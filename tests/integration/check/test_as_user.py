"""The child that asks the kernel as another user."""

import subprocess
import sys
from pathlib import Path

from tests import needs

START = """
import os, signal
from lifeinit.check.host import as_user
from lifeinit.engine.plan import User
kernel, own = as_user.Kernel(), as_user.own_user()
"""
STALLED = """
as_user._PATIENCE = 0.2
print(kernel.look(own, "/").kind)
(child,) = kernel._children.values()
os.kill(child._pid, signal.SIGSTOP)
print(kernel.look(own, "/tmp"), kernel.look(own, "/etc"))
kernel.close()
"""
LEFT = """
kernel.look(own, "/")
kernel.look(User(65534, 65534, ()), "/")
kernel.close()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
"""
READ_ONLY = """
import subprocess
subprocess.run("mount -t tmpfs none /mnt && mkdir /mnt/x && chown 1000:1000 /mnt/x", shell=True, check=True)
app = User(1000, 1000, ())
print(kernel.changeable(app, "/mnt/x"))
subprocess.run("mount -o remount,ro /mnt", shell=True, check=True)
print(as_user.Kernel().changeable(app, "/mnt/x"))
"""


def run(program: str, directory: Path, *before: str) -> str:
    command = [*before, sys.executable, "-c", START + program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=directory)
    assert done.stderr == ""
    return done.stdout


def test_a_file_system_that_stalls_is_given_up(tmp_path: Path) -> None:
    """A stopped child stands for one that waits for a network file system."""
    assert run(STALLED, tmp_path) == "directory\nNone None\n"


@needs.ROOT
def test_no_child_is_left(tmp_path: Path) -> None:
    assert run(LEFT, tmp_path) == "no child is left\n"


@needs.ROOT
def test_nothing_on_a_read_only_file_system_can_be_changed(tmp_path: Path) -> None:
    """The mode bits and the owner say otherwise."""
    assert run(READ_ONLY, tmp_path, "unshare", "--mount") == "/mnt/x\nNone\n"
