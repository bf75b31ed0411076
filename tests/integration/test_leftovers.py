"""What the app leaves behind is terminated, however little the kernel allows."""

import os
import subprocess
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener
from tests.integration.strace import failing


def test_a_killed_namespace_leaves_nothing(init: Start) -> None:
    """The control of the harness: what is left of a test goes with its PID 1."""
    running = init(*listener(), hooks="")
    running.expect("ready")
    os.kill(running.pid, SIGKILL)
    assert running.rest() == []


@needs.STRACE
def test_no_subreaper_can_be_had(init: Start) -> None:
    """It is said, and the app runs all the same: its orphans go to whoever is PID 1."""
    through = failing("prctl:error=EPERM", follow=False)
    running = init("sh", "-c", "echo app; exit 4", options=["-v", "-p", "TERM"], through=through, subreaper=True)
    assert "app" in running.rest()
    said = running.stderr()
    assert said[0] == "lifeinit: cannot become a subreaper, so orphans go to PID 1: Operation not permitted"
    assert said[1] == "lifeinit: cannot watch for the parent's death: Operation not permitted"
    assert said[2].endswith(", not as a subreaper")


@needs.STRACE
@pytest.mark.parametrize(
    "call", ["pidfd_open:error=ENOSYS", "pidfd_open:error=EMFILE", "pidfd_send_signal:error=EPERM"]
)
def test_without_pidfds_what_is_left_behind_is_ended_all_the_same(init: Start, call: str) -> None:
    """By its pid, where lifeinit is not PID 1."""
    through = failing(call, follow=False)
    running = init("sh", "-c", "setsid sleep 60 & exit 3", through=through, subreaper=True)
    assert running.rest() == ["nothing left"]
    assert running.status() == 3


# Between two lives: what descends from this life, and nothing else.

RESTART = 'app.restart = "on-failure"\n'


def lives(*names: str, first: str) -> str:
    """An app whose first life does this and fails; the second says whose processes live. NAME.pid holds a pid."""
    says = f'for name in {" ".join(names)}; do kill -0 $(cat $name.pid) 2> /dev/null && echo "$name lives"; done'
    return f"if test -e again; then {says}; exit 0; fi; echo > again; {first}; exit 3"


def test_a_restart_leaves_alone_what_the_entrypoint_had_started(init: Start) -> None:
    """Also its orphan, which is handed to lifeinit later. What the app had started is terminated."""
    entrypoint = (
        "sleep 1000 & echo $! > helper.pid; (sh -c 'sleep 1000 & echo $! > worker.pid; read x < go') & exec \"$@\""
    )
    app = lives("helper", "worker", "own", first="setsid sleep 1000 & echo $! > own.pid; echo > go")
    running = init("sh", "-c", app, hooks=RESTART, through=["sh", "-c", entrypoint, "-"], fifo="go")
    assert running.rest() == ["helper lives", "worker lives"]
    assert running.status() == 0


@needs.program("nsenter")
@needs.ROOT
def test_a_restart_leaves_alone_who_entered_from_outside(init: Start, tmp_path: Path) -> None:
    """As `docker exec` and health checks do: they have no parent inside, and their orphans are handed to PID 1."""
    first = "setsid sleep 1000 & echo $! > own.pid; echo up; read x < go"
    app = lives("orphan", "daemon", "session", "own", first=first)
    running = init("sh", "-c", app, hooks=RESTART, fifo="go")
    running.expect("up")
    entered = ["nsenter", "--target", str(running.pid), "--pid", "--mount", "setsid", "--wait", "sh", "-c"]
    quiet, there = "> /dev/null 2>&1", f"cd {tmp_path}"
    leave = f"{there}; sleep 1000 {quiet} & echo $! > orphan.pid; setsid sleep 1000 {quiet} & echo $! > daemon.pid"
    subprocess.run([*entered, leave], check=True, cwd=tmp_path)
    os.mkfifo(tmp_path / "stay")
    command = [*entered, f"{there}; echo $$ > session.pid; echo in; read x < stay; exit 5"]
    stays = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    try:
        assert stays.stdout is not None
        assert stays.stdout.readline() == b"in\n"
        (tmp_path / "go").write_text("go\n")
        assert running.rest() == ["orphan lives", "daemon lives", "session lives"]
        assert running.status() == 0
    finally:
        stays.kill()
        stays.communicate()


@needs.program("nsenter")
@needs.ROOT
@pytest.mark.skipif(not Path("/proc/sys/kernel/ns_last_pid").exists(), reason="the kernel lets nobody choose a pid")
def test_a_restart_leaves_alone_who_has_the_number_of_an_old_session(init: Start, tmp_path: Path) -> None:
    """An app that forks often enough decides whose pid comes next: a docker exec session got a hook's, and SIGKILL."""
    second = "if test -e again; then echo second life; exec sleep 1000; fi; echo > again"
    app = f"{second}; echo first life; read x < go; exit 3"
    hooks = "pre_start = 'test -e hook || echo $$ > hook'\n" + RESTART
    running = init("sh", "-c", app, hooks=hooks, fifo="go")
    running.expect("first life")
    number = int((tmp_path / "hook").read_text())
    inside = ["nsenter", f"--target={running.pid}", "--pid", "--mount"]
    subprocess.run([*inside, "sh", "-c", f"echo {number - 1} > /proc/sys/kernel/ns_last_pid"], check=True)
    session = "echo $$; sleep 1000 & wait"
    with subprocess.Popen([*inside, "setsid", "sh", "-c", session], stdout=subprocess.PIPE, text=True) as entered:
        assert entered.stdout is not None
        assert entered.stdout.readline() == f"{number}\n"
        (tmp_path / "go").write_text("go\n")
        running.expect("second life")
        assert entered.poll() is None
        running.end()


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_a_restart_ends_what_hooks_and_app_had_left_but_no_daemon_of_a_hook_that_is_done(
    init: Start, subreaper: bool
) -> None:
    """All of them are orphans in sessions of their own, in which nothing of their parents is to be seen."""
    daemon = "sh -c '(setsid sleep 1000 & echo $! > {name}.pid) > /dev/null'"
    hooks = f"""
        {RESTART}
        [[pre_start]]
        command = "{daemon.format(name="once")}"
        once = true
        [[pre_start]]
        command = "{daemon.format(name="each")}"
    """
    app = lives("once", "first", "app", first=f"mv each.pid first.pid; {daemon.format(name='app')}")
    running = init("sh", "-c", app, hooks=hooks, subreaper=subreaper)
    assert [line for line in running.rest() if "left" not in line] == ["once lives"]
    assert running.status() == 0


def many(count: int) -> str:
    """An app that leaves so many processes behind, each in a session of its own, and exits with 3."""
    until = f"until test $(ls -d /proc/[0-9]* | wc -l) -gt {count}; do :; done"
    return f"for i in $(seq {count}); do setsid sleep 1000 & done; {until}; exit 3"


@needs.STRACE
def test_a_subreaper_reads_proc_a_few_times_for_all_that_is_left(init: Start, tmp_path: Path) -> None:
    """It did once for each of them: 400 took 5.6 s. Of 100 here each is read a few times, whatever their number."""
    through = ["strace", "-qq", "-o", "trace", "-e", "trace=openat,pidfd_open", "-e", "signal=none"]
    running = init("sh", "-c", many(100), hooks="", through=through)
    assert running.status() == 3
    calls = [line for line in (tmp_path / "trace").read_text().splitlines() if "/proc/" in line or "pidfd" in line]
    assert 100 <= len(calls) <= 100 * 5


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_leftovers_that_fork_and_ignore_sigterm_cannot_outlast_the_budget(
    init: Start, tmp_path: Path, subreaper: bool
) -> None:
    """100 of them once took 19 s. Cleanup ends within the budget, or the post_stop hook would not be run any more."""
    (tmp_path / "forks").write_text("trap '' TERM; while :; do (exit 0) & wait $!; done")
    hooks = 'stop_timeout = "10s"\npost_stop = "echo post_stop"\n'
    app = (
        "trap 'exit 3' TERM; for i in $(seq 100); do setsid sh forks & done; echo up; while :; do sleep 1 & wait; done"
    )
    running = init("sh", "-c", app, hooks=hooks, subreaper=subreaper)
    running.expect("up")
    os.kill(running.child() if subreaper else running.pid, SIGTERM)
    lines = running.rest()
    assert "post_stop" in lines
    assert running.status() == 3
    assert not subreaper or lines[-1] == "nothing left"
