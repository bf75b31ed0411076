"""Without a hook file: an init like tini."""

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener, python


@pytest.mark.parametrize("code", [0, 1, 3, 42, 125, 255])
def test_the_exit_status_is_the_apps(init: Start, code: int) -> None:
    """And a plain init that has nothing to say says nothing."""
    running = init("sh", "-c", f"exit {code}")
    assert running.status() == code
    assert running.stderr() == []


@pytest.mark.parametrize("name", ["HUP", "ABRT", "KILL", "SEGV", "PIPE", "TERM"])
def test_a_death_by_signal_is_128_and_its_number(init: Start, name: str) -> None:
    assert init("sh", "-c", f"kill -{name} $$").status() == 128 + signal.Signals[f"SIG{name}"]


def test_a_death_by_a_realtime_signal(init: Start) -> None:
    """signal.Signals(40) raises; PID 1 must not."""
    assert init("sh", "-c", "kill -40 $$").status() == 168


@pytest.mark.usefixtures("namespaces")
def test_it_runs_without_the_dashes_as_under_tini(tmp_path: Path) -> None:
    running = Running([str(LIFEINIT), "sh", "-c", "exit 5"], tmp_path, base_environment())
    assert running.status() == 5
    running.end()


@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        ("no-such-program", 127, 'cannot run the app "no-such-program": not found in PATH'),
        ("./nowhere/app", 127, 'cannot run the app "./nowhere/app": No such file or directory'),
        ("/etc", 126, 'cannot run the app "/etc": Permission denied'),
        ("/etc/passwd", 126, 'cannot run the app "/etc/passwd": Permission denied'),
        ("/etc/passwd/x", 126, 'cannot run the app "/etc/passwd/x": Not a directory'),
        ("\x1b[31m", 127, 'cannot run the app "\\x1b[31m": not found in PATH'),
    ],
)
def test_an_app_that_cannot_run(init: Start, command: str, status: int, sentence: str) -> None:
    running = init(command)
    assert running.status() == status
    assert running.stderr() == [f"lifeinit: {sentence}"]


def test_a_script_whose_interpreter_is_missing(init: Start, tmp_path: Path) -> None:
    """The kernel says only `No such file or directory`, of a file that is there."""
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    running = init("./script")
    assert running.status() == 127
    assert running.stderr() == [
        'lifeinit: cannot run the app "./script": the interpreter in its first line, or its loader, does not exist'
    ]


def test_a_script_without_a_shebang_goes_to_the_shell(init: Start, tmp_path: Path) -> None:
    """As execvp(3) does it, and os.execvp does not."""
    script = tmp_path / "script"
    script.write_text("echo $1; exit 7\n")
    script.chmod(0o755)
    running = init("./script", "an argument")
    running.expect("an argument")
    assert running.status() == 7


def test_every_signal_reaches_the_app(init: Start) -> None:
    """All that can be forwarded, the realtime ones too. One after the other, so that none coalesces."""
    running = init(*listener("QUIT=0"))
    running.expect("ready")
    never = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGQUIT}
    for signo in sorted(signal.valid_signals() - never):
        running.send(signo)
        name = signal.Signals(signo).name[3:] if signo in list(signal.Signals) else str(signo)
        running.expect(name)
    running.send(signal.SIGQUIT)
    running.expect("QUIT")
    assert running.status() == 0


@needs.program("ps")
def test_the_app_leads_a_process_group_of_its_own(init: Start) -> None:
    running = init("sh", "-c", "ps -o pid= -o pgid= -p $$ -p 1 | tr -s ' '")
    lines = [line.split() for line in running.rest()]
    assert lines[0] == ["1", "1"] or lines[0][1] == "0"
    assert lines[1][0] == lines[1][1]


@pytest.mark.parametrize(
    "app",
    [
        ("cat", "/proc/self/environ"),
        ("grep", "-E", "SigBlk|SigIgn|SigPnd|ShdPnd", "/proc/self/status"),
        ("stat", "-c", "%N", "/proc/self/fd/2", "/proc/self/fd/9"),
        ("ls", "/proc/self/fd"),
        ("pwd", "-P"),
    ],
    ids=lambda app: app[0],
)
@pytest.mark.parametrize("hooks", [None, 'pre_start = "true"\npost_stop = "true"'], ids=["plain", "hooks"])
def test_the_app_has_exactly_the_surroundings_of_lifeinit(
    init: Start, tmp_path: Path, app: tuple[str, ...], hooks: str | None
) -> None:
    """Environment to the byte, mask, ignored signals, descriptors, directory: as if lifeinit were not there."""
    direct = Running([*python("launcher"), f"/usr/bin/{app[0]}", *app[1:]], tmp_path, base_environment())
    expected = direct.rest()
    assert direct.status() == 0, direct.stderr()
    direct.end()
    if hooks and app[0] == "cat":
        expected = [f"{expected[0]}LIFEINIT_HOOK_FILE={tmp_path}/hooks.toml\0"]  # for a lifeinit below this one
    running = init(*app, hooks=hooks, through=python("launcher"))
    assert running.rest() == expected
    assert running.status() == 0, running.stderr()


def test_lifeinit_lets_go_of_what_is_the_apps(init: Start) -> None:
    """An inherited descriptor or directory would pin its file, socket or mount for the whole life of the container."""
    wait = (
        'until [ "$(readlink /proc/1/cwd)" = / ]; do :; done; '
        'until [ "$(readlink /proc/1/fd/0)" = /dev/null ]; do :; done; '
        "readlink /proc/self/fd/0 /proc/self/fd/9; readlink /proc/1/fd/*"
    )
    through = ["sh", "-c", 'mkfifo in; exec "$@" 0<>in 9</etc/passwd', "-"]
    lines = init("sh", "-c", wait, through=through, hooks="stop_timeout = 5").rest()
    assert lines[0].endswith("/in")
    assert lines[1] == "/etc/passwd"
    of_its_own = [line for line in lines[2:] if line.startswith("/memfd:lifeinit-state")]
    assert len(of_its_own) == 1
    assert len(lines[2:]) <= len(["0", "1", "2", *of_its_own])


def test_a_file_in_path_that_may_not_run_hides_no_other(init: Start, tmp_path: Path) -> None:
    """execvp(3) goes on after EACCES, and remembers it."""
    for directory, mode in (("first", 0o644), ("second", 0o755)):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "tool").write_text("#!/bin/sh\necho second\n")
        (tmp_path / directory / "tool").chmod(mode)
    path = f"{tmp_path}/first:{tmp_path}/second:/usr/bin:/bin"
    init("tool", env={"PATH": path}).expect("second")
    running = init("tool", env={"PATH": f"{tmp_path}/first:/usr/bin:/bin"})
    assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "tool": Permission denied']


def test_listen_pid_is_the_apps(init: Start) -> None:
    """Socket activation tells the program by its pid that the sockets are for it. sd_listen_fds(3)"""
    running = init("sh", "-c", 'test "$LISTEN_PID" = $$ && echo mine', env={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    running.expect("mine")


@pytest.mark.parametrize("entries", [["A=1", "A=2"], ["no value"], ["=C:"]], ids=str)
def test_an_environment_that_no_mapping_holds_reaches_the_app(init: Start, entries: list[str]) -> None:
    """Doubled names, and entries without a name or a `=`: they are the app's business. environ(7)"""
    execve = (
        "import ctypes, os, sys; words = lambda many: (ctypes.c_char_p * (len(many) + 1))(*many, None); "
        "own = [b'%s=%s' % pair for pair in os.environb.items()]; "
        f"more = {[os.fsencode(entry) for entry in entries]}; argv = [os.fsencode(word) for word in sys.argv[1:]]; "
        "ctypes.CDLL(None).execve(argv[0], words(argv), words([*own, *more]))"
    )
    running = init("sh", "-c", "tr '\\0' '\\n' < /proc/self/environ", through=[sys.executable, "-c", execve])
    lines = running.rest()
    assert [line for line in lines if line in entries] == entries, running.stderr()


@needs.STRACE
def test_a_plain_pid_1_copies_no_pages_for_its_app(init: Start, tmp_path: Path) -> None:
    """A fork would copy 500 of them until the exec, a fifth of what all of lifeinit adds to a start. vfork(2)"""
    trace = ["strace", "-D", "-qq", "-o", "trace", "-e", "trace=fork,vfork,clone,clone3"]  # -D: it is the child
    assert init("true", through=trace).status() == 0
    calls = (tmp_path / "trace").read_text().splitlines()
    assert len(calls) == 1
    assert "vfork" in calls[0].lower()


def test_orphans_are_reaped(init: Start) -> None:
    running = init(*python("orphans", "50", "watch"))
    running.expect("no zombies")
    assert running.status() == 0


@needs.STRACE
def test_a_storm_of_orphans_lets_signals_through(init: Start, tmp_path: Path) -> None:
    """Those that die faster than they are reaped kept lifeinit from a stop request. None of these 1,500 is lost."""
    through = ["strace", "-qq", "-o", "trace", "-e", "trace=wait4,rt_sigtimedwait", "-e", "signal=none"]
    running = init(
        "sh", "-c", f"kill -STOP $PPID; exec {shlex.join(python('orphans', '1500', 'count'))}", through=through
    )
    running.expect("zombies 1500")
    os.kill(running.child(), signal.SIGCONT)
    assert running.status() == 0
    turns = (tmp_path / "trace").read_text().split("rt_sigtimedwait(")
    reaped = [turn.count("}], WNOHANG") for turn in turns]
    assert sum(reaped) == 1500 + 1  # the app
    assert max(reaped) <= 2 * 512  # the second at the begin of cleanup


@pytest.mark.usefixtures("namespaces")
def test_without_an_init_orphans_stay_zombies(tmp_path: Path) -> None:
    """The control of every test of reaping: here PID 1 is no init, and the zombies are there."""
    running = Running(python("outer", *python("orphans", "50", "count")), tmp_path, base_environment())
    running.expect("zombies 50")
    assert running.rest()[-1] == "50 left"
    running.end()


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_what_the_app_leaves_behind_gets_a_term_and_a_moment(init: Start, subreaper: bool) -> None:
    """Also what has left its session. The kernel alone would KILL it."""
    left_behind = "trap 'echo gently; exit' TERM; echo here; read x < fifo"
    app = f'mkfifo fifo; setsid sh -c "{left_behind}" & read line < fifo2; exit 3'
    running = init("sh", "-c", f"mkfifo fifo2; {app}".replace("echo here;", "echo > fifo2;"), subreaper=subreaper)
    running.expect("gently")
    if subreaper:
        running.expect("nothing left")
    assert running.status() == 3


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_what_ignores_that_term_is_killed(init: Start, subreaper: bool) -> None:
    app = "mkfifo fifo; setsid sh -c \"trap '' TERM; echo > fifo; while :; do sleep 60; done\" & read x < fifo; exit 3"
    running = init("sh", "-c", app, subreaper=subreaper)
    assert running.rest() == (["nothing left"] if subreaper else [])
    assert running.status() == 3
    assert running.stderr() == ["lifeinit: leftover processes did not stop in time: sending SIGKILL"]


def test_a_second_stop_signal_reaches_the_app_too(init: Start) -> None:
    """Celery and uvicorn escalate on it."""
    running = init(*listener("INT=4"))
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("TERM")
    running.send(signal.SIGTERM)
    running.expect("TERM")
    running.send(signal.SIGINT)
    running.expect("INT")
    assert running.status() == 4


def test_a_stopped_app_is_woken_by_a_stop_request(init: Start) -> None:
    running = init("sh", "-c", "trap 'echo bye; exit 9' TERM; echo ready; kill -STOP $$; echo woken")
    running.expect("ready")
    running.send(signal.SIGTERM)
    assert running.line() in {"woken", "bye"}
    running.rest()
    assert running.status() in {0, 9}


def test_a_plain_init_that_kills_says_so(init: Start) -> None:
    """Else 137 looks like the kernel's."""
    running = init(*listener(), env={"LIFEINIT_STOP_TIMEOUT": "300ms"})
    running.expect("ready")
    running.send(signal.SIGTERM)
    assert running.status() == 137
    assert running.stderr() == ["lifeinit: the app did not stop in time: sending SIGKILL"]
