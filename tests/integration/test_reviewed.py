"""Defects that a review has found, each by what it did."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import click
import pytest

import lifeinit
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener, python

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user takes root")
TWO = 'pre_stop = "true"\npost_stop = "echo post_stop"\n'


@ROOT_ONLY
@pytest.mark.parametrize("name", ["TERM", "HUP"])
def test_an_app_that_we_may_not_signal(init: Start, tmp_path: Path, name: str) -> None:
    """Root without CAP_KILL, an app of another user: EPERM was an internal error, and cost the app its status."""
    app = ["setpriv", "--reuid=65534", "--clear-groups", "sh", "-c", "echo ready; read x <&5; exit 5"]
    through = ["sh", "-c", 'exec 5<>go; exec "$@"', "-", "setpriv", "--bounding-set=-kill", "--inh-caps=-kill"]
    running = init(*app, hooks=TWO, through=through, fifo="go")
    running.expect("ready")
    running.send(signal.Signals[f"SIG{name}"])
    while not any(f"may not send SIG{name} to the app" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    (tmp_path / "go").write_text("go\n")
    assert running.rest() == ["post_stop"]
    assert running.status() == 5


@ROOT_ONLY
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


def test_a_plain_init_that_kills_says_so(init: Start) -> None:
    """Else 137 looks like the kernel's."""
    running = init(*listener(), env={"LIFEINIT_STOP_TIMEOUT": "300ms"})
    running.expect("ready")
    running.send(signal.SIGTERM)
    assert running.status() == 137
    assert running.stderr() == ["lifeinit: the app did not stop in time, SIGKILL"]


def test_an_empty_command(init: Start) -> None:
    running = init("")
    assert running.status() == 127
    assert running.stderr() == ['lifeinit: cannot run the app "": its name is empty']


def test_a_directory_whose_name_is_not_text(init: Start) -> None:
    """The cause was lost on its way out of the child."""
    bad = os.fsdecode(b"bad\xff")
    hooks = "pre_start = 'rmdir \"$PWD\"'\npost_stop = 'true'\n"
    through = ["sh", "-c", f'mkdir {bad}; cd {bad}; exec "$@"', "-"]
    running = init("true", through=through, env={"LIFEINIT_CONFIG": "../hooks.toml"}, hooks=hooks)
    assert running.status() == 0
    assert any("post_stop[0]: cannot run" in line and "cannot enter" in line for line in running.stderr())


def test_words_of_a_hook_are_left_as_they_are(init: Start) -> None:
    running = init("true", hooks='pre_start = ["{elapsed}"]')
    assert running.status() == 127
    assert running.stderr()[0].startswith('lifeinit: pre_start[0]: cannot run "{elapsed}": not found')


@pytest.mark.parametrize("arguments", [("--nope", "--", "true"), ()], ids=str)
def test_a_wrong_command_line_with_a_stderr_that_takes_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([LIFEINIT, *arguments], check=False, stderr=full, cwd=tmp_path, env=base_environment())
    assert done.returncode == 2


def test_check_whose_stdout_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "hooks.toml").write_text("zz = 1")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [LIFEINIT, "check"], check=False, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env=base_environment(),
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "lifeinit: cannot write the answer: No space left on device\n"


def test_check_of_a_path_that_is_not_text(tmp_path: Path) -> None:
    path = os.fsdecode(b"x\xff.toml")
    (tmp_path / path).write_text("zz = 1")
    done = subprocess.run(
        [LIFEINIT, "check", path], check=False, capture_output=True, text=True, cwd=tmp_path,
        env=base_environment() | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 1
    assert " --> x\\udcff.toml:1:1\n" in done.stdout
    assert done.stderr == ""


def test_a_stop_request_behind_many_realtime_signals_still_comes_before_a_death(init: Start, tmp_path: Path) -> None:
    """The app was started: of a long queue only the first 128 signals were read before the dead hook was reaped."""
    os.mkfifo(tmp_path / "gone")
    hooks = 'stop_on = ["RTMAX"]\npre_start = "exec 3>gone; echo waits; read x < go"\n'
    running = init(*listener(), hooks=hooks, fifo="go")
    gone = os.open(tmp_path / "gone", os.O_RDONLY)
    running.expect("waits")
    running.stop()
    for _ in range(500):
        running.send(signal.SIGRTMIN)
    running.send(signal.SIGRTMAX)
    (tmp_path / "go").write_text("now\n")
    assert os.read(gone, 1) == b""  # the hook is dead
    os.close(gone)
    running.send(signal.SIGCONT)
    assert running.rest() == []
    assert running.status() == 128 + signal.SIGRTMAX
