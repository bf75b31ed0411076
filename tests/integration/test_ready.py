"""When the app counts as ready: post_start runs then, and not before."""

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM, SIGUSR1

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE, Running, children, listener, python, state

TOLD = 'post_start = "echo post_start"\n'
QUICK = 'interval = "20ms"'


@pytest.fixture
def tell(tmp_path: Path) -> Callable[[str], None]:
    """Writes a line to the fifo that the app reads."""

    def write(line: str = "go") -> None:
        (tmp_path / "go").write_text(f"{line}\n")

    return write


KINDS = {
    "tcp": ('tcp = "127.0.0.1:{port}"', ["tcp", "{port}"]),
    "tcp URL": ('tcp = "tcp://127.0.0.1:{port}"', ["tcp", "{port}"]),
    "http": ('http = "http://127.0.0.1:{port}/healthz"', ["http", "{port}", "204"]),
    "unix": ('unix = "{path}/socket"', ["unix", "{path}/socket"]),
    "file": ('file = "{path}/ready"', ["file", "{path}/ready"]),
    "command": ('command = ["test", "-e", "{path}/ready"]', ["file", "{path}/ready"]),
    "command line": ('command = "test -e {path}/ready"', ["file", "{path}/ready"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_post_start_waits_for_the_answer(
    init: Start, tmp_path: Path, port: int, tell: Callable[[], None], kind: str
) -> None:
    what, arguments = (
        KINDS[kind][0].format(port=port, path=tmp_path),
        [word.format(port=port, path=tmp_path) for word in KINDS[kind][1]],
    )
    hooks = f"{TOLD}[ready]\n{what}\n{QUICK}\n"
    running = init(*python("server", *arguments), hooks=hooks, fifo="go")
    running.expect("started")
    tell()
    running.expect("serves", "post_start")
    running.send(SIGTERM)
    assert running.status() == 143
    assert any(line.startswith("lifeinit: app is ready after ") for line in running.stderr())


def test_without_a_probe_post_start_does_not_wait(init: Start, tell: Callable[[], None]) -> None:
    """The control of the test above."""
    running = init(*python("server", "nothing"), hooks=TOLD, fifo="go")
    assert sorted([running.line(), running.line()]) == ["post_start", "started"]
    tell()
    running.expect("serves")


def test_an_answer_of_a_failure_is_no_answer(init: Start, port: int, tell: Callable[[], None]) -> None:
    hooks = f'{TOLD}[ready]\nhttp = "http://127.0.0.1:{port}/"\n{QUICK}\ntimeout = "500ms"\n'
    running = init(*python("server", "http", str(port), "503"), hooks=hooks, fifo="go")
    running.expect("started")
    tell()
    assert running.rest() == ["serves"]
    assert running.status() == 124
    assert "lifeinit: app is not ready: no answer within 0.5 s; the app is stopped" in running.stderr()
    assert running.stderr()[-1] == "lifeinit: exit status 124: app is not ready: no answer within 0.5 s"


def test_a_probe_whose_time_is_over_stops_the_app(init: Start) -> None:
    """Reason ready_timeout, status 124 whatever the app makes of its TERM, no pre_stop and no post_start."""
    hooks = f"""
        {TOLD}
        pre_stop = "echo pre_stop"
        post_stop = "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE $LIFEINIT_CHILD_EXIT_CODE"
        [ready]
        command = "false"
        {QUICK}
        timeout = "200ms"
    """
    early = ["env", "--block-signal=TERM"]  # an app that has not set its own mask yet keeps it pending
    running = init(*listener("TERM=0"), hooks=hooks, through=early)
    assert [line for line in running.rest() if line != "CONT"] == ["ready", "TERM", "ready_timeout 124 0"]
    assert running.status() == 124


def test_a_probe_that_only_warns(init: Start) -> None:
    hooks = f'{TOLD}[ready]\ncommand = "false"\n{QUICK}\ntimeout = "200ms"\non_failure = "warn"\n'
    running = init(*listener("TERM=0"), hooks=hooks)
    assert sorted([running.line(), running.line()]) == ["post_start", "ready"]
    running.send(SIGTERM)
    assert running.status() == 0
    assert "lifeinit: app is not ready: no answer within 0.2 s; continuing" in running.stderr()


def test_a_file_of_an_earlier_run_does_not_count(init: Start, tmp_path: Path, tell: Callable[[], None]) -> None:
    (tmp_path / "ready").touch()
    hooks = f'{TOLD}ready = "file://{tmp_path}/ready"\n'
    running = init(*python("server", "file", str(tmp_path / "ready")), hooks=hooks, fifo="go")
    running.expect("started")  # and not `stale`
    tell()
    running.expect("serves", "post_start")


def test_the_app_exits_before_it_is_ready(init: Start) -> None:
    hooks = f'{TOLD}post_stop = "echo $LIFEINIT_REASON"\nready = "tcp://127.0.0.1:1"\n'
    running = init("sh", "-c", "exit 7", hooks=hooks)
    assert running.rest() == ["exited"]
    assert running.status() == 7


def test_a_stop_request_before_the_app_is_ready(init: Start) -> None:
    """It lives, so pre_stop runs; the start never completed, so post_start does not."""
    hooks = f'{TOLD}pre_stop = "echo pre_stop"\nready = "tcp://127.0.0.1:1"\n'
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(SIGTERM)
    running.expect("pre_stop", "TERM")
    assert running.status() == 0


def test_signals_reach_an_app_that_is_not_ready(init: Start) -> None:
    running = init(*listener("TERM=0"), hooks='ready = "tcp://127.0.0.1:1"\n')
    running.expect("ready")
    running.send(SIGUSR1)
    running.expect("USR1")


def test_ready_after_a_while(init: Start) -> None:
    running = init(*listener("TERM=0"), hooks=f'{TOLD}ready = "50ms"\n')
    assert sorted([running.line(), running.line()]) == ["post_start", "ready"]
    running.send(SIGTERM)
    assert running.status() == 0
    assert re.fullmatch(r"lifeinit: app is ready after \d+\.\d s", running.stderr()[0])


def test_a_probe_is_ended_with_the_app(init: Start, tmp_path: Path) -> None:
    """A command that hangs is not left behind: cleanup has nothing to do."""
    os.mkfifo(tmp_path / "never")
    hooks = 'ready.command = "read x < never"\n'
    running = init(*listener("TERM=3"), hooks=hooks)
    running.expect("ready")
    running.send(SIGTERM)
    assert running.status() == 3
    assert not any("left behind" in line for line in running.stderr())


def test_a_probe_is_ended_with_all_of_its_group(init: Start) -> None:
    """Also the one that holds the connection. Both are stopped here, and woken for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        hooks = f'ready = "http://127.0.0.1:{server.getsockname()[1]}/"\n'
        running = init(*listener(), hooks=hooks)
        running.expect("ready")
        connection, _ = server.accept()
    with connection:
        (probe,) = (child for child in children(running.pid) if children(child))
        stop(probe)
        (asking,) = children(probe)
        stop(asking)
        running.send(SIGTERM)
        running.expect("TERM")
        while children(probe) or asking in children(running.pid):
            assert running.process.poll() is None, running.stderr()


@pytest.mark.parametrize(
    ("signo", "status", "sentence"), [(SIGKILL, 137, "was killed by SIGKILL"), (SIGUSR1, 138, "was killed by SIGUSR1")]
)
def test_a_probe_that_somebody_kills(init: Start, signo: int, status: int, sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        running = init(*listener("TERM=0"), hooks=f'ready = "http://127.0.0.1:{server.getsockname()[1]}/"\n')
        running.expect("ready")
        connection, _ = server.accept()
    with connection:
        (probe,) = (child for child in children(running.pid) if children(child))
        os.kill(probe, signo)
        assert running.status() == status
    assert f"lifeinit: app is not ready: its probe {sentence}; the app is stopped" in running.stderr()


def stop(pid: int) -> None:
    os.kill(pid, SIGSTOP)
    while state(pid) != "T":
        pass


def test_variables_in_a_target(init: Start, port: int, tell: Callable[[], None]) -> None:
    """Those of the environment, and those that a hook hands on."""
    hooks = f"""
        {TOLD}
        pre_start = "echo PORT={port} > $LIFEINIT_ENV"
        [ready]
        tcp = "$HOST_OF_IT:$PORT"
        {QUICK}
    """
    running = init(*python("server", "tcp", str(port)), hooks=hooks, fifo="go", env={"HOST_OF_IT": "127.0.0.1"})
    running.expect("started")
    tell()
    running.expect("serves", "post_start")


def test_a_target_that_cannot_be(init: Start) -> None:
    """A variable that is not set is an error when it runs: the app is stopped, the status is the probe's."""
    running = init(*listener("TERM=0"), hooks='ready = "tcp://$NOWHERE:5432"\n')
    running.rest()  # not even its "ready", where the stop comes first
    assert running.status() == 1
    assert "lifeinit: app is not ready: its probe failed; the app is stopped" in running.stderr()
    assert any('"$NOWHERE", which is not set' in line for line in running.stderr()), running.stderr()


# The ready file, and those who supervise lifeinit itself.


def test_the_ready_file_is_there_while_the_app_serves(init: Start, tmp_path: Path) -> None:
    """One of an earlier run is removed before the first hook; the stop removes it before the app ends."""
    (tmp_path / "up").touch()
    ready_file = tmp_path / "up"
    hooks = f"""
        ready_file = "{ready_file}"
        pre_start = "test ! -e {ready_file}"
        pre_stop = "while test -e {ready_file}; do sleep 0.02; done; echo gone"
        ready.command = "echo probed; read x < go"
        ready.interval = 0.02
    """
    running = init(*listener("TERM=0"), hooks=hooks, fifo="go")
    running.expect("ready")
    assert not ready_file.exists()
    (tmp_path / "go").write_text("go\n")
    while not ready_file.exists():
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.expect("gone", "TERM")
    assert running.status() == 0
    assert not ready_file.exists()


@needs.ROOT
def test_a_link_where_the_ready_files_directory_was_missing(init: Start, tmp_path: Path) -> None:
    """The app made one before it crashed, and in its second life root wrote into a directory of root's."""
    tmp_path.chmod(0o755)
    for name, mode in (("app", 0o777), ("roots", 0o755)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    app = "if test -e app/run; then echo second life; exec sleep 1000; fi; ln -s ../roots app/run; exit 3"
    hooks = f'ready_file = "{tmp_path}/app/run/ready"\n[app]\nuser = "4711"\nrestart = "on-failure"\n'
    running = init("sh", "-c", app, hooks=hooks)
    running.expect("second life")
    while not any("cannot write the ready file" in line for line in running.stderr()[-2:]):
        assert running.process.poll() is None
        assert not list((tmp_path / "roots").iterdir())
    running.end()


def test_a_ready_file_that_cannot_be_written(init: Start) -> None:
    running = init(*listener("TERM=0"), hooks='ready_file = "/nowhere/up"\n')
    running.expect("ready")
    reason = "its directory did not exist when the app started"
    while running.stderr()[:1] != [f'lifeinit: cannot write the ready file "/nowhere/up": {reason}']:
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    assert running.status() == 0


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which can be frozen."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    tools = [shutil.which(tool, path=path) for tool in ("mkfs.ext4", "fsfreeze", "mount", "umount")]
    if os.geteuid() != 0 or None in tools or not Path("/dev/loop-control").exists():
        pytest.skip("to freeze a file system takes root, mkfs.ext4, fsfreeze and a loop device")
    make, *_, mount, umount = map(str, tools)
    (tmp_path / "image").touch()
    os.truncate(tmp_path / "image", 16 << 20)
    (tmp_path / "slow").mkdir()
    subprocess.run([make, "-q", tmp_path / "image"], check=True)
    subprocess.run([mount, "-o", "loop", tmp_path / "image", tmp_path / "slow"], check=True)
    yield tmp_path / "slow"
    subprocess.run([umount, "--lazy", tmp_path / "slow"], check=True)


@contextlib.contextmanager
def frozen(path: Path) -> Iterator[None]:
    """Who writes there waits until the end of this, in state D. fsfreeze(8)"""
    # A shell thaws it, also where this process is killed meanwhile: its stdin ends then.
    script = 'fsfreeze --freeze "$1" && echo frozen && read x; fsfreeze --unfreeze "$1"'
    with subprocess.Popen(
        ["sh", "-c", f"PATH=$PATH:/usr/sbin:/sbin; {script}", "-", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as freezer:
        assert freezer.stdout is not None
        assert freezer.stdout.readline() == b"frozen\n"
        yield


def test_a_frozen_file_system_holds_up_neither_the_signals_nor_post_stop(init: Start, slow: Path) -> None:
    """PID 1 itself removed the ready file: it sat in state D, the app was killed without its SIGTERM, no post_stop.

    The control is the file, which is still there: its removal waits for the file system.
    """
    hooks = f'ready_file = "{slow}/up"\npre_stop = "echo pre_stop"\npost_stop = "echo post_stop"\n'
    running = init(*listener("TERM=5"), hooks=hooks)
    running.expect("ready")
    while not (slow / "up").exists():
        assert running.process.poll() is None, running.stderr()
    with frozen(slow):
        running.send(SIGTERM)
        running.expect("pre_stop", "TERM", "post_stop")
        assert (slow / "up").exists()
    assert running.status() == 5


@contextlib.contextmanager
def supervisor(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(path))
        receiver.settimeout(PATIENCE)
        yield receiver


def test_a_supervisor_of_lifeinit_is_told(init: Start, tmp_path: Path) -> None:
    """READY when it is so, STOPPING at the stop request; the app does not see the socket."""
    with supervisor(tmp_path / "notify") as receiver:
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        hooks = 'ready = "10ms"\npost_start = "echo ${NOTIFY_SOCKET-unset}"\npre_stop = "echo pre_stop"\n'
        app = 'trap "exit 0" TERM; echo ${NOTIFY_SOCKET-unset}; while :; do sleep 0.1; done'
        running = init("sh", "-c", app, hooks=hooks, env=env)
        running.expect("unset")
        assert receiver.recv(100) == b"READY=1"
        running.send(SIGTERM)
        assert receiver.recv(100) == b"STOPPING=1"
        assert running.status() == 0


def test_without_ready_the_supervisor_is_the_apps(init: Start) -> None:
    running = init("sh", "-c", "echo $NOTIFY_SOCKET", hooks="", env={"NOTIFY_SOCKET": "/nowhere"})
    running.expect("/nowhere")


# sd_notify


def test_notify(init: Start, tell: Callable[[str], None]) -> None:
    hooks = TOLD + 'ready = "notify"\n'
    running = init(*python("notifier"), hooks=hooks, fifo="go")
    running.expect("started")
    tell("STATUS=warming up")
    running.expect("STATUS=warming up")
    tell("READY=1")
    assert sorted([running.line(), running.line()]) == ["READY=1", "post_start"]
    tell("end")
    assert running.status() == 0


def notify_address(running: Running) -> str:
    """The address that the app was given, as socket.sendto takes it."""
    variables = Path(f"/proc/{running.child()}/environ").read_bytes().split(b"\0")
    (address,) = (word.partition(b"=")[2] for word in variables if word.startswith(b"NOTIFY_SOCKET="))
    return "\0" + address.decode()[1:]


@needs.ROOT
def test_notify_of_an_app_that_has_dropped_its_user(init: Start, tell: Callable[[str], None]) -> None:
    """As gosu, setpriv and su-exec do: the app was not believed, and stopped with 124 without a word."""
    running = init(*python("notifier"), hooks=TOLD + 'ready = "notify"\n', fifo="go")
    running.expect("started")
    tell("@65534+ READY=1")
    assert sorted([running.line(), running.line()]) == ["@65534+ READY=1", "post_start"]


@needs.ROOT
@pytest.mark.parametrize("within", [True, False], ids=["of the same container", "of the same network"])
def test_notify_of_another_process_counts_for_nothing(init: Start, tell: Callable[[str], None], within: bool) -> None:
    """Of root even. Everyone in the network namespace finds the socket's name in /proc/net/unix."""
    running = init(*python("notifier"), hooks='ready = "notify"\n', fifo="go")
    running.expect("started")
    send = f"import socket; socket.socket(1, 2).sendto(b'READY=1\\nSTATUS=no', {notify_address(running)!r})"
    enter = ["nsenter", f"--target={running.pid}", "--pid"] if within else []
    subprocess.run([*enter, sys.executable, "-I", "-S", "-c", send], check=True)
    tell("STATUS=yes")
    running.expect("STATUS=yes")
    wait_for_status(running, "yes")
    state = running.published()
    assert state is not None
    assert not state.ready


# As another user: takes the limit that marks the app's processes, and becomes an orphan, as a daemon of theirs does.
FORGER = """
import os, resource, select, socket, sys
target, mark = sys.argv[1], int(sys.argv[2])
resource.setrlimit(10, (mark, resource.getrlimit(10)[1]))
os.setresuid(4711, 4711, 4711)
parent = os.pidfd_open(os.getpid())
if os.fork():
    os._exit(0)
os.setsid()
select.select([parent], [], [])
while os.getppid() != 1:
    pass
text = f"READY=1\\nSTATUS=no\\nMAINPID={os.getpid()}"
socket.socket(1, 2).sendto(text.encode(), "\\0" + target)
print("sent", flush=True)
select.select([], [], [])
"""


@needs.ROOT
def test_notify_of_another_user_with_the_apps_mark(init: Start, tell: Callable[[str], None]) -> None:
    """Everybody can read the mark in /proc/PID/limits and put it on: a neighbor was believed, and became the app."""
    running = init(*python("notifier"), hooks='ready = "notify"\n', fifo="go")
    running.expect("started")
    limits = Path(f"/proc/{running.child()}/limits").read_text()
    mark = limits.partition("Max file locks")[2].split()[0]
    command = [sys.executable, "-I", "-S", "-c", FORGER, notify_address(running)[1:], mark]
    enter = ["nsenter", f"--target={running.pid}", "--pid", "--mount"]
    forger = subprocess.Popen([*enter, *command], stdout=subprocess.PIPE)
    with forger:
        assert forger.stdout is not None
        assert forger.stdout.readline() == b"sent\n"
        tell("STATUS=yes")
        running.expect("STATUS=yes")
        wait_for_status(running, "yes")
        state = running.published()
        assert state is not None
        assert not state.ready
        assert any("is not a process of the app" in line for line in running.stderr())
        running.end()


def test_notify_of_a_sender_that_has_exited_meanwhile(init: Start, tell: Callable[[str], None]) -> None:
    """Nobody can tell any more whose child it was. It is said once, and what its parent sends counts."""
    running = init(*python("notifier"), hooks=TOLD + 'ready = "notify"\n', fifo="go")
    running.expect("started")
    running.stop()
    tell("@0 READY=1\n@0 STATUS=no")
    running.expect("@0 READY=1", "@0 STATUS=no")
    running.send(SIGCONT)
    tell("READY=1")
    assert sorted([running.line(), running.line()]) == ["READY=1", "post_start"]
    assert sum("exited before it could be identified" in line for line in running.stderr()) == 1


@pytest.mark.parametrize("stranger", [True, False], ids=["a stranger's", "the app's"])
def test_a_flood_of_notifications_costs_no_memory(init: Start, tell: Callable[[str], None], stranger: bool) -> None:
    """1,024 messages were parsed before one was judged: PID 1 grew from 10 to 86 MB, and was killed at 40."""
    running = init(*python("notifier"), hooks='ready = "notify"\n', fifo="go")
    running.expect("started")
    tell("STATUS=first")
    wait_for_status(running, "first")
    running.expect("STATUS=first")
    before = peak(running.pid)
    line = "#20000 " + "\\n".join(f"X{i}={i}" for i in range(400))
    if stranger:
        flood = (
            "import socket; s = socket.socket(1, 2)\n"
            f"for _ in range(100_000): s.sendto(b'X=1\\n' * 800, {notify_address(running)!r})"
        )
        subprocess.run([sys.executable, "-I", "-S", "-c", flood], check=True, timeout=240)
    else:
        tell(line)
        assert running.line() == line
    tell("STATUS=last")
    wait_for_status(running, "last")
    assert peak(running.pid) - before < 512, "kB"


@needs.STRACE
@pytest.mark.parametrize(("chains", "senders"), [(8, 1), (1, 8)], ids=["each far away", "all of one parent"])
def test_who_speaks_for_the_app_is_looked_up_within_bounds(
    init: Start, tmp_path: Path, chains: int, senders: int
) -> None:
    """Each sender cost up to 256 readings of /proc: 400 of them delayed a stop by up to 1.8 s.

    One wake-up finds eight messages. It reads nobody twice, and what it does not manage is left to the next one.
    """
    trace = "trace=openat,rt_sigtimedwait"
    through = ["strace", "-qq", "-o", "trace", "-e", trace, "-e", "signal=none"]
    app = python("kin", str(chains), "120", str(senders))
    running = init(*app, hooks=TOLD + 'ready = "notify"\n', through=through)
    running.expect("sent")
    os.kill(running.child(), SIGCONT)
    running.expect("post_start")  # READY=1 was the last one
    turns = (tmp_path / "trace").read_text().split("rt_sigtimedwait(")
    reads = [len(re.findall(r'"/proc/\d+/stat"', turn)) for turn in turns]
    assert chains * 120 <= sum(reads) <= chains * 120 + senders + 20
    assert max(reads) <= 256 + 120


def wait_for_status(running: Running, text: str) -> None:
    while (state := running.published()) is None or state.processes[0].status != text:
        assert running.process.poll() is None, running.stderr()


def peak(pid: int) -> int:
    """The most memory that the process has had, in kB. proc(5), VmHWM"""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


def test_notify_floods_and_rubbish(init: Start, tell: Callable[[str], None]) -> None:
    """They neither end nor stop lifeinit, and the word that counts is heard after them."""
    running = init(*python("notifier"), hooks=TOLD + 'ready = "notify"\n', fifo="go")
    running.expect("started")
    for line in ("READY=2", "=", "MAINPID=99999999999999999999", "MAINPID=1", "EXTEND_TIMEOUT_USEC=-1",
                 "x" * 60000, "#20000 STATUS=flood", "READY"):  # fmt: skip
        tell(line)
        running.expect(line)
    running.send(SIGUSR1)  # not lost either: its default action ends the notifier
    assert running.rest() == []
    assert running.status() == 128 + SIGUSR1


def test_notify_asks_for_more_time(init: Start, tell: Callable[[str], None]) -> None:
    """The app takes longer than its limit, and has said so before it was over."""
    hooks = TOLD + 'ready.notify = true\nready.timeout = "1s"\n'
    running = init(*python("notifier"), hooks=hooks, fifo="go")
    running.expect("started")
    tell("EXTEND_TIMEOUT_USEC=20000000\nnap 1.2\nREADY=1")
    running.expect("EXTEND_TIMEOUT_USEC=20000000", "nap 1.2")
    assert sorted([running.line(), running.line()]) == ["READY=1", "post_start"]


def test_notify_of_another_main_process(init: Start, tmp_path: Path) -> None:
    """MAINPID: the signal goes to that one, and the app lives on in it when the first is gone."""
    say = shlex.join(python("say"))
    second = (
        f'trap "echo second; exit 6" USR1; {say} "READY=1\\nMAINPID=$$"; echo up > up; while :; do sleep 0.05; done'
    )
    (tmp_path / "second.sh").write_text(second)
    first = 'trap "echo first" USR1; sh second.sh & read x < up; echo ready; read x < go; exit 5'
    running = init("sh", "-c", first, hooks='ready = "notify"\n', through=["sh", "-c", 'mkfifo up go; exec "$@"', "-"])
    running.expect("ready")
    (tmp_path / "go").write_text("go\n")  # the first one exits with 5
    while not any("app continues as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGUSR1)
    running.expect("second")
    assert running.status() == 6


def test_leaving_is_not_ready(init: Start, tmp_path: Path, tell: Callable[[str], None]) -> None:
    """STOPPING=1: the ready file goes at once, though nobody has asked for a stop."""
    up = tmp_path / "up"
    running = init(*python("notifier"), hooks=f'ready = "notify"\nready_file = "{up}"\n', fifo="go")
    running.expect("started")
    tell("READY=1")
    running.expect("READY=1")
    while not up.exists():
        assert running.process.poll() is None
    tell("STOPPING=1")
    running.expect("STOPPING=1")
    while up.exists():
        assert running.process.poll() is None
    tell("end")
    assert running.status() == 0


def test_hooks_and_probes_do_not_see_the_supervisors_socket(init: Start) -> None:
    hooks = """
        ready.command = "echo probe ${NOTIFY_SOCKET-unset} > probed"
        pre_start = "echo ${NOTIFY_SOCKET-unset}"
        post_start = "echo ${NOTIFY_SOCKET-unset}; cat probed"
    """
    running = init("sleep", "60", hooks=hooks, env={"NOTIFY_SOCKET": "/nowhere"})
    running.expect("unset", "unset", "probe unset")
