"""`lifeinit wait`: real servers, and what it says of them."""

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.harness import LIFEINIT, PATIENCE, PROGRAMS, Running, base_environment, python
from tests.integration.servers import Certified, asked, bound, full_socket, says, serving, status
from tests.integration.waiters import Start, failed, limited, starting, told

HELP = """\
Usage: lifeinit wait [OPTIONS] TARGET... [-- COMMAND [ARG]...]

  Wait until each TARGET answers. Then run COMMAND, if there is one.

  Exits with 0 or COMMAND's status, 124 on timeout, 128+n on signal n, 127 or
  126 if COMMAND is not found or cannot be executed, and 2 if the command line
  is invalid, without trying any target.

Options:
  --timeout DURATION   Give up after this time. 0 means never.  [default: 60s]
  --interval DURATION  Wait this long between tries.  [default: 1s]
  --insecure           Trust any certificate of an https:// target.
  -q, --quiet          Print errors only.
  -h, --help           Show this message and exit.

  A target is tcp://HOST:PORT, unix:///PATH, file:///PATH, an http:// or
  https:// URL (a status from 200 to 399 is an answer), or the URL of a
  postgres, mysql, mariadb, redis, amqp, mongodb, kafka, memcached, nats or
  mqtt server. $VAR and ${VAR} are expanded. Each option can also be set as
  LIFEINIT_WAIT_ and its long name: LIFEINIT_WAIT_TIMEOUT=2m.
"""


@pytest.fixture
def wait(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


# what answers


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_listens(wait: Start, host: str) -> None:
    with bound(host) as (listener, port):
        target = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
        assert wait.vain(target) == failed(target, "connection refused")
        listener.listen()
        assert wait(target).end() == (0, "", told(target))


def test_a_name_with_several_addresses(wait: Start) -> None:
    """On most machines localhost is ::1 first: the address that answers may be the second one."""
    with bound() as (listener, port):
        listener.listen()
        assert wait(f"tcp://localhost:{port}").end() == (0, "", told(f"tcp://localhost:{port}"))


def test_a_socket_in_the_file_system(wait: Start, tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    target = f"unix://{path}"
    assert wait.vain(target) == failed(target, "no such file")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        assert wait.vain(target) == failed(target, "connection refused")
        listener.listen()
        assert wait(target).end() == (0, "", told(target))


def test_a_file(wait: Start, tmp_path: Path) -> None:
    target = f"file://{tmp_path}/ready"
    assert wait.vain(target) == failed(target, "no such file")
    (tmp_path / "ready").touch()
    assert wait(target).end() == (0, "", told(target))


@pytest.mark.parametrize("code", [200, 204, 301, 399])
def test_a_web_page_that_is_there(wait: Start, code: int) -> None:
    with serving(says(status(code, "Location: http://127.0.0.1:1/"))) as port:
        assert wait(f"http://127.0.0.1:{port}/x?y").end() == (0, "", told(f"http://127.0.0.1:{port}/x"))


@pytest.mark.parametrize("code", [400, 404, 500, 503])
def test_a_web_page_that_is_not(wait: Start, code: int) -> None:
    with serving(says(status(code))) as port:
        target = f"http://127.0.0.1:{port}/x"
        assert wait.vain(target) == failed(target, f"answered {code}")


def test_what_a_web_server_is_asked(wait: Start) -> None:
    """One request, without proxy, and with the user info of the URL; a redirect is an answer and is not followed."""
    requests: list[bytes] = []

    def handle(stream: socket.socket) -> None:
        requests.append(asked(stream))
        stream.sendall(status(302, "Location: /elsewhere"))

    with serving(handle) as port:
        proxy = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:1")
        target = f"http://127.0.0.1:{port}/x"
        assert wait(f"http://me:SECRET@127.0.0.1:{port}/x?y", env=proxy).end() == (0, "", told(target))
    assert requests == [
        f"GET /x?y HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: lifeinit\r\nAccept: */*\r\n"
        "Connection: close\r\nAuthorization: Basic bWU6U0VDUkVU\r\n\r\n".encode()
    ]


def test_an_informational_answer_is_not_the_answer(wait: Start) -> None:
    """103 Early Hints, RFC 8297."""
    hints = status(103, "Link: </a.css>")
    with serving(says(hints + status(503), hints + hints + status(200))) as port:
        target = f"http://127.0.0.1:{port}"
        waiting = wait(target, "--interval", "10ms")
        first, last = told(target)
        assert waiting.end() == (0, "", [first, f"lifeinit: still missing: {target} (answered 503)", last])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "connection closed without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP answer"),
        (b"HTTP/1.1 OK\r\n\r\n", "no HTTP answer"),
        (b"HTTP/1.1 99999 OK\r\n\r\n", "no HTTP answer"),
        (b"HTTP/1.1 20", "no HTTP answer"),
        (b"\r\n\r\n", "no HTTP answer"),
        (b"HTTP/1.1 " + b"x" * 100_000, "no HTTP answer"),
        (status(100) + b"y" * 100_000, "no HTTP answer"),
    ],
)
def test_an_answer_that_is_none(wait: Start, answer: bytes, reason: str) -> None:
    with serving(says(answer)) as port:
        target = f"http://127.0.0.1:{port}"
        assert wait.vain(target) == failed(target, reason)


def test_a_name_that_does_not_resolve(wait: Start) -> None:
    """This one without a question to any server: it has an empty label."""
    assert wait.vain("redis://no..host") == failed("redis://no..host:6379", "name does not resolve")


def test_of_several_hosts_one_is_enough(wait: Start, tmp_path: Path) -> None:
    """The other here does not even refuse; its try leaves the command no child behind."""
    (tmp_path / "full").mkdir()
    (tmp_path / "good").mkdir()
    with full_socket(tmp_path / "full/.s.PGSQL.5432"), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "good/.s.PGSQL.5432"))
        listener.listen()
        target = f"postgresql://u:SECRET@/db?host={tmp_path}/full,{tmp_path}/good"
        shown = f"postgresql://{tmp_path}/full/.s.PGSQL.5432,{tmp_path}/good/.s.PGSQL.5432"
        status, out, lines = wait(target, "--", "sh", "-c", "cat /proc/$$/task/$$/children").end()
        pids = out.split()
        assert (status, lines) == (0, told(shown))
        assert len(pids) == 1  # the cat itself


# late starts


def test_a_server_that_starts_late(wait: Start, tmp_path: Path) -> None:
    """It begins to listen only after a first try has been refused."""
    with bound() as (listener, port):
        waiting = wait(f"tcp://127.0.0.1:{port}", f"file://{tmp_path}/ready", "--interval", "10ms")
        targets = f"tcp://127.0.0.1:{port} and file://{tmp_path}/ready"
        assert waiting.line() == f"lifeinit: waiting for {targets}"
        missing = f"tcp://127.0.0.1:{port} (connection refused), file://{tmp_path}/ready (no such file)"
        assert waiting.line() == f"lifeinit: still missing: {missing}"
        listener.listen()
        (tmp_path / "ready").touch()
        assert waiting.line() == f"lifeinit: {targets} answered after T s"
        assert waiting.end() == (0, "", [])


def test_what_is_missing_is_said_again_and_again(wait: Start, tmp_path: Path) -> None:
    waiting = wait.limited("5,30,0.05", f"file://{tmp_path}/ready")
    assert waiting.line() == f"lifeinit: waiting for file://{tmp_path}/ready"
    for _ in range(3):
        assert waiting.line() == f"lifeinit: still missing: file://{tmp_path}/ready (no such file)"
    (tmp_path / "ready").touch()
    status, _, lines = waiting.end()
    assert status == 0
    assert lines[-1] == f"lifeinit: file://{tmp_path}/ready answered after T s"


# hostile servers


def test_a_server_that_drips_is_cut_off(wait: Start) -> None:
    """A byte now and then, for ever: no timeout of the socket would ever pass. In the end it hurries, and answers."""
    connections = 0

    def handle(stream: socket.socket) -> None:
        nonlocal connections
        connections += 1
        asked(stream)
        stream.settimeout(0.02)
        stream.sendall(b"HTTP/1.1 100 Continue\r\nX-Drop: ")
        while connections < 3:
            stream.sendall(b"x")
            try:
                if not stream.recv(1):
                    break  # the client is gone
            except TimeoutError:
                pass
        stream.sendall(b"\r\n\r\n" + status(200))

    with serving(handle) as port:
        target = f"http://127.0.0.1:{port}"
        waiting = wait.limited("0.3,30", target)
        first, last = told(target)
        assert waiting.end() == (0, "", [first, f"lifeinit: still missing: {target} (no answer within 0.3 s)", last])
    assert connections >= 3


@pytest.mark.parametrize(
    ("beginning", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: x\r\n" * 1000),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"x" * 65536),
    ],
    ids=["headers", "body"],
)
def test_endless_headers_and_bodies_do_not_matter(wait: Start, beginning: bytes, again: bytes) -> None:
    def handle(stream: socket.socket) -> None:
        asked(stream)
        stream.sendall(beginning)
        while True:
            stream.sendall(again)

    with serving(handle) as port:
        assert wait(f"http://127.0.0.1:{port}").end() == (0, "", told(f"http://127.0.0.1:{port}"))


def test_an_answer_that_never_comes_to_its_status_is_cut_off(wait: Start) -> None:
    def handle(stream: socket.socket) -> None:
        asked(stream)
        while True:
            stream.sendall(status(100))

    with serving(handle) as port:
        target = f"http://127.0.0.1:{port}"
        assert wait.vain(target) == failed(target, "no HTTP answer")


def test_a_server_without_room_for_a_connection_is_cut_off(wait: Start, tmp_path: Path) -> None:
    with full_socket(tmp_path / "a.sock"):
        target = f"unix://{tmp_path}/a.sock"
        assert wait.limited("0.2,30", target).stopped() == limited(target, "no answer within 0.2 s")


def test_the_time_may_be_over_before_the_first_try_is(wait: Start, tmp_path: Path) -> None:
    with full_socket(tmp_path / "a.sock"):
        code, _, lines = wait(f"unix://{tmp_path}/a.sock", "--timeout", "200ms").end()
    assert code == 124
    assert lines[1:] == [f"lifeinit: gave up after 0.2 s, still missing: unix://{tmp_path}/a.sock (no answer yet)"]


NETWORK = ["unshare", "--net", "--mount", *(["--user", "--map-root-user"] if os.geteuid() != 0 else [])]


@pytest.mark.usefixtures("namespaces")
def test_a_connection_with_itself_is_no_answer(wait: Start) -> None:
    """Where nobody listens on a port of the ephemeral range, the kernel may choose the same port for the client."""
    in_network = [*NETWORK, *python("network", "ports")]
    count = (
        "import socket\n"
        "def connects():\n"
        "    with socket.socket() as s: return s.connect_ex(('127.0.0.1', 40000)) == 0\n"
        "print(any(connects() for _ in range(50)))"
    )
    control = wait.command(*in_network, sys.executable, "-c", count).end()
    assert control == (0, "True\n", [])
    target = "tcp://127.0.0.1:40000"
    assert wait.vain(target, through=in_network) == failed(target, "connection refused")


@pytest.mark.usefixtures("namespaces")
def test_a_resolver_that_hangs_is_cut_off(wait: Start) -> None:
    """getaddrinfo(3) waits 5 s for a name server that is silent, and nothing can interrupt it."""
    waiter = [sys.executable, "-I", str(PROGRAMS / "waiter.py")]
    waiting = wait.command(*NETWORK, *python("network", "names"), *waiter, "0.2,30", "tcp://db:1")
    assert waiting.stopped() == limited("tcp://db:1", "no answer within 0.2 s")


# certificates


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return Certified(tmp_path_factory.mktemp("certificates"))


def test_a_certificate_that_is_not_trusted(wait: Start, certified: Certified) -> None:
    reason = "certificate not trusted: unable to get local issuer certificate"
    with serving(certified.handle) as port:
        target = f"https://localhost:{port}/"
        assert wait.vain(target) == failed(target, reason)
        assert wait(target, "--insecure").end() == (0, "", told(target))


def test_a_certificate_that_is_trusted(wait: Start, certified: Certified) -> None:
    trusting = {"SSL_CERT_FILE": str(certified.authority)}
    with serving(certified.handle) as port:
        target = f"https://localhost:{port}/"
        assert wait(target, env=trusting).end() == (0, "", told(target))
    with serving(certified.handle, "::1") as port:
        target = f"https://[::1]:{port}/"
        assert wait(target, env=trusting).end() == (0, "", told(target))


def test_a_certificate_for_another_name(wait: Start, certified: Certified) -> None:
    with serving(certified.handle) as port:
        target = f"https://127.0.0.1:{port}/"
        reason = "certificate not trusted: IP address mismatch, certificate is not valid for '127.0.0.1'."
        trusting = {"SSL_CERT_FILE": str(certified.authority)}
        assert wait.vain(target, env=trusting) == failed(target, reason)


def test_a_server_that_speaks_no_tls(wait: Start) -> None:
    with serving(lambda stream: stream.sendall(b"220 mail\r\n")) as port:
        target = f"https://localhost:{port}/"
        assert wait.vain(target) == failed(target, "no TLS: wrong version number")


# the command line


def test_the_help(wait: Start) -> None:
    assert wait("--help").end() == (0, HELP, [])


def test_every_wrong_target_is_told_and_nothing_is_tried(wait: Start) -> None:
    with bound() as (listener, port):
        listener.listen()
        good = f"tcp://127.0.0.1:{port}"
        wrong = wait(good, "db:5432", "postgrse://u:SECRET@db", "$NOWHERE", "--", "echo", "never").end()
        assert wrong == (
            2,
            "",
            [
                'lifeinit: cannot wait for "db:5432", which has no scheme: write "tcp://host:port"',
                'lifeinit: cannot wait for "postgrse://...@db", whose scheme is unknown: did you mean "postgres"?',
                (
                    'lifeinit: cannot wait for "$NOWHERE", which holds "$NOWHERE", which is not set: set it, or write '
                    '"$$" for a dollar sign'
                ),
            ],
        )
        assert select.select([listener], [], [], 0)[0] == []
        assert wait(good).end()[0] == 0
        assert select.select([listener], [], [], 0)[0] == [listener]


def test_variables_are_expanded_and_their_values_not_shown(wait: Start) -> None:
    with bound() as (_, port):
        env = {"DATABASE_URL": f"postgres://u:SECRET@127.0.0.1:{port}/shop?password=SECRET"}
        assert wait.vain("$DATABASE_URL", env=env) == failed(f"postgres://127.0.0.1:{port}", "connection refused")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), 'Error: no target: name one, as in "lifeinit wait tcp://db:5432"'),
        (("--", "true"), 'Error: no target: name one, as in "lifeinit wait tcp://db:5432"'),
        (
            ("--timeout", "soon", "x"),
            'or "500ms", "30s", "2m", "1m30s", "1h"',
        ),
        (
            ("--interval", "0", "x"),
            'Error: Invalid value for \'--interval\': "0", which leaves no time at all: write at least "10ms"',
        ),
    ],
)
def test_a_wrong_command_line(wait: Start, arguments: tuple[str, ...], sentence: str) -> None:
    status, out, lines = wait(*arguments).end()
    assert (status, out) == (2, "")
    assert " ".join(lines).endswith(sentence)


def test_options_in_the_environment(wait: Start, tmp_path: Path) -> None:
    env = {"LIFEINIT_WAIT_TIMEOUT": "1s", "LIFEINIT_WAIT_INTERVAL": "10ms", "LIFEINIT_WAIT_QUIET": "1"}
    sentence = f"lifeinit: gave up after 1 s, still missing: file://{tmp_path}/ready (no such file)"
    assert wait(f"file://{tmp_path}/ready", env=env).end() == (124, "", [sentence])


def test_quiet(wait: Start) -> None:
    assert wait("-q", "file:///", "--", "echo", "done").end() == (0, "done\n", [])


def test_no_timeout_is_no_limit(wait: Start, tmp_path: Path) -> None:
    """0 is not "at once": the file comes only after the first try."""
    waiting = wait(f"file://{tmp_path}/ready", "--timeout", "0", "--interval", "10ms")
    waiting.line()
    assert waiting.line() == f"lifeinit: still missing: file://{tmp_path}/ready (no such file)"
    (tmp_path / "ready").touch()
    assert waiting.end()[0] == 0


# the command


def test_the_command_takes_our_place(wait: Start) -> None:
    """Its words are its own, even those that look like ours."""
    waiting = wait("file:///", "--", "sh", "-c", 'echo $$ "$@"', "sh", "--timeout", "--", "-h")
    assert waiting.end() == (0, f"{waiting.process.pid} --timeout -- -h\n", told("file:///"))


def test_the_exit_status_is_the_commands(wait: Start) -> None:
    assert wait("-q", "file:///", "--", "sh", "-c", "exit 3").end() == (3, "", [])


@pytest.mark.parametrize(
    ("command", "status", "why"),
    [
        ("no-such-program", 127, "not found in PATH"),
        ("./no-such-file", 127, "No such file or directory"),
        ("/etc/passwd", 126, "Permission denied"),
        ("/", 126, "Permission denied"),
    ],
)
def test_a_command_that_cannot_be_executed(wait: Start, command: str, status: int, why: str) -> None:
    waiting = wait("-q", "file:///", "--", command)
    assert waiting.end() == (status, "", [f'lifeinit: cannot run the command "{command}": {why}'])


def test_a_script_without_a_shebang(wait: Start, tmp_path: Path) -> None:
    """It goes to the shell. execvp(3)"""
    (tmp_path / "script").write_text("echo $1\n")
    (tmp_path / "script").chmod(0o755)
    assert wait("-q", "file:///", "--", "./script", "x").end() == (0, "x\n", [])


@pytest.mark.parametrize(
    "look",
    [
        ("cat", "/proc/self/environ"),
        ("grep", "-E", "SigBlk|SigIgn|SigPnd|ShdPnd", "/proc/self/status"),
        ("stat", "-c", "%N", "/proc/self/fd/9"),
        ("ls", "/proc/self/fd"),
        ("pwd", "-P"),
    ],
    ids=lambda look: str(look[0]),
)
def test_the_command_finds_what_lifeinit_found(wait: Start, look: tuple[str, ...]) -> None:
    """Mask, ignored signals, environment and descriptors; the control is the same without lifeinit."""
    launcher = python("launcher")
    direct = wait.command(*launcher, f"/usr/bin/{look[0]}", *look[1:]).end()
    assert direct[0] == 0
    assert direct[1]
    assert wait("-q", "file:///", "--", *look, through=launcher).end() == direct


# stop requests


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_stop_request_ends_it_at_once(wait: Start, signo: signal.Signals) -> None:
    """Here in the midst of a try that nobody answers. A shell has 128+n as its status."""
    with bound() as (listener, port):
        listener.listen()
        waiting = wait(f"http://127.0.0.1:{port}", "--", "echo", "never")
        with listener.accept()[0]:
            waiting.process.send_signal(signo)
            assert waiting.end() == (
                -signo,
                "",
                [
                    f"lifeinit: waiting for http://127.0.0.1:{port}",
                    f"lifeinit: stopped, still missing: http://127.0.0.1:{port} (no answer yet)",
                ],
            )


def test_a_stop_request_that_came_before_is_kept(wait: Start) -> None:
    """While the command was still importing, say."""
    waiting = wait("file:///no/such/file", through=python("pending", "1"))
    assert waiting.end()[:2] == (0, "-15\n")


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_stop_request_ends_pid_1_at_once(tmp_path: Path, signo: signal.Signals) -> None:
    """PID 1 has no default action: without care of ours the signal would do nothing."""
    with bound() as (listener, port):
        listener.listen()
        command = [str(LIFEINIT), "wait", f"http://127.0.0.1:{port}", "--", "echo", "never"]
        running = Running(command, tmp_path, base_environment())
        with listener.accept()[0]:
            running.send(signo)
            assert running.rest() == []
            assert running.status() == 128 + signo
        running.end()


@pytest.mark.usefixtures("namespaces")
def test_the_command_of_a_pid_1_is_pid_1(tmp_path: Path) -> None:
    running = Running([str(LIFEINIT), "wait", "file:///", "--", "sh", "-c", "echo $$"], tmp_path, base_environment())
    assert running.rest() == ["1"]
    assert running.status() == 0
    running.end()


def test_a_stop_request_ends_the_try_too(wait: Start) -> None:
    """A try that lived on would hold its connection: the server reads its end."""
    with bound() as (listener, port):
        listener.listen()
        waiting = wait(f"http://127.0.0.1:{port}")
        with listener.accept()[0] as stream:
            asked(stream)
            waiting.process.send_signal(signal.SIGTERM)
            stream.settimeout(PATIENCE)
            assert stream.recv(1) == b""


def test_a_try_whose_waiter_was_killed_ends_soon(wait: Start) -> None:
    """SIGKILL leaves the waiter no moment to end its try."""
    with bound() as (listener, port):
        listener.listen()
        waiting = wait.limited("0.1,30", f"http://127.0.0.1:{port}")
        with listener.accept()[0] as stream:
            asked(stream)
            waiting.process.kill()
            stream.settimeout(PATIENCE)
            assert stream.recv(1) == b""


def test_without_stdin_stdout_and_stderr(wait: Start, tmp_path: Path) -> None:
    """The report of a try takes the place of none of them, and the command finds them closed."""
    with bound() as (listener, port):
        listener.listen()
        waiting = wait(f"http://127.0.0.1:{port}", through=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"])
        with listener.accept()[0]:
            standard = [os.readlink(f"/proc/{waiting.process.pid}/fd/{fd}") for fd in range(3)]
    assert standard == ["/dev/null"] * 3
    look = f"ls /proc/self/fd >{tmp_path}/fds"
    closing = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    assert wait("file:///", "--", "sh", "-c", look, through=closing).end() == (0, "", [])
    direct = wait.command(*closing, "sh", "-c", look.replace("fds", "direct")).end()
    assert direct == (0, "", [])
    assert (tmp_path / "fds").read_text() == (tmp_path / "direct").read_text()


def test_what_is_ignored_stays_ignored(wait: Start) -> None:
    """A shell starts a command in the background with SIGINT ignored: ^C is for others."""
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with bound() as (listener, port):
        listener.listen()
        waiting = wait(f"http://127.0.0.1:{port}", through=ignoring)
        with listener.accept()[0]:
            waiting.process.send_signal(signal.SIGINT)
            waiting.process.send_signal(signal.SIGTERM)
            assert waiting.end()[0] == -signal.SIGTERM
