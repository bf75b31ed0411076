"""The prober of `alive`: real servers and commands, what makes it end, and with which reason. stdout is its report."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from lifeinit.probes.command_lines import alive_command, alive_program
from tests import needs
from tests.integration.harness import PATIENCE, base_environment, children, python
from tests.integration.servers import Certified, Handler, asked, bound, full_socket, says, serving, status
from tests.integration.strace import failing
from tests.integration.test_wait import NETWORK
from tests.integration.waiters import Ended, Start, Waiting, starting

OK, SICK = status(200), status(503)
LONG = 1000.0  # seconds; no test waits that long


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


def unhealthy(reason: str) -> Ended:
    return (1, reason, [])


# its verdict


def test_it_lives_as_long_as_the_app_answers(start: Start) -> None:
    with serving(says(*[OK] * 20, SICK)) as port:
        target = f"http://127.0.0.1:{port}/x"
        prober = start.command(*alive_program(f"{target}?token=SECRET", 0.01, 5.0, 3))
        assert prober.end() == unhealthy(f"answered 503 ({target}, 3 times in a row)")


def test_only_failures_in_a_row_count(start: Start) -> None:
    requests = 0

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        stream.sendall(OK if requests in {2, 5} else SICK)

    with serving(handle) as port:
        prober = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.01, 5.0, 3))
        assert prober.end() == unhealthy(f"answered 503 (http://127.0.0.1:{port}, 3 times in a row)")
    assert requests == 8


def test_it_asks_for_the_first_time_after_an_interval(start: Start) -> None:
    began = time.monotonic()
    with bound() as (_, port):
        ended = start.command(*alive_program(f"tcp://127.0.0.1:{port}", 0.4, 5.0, 1)).end()
    assert ended == unhealthy(f"connection refused (tcp://127.0.0.1:{port})")
    assert time.monotonic() - began > 0.4


def test_a_recovery_ends_with_the_first_answer(start: Start) -> None:
    with serving(says(SICK, SICK, SICK, SICK, OK)) as port:
        prober = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.01, 5.0, 3, "--recovery"))
        assert prober.end() == (0, "", [])


def test_variables_are_expanded(start: Start) -> None:
    with serving(says(SICK)) as port:
        prober = start.command(*alive_program("http://127.0.0.1:$PORT/", 0.01, 5.0, 1), env={"PORT": str(port)})
        assert prober.end() == unhealthy(f"answered 503 (http://127.0.0.1:{port}/)")


def test_a_wrong_target_is_no_verdict_on_the_app(start: Start) -> None:
    sentence = 'cannot ask "http://$NOWHERE", which holds "$NOWHERE", which is not set: set it, or write "$$" for a'
    ended = start.command(*alive_program("http://$NOWHERE", 0.01)).end()
    assert ended == (1, "", [f"lifeinit: alive: {sentence} dollar sign"])


def test_a_reason_fits_into_what_is_read_of_it(start: Start) -> None:
    with serving(says(SICK)) as port:
        ended = start.command(*alive_program(f"http://127.0.0.1:{port}/{'ä' * 300}", 0.01, 5.0, 1)).end()
    assert len(ended[1].encode()) == 200
    assert ended[1].startswith("answered 503 (http://")


# what could hold it up


def hangs(stream: socket.socket) -> None:
    """Takes the request and does not answer."""
    asked(stream)
    stream.recv(1)


def drips(beginning: bytes) -> Handler:
    """Sends a byte now and then, for ever."""

    def handle(stream: socket.socket) -> None:
        asked(stream)
        stream.sendall(beginning)
        stream.settimeout(0.02)
        while True:
            stream.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if not stream.recv(1):
                    return

    return handle


def floods(beginning: bytes, piece: bytes) -> Handler:
    def handle(stream: socket.socket) -> None:
        asked(stream)
        stream.sendall(beginning)
        while True:
            stream.sendall(piece)

    return handle


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (hangs, "no answer within 0.2 s"),
        (drips(b"HTTP/1.1 100 Continue\r\nX-Drop: "), "no answer within 0.2 s"),
        (drips(b""), "no HTTP answer"),
        (floods(b"", status(100)), "no HTTP answer"),
        (floods(b"HTTP/1.1 500 No\r\n", b"X-Header: x\r\n" * 1000), "answered 500"),
        (floods(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 65536), "answered 500"),
        (says(b""), "connection closed without an answer"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "no HTTP answer"),
        (says(b"HTTP/1.1 " + b"9" * 100_000), "no HTTP answer"),
    ],
    ids=["hangs", "drips", "drips-rubbish", "interim", "headers", "body", "closes", "ssh", "long-status"],
)
def test_a_sick_server_holds_it_no_longer_than_a_try_may_take(start: Start, handle: Handler, reason: str) -> None:
    began = time.monotonic()
    with serving(handle) as port:
        ended = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.01, 0.2, 2)).end()
    assert ended == unhealthy(f"{reason} (http://127.0.0.1:{port}, 2 times in a row)")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "answer",
    [
        status(302, "Location: http://127.0.0.1:1/"),
        status(200) + b"x" * 1_000_000,
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 100_000,
        status(103, "Link: </a.css>") + OK,
    ],
    ids=["redirect", "body", "headers", "early-hints"],
)
def test_an_answer_is_one_whatever_it_holds(start: Start, answer: bytes) -> None:
    """A redirect is not followed: that is another page."""
    with serving(says(answer, answer, SICK)) as port:
        ended = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.01, 5.0, 1)).end()
    assert ended == unhealthy(f"answered 503 (http://127.0.0.1:{port})")


def test_a_short_time_is_enough_for_a_server_that_keeps_the_connection(start: Start) -> None:
    """The rest of the answer is waited for politely, which once took longer than the try may."""
    requests = 0

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        stream.sendall(OK if requests < 4 else SICK)
        stream.recv(1)

    with serving(handle) as port:
        ended = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.01, 0.19, 1)).end()
    assert ended == unhealthy(f"answered 503 (http://127.0.0.1:{port})")


def test_a_socket_without_room(start: Start, tmp_path: Path) -> None:
    with full_socket(tmp_path / "a.sock"):
        ended = start.command(*alive_program(f"unix://{tmp_path}/a.sock", 0.01, 0.2, 2)).end()
    assert ended == unhealthy(f"no answer within 0.2 s (unix://{tmp_path}/a.sock, 2 times in a row)")


@pytest.mark.usefixtures("namespaces")
def test_a_resolver_that_hangs(start: Start) -> None:
    """getaddrinfo(3) waits 5 s for a name server that is silent, and nothing can interrupt it."""
    ended = start.command(*NETWORK, *python("network", "names"), *alive_program("tcp://db:1", 0.01, 0.2, 2)).end()
    assert ended == unhealthy("no answer within 0.2 s (tcp://db:1, 2 times in a row)")


def silent(stream: socket.socket) -> None:
    """Says nothing until the client is gone."""
    while stream.recv(4096):
        pass


def test_tls(start: Start, tmp_path: Path) -> None:
    """A handshake that hangs, no TLS at all, a certificate that is not trusted, and one that need not be."""
    certified = Certified(tmp_path)
    cases: list[tuple[Handler, str]] = [
        (silent, "no answer within 0.5 s"),
        (lambda stream: stream.sendall(b"220 mail\r\n"), "no TLS: wrong version number"),
        (certified.handle, "certificate not trusted: unable to get local issuer certificate"),
    ]
    for handle, reason in cases:
        with serving(handle) as port:
            ended = start.command(*alive_program(f"https://localhost:{port}", 0.01, 0.5, 2)).end()
        assert ended == unhealthy(f"{reason} (https://localhost:{port}, 2 times in a row)")
    with serving(certified.handle) as port:
        recovery = alive_program(f"https://localhost:{port}", 0.01, 5.0, 1, "--recovery", "--insecure")
        assert start.command(*recovery).end() == (0, "", [])


# commands


def test_a_command_and_what_it_prints(start: Start) -> None:
    command = ["sh", "-c", "echo out; echo err >&2; echo x >>tries; test $(wc -l <tries) -le 3 || exit 7"]
    reason = 'exited 7 (the command "sh", 2 times in a row)'
    assert start.command(*alive_command(command, 0.01, 5.0, 2)).end() == unhealthy(reason)
    assert (start.cwd / "tries").read_text() == "x\n" * 5
    code, out, lines = start.command(*alive_command(command, 0.01, 5.0, 2, "--verbose")).end()
    assert (code, out, lines) == (1, f"out\nout\n{reason}", ["err", "err"])


def test_there_are_never_two_tries_at_once(start: Start) -> None:
    """Also where each takes longer than the interval. The lock goes with the last process that holds it."""
    script = "exec 9>lock; flock -w 0.2 9 || echo both >>tries; echo one >>tries; tail -f /dev/null & wait"
    ended = start.command(*alive_command(["sh", "-c", script], 0.001, 0.4, 4)).end()
    assert ended == unhealthy('no answer within 0.4 s (the command "sh", 4 times in a row)')
    assert (start.cwd / "tries").read_text() == "one\n" * 4


class Held:
    """A fifo that a command and all that it started hold open: its end is theirs."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "fifo"
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def read(self) -> bytes:
        """What is written next; nothing once nobody has it any more."""
        ready, _, _ = select.select([self.fd], [], [], PATIENCE)
        assert ready, "somebody still holds the fifo"
        return os.read(self.fd, 4096)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    held = Held(tmp_path)
    yield held
    for link in Path("/proc").glob("[0-9]*/fd/1"):
        with contextlib.suppress(OSError):  # it has ended
            if link.readlink() == held.path:
                os.kill(int(link.parts[2]), signal.SIGKILL)
    os.close(held.fd)


# Three processes that ignore SIGTERM: the shell, one in a process group of its own, one in a session of its own, which
# has a child whose parent is dead.
STUBBORN = """
trap '' TERM HUP INT
exec >fifo 2>&1
timeout 1000 tail -f /dev/null &
setsid sh -c '(tail -f /dev/null &) ; exec tail -f /dev/null' &
echo began
wait
"""


def test_a_command_ends_with_all_its_descendants(start: Start, held: Held) -> None:
    prober = start.command(*alive_command(["sh", "-c", STUBBORN], 0.01, 0.5, 1))
    assert held.read() == b"began\n"
    assert held.read() == b""
    assert prober.end() == unhealthy('no answer within 0.5 s (the command "sh")')


def test_what_a_command_leaves_behind_is_left_alone(start: Start, held: Held) -> None:
    """Where it ended by itself, well or not."""
    command = "mkdir once 2>/dev/null || exit 3; setsid sh -c 'echo $$; exec tail -f /dev/null' >fifo 2>&1 & exit 0"
    prober = start.command(*alive_command(["sh", "-c", command], 0.01, 5.0, 2))
    daemon = int(held.read())
    try:
        assert prober.end() == unhealthy('exited 3 (the command "sh", 2 times in a row)')
        assert select.select([held.fd], [], [], 0)[0] == []
    finally:
        os.kill(daemon, signal.SIGKILL)
    assert held.read() == b""


@pytest.mark.parametrize(
    ("line", "shown"),
    [("false", "false"), ("/bin/false -p SECRET", "/bin/false ..."), ("PW='SECRET' false", "..."), ("(exit 1)", "...")],
)
def test_no_password_of_a_shell_line_is_told(start: Start, line: str, shown: str) -> None:
    """The reason goes to the log. Of several words the first one is shown, if it is a plain one."""
    ended = start.command(*alive_command(["/bin/sh", "-c", line], 0.01, 5.0, 1)).end()
    assert ended == unhealthy(f'exited 1 (the command "{shown}")')


def test_a_command_that_is_not_there(start: Start) -> None:
    ended = start.command(*alive_command(["no-such-program"], 0.01, 5.0, 1)).end()
    assert ended == unhealthy('cannot be run: not found in PATH (the command "no-such-program")')


# too little of the machine


# Has the kernel refuse each process of a prober, as at pids.max.
REFUSED = failing("clone,clone3,fork,vfork:error=EAGAIN", follow=False)


@needs.STRACE
def test_where_no_process_is_left_it_asks_by_itself(start: Start, tmp_path: Path) -> None:
    """A hung app that had used them all up once was healthy for ever. One that answers is not unhealthy for that."""
    with serving(says(*[OK] * 5, SICK)) as port:
        ended = start.command(*REFUSED, *alive_program(f"http://127.0.0.1:{port}", 0.01, 5.0, 2)).end()
    assert ended == unhealthy(f"answered 503 (http://127.0.0.1:{port}, 2 times in a row)")
    for handle in (hangs, drips(b"HTTP/1.1 100 Continue\r\nX-Drop: ")):
        with serving(handle) as port:
            ended = start.command(*REFUSED, *alive_program(f"http://127.0.0.1:{port}", 0.01, 0.2, 2)).end()
        assert ended == unhealthy(f"no answer within 0.2 s (http://127.0.0.1:{port}, 2 times in a row)")
    with full_socket(tmp_path / "a.sock"):
        ended = start.command(*REFUSED, *alive_program(f"unix://{tmp_path}/a.sock", 0.01, 0.2, 1)).end()
    assert ended == unhealthy(f"no answer within 0.2 s (unix://{tmp_path}/a.sock)")


@needs.STRACE
def test_where_no_process_is_left_a_command_fails(start: Start) -> None:
    ended = start.command(*REFUSED, *alive_command(["true"], 0.01, 5.0, 2)).end()
    why = "cannot be tried: fork failed: Resource temporarily unavailable"
    assert ended == unhealthy(f'{why} (the command "true", 2 times in a row)')


# its end


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_request_ends_it_and_the_command(start: Start, held: Held, signo: int) -> None:
    prober = start.command(*alive_command(["sh", "-c", STUBBORN], 0.01, LONG, 1))
    assert held.read() == b"began\n"
    prober.process.send_signal(signo)
    assert held.read() == b""
    assert prober.end() == (-signo, "", [])


def test_a_stop_request_while_it_sleeps(start: Start) -> None:
    """It may come before the first statement: then the signal's default action ends it, as the same status says."""
    for _ in range(20):
        prober = start.command(*alive_program("tcp://127.0.0.1:1", LONG))
        prober.process.terminate()
        assert prober.end() == (-signal.SIGTERM, "", [])


@pytest.mark.parametrize("moment", ["accepted", "asked", "answered", "closed"])
def test_a_stop_request_at_every_moment_of_a_try(start: Start, moment: str) -> None:
    """Nothing of it is left: the server's last connection is closed."""
    for number in range(1, 8):
        requests = 0
        started: Future[int] = Future()

        def handle(stream: socket.socket) -> None:
            nonlocal requests
            requests += 1
            for now in ("accepted", "asked", "answered", "closed"):
                if now == "asked":
                    asked(stream)
                elif now == "answered":
                    stream.sendall(OK)
                elif now == "closed":
                    stream.shutdown(socket.SHUT_RDWR)
                if now == moment and requests == number:  # noqa: B023  # it is called within this very round
                    os.kill(started.result(), signal.SIGTERM)  # noqa: B023

        with serving(handle) as port:
            prober = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.001, LONG, 1))
            started.set_result(prober.process.pid)  # it may have connected before Popen has returned
            assert prober.end() == (-signal.SIGTERM, "", [])


def orphaned(start: Start, command: tuple[str, ...], began: Callable[[], object], closes: bool) -> None:
    """Start it below a process that is killed; returns when the prober is gone. `closes`: nobody reads its report."""
    reader, writer = os.pipe()
    gone, held = os.pipe()
    script = "import os, sys, _signal; os.fork() or os.execv(sys.argv[1], sys.argv[1:]); _signal.pause()"
    parent = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", script, *command],
        cwd=start.cwd,
        env=base_environment(),
        stdout=writer,
        pass_fds=[held],
    )
    os.close(writer)
    os.close(held)
    try:
        began()
        if closes:
            os.close(reader)
        parent.kill()
        parent.wait()
        assert select.select([gone], [], [], PATIENCE)[0], "it lives on"
        assert os.read(gone, 1) == b""
    finally:
        parent.kill()
        parent.wait()
        os.close(gone)
        if not closes:
            os.close(reader)


@pytest.mark.parametrize("closes", [True, False])
def test_it_ends_with_its_parent(start: Start, closes: bool) -> None:
    """PID 1 takes all with it; a lifeinit below one does not. Who reads the report is dead then."""
    requests: list[bytes] = []
    reached, tell = os.pipe()

    def handle(stream: socket.socket) -> None:
        requests.append(asked(stream))
        stream.sendall(OK)
        os.write(tell, b"x")

    with serving(handle) as port:
        target = alive_program(f"http://127.0.0.1:{port}", 0.01, 5.0, 1)
        orphaned(start, target, lambda: os.read(reached, 1), closes)
    os.close(reached)
    os.close(tell)


def test_it_ends_with_its_parent_while_a_command_runs(start: Start, held: Held) -> None:
    """At once, and with the command."""
    orphaned(start, alive_command(["sh", "-c", STUBBORN], 0.01, LONG, 1), held.read, closes=True)
    assert held.read() == b""


# a container that is paused


def stopped(prober: Waiting) -> list[int]:
    """Stop the prober and its try, as the freezer does with all at once."""
    pids = [prober.process.pid, *children(prober.process.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


@pytest.mark.parametrize("paused_in", ["a try", "the sleep"])
def test_a_pause_of_everything_makes_nothing_unhealthy(start: Start, paused_in: str) -> None:
    """The try that was under way and the failures before it do not count. The pause has to be longer than the clock
    may be late on a busy machine: it is time that is tested here.
    """
    requests = 0
    asked_twice, go = os.pipe(), os.pipe()

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        if requests == 2:
            if paused_in == "the sleep":
                stream.sendall(SICK)
                stream.shutdown(socket.SHUT_RDWR)
            os.write(asked_twice[1], b"x")
            os.read(go[0], 1)
        else:
            stream.sendall(OK if requests == 3 else SICK)

    with serving(handle) as port:
        prober = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.4, 0.4, 3))
        os.read(asked_twice[0], 1)
        while paused_in == "the sleep" and children(prober.process.pid):
            pass
        pids = stopped(prober)
        select.select([], [], [], 2.0)
        os.write(go[1], b"x")
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
        assert prober.end() == unhealthy(f"answered 503 (http://127.0.0.1:{port}, 3 times in a row)")
    # 1 failed, 2 was under way or failed, 3 answered. If 2 had counted, so would have 4, but not without it.
    assert requests == 6
    for fd in (*asked_twice, *go):
        os.close(fd)


def test_who_is_late_again_and_again_is_not_excused_for_ever(start: Start) -> None:
    """An app that hangs and takes all of the CPU does that to its prober, and once was healthy for ever."""
    requests = 0
    reached, tell = os.pipe()

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        os.write(tell, b"x")
        stream.recv(1)

    with serving(handle) as port:
        prober = start.command(*alive_program(f"http://127.0.0.1:{port}", 0.4, 0.4, 1))
        for _ in range(2):
            os.read(reached, 1)
            pids = stopped(prober)
            select.select([], [], [], 2.0)
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)
        assert prober.end() == unhealthy(f"no answer within 0.4 s (http://127.0.0.1:{port})")
    assert requests == 2
    os.close(reached)
    os.close(tell)
