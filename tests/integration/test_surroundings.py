"""Surroundings in which little works. Each ends in a sentence and a status, and none in a hang."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import click
import pytest

import lifeinit
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener


@needs.ROOT
@pytest.mark.usefixtures("namespaces")
def test_a_directory_below_one_that_may_not_be_searched(tmp_path: Path) -> None:
    """lifeinit stands in it, and so can its hooks, before and after the app has started.

    On the machine's own Python and a copy of the packages, which every user may read.
    """
    (tmp_path / "private" / "app").mkdir(parents=True)
    (tmp_path / "private" / "app" / "hooks.toml").write_text('pre_start = "echo before"\npost_stop = "pwd -P"\n')
    (tmp_path / "private").chmod(0o700)
    with tempfile.TemporaryDirectory() as copy:
        Path(copy).chmod(0o755)
        for package in (lifeinit, click):
            source = Path(str(package.__file__)).parent
            shutil.copytree(source, Path(copy) / source.name)
        program = (
            f"import sys; sys.path.insert(0, {copy!r}); import lifeinit; lifeinit.__version__ = '0'; "
            "from lifeinit.__main__ import main; main()"
        )
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        enter = ["sh", "-c", 'cd private/app && exec "$@"', "-"]
        command = [*enter, *user, "/usr/bin/python3", "-c", program, "--", "echo", "app"]
        running = Running(command, tmp_path, base_environment())
        assert running.rest() == ["before", "app", str(tmp_path / "private" / "app")], running.stderr()
        assert running.status() == 0
        running.end()


def test_a_directory_whose_name_is_not_text(init: Start) -> None:
    """The cause was lost on its way out of the child."""
    bad = os.fsdecode(b"bad\xff")
    hooks = "pre_start = 'rmdir \"$PWD\"'\npost_stop = 'true'\n"
    through = ["sh", "-c", f'mkdir {bad}; cd {bad}; exec "$@"', "-"]
    running = init("true", through=through, env={"LIFEINIT_CONFIG": "../hooks.toml"}, hooks=hooks)
    assert running.status() == 0
    assert any("post_stop[0]: cannot run" in line and "cannot enter" in line for line in running.stderr())


HOOKS = 'pre_start = "true"\npost_stop = "true"\n'


@pytest.mark.parametrize("hooks", [None, HOOKS], ids=["plain", "hooks"])
@pytest.mark.parametrize(
    "world",
    [
        "mount -t tmpfs none /proc",
        "mount -t tmpfs none /tmp -o ro",
        "ulimit -n 16",
        "unset PATH",
        "unset HOME LANG",
        "mount -t tmpfs none /dev; mknod /dev/null c 1 3",
        "mount -t tmpfs none /dev",
    ],
)
def test_a_world_without(init: Start, tmp_path: Path, world: str, hooks: str | None) -> None:
    """/proc, a writable /tmp, descriptors, PATH, variables, devices."""
    if "/tmp" in world and str(LIFEINIT).startswith("/tmp/"):
        world = "mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp"
    (tmp_path / "world").write_text(f'{world}\nexec "$@"\n')
    through = ["unshare", "--mount", "sh", "world"]
    running = init("/bin/sh", "-c", "(setsid true &); exit 4", through=through, hooks=hooks)
    assert running.status() == 4, running.stderr()
    assert not any("Traceback" in line for line in running.stderr())


def test_without_a_shell(init: Start, tmp_path: Path) -> None:
    """A hook that is a list needs none; one that is a string says what is missing."""
    hooks = 'pre_start = ["/usr/bin/env"]\npost_stop = "echo never"\n'
    (tmp_path / "empty").write_text("")
    hide = 'mount --bind empty /bin/sh; exec "$@"'
    running = init("/usr/bin/env", hooks=hooks, through=["unshare", "--mount", "sh", "-c", hide, "-"])
    assert running.status() == 0
    assert 'lifeinit: post_stop[0]: cannot run "/bin/sh": Permission denied; continuing' in running.stderr()


@pytest.mark.parametrize("hooks", [None, HOOKS], ids=["plain", "hooks"])
def test_a_command_line_as_long_as_they_get(init: Start, hooks: str | None) -> None:
    """Near ARG_MAX the app has as much room as without lifeinit."""
    arguments = ["x" * 100_000] * 15
    running = init("sh", "-c", 'printf "%s" "$@" | wc -c', "-", *arguments, hooks=hooks)
    running.expect("1500000")
    assert running.status() == 0


def test_a_directory_that_was_removed(init: Start) -> None:
    gone = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    running = init("sh", "-c", "exit 4", through=["sh", "-c", gone, "-"])
    assert running.status() == 4


def test_lifeinit_itself_may_be_stopped_and_continued(init: Start) -> None:
    """As a debugger or the freezer does it, from outside its namespace. What came meanwhile is not lost."""
    running = init(*listener("USR1=4"))
    running.expect("ready")
    running.send(signal.SIGSTOP)
    running.send(signal.SIGHUP)
    running.send(signal.SIGCONT)
    assert {running.line(), running.line()} == {"HUP", "CONT"}
    running.send(signal.SIGUSR1)
    running.expect("USR1")
    assert running.status() == 4


def test_a_plan_that_no_pipe_holds_at_once(init: Start) -> None:
    """300 kB of arguments, and a hook file: all of it reaches the app."""
    words = ["x" * 100_000] * 3
    running = init("sh", "-c", 'printf "%s\\n" "$#" ${#3}', "-", *words, hooks=HOOKS)
    assert running.rest() == ["3", "100000"]
    assert running.status() == 0


@pytest.mark.parametrize("path", ["", "/nowhere"], ids=["", "another interpreter"])
def test_no_file_may_be_written(init: Start, path: str) -> None:
    """RLIMIT_FSIZE is no limit for the pipe that brings the plan."""
    env = {"PYTHONPATH": path} if path else {}
    through = ["sh", "-c", 'ulimit -f 0; exec "$@"', "-"]
    running = init("sh", "-c", "exit 3", hooks="post_stop = 'echo over'", through=through, env=env)
    assert running.rest() == ["over"]
    assert running.status() == 3


@pytest.mark.usefixtures("namespaces")
def test_modules_beside_the_script_are_not_pid_1s(tmp_path: Path) -> None:
    """The directory of the script is where an interpreter looks first, before its own library."""
    beside = tmp_path / "bin"
    beside.mkdir()
    for name in ("_socket", "select", "fcntl"):
        (beside / f"{name}.py").write_text(f"print('{name} of', __file__, flush=True)\n")
    (beside / "lifeinit").write_text(LIFEINIT.read_text())
    (tmp_path / "hooks.toml").write_text('ready = { notify = true, timeout = "1ms", on_failure = "warn" }\n')
    running = Running([sys.executable, str(beside / "lifeinit"), "--", "echo", "ran"], tmp_path, base_environment())
    assert running.rest() == ["ran"]
    assert running.status() == 0
    running.end()


def test_a_hook_whose_directory_was_removed(init: Start) -> None:
    """The first one has done it: the second one cannot enter it any more."""
    hooks = 'pre_start = [{ command = "rmdir ../gone" }, { command = "echo never" }]\n'
    gone = 'mkdir gone; mv hooks.toml gone.toml; cd gone; exec "$@"'
    running = init("true", options=["--config", "../gone.toml"], hooks=hooks, through=["sh", "-c", gone, "-"])
    assert running.rest() == []
    assert running.status() == 126
    assert any("cannot enter " in line and "No such file or directory" in line for line in running.stderr())
