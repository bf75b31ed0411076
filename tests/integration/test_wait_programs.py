"""The programs that the engine starts for `wait_for` and for a ready probe."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lifeinit.probes.command_lines import alive_program, ready_command, ready_program, wait_program
from tests.integration.conftest import Start as StartInit
from tests.integration.harness import LIBC_OWN, PATIENCE
from tests.integration.servers import Certified, asked, bound, says, serving, status
from tests.integration.waiters import Start, starting, told, untimed

RUN = str(Path(sys.modules["lifeinit.probes.command_lines"].__file__ or "").with_name("prober.py"))
BARE = (sys.executable, "-I", "-S", "-B", RUN)
HOOK = {"LIFEINIT_EVENT": "pre_start", "LIFEINIT_HOOK": "services"}


@pytest.fixture
def wait(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


def named(name: str, lines: list[str]) -> list[str]:
    return [line.replace("lifeinit: ", f"lifeinit: {name}: ", 1) for line in lines]


# their command lines


def test_the_command_lines() -> None:
    assert wait_program(["$URL", "redis://:SECRET@cache/0"]) == (
        *BARE,
        *("wait", "--interval", "1.0", "--", "$URL", "redis://cache"),
    )
    assert wait_program(["file:///x"], 0.25, "--insecure") == (
        *BARE,
        *("wait", "--interval", "0.25", "--insecure", "--", "file:///x"),
    )
    assert ready_program("https://web", 2, "--insecure", "--verbose") == (
        *BARE,
        *("ready", "--interval", "2", "--insecure", "--verbose", "--", "https://web"),
    )
    assert ready_command(["a", "--", "b"]) == (*BARE, "ready", "--interval", "1.0", "--command", "--", "a", "--", "b")
    assert ready_command(["a"], 1.0, "--verbose")[8:] == ("--verbose", "--command", "--", "a")


@pytest.mark.parametrize(
    ("argv", "module"),
    [
        (wait_program(["tcp://db:1"]), "wait"),
        (ready_program("https://web/"), "wait"),
        (ready_command(["true"]), "wait"),
        (alive_program("http://web:$PORT/"), "alive"),
        (alive_program("https://web/"), "alive"),
    ],
)
def test_they_import_little(argv: Sequence[str], module: str) -> None:
    """They start with the container, and one stays as long as the app: for `re` and `ssl` it would hold 5 MB more."""
    path = str(Path(RUN).parents[2])
    program = (
        f"import sys; sys.path.append({path!r}); from lifeinit.probes import prober; "
        f"prober.prepare({tuple(map(os.fsencode, argv))!r}); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"lifeinit.probes.{module}" in loaded
    heavy = {"click", "tomllib", "dataclasses", "typing", "subprocess", "argparse", "lifeinit.engine.supervisor"}
    heavy |= {"re", "enum", "socket", "ssl", "signal", "urllib", "ctypes"}
    assert not heavy & set(loaded)


def test_an_error_of_their_own_is_one_line(wait: Start) -> None:
    code, out, lines = wait.command(*BARE, "wait", "--interval", "soon", "--", "file:///").end()
    assert (code, out, len(lines)) == (70, "", 1)
    assert lines[0].startswith(
        "lifeinit: internal error: ValueError: could not convert string to float: 'soon' (prober.py:"
    )


# wait


@pytest.mark.parametrize(
    ("hook", "name"), [("services", "pre_start services"), ("pre_start[0]", "pre_start[0]")], ids=["name", "number"]
)
def test_a_hook_that_waits(wait: Start, tmp_path: Path, hook: str, name: str) -> None:
    target = f"file://{tmp_path}/ready"
    waiting = wait.command(*wait_program([target], 0.01), env={"LIFEINIT_EVENT": "pre_start", "LIFEINIT_HOOK": hook})
    lines = [waiting.line(), waiting.line()]
    (tmp_path / "ready").touch()
    code, out, rest = waiting.end()
    first, last = told(target)
    missing = f"lifeinit: still missing: {target} (no such file)"
    assert (code, out, lines + rest) == (0, "", named(name, [first, missing, last]))


def test_variables_of_the_hook_are_expanded(wait: Start) -> None:
    with bound() as (listener, port):
        listener.listen()
        env = HOOK | {"URL": f"redis://:SECRET@127.0.0.1:{port}/0"}
        lines = named("pre_start services", told(f"redis://127.0.0.1:{port}"))
        assert wait.command(*wait_program(["$URL"]), env=env).end() == (0, "", lines)


def test_a_wrong_target_ends_it_with_1(wait: Start) -> None:
    env = HOOK | {"URL": "db:SECRET"}
    assert wait.command(*wait_program(["$NOWHERE", "$URL"]), env=env).end() == (
        1,
        "",
        named(
            "pre_start services",
            [
                (
                    'lifeinit: cannot wait for "$NOWHERE", which holds "$NOWHERE", which is not set: set it, or write '
                    '"$$" for a dollar sign'
                ),
                'lifeinit: cannot wait for the value of "$URL", which has no scheme: write "tcp://host:port"',
            ],
        ),
    )


def command_line(pid: str) -> bytes:
    """Empty for one that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_no_password_is_in_the_process_list(wait: Start) -> None:
    """Neither a literal one nor that of a variable, while a try runs; the environment, only its owner can read."""
    with bound() as (listener, port):
        listener.listen()
        texts = [f"redis://:SECRET@127.0.0.1:{port}", "$URL", "$WEB"]
        env = {"URL": f"amqp://me:SECRET@127.0.0.1:{port}//", "WEB": f"http://me:SECRET@127.0.0.1:{port}"}
        waiting = wait.command(*wait_program(texts), env=HOOK | env)
        with listener.accept()[0], listener.accept()[0], listener.accept()[0]:
            pid = waiting.process.pid
            tries = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            command_lines = [command_line(process) for process in (str(pid), *tries)]
            assert RUN.encode() in command_lines[0]
            assert len(set(command_lines) - {b""}) == 1  # that of a try is its waiter's
            assert b"SECRET" not in command_lines[0]
            assert b"SECRET" in Path(f"/proc/{pid}/environ").read_bytes()
            waiting.process.terminate()
            code, _, lines = waiting.end()
    assert code == -signal.SIGTERM
    assert not any("SECRET" in line for line in lines)


def test_it_runs_in_the_engine(init: StartInit, tmp_path: Path) -> None:
    """As a hook with a timeout: the engine ends one that waits in vain, and says why it did not answer."""
    target = f"file://{tmp_path}/ready"
    words = ", ".join(f'"{word}"' for word in wait_program([target], 0.01))
    hooks = f'[[pre_start]]\nname = "services"\ncommand = [{words}]\n'
    running = init("echo", "app", hooks=hooks + 'timeout = "1s"\n')
    assert running.rest() == []
    assert running.status() == 124
    name = "lifeinit: pre_start services:"
    missing = f"still missing: {target} (no such file)"
    assert running.stderr()[:3] == [f"{name} waiting for {target}", f"{name} {missing}", f"{name} stopped, {missing}"]
    (tmp_path / "ready").touch()
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["app"]
    lines = named("pre_start services", told(target))
    assert untimed("\n".join(running.stderr())).splitlines()[:2] == lines


# ready


def test_a_probe_is_silent(wait: Start) -> None:
    with serving(says(status(503), status(503), status(200))) as port:
        assert wait.command(*ready_program(f"http://127.0.0.1:{port}/", 0.01)).end() == (0, "", [])


def test_a_verbose_probe(wait: Start) -> None:
    with serving(says(status(503), status(503), status(200))) as port:
        target = f"http://127.0.0.1:{port}/"
        first, last = told(target)
        missing = f"lifeinit: still missing: {target} (answered 503)"
        waiting = wait.command(*ready_program(target, 0.01, "--verbose"))
        assert waiting.end() == (0, "", named("ready", [first, missing, last]))


def test_a_probe_that_is_ended_says_why_it_did_not_succeed(wait: Start) -> None:
    """Its last line is all that a user has to go by."""
    answers = 0

    def handle(stream: socket.socket) -> None:
        nonlocal answers
        asked(stream)
        answers += 1
        if answers == 1:
            stream.sendall(status(503))
        else:
            os.kill(waiting.process.pid, signal.SIGTERM)

    with serving(handle) as port:
        target = f"http://127.0.0.1:{port}/"
        waiting = wait.command(*ready_program(target, 0.01))
        line = f"lifeinit: ready: stopped, still missing: {target} (answered 503)"
        assert waiting.end() == (-signal.SIGTERM, "", [line])


def test_a_certificate_that_need_not_be_trusted(wait: Start, tmp_path: Path) -> None:
    with serving(Certified(tmp_path).handle) as port:
        target = f"https://localhost:{port}"
        reason = "certificate not trusted: unable to get local issuer certificate"
        waiting = wait.command(*ready_program(target, 0.01, "--verbose"))
        assert waiting.stopped()[2][1] == f"lifeinit: ready: still missing: {target} ({reason})"
        assert wait.command(*ready_program(target, 0.01, "--insecure")).end() == (0, "", [])


# a command as the probe

COUNTING = "echo out; echo err >&2; echo x >>tries; test $(wc -l <tries) = 3"


def test_a_command_that_is_to_succeed(wait: Start, tmp_path: Path) -> None:
    """Again and again; what it prints is for nobody."""
    assert wait.command(*ready_command(["sh", "-c", COUNTING], 0.01)).end() == (0, "", [])
    assert (tmp_path / "tries").read_text() == "x\n" * 3


def test_a_verbose_command(wait: Start) -> None:
    code, out, lines = wait.command(*ready_command(["sh", "-c", COUNTING], 0.01, "--verbose")).end()
    assert (code, out) == (0, "out\n" * 3)
    assert sorted(lines) == sorted(
        [
            *("err",) * 3,
            'lifeinit: ready: waiting for the command "sh"',
            'lifeinit: ready: still missing: the command "sh" (exited 1)',
            'lifeinit: ready: the command "sh" answered after T s',
        ]
    )


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["sh", "-c", "exit 3"], "exited 3"),
        (["sh", "-c", "kill -9 $$"], "died of SIGKILL"),
        (["no-such-program"], "cannot be run: not found in PATH"),
        (["/etc/passwd"], "cannot be run: Permission denied"),
    ],
)
def test_a_command_that_fails(wait: Start, argv: list[str], reason: str) -> None:
    waiting = wait.command(*ready_command(argv, 0.01, "--verbose"))
    assert waiting.stopped()[2][1] == f'lifeinit: ready: still missing: the command "{argv[0]}" ({reason})'


def test_a_command_leads_a_group_and_finds_what_the_hook_found(wait: Start) -> None:
    look = [
        "sh",
        "-c",
        'echo $$ $(cut -d" " -f5 /proc/$$/stat); env | grep LC_; grep -E "SigBlk|SigIgn" /proc/self/status; cat',
    ]
    waiting = wait.command(*ready_command(look, 1.0, "--verbose"), env={"LANG": "C"})
    code, out, _ = waiting.end()
    pid, pgid, *rest = out.split()
    assert (code, pid) == (0, pgid)
    assert rest[:3] == ["SigBlk:", "0" * 16, "SigIgn:"]
    assert int(rest[3], 16) & ~LIBC_OWN == 0


class Held:
    """A fifo that a command and all that it started hold open: its end is theirs."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "fifo"
        os.mkfifo(self.path)
        self._fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    @property
    def command(self) -> list[str]:
        """Starts another process and waits for it for ever, only the first time."""
        return ["sh", "-c", f"mkdir once || exit 3; exec >{self.path}; tail -f /dev/null & echo began; wait"]

    def read(self) -> bytes:
        """What is written next; nothing once nobody has it any more."""
        ready, _, _ = select.select([self._fd], [], [], PATIENCE)
        assert ready, "somebody still holds the fifo"
        return os.read(self._fd, 4096)

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    held = Held(tmp_path)
    yield held
    held.close()


def test_a_stop_request_ends_the_command_too(wait: Start, held: Held) -> None:
    waiting = wait.command(*ready_command(held.command))
    assert held.read() == b"began\n"
    waiting.process.terminate()
    assert held.read() == b""
    line = 'lifeinit: ready: stopped, still missing: the command "sh" (no answer yet)'
    assert waiting.end() == (-signal.SIGTERM, "", [line])


def test_a_command_that_takes_too_long_is_killed_with_its_group(wait: Start, held: Held) -> None:
    waiting = wait.limited("0.5,30", "--", *held.command)
    assert held.read() == b"began\n"
    assert held.read() == b""
    assert waiting.line() == "lifeinit: waiting for it"
    assert waiting.line() == "lifeinit: still missing: it (no answer within 0.5 s)"
