"""On a terminal: each key's signal arrives once, job control works, and nothing hangs."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from signal import SIGCONT
from typing import Protocol

import pytest

from tests import needs
from tests.integration.harness import (
    LIFEINIT,
    NAMESPACE,
    Running,
    base_environment,
    children,
    listener,
    python,
    state,
)
from tests.screen import CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z, Screen

SHELL = ["bash", "--norc", "--noprofile", "--noediting", "-i"]  # readline would lose what is typed ahead


class Terminal(Screen):
    """A command in a PID namespace, on a terminal."""

    def __init__(self, command: Sequence[str], cwd: Path) -> None:
        environment = base_environment() | {"TERM": "vt100", "PYTHON_BASIC_REPL": "1", "PS1": "$ ", "HISTFILE": ""}
        super().__init__([*NAMESPACE, *command], cwd, environment)

    def send(self, signo: int) -> None:
        """Signal the namespace's PID 1."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signo)


class Open(Protocol):
    def __call__(self, *app: str, hooks: str | None = None, below: Sequence[str] = ()) -> Terminal:
        """Start lifeinit with this app as PID 1 on a terminal; `below` starts something else there instead."""


@pytest.fixture
def terminal(tmp_path: Path, namespaces: None) -> Iterator[Open]:  # noqa: ARG001
    screens: list[Terminal] = []

    def start(*app: str, hooks: str | None = None, below: Sequence[str] = ()) -> Terminal:
        if hooks is not None:
            (tmp_path / "hooks.toml").write_text(hooks)
        command = below or [str(LIFEINIT), "--", *app]
        screens.append(Terminal([*python("on_terminal"), *command], tmp_path))
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
    """Debian's python3: one that is quiet about the terminal. Ctrl-C interrupts a line.

    One that blocks nowhere: Python does not see a signal that comes just before it begins to wait.
    """
    screen = terminal("/usr/bin/env", "-u", "PYTHONSTARTUP", "python3", "-q", hooks=hooks)
    screen.until(">>> ")
    screen.type("print(6 * 7)\n")
    screen.until("42\n")
    screen.until(">>> ")
    screen.type("print('work' 'ing', flush=True) or any(0 for _ in iter(int, 1))\n")
    screen.until("working\n")
    screen.type(CTRL_C)
    screen.until("KeyboardInterrupt")
    screen.until(">>> ")
    # Not by SystemExit: 3.14's prompt dies of SIGINT then, for the sake of that Ctrl-C.
    screen.type("import os; os._exit(7)\n")
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
def test_a_script_has_the_terminal_back(terminal: Open, tmp_path: Path, hooks: str | None) -> None:
    """It takes none itself, as a shell with job control does: without it, its read would stop it."""
    (tmp_path / "app").write_text("read line; echo app $line\n")
    (tmp_path / "script").write_text(f"{shlex.quote(str(LIFEINIT))} -- sh app; read line; echo script $line\n")
    screen = terminal(hooks=hooks, below=SHELL)
    screen.until("$ ")
    screen.type("sh script\n")
    screen.type("one\n")
    screen.until("app one\n")
    screen.type("two\n")
    screen.until("script two\n")


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
    screen = Terminal(["setsid", "--wait", *command], tmp_path)
    screen.until("here\n")
    screen.rest()
    assert screen.status() == 9
    screen.end()


def test_post_stop_has_the_terminal_back(terminal: Open) -> None:
    """lifeinit's group is its foreground again, for whoever looks at it from another session."""
    look = "read _ _ _ _ group _ _ foreground _ < /proc/1/stat; echo foreground is $((group == foreground))"
    hooks = f'post_stop = "{look}"'
    screen = terminal("sh", "-c", "read line; echo got $line", hooks=hooks)
    screen.answers("x")
    screen.until("foreground is 1\n")
    screen.rest()
    assert screen.status() == 0


@pytest.mark.parametrize("hook", ["read x < /dev/tty", "stty -echo < /dev/tty"], ids=["TTIN", "TTOU"])
def test_a_hook_has_no_terminal(terminal: Open, hook: str) -> None:
    """With one it would be stopped for ever: pre_start has no timeout, and a stopped process acts on no SIGTERM."""
    screen = terminal("echo", "never", hooks=f'pre_start = "{hook}"\npost_stop = "echo post_stop"\n')
    screen.until("cannot open /dev/tty: No such device or address\n")
    screen.until("post_stop\n")
    assert "never" not in screen.rest()
    assert screen.status() == 2


def test_a_hook_leads_a_session_of_its_own(terminal: Open) -> None:
    """And so it is in no group that a key's signal reaches."""
    screen = terminal(
        "true", hooks="pre_start = 'read _ _ _ _ group session _ < /proc/$$/stat; echo $$ $group $session'"
    )
    pid, group, session = screen.until("\n").split()
    assert pid == group == session
    screen.rest()
    assert screen.status() == 0


def test_a_hook_is_not_killed_for_a_process_that_wants_the_terminal(terminal: Open, tmp_path: Path) -> None:
    for name in ("go", "end"):
        os.mkfifo(tmp_path / name)
    hooks = """
        post_start = "echo hook; read x < end; echo post_start"
        [process.reader]
        command = "read x < go; exec cat"
    """
    screen = terminal(*listener(), hooks=hooks)
    screen.until("hook\n")
    (tmp_path / "go").write_text("go\n")
    (init,) = children(screen.process.pid)
    while not any(state(pid) == "T" for pid in children(init)):
        assert screen.process.poll() is None
    (tmp_path / "end").write_text("end\n")
    screen.until("post_start\n")


@needs.ROOT
@pytest.mark.parametrize("proc", ["", "mount -t tmpfs none /proc; "], ids=["", "without /proc"])
@pytest.mark.parametrize("stopped", [False, True], ids=["", "stopped"])
def test_a_terminal_on_stderr(terminal: Open, proc: str, stopped: bool) -> None:
    """It gets its lines, also where lifeinit cannot open it anew. One that takes nothing holds up nobody."""
    stop = "import os, sys, termios; termios.tcflow(2, termios.TCOOFF); os.execvp(sys.argv[1], sys.argv[1:])"
    first = [sys.executable, "-I", "-S", "-c", stop] if stopped else []
    hooks = 'post_stop = "true"\n'
    inner = f'{proc}exec "$@" < /dev/null'
    command = ["unshare", "--mount", "sh", "-c", inner, "-", *first, str(LIFEINIT), "--", "sh", "-c", "exit 3"]
    screen = terminal(below=command, hooks=hooks)
    assert screen.status() == 3
    if stopped:
        assert screen.seen == ""
    else:
        screen.until("lifeinit: app exited 3\n")
        screen.until("lifeinit: post_stop[0]: ok in")


def test_bg_wakes_an_app_that_wants_no_terminal(terminal: Open, tmp_path: Path) -> None:
    """It goes on in the background, until the end."""
    os.mkfifo(tmp_path / "go")
    screen = terminal(below=["bash", "--norc", "--noprofile", "--noediting", "-i"])
    screen.until("$ ")
    screen.type(f"{LIFEINIT} -- sh -c 'echo u''p; read x < go; echo e''nd > ended'\n")
    screen.until("up\n")
    screen.type("\x1a")
    screen.until("Stopped")
    screen.until("$ ")
    screen.type("bg\n")
    screen.until("$ ")
    screen.type("echo > go; wait; cat ended\n")
    screen.until("end\n")


def test_an_app_that_stops_itself_is_left_to_whoever_wakes_it(terminal: Open) -> None:
    """lifeinit has the terminal, nobody has typed a key: a TSTP is somebody's wish."""
    screen = terminal("sh", "-c", "echo $$ up; kill -TSTP $$; echo back; exit 4", hooks="stop_timeout = 20\n")
    screen.until("up\n")
    children = Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children")
    init = int(children.read_text())
    app = int(Path(f"/proc/{init}/task/{init}/children").read_text())
    while state(app) != "T":
        assert screen.process.poll() is None
    screen.send(SIGCONT)
    screen.until("back\n")
    screen.rest()
    assert screen.status() == 4


@needs.program("tini")
@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("signo", [signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU])
def test_below_an_init_that_is_no_shell_an_app_cannot_stop_lifeinit(tmp_path: Path, signo: int) -> None:
    """docker run --init: an app stopped itself, and root's lifeinit with it. No stop request was read any more."""
    (tmp_path / "hooks.toml").write_text("stop_timeout = 20\npost_stop = 'echo post_stop'\n")
    app = f"echo ready; kill -{signo} $$; echo woken; sleep 1000"
    running = Running(["tini", "--", str(LIFEINIT), "--", "sh", "-c", app], tmp_path, base_environment())
    try:
        running.expect("ready")
        (lifeinit,) = children(running.pid)
        (below,) = children(lifeinit)
        while state(below) != "T":
            assert running.process.poll() is None
        running.send(signal.SIGTERM)
        running.expect("post_stop")
        assert running.status() == 128 + signal.SIGTERM
    finally:
        running.end()
