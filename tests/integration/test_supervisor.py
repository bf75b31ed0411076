"""What the supervisor does between two wake-ups: who has died, whom a signal goes to, how long something took."""

import json
import os
import sys
import time
from pathlib import Path
from signal import SIGCONT, SIGRTMIN, SIGSTOP, SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, PATIENCE, Running, listener, python, state
from tests.integration.test_exports import left_over

LOOP = "while :; do sleep 0.05; done"


def wait_for(running: Running, words: str, without: str) -> None:
    """Until a line has the words; none may have the others."""
    while not any(words in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
        assert not any(without in line for line in running.stderr()), running.stderr()


def test_each_probe_speaks_for_its_own_process(init: Start, tmp_path: Path) -> None:
    """The second process is ready first."""
    hooks = 'post_start = "echo post_start"\n'
    for name in ("web", "worker"):
        command = json.dumps(listener("TERM=0"))
        hooks += f"""
            [process.{name}]
            command = {command}
            ready = {{ file = "{tmp_path}/{name}", interval = 0.02 }}
        """
    running = init(hooks=hooks)
    running.expect("ready", "ready")
    (tmp_path / "worker").touch()
    wait_for(running, "worker is ready", without="web is ready")
    (tmp_path / "web").touch()
    wait_for(running, "web is ready", without="not ready")
    running.expect("post_start")


@needs.STRACE
def test_nothing_is_sent_to_a_probe_that_is_over(init: Start, tmp_path: Path) -> None:
    """Its pid may be another's by then. The control is a hook that is terminated, which is there: it has said so.

    A hook with a timeout was killed before its exec, without a SIGTERM, where that took too long.
    """
    hooks = """
        ready.command = "true"
        post_start = "echo here; exec sleep 60"
    """
    through = ["strace", "-qq", "-o", "trace", "-e", "trace=kill,pidfd_send_signal", "-e", "signal=none"]
    running = init("sh", "-c", "read x < go; exit 4", hooks=hooks, through=through, fifo="go")
    running.expect("here")
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 4
    calls = [line for line in (tmp_path / "trace").read_text().splitlines() if "SIG" in line]
    sent = [call.partition(" = ") for call in calls]
    assert any("SIGTERM" in call for call, _, _ in sent), running.stderr()
    assert {result for _, _, result in sent} == {"0"}


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_what_is_left_behind_and_stopped_is_woken_for_its_term(init: Start, tmp_path: Path, subreaper: bool) -> None:
    """A session of its own: the kernel wakes nobody there when the app is gone."""
    (tmp_path / "left").write_text(f"trap 'echo woken; exit' TERM\necho > up\n{LOOP}")
    app = "setsid sh left & read x < up; kill -STOP $!; exit 3"
    running = init("sh", "-c", app, subreaper=subreaper, fifo="up")
    running.expect("woken")
    running.rest()
    assert running.status() == 3


def test_how_long_each_took_is_its_own_time(init: Start) -> None:
    """And the app's its own, from its start. Nor is a pause's that of the hook before: all together are the whole."""
    began = time.monotonic()
    hooks = 'pre_start = { sleep = 1 }\npost_stop = [{ command = "sleep 1" }, { sleep = 0 }]\n'
    running = init("sleep", "1", hooks=hooks, options=["--log-format", "json"])
    assert running.status() == 0
    whole = time.monotonic() - began
    told = [line["seconds"] for line in map(json.loads, running.stderr())]
    assert len(told) == 4
    assert 3 <= sum(told) <= whole


@needs.STRACE
def test_an_app_that_does_not_die_of_sigkill_is_given_up(init: Start) -> None:
    """As one that is stuck in the kernel. Here nothing can be sent to it; cleanup, which has another call, ends it."""
    hooks = """
        stop_timeout = "3s"
        post_stop = { command = "echo ${LIFEINIT_CHILD_PID-unset} $LIFEINIT_EXIT_CODE", timeout = "500ms" }
    """
    through = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=kill:error=EPERM:when=2+"]
    running = init(*listener("TERM=0"), hooks=hooks, through=through)
    running.expect("ready")
    os.kill(running.child(), SIGTERM)
    running.expect("TERM", "unset 137")
    assert running.status() == 137
    assert running.stderr().count("lifeinit: app exited 137 (SIGKILL)") == 1
    assert not any("app exited 0" in line for line in running.stderr())


@needs.STRACE
def test_a_hook_that_does_not_die_of_sigkill_is_given_up(init: Start) -> None:
    """With the file for its variables: nobody will read it any more. Cleanup, which is not refused, ends it."""
    hooks = """
        kill_after = "50ms"
        [[pre_start]]
        command = "echo $LIFEINIT_ENV > path; read x < never"
        timeout = "500ms"
        on_failure = "warn"
    """
    refused = ("-e", "inject=kill:error=EPERM:when=2+", "-e", "inject=pidfd_send_signal:error=EPERM:when=1..2")
    through = ["strace", "-qq", "-o", "/dev/null", *refused]
    app = 'read path < path; test -e "$path" && echo there; echo ${path%-*}'
    running = init("sh", "-c", app, hooks=hooks, through=through, fifo="never")
    assert running.rest() == ["/dev/shm/lifeinit-env"]
    assert running.status() == 0
    assert "lifeinit: pre_start[0]: timed out after 0.5 s; continuing" in running.stderr()


def test_who_asks_for_less_time_than_is_left_loses_none(init: Start, tmp_path: Path) -> None:
    running = init(*python("notifier"), hooks='ready = "notify"\npost_start = "echo post_start"\n', fifo="go")
    running.expect("started")
    for line in ("EXTEND_TIMEOUT_USEC=1", "STATUS=still here"):
        (tmp_path / "go").write_text(f"{line}\n")
        running.expect(line)
    (tmp_path / "go").write_text("READY=1\n")
    assert sorted([running.line(), running.line()]) == ["READY=1", "post_start"]


def test_a_line_has_the_pid_of_whom_it_is_about(init: Start, tmp_path: Path) -> None:
    """A pause has none, nor has a hook that cannot run."""
    hooks = """
        post_start = "echo $$"
        post_stop = [{ command = "echo $$" }, { command = ["no-such-program"] }, { command = "echo $$" }, { sleep = 0 }]
    """
    running = init("sh", "-c", "read x < go; echo $$", hooks=hooks, options=["--log-format", "json"], fifo="go")
    post_start = running.line()
    wait_for(running, "hook_ok", without="app_exited")
    (tmp_path / "go").write_text("go\n")
    app, *post_stop = running.rest()
    told = [(line["event"], line["pid"]) for line in map(json.loads, running.stderr())]
    assert told == [
        ("hook_ok", int(post_start)),
        ("app_exited", int(app)),
        ("hook_ok", int(post_stop[0])),
        ("hook_failed", None),
        ("hook_ok", int(post_stop[1])),
        ("hook_ok", None),
    ]


def test_a_line_that_is_about_nobody_has_no_pid(init: Start) -> None:
    running = init(*listener("TERM=0"), hooks="", options=["--log-format", "json"])
    running.expect("ready")
    running.send(SIGTERM)
    assert running.status() == 0
    pids = {line["event"]: line["pid"] for line in map(json.loads, running.stderr())}
    assert pids["stop_requested"] is None
    assert pids["app_exited"] > 1


def test_a_hook_that_cannot_run_leaves_no_file_for_its_variables(init: Start) -> None:
    before = left_over()
    hooks = '[[pre_start]]\ncommand = ["no-such-program"]\non_failure = "warn"\n'
    assert init("true", hooks=hooks).status() == 0
    end = time.monotonic() + PATIENCE
    while left := left_over() - before:  # those of other tests, which run beside this one, go; one of ours would stay
        assert time.monotonic() < end, left


def test_a_timer_whose_hook_is_over_ends_no_later_one(init: Start) -> None:
    hooks = 'pre_start = [{ sleep = 0, timeout = "100ms" }, { sleep = "300ms" }]\n'
    assert init("echo", "app", hooks=hooks).rest() == ["app"]


def test_a_plain_init_passes_on_what_the_kernel_sends_for_a_descriptor(init: Start, tmp_path: Path) -> None:
    """With hooks the kernel tells lifeinit of its own sockets in this way. fcntl(2), F_SETOWN, F_SETSIG"""
    program = """
import fcntl, os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMAX])
ours, theirs = socket.socketpair()
fcntl.fcntl(ours, fcntl.F_SETOWN, os.getppid())
fcntl.fcntl(ours, 10, signal.SIGRTMAX)
fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
theirs.send(b".")
print(signal.sigwait([signal.SIGRTMAX]).name, flush=True)
"""
    (tmp_path / "app.py").write_text(program)
    running = init(sys.executable, "-I", "-S", "app.py")
    running.expect("SIGRTMAX")
    assert running.status() == 0


@pytest.mark.parametrize("hooks", [None, "stop_timeout = 20\n"], ids=["plain", "hooks"])
def test_cleanup_is_over_when_nothing_is_left(init: Start, hooks: str | None) -> None:
    """Not only when its moment is over, which would be told."""
    running = init("sh", "-c", "setsid sleep 60 & exit 3", hooks=hooks)
    assert running.status() == 3
    assert not any("left behind" in line for line in running.stderr())


def test_a_probe_that_is_ended_is_no_orphan(init: Start) -> None:
    """What -w tells of. The control is one that the app has left behind."""
    app = "trap 'exit 3' TERM; setsid sleep 60 & echo ready; wait"
    running = init("sh", "-c", app, hooks='ready.command = "false"\n', options=["-w"])
    running.expect("ready")
    running.send(SIGTERM)
    assert running.status() == 3
    assert len([line for line in running.stderr() if "reaped the orphan" in line]) == 1


def test_of_a_flood_a_part_is_read_before_a_death_is_seen_to(init: Start, tmp_path: Path) -> None:
    """Else who never stops sending realtime signals would keep lifeinit from everything else."""
    running = init("sh", "-c", "echo up; read x < go", hooks='post_stop = "true"\n', options=["-v"], fifo="go")
    running.expect("up")
    app = running.child()
    running.stop()
    for _ in range(300):
        running.send(SIGRTMIN)
    (tmp_path / "go").write_text("go\n")
    while state(app) != "Z":
        pass
    running.send(SIGCONT)
    assert running.status() == 0
    said = running.stderr()
    exited = next(number for number, line in enumerate(said) if "app exited" in line)
    assert any("SIGRTMIN" in line for line in said[:exited])
    assert any("SIGRTMIN" in line for line in said[exited:])


def test_mainpid_of_a_probe_is_refused(init: Start, tmp_path: Path) -> None:
    program = """
import os, pathlib, socket
probe = 0
while not probe:
    for pid in pathlib.Path("/proc/1/task/1/children").read_text().split():
        if b"lifeinit-probe" in pathlib.Path(f"/proc/{pid}/comm").read_bytes():
            probe = int(pid)
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(b"MAINPID=%d" % probe, "\\0" + os.environ["NOTIFY_SOCKET"][1:])
os._exit(5)
"""
    (tmp_path / "web.py").write_text(program)
    hooks = f"""
        [process.web]
        command = {json.dumps([sys.executable, "-I", "-S", "web.py"])}
        ready = "notify"
        [process.worker]
        command = "exec sleep 60"
        ready.command = "false"
    """
    running = init(hooks=hooks)
    assert running.status() == 5
    assert any("is ignored: it is not a process of the app" in line for line in running.stderr())


def test_a_hook_that_is_stopped_and_woken_goes_on(init: Start) -> None:
    """Only one that the terminal has stopped would be so for ever."""
    waker = "until grep -q '^State:.T' /proc/$$/status; do :; done; kill -CONT $$"
    running = init("echo", "app", hooks=f'pre_start = """({waker}) & kill -STOP $$; echo on"""\n')
    assert running.rest() == ["on", "app"]
    assert running.status() == 0


def test_the_death_of_an_orphan_is_not_the_hooks(init: Start, tmp_path: Path) -> None:
    hooks = "pre_start = '(setsid sh -c \"exit 7\" &); read x < go'\n"
    running = init("echo", "app", hooks=hooks, options=["-w"], fifo="go")
    wait_for(running, "which exited 7", without="pre_start")
    (tmp_path / "go").write_text("go\n")
    assert running.rest() == ["app"]
    assert running.status() == 0


def test_a_death_does_not_shorten_a_pause(init: Start, tmp_path: Path) -> None:
    """The hook before it was taken for the one that is over now."""
    hooks = "pre_start = [{ command = '(read x < go) &' }, { sleep = 1 }]\n"
    running = init("true", hooks=hooks, options=["--log-format", "json"], fifo="go")
    wait_for(running, '"pre_start[0]"', without='"pre_start[1]"')
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 0
    told = {line["hook"]: line["seconds"] for line in map(json.loads, running.stderr())}
    assert told["pre_start[1]"] >= 1


def test_what_a_stop_request_has_brought_to_the_app_is_told_with_v(init: Start) -> None:
    """The signals, and nothing else of what was done about it."""
    running = init(*listener("TERM=0"), hooks="stop_timeout = 20\n", options=["-v"])
    running.expect("ready")
    running.send(SIGTERM)
    assert running.status() == 0
    assert any(line.endswith(": SIGTERM to the app") for line in running.stderr())


def test_the_state_is_new_whether_or_not_a_hook_asks(init: Start) -> None:
    """A hook finds itself in it; without one it changes all the same."""
    running = init(*listener("TERM=0"), hooks=f'pre_start = "{LIFEINIT} health || true"\n')
    assert running.line().startswith("not ready: pre_start[0] has been running for ")
    running.expect("ready")
    end = time.monotonic() + PATIENCE
    while (state := running.published()) is None or state.phase != "running":
        assert time.monotonic() < end, state


def test_post_stop_waits_for_the_last_that_was_left_behind(init: Start, tmp_path: Path) -> None:
    """The death of another one is not the end of cleanup."""
    (tmp_path / "left").write_text(f"trap 'sleep 0.3; echo left; exit' TERM\necho > up\n{LOOP}")
    hooks = 'post_stop = "echo post_stop"\n'
    running = init("sh", "-c", "setsid sleep 60 & setsid sh left & read x < up; exit 3", hooks=hooks, fifo="up")
    assert running.rest() == ["left", "post_stop"]
    assert running.status() == 3


def test_the_signal_of_a_log_at_its_limit_is_not_the_apps(init: Start) -> None:
    """SIGXFSZ, which is kept like SIGPIPE: a log line of lifeinit's own has brought it."""
    second = "read x < up; kill -USR1 $LIFEINIT_CHILD_PID"
    hooks = f'post_start = [{{ command = "true" }}, {{ command = "{second}" }}]\n'
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "-"]
    running = init(*listener("TELL=up", "USR1=5"), hooks=hooks, through=limited, fifo="up")
    assert running.rest() == ["ready", "USR1"]
    assert running.status() == 5


def test_an_app_finds_the_state_at_once(init: Start) -> None:
    answer = "\n".join(init(str(LIFEINIT), "status", "--json", hooks="").rest())
    assert json.loads(answer)["state"]["phase"] in {"starting", "running"}


def test_the_last_sentence_is_not_said_twice(init: Start) -> None:
    """Where a line has just told why lifeinit exits as it does."""
    running = init("sh", "-c", "exit 3", hooks="")
    assert running.status() == 3
    assert running.stderr() == ["lifeinit: app exited 3"]


def test_a_wait_that_was_frozen_until_after_its_deadline(init: Start) -> None:
    """CPython handed out a signal that never came, with whatever number lay in its memory."""
    running = init("echo", "app", hooks="[[pre_start]]\nsleep = 0.2\n", options=["-v"])
    while not any("runs as" in line for line in running.stderr()):
        assert running.process.poll() is None
    running.send(SIGSTOP)
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        pass
    running.send(SIGCONT)
    assert running.rest() == ["app"]
    assert running.status() == 0
    assert [line for line in running.stderr() if "from pid" in line and "SIGCONT" not in line] == []
