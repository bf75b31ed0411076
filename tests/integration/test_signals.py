"""Signals: each one, in each phase in which the app lives."""

import os
import random
import re
import signal
import sys
import time
from pathlib import Path
from signal import SIGCONT

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener, python, state
from tests.integration.strace import failing

STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
OTHERS = sorted(signal.valid_signals() - STOPS - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD})


def name_of(signo: int) -> str:
    return signal.Signals(signo).name[3:] if signo in list(signal.Signals) else str(signo)


def reach(running: Running, phase: str) -> None:
    """Bring a lifeinit with the hooks of `HOOKS` into a phase."""
    running.expect("ready")
    running.expect("post_start")
    if phase == "post_start":
        return
    running.send(signal.SIGTERM)
    running.expect("pre_stop")
    if phase == "stopping":
        running.send(signal.SIGINT)
        running.expect("TERM")


HOOKS = """
post_start = "read x < up; echo post_start; sleep 60"
pre_stop = "echo pre_stop; sleep 60"
"""


@pytest.mark.parametrize("phase", ["post_start", "pre_stop", "stopping"])
def test_every_signal_in_every_phase(init: Start, phase: str) -> None:
    """Unchanged, the realtime ones and TTIN, TTOU and TSTP too. One after the other, so that none coalesces."""
    running = init(*listener("TELL=up"), hooks=HOOKS, fifo="up")
    reach(running, phase)
    for signo in [*OTHERS, *(STOPS if phase == "stopping" else [])]:
        running.send(signo)
        running.expect(name_of(signo))


def test_stop_scope_group_is_for_every_signal(init: Start) -> None:
    """As under tini -g: here the worker of a shell that ignores USR1."""
    worker = " ".join(f"'{word}'" for word in listener("USR1=0"))
    running = init("sh", "-c", f"trap '' USR1; {worker}; echo app", options=["-g"])
    running.expect("ready")
    running.send(signal.SIGUSR1)
    running.expect("USR1", "app")


@pytest.mark.parametrize(
    ("options", "env", "hooks"),
    [
        (("-r", "15:3", "-r", "HUP:USR2", "--rewrite", "USR1:"), {}, None),
        ((), {"LIFEINIT_REWRITE": "TERM:QUIT SIGHUP:12 10:0"}, None),
        ((), {}, '[signals]\nTERM = "QUIT"\nHUP = "SIGUSR2"\nUSR1 = ""\n'),
        (("-r", "HUP:USR2"), {}, '[signals]\nTERM = "QUIT"\nHUP = "WINCH"\nUSR1 = ""\n'),
    ],
    ids=["options", "environment", "file", "option over file"],
)
def test_rewritten_and_dropped_signals(
    init: Start, options: tuple[str, ...], env: dict[str, str], hooks: str | None
) -> None:
    running = init(*listener(), options=options, env=env, hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGUSR1)  # dropped: nothing of it is seen before the next one
    running.send(signal.SIGHUP)
    running.expect("USR2")
    running.send(signal.SIGTERM)
    running.expect("QUIT")
    running.send(signal.SIGTERM)
    running.expect("QUIT")


def test_a_stop_signal_that_is_dropped_asks_for_no_stop(init: Start) -> None:
    running = init(*listener("USR1=3"), hooks='pre_stop = "echo never"\n[signals]\nTERM = ""\n')
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.send(signal.SIGUSR1)
    assert running.rest() == ["USR1"]
    assert running.status() == 3


def test_sigchld_is_lifeinits_own(init: Start) -> None:
    """Neither that of a dying hook nor one that somebody sends. The control: one that is sent to the app itself."""
    hooks = """
        [[post_start]]
        command = "read x < up"
        [[post_start]]
        command = "kill -CHLD $LIFEINIT_PID; kill -WINCH $LIFEINIT_PID"
    """
    running = init(*listener("CHLD=3", "TELL=up"), hooks=hooks, fifo="up")
    running.expect("ready", "WINCH")
    app = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()[0]
    os.kill(int(app), signal.SIGCHLD)
    running.expect("CHLD")
    assert running.status() == 3


def test_100_000_signals(init: Start) -> None:
    """Standard signals coalesce, but the last of each kind arrives; and PID 1 does not grow."""
    kinds = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH]
    running = init(*listener("QUIT=0"))
    running.expect("ready")
    pid = running.pid
    os.kill(pid, signal.SIGALRM)
    running.expect("ALRM")
    before = _memory_kb(pid)
    chosen = random.Random(1)
    for _ in range(100_000):
        os.kill(pid, chosen.choice(kinds))
    os.kill(pid, signal.SIGVTALRM)  # numbered above them except WINCH, so forwarded when they are
    seen: set[str] = set()
    while not {"HUP", "USR1", "USR2", "WINCH", "VTALRM"} <= seen:
        seen.add(running.line())
    for kind in kinds:
        os.kill(pid, kind)
        while running.line() != name_of(kind):
            pass
    assert _memory_kb(pid) <= before + 64
    os.kill(pid, signal.SIGQUIT)
    running.rest()
    assert running.status() == 0


def test_realtime_signals_queue_and_none_is_lost(init: Start) -> None:
    running = init(*listener())
    running.expect("ready")
    for _ in range(1000):
        running.send(signal.SIGRTMIN + 5)
    running.send(signal.SIGRTMIN + 6)
    running.expect(*[str(signal.SIGRTMIN + 5)] * 1000, str(signal.SIGRTMIN + 6))


def test_who_sent_a_signal_is_told_with_v(init: Start) -> None:
    realtime = signal.SIGRTMIN + 6
    hooks = f'post_start = "read x < up; echo $$; kill -HUP $LIFEINIT_PID; kill -{realtime} $LIFEINIT_PID"'
    running = init(*listener(f"{realtime}=3", "TELL=up"), options=["-v"], hooks=hooks, fifo="up")
    running.expect("ready")
    sender = running.line()
    running.expect("HUP", f"{realtime}")
    assert running.status() == 3
    said = running.stderr()
    assert said[0] == "lifeinit: runs as PID 1"
    assert f"lifeinit: SIGHUP from pid {sender}, uid 0: SIGHUP to the app" in said
    assert f"lifeinit: SIGRTMIN+6 from pid {sender}, uid 0: SIGRTMIN+6 to the app" in said


def test_a_signal_that_is_not_passed_on_is_told_with_v(init: Start) -> None:
    running = init("true", hooks='pre_start = "kill -USR1 $LIFEINIT_PID"', options=["-v"])
    assert running.status() == 0
    assert any(re.search(r"SIGUSR1 from pid \d+, uid 0: nothing to the app", line) for line in running.stderr())


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("option", ["-g", "-c"])
def test_100_of_100_terms_that_were_pending_at_the_start_reach_the_app(tmp_path: Path, option: str) -> None:
    """Between fork and exec the app is in no group of its own yet: whoever signals it then signals nobody."""
    app = listener("TERM=7")
    running = Running(python("pending", "100", str(LIFEINIT), option, "--", *app), tmp_path, base_environment())
    lines = [line for line in running.rest() if line not in {"ready", "TERM", "CONT"}]
    assert lines == ["7"] * 100
    running.end()


def test_gunicorns_ttin_does_not_stop_it(init: Start) -> None:
    """Its default action would: dumb-init changes it to STOP, and gunicorn freezes."""
    running = init("sh", "-c", "trap 'echo worker added' TTIN; echo ready; while :; do sleep 0.1; done")
    running.expect("ready")
    running.send(signal.SIGTTIN)
    running.expect("worker added")


def _memory_kb(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition("Private_Dirty:")[2].split()[0])


TWO = 'pre_stop = "true"\npost_stop = "echo post_stop"\n'


@needs.ROOT
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


def test_an_app_without_a_terminal_that_stops_itself(init: Start) -> None:
    running = init("sh", "-c", "echo up; kill -TSTP $$; echo back; exit 4")
    running.expect("up")
    app = int(Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text())
    while state(app) != "T":
        assert running.process.poll() is None
    running.send(SIGCONT)
    running.expect("back")
    assert running.status() == 4


@pytest.mark.parametrize("hooks", [None, 'post_stop = "true"'], ids=["plain", "hooks"])
def test_an_app_that_is_not_stopped_gets_no_sigcont(init: Start, hooks: str | None) -> None:
    """Nobody sent it: an app that reports its signals, or reloads on them, got one with each stop."""
    running = init(*listener("USR1=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("TERM")
    running.send(signal.SIGUSR1)
    assert running.rest() == ["USR1"]


@pytest.mark.parametrize("hooks", [None, 'post_stop = "true"'], ids=["plain", "hooks"])
@pytest.mark.parametrize("options", [(), ("-g",)], ids=["process", "group"])
def test_a_stopped_app_is_woken_for_its_stop(init: Start, hooks: str | None, options: tuple[str, ...]) -> None:
    """A stopped process acts on nothing but SIGCONT and SIGKILL."""
    running = init(*listener("TERM=0"), hooks=hooks, options=options)
    running.expect("ready")
    app = running.child()
    os.kill(app, signal.SIGSTOP)
    while state(app) != "T":
        pass
    running.send(signal.SIGTERM)
    assert "TERM" in running.rest()
    assert running.status() == 0


def test_leftover_processes_get_a_sigcont_only_if_they_are_stopped(init: Start) -> None:
    """One runs and says which signals it gets; the other has stopped itself, and ends on the SIGTERM it was sent."""
    runs = " ".join(f"'{word}'" for word in listener("TERM=0", "TELL=up"))
    stopped = "trap 'echo woken; exit' TERM; kill -STOP $$; while :; do sleep 0.1; done"
    # SIGTERM first and the stop after it would leave a process that only SIGKILL ends.
    until = 'until grep -q "^State:.T" /proc/$!/status; do :; done'
    app = f'setsid {runs} & read x < up; setsid sh -c "{stopped}" & {until}; exit 3'
    running = init("sh", "-c", app.replace("$$", r"\$\$"), fifo="up")
    assert sorted(running.rest()) == ["TERM", "ready", "woken"]
    assert running.status() == 3


# Sends lifeinit, its parent, USR1 and USR2 for as long as that one lives.
FLOODS = """
import os, signal
for signo in (signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(signo, signal.SIG_IGN)
parent = os.getppid()
if os.fork():
    print("ready", flush=True)
    signal.pause()
while True:
    os.kill(parent, signal.SIGUSR1)
    os.kill(parent, signal.SIGUSR2)
"""


@needs.STRACE
def test_a_flood_of_lower_signals_holds_up_no_stop_request(init: Start) -> None:
    """The kernel hands out the lowest number first, and there is always one of these again."""
    slow = failing("rt_sigtimedwait:delay_enter=200000", follow=False)
    running = init(sys.executable, "-c", FLOODS, through=slow)
    running.expect("ready")
    os.kill(running.child(), signal.SIGTERM)
    assert running.status() == 143


# Queues 100 realtime signals for lifeinit, its parent, and exits.
QUEUES = """
import ctypes, os, signal
for signo in range(34, 65):
    signal.signal(signo, signal.SIG_IGN)
print("ready", flush=True)
open("go").read()
for number in range(100):
    ctypes.CDLL(None).sigqueue(os.getppid(), 40, None)
print("queued", flush=True)
"""


@needs.STRACE
def test_a_long_queue_of_signals_delays_neither_a_death_nor_a_timer(init: Start, tmp_path: Path) -> None:
    """With thousands of them in the queue, the kernel takes milliseconds for each. Here it takes 100 for one of 100."""
    slow = failing("rt_sigtimedwait:delay_enter=100000", follow=False)
    running = init(sys.executable, "-c", QUEUES, through=slow, fifo="go")
    running.expect("ready")
    (tmp_path / "go").write_text("")
    running.expect("queued")
    began = time.monotonic()
    assert running.status() == 0
    assert time.monotonic() - began < 5
