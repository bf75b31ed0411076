"""On a terminal: each key's signal arrives once, job control works, and nothing hangs."""

import fcntl
import os
import select
import shlex
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.integration.harness import LIFEINIT, NAMESPACE, PATIENCE, base_environment, listener, python

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = "\x03", "\x04", "\x1a", "\x1c"
SHELL = ["bash", "--norc", "--noprofile", "--noediting", "-i"]  # readline would lose what is typed ahead


class Screen:
    """A command whose terminal we are: what it prints, and what we type."""

    def __init__(self, command: Sequence[str], cwd: Path) -> None:
        self._master, slave = os.openpty()
        environment = base_environment() | {"TERM": "vt100", "PYTHON_BASIC_REPL": "1", "PS1": "$ ", "HISTFILE": ""}
        self.process = subprocess.Popen(
            [*NAMESPACE, *command], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment
        )
        os.close(slave)
        self.seen = ""

    def until(self, text: str) -> str:
        """What is printed up to this text, which has to come; the rest is kept."""
        while text not in self.seen:
            assert self._read(), f"it ended before {text!r}: {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def rest(self) -> str:
        while self._read():
            pass
        return self.seen

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        assert ready, f"nothing more after {self.seen!r}"
        try:
            part = os.read(self._master, 4096)
        except OSError:
            return False  # EIO: the last one who had it open is gone. pty(7)
        self.seen += part.decode(errors="replace").replace("\r\n", "\n")
        return True

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def answers(self, word: str) -> None:
        """Type a line, and wait for its echo and for the same line from cat, in whatever order other lines come."""
        self.type(f"{word}\n")
        self.until(f"{word}\n")
        self.until(f"{word}\n")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, signo: int) -> None:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signo)

    def status(self) -> int:
        code = self.process.wait(PATIENCE)
        return 128 - code if code < 0 else code

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


class Open(Protocol):
    def __call__(self, *app: str, hooks: str | None = None, below: Sequence[str] = ()) -> Screen:
        """Start lifeinit with this app as PID 1 on a terminal; `below` starts something else there instead."""


@pytest.fixture
def terminal(tmp_path: Path, namespaces: None) -> Iterator[Open]:  # noqa: ARG001
    screens: list[Screen] = []

    def start(*app: str, hooks: str | None = None, below: Sequence[str] = ()) -> Screen:
        if hooks is not None:
            (tmp_path / "hooks.toml").write_text(hooks)
        command = below or [str(LIFEINIT), "--", *app]
        screens.append(Screen([*python("on_terminal"), *command], tmp_path))
        return screens[-1]

    yield start
    for screen in screens:
        screen.end()


BOTH = pytest.mark.parametrize("hooks", [None, "stop_timeout = 20\n"], ids=["plain", "hooks"])


@BOTH
@pytest.mark.parametrize(("key", "name"), [(CTRL_C, "INT"), (CTRL_BACKSLASH, "QUIT")])
def test_a_keys_signal_arrives_once(terminal: Open, hooks: str | None, key: str, name: str) -> None:
    """Straight from the terminal, or as a stop request through lifeinit; never both."""
    screen = terminal(*listener("USR1=3"), hooks=hooks)
    screen.until("ready\n")
    screen.type(key)
    screen.until(f"{name}\n")
    screen.send(signal.SIGUSR1)
    assert f"{name}\n" not in screen.until("USR1\n")
    screen.rest()
    assert screen.status() == 3


def test_ctrl_c_is_a_stop_request_where_there_are_hooks(terminal: Open) -> None:
    screen = terminal(*listener("INT=4"), hooks='pre_stop = "echo pre_stop"\npost_stop = "echo post_stop"\n')
    screen.until("ready\n")
    screen.type(CTRL_C)
    screen.until("stop requested by SIGINT")
    screen.until("pre_stop\n")
    screen.until("INT\n")
    screen.until("post_stop\n")
    screen.rest()
    assert screen.status() == 4


@BOTH
def test_the_app_can_read_what_is_typed(terminal: Open, hooks: str | None) -> None:
    """With hooks it is stopped by TTIN first, gets the terminal and is woken."""
    screen = terminal("sh", "-c", "echo reading; read line; echo got $line; exit 5", hooks=hooks)
    screen.until("reading\n")
    screen.type("hello\n")
    screen.until("got hello\n")
    screen.rest()
    assert screen.status() == 5


@BOTH
def test_a_shell_with_job_control(terminal: Open, hooks: str | None) -> None:
    screen = terminal(*SHELL, hooks=hooks)
    screen.until("$ ")
    screen.type("cat\n")
    screen.answers("one")
    screen.type(CTRL_Z)
    screen.until("Stopped")
    screen.until("$ ")
    screen.type("jobs | tr a-z A-Z\n")
    screen.until("STOPPED")
    screen.until("$ ")
    screen.type("fg\n")
    screen.answers("two")
    screen.type(CTRL_C)
    screen.until("$ ")
    screen.type("echo status $?\n")
    screen.until("status 130")
    screen.type("exit 6\n")
    screen.rest()
    assert screen.status() == 6
    assert "no job control" not in screen.seen


@BOTH
def test_the_python_prompt(terminal: Open, hooks: str | None) -> None:
    """Debian's python3: one that is quiet about the terminal. Ctrl-C interrupts a line, Ctrl-D leaves."""
    screen = terminal("/usr/bin/env", "-u", "PYTHONSTARTUP", "python3", "-q", hooks=hooks)
    screen.until(">>> ")
    screen.type("print(6 * 7)\n")
    screen.until("42\n")
    screen.until(">>> ")
    screen.type("import time; print('a' + 'sleep'); time.sleep(1000)\n")
    screen.until("asleep\n")
    screen.type(CTRL_C)
    screen.until("KeyboardInterrupt")
    screen.until(">>> ")
    screen.type("raise SystemExit(7)\n")
    screen.rest()
    assert screen.status() == 7


@BOTH
def test_a_pager(terminal: Open, tmp_path: Path, hooks: str | None) -> None:
    """less reads its keys from the terminal itself, in raw mode."""
    (tmp_path / "text").write_text("".join(f"line {i}\n" for i in range(200)))
    screen = terminal("less", "text", hooks=hooks)
    screen.resize(20, 80)
    screen.until("line 1\n")
    screen.type("G")
    screen.until("line 199")
    screen.type("q")
    screen.rest()
    assert screen.status() == 0


@BOTH
def test_a_resize_reaches_the_app_once(terminal: Open, hooks: str | None) -> None:
    screen = terminal(*listener("USR1=0"), hooks=hooks)
    screen.until("ready\n")
    screen.resize(40, 100)
    screen.until("WINCH\n")
    screen.send(signal.SIGUSR1)
    assert "WINCH" not in screen.until("USR1")


@BOTH
def test_ctrl_z_freezes_no_app_that_nobody_could_wake(terminal: Open, hooks: str | None) -> None:
    """PID 1 has no shell above it: the app goes on."""
    screen = terminal("cat", hooks=hooks)
    screen.answers("one")
    screen.type(CTRL_Z)
    screen.answers("two")
    screen.type(CTRL_D)
    screen.rest()
    assert screen.status() == 0


@BOTH
@pytest.mark.parametrize("script", [False, True], ids=["", "script"])
def test_as_a_job_of_a_shell(terminal: Open, hooks: str | None, script: bool) -> None:
    """Ctrl-Z stops lifeinit with its app, fg brings both back, and the terminal is taken back at the end."""
    screen = terminal(hooks=hooks, below=SHELL)
    screen.until("$ ")
    command = f"{shlex.quote(str(LIFEINIT))} -- cat"
    screen.type(f'sh -c "{command}; exit"\n' if script else f"{command}\n")
    screen.answers("one")
    screen.type(CTRL_Z)
    screen.until("Stopped")
    screen.until("$ ")
    screen.type("fg\n")
    screen.answers("two")
    screen.type(CTRL_D)
    screen.until("$ ")
    screen.type("echo status $?\n")
    screen.until("status 0\n")


@BOTH
def test_in_the_background_of_a_shell(terminal: Open, hooks: str | None) -> None:
    """The app wants to read: the job stops, as any would, and fg gives it the terminal."""
    screen = terminal(hooks=hooks, below=SHELL)
    screen.until("$ ")
    screen.type(f"{shlex.quote(str(LIFEINIT))} -- cat &\n")
    screen.until("[1]")
    screen.until("$ ")
    screen.type("until jobs | grep -q Stopped; do :; done; echo it has stop''ped\n")
    screen.until("it has stopped\n")
    screen.type("fg\n")
    screen.answers("one")
    screen.type(CTRL_D)
    screen.until("$ ")
    screen.type("exit 8\n")
    screen.rest()
    assert screen.status() == 8


@pytest.mark.usefixtures("namespaces")
def test_a_terminal_that_is_not_ours(tmp_path: Path) -> None:
    """stdin is a terminal, but of another session: no handing over, and no failure for it."""
    command = [str(LIFEINIT), "--", "sh", "-c", "echo here; exit 9"]
    screen = Screen(["setsid", "--wait", *command], tmp_path)
    screen.until("here\n")
    screen.rest()
    assert screen.status() == 9
    screen.end()


def test_post_stop_has_the_terminal_back(terminal: Open) -> None:
    """lifeinit's group is its foreground again."""
    look = "import os; print('foreground is', os.tcgetpgrp(1) == os.getpgid(1))"
    hooks = f"""post_stop = ["/usr/bin/python3", "-c", "{look}"]"""
    screen = terminal("sh", "-c", "read line; echo got $line", hooks=hooks)
    screen.answers("x")
    screen.until("foreground is True\n")
    screen.rest()
    assert screen.status() == 0


def test_a_hook_that_wants_the_terminal_is_killed(terminal: Open) -> None:
    """It would be stopped for ever: pre_start has no timeout, and a stopped process acts on no TERM."""
    screen = terminal("echo", "never", hooks='pre_start = "read x < /dev/tty"\npost_stop = "echo post_stop"\n')
    screen.until("a hook is killed: it was stopped at the terminal, which a hook cannot use\n")
    screen.until("post_stop\n")
    assert "never" not in screen.rest()
    assert screen.status() == 137
