"""Real lifeinits, each in a PID namespace of its own, and what a test does with one."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lifeinit.status import proc, published_state
from lifeinit.status.state_reader import State

PROGRAMS = Path(__file__).parent / "programs"
LIFEINIT = Path(sys.executable).with_name("lifeinit")
# Signals 32 and 33, with musl 34 too, are the C library's: a process that posix_spawn(3) has made ignores them, and so
# do its children.
LIBC_OWN = sum(1 << (signo - 1) for signo in range(32, signal.SIGRTMIN))
PATIENCE = 30.0  # seconds after which a silent program counts as hung; no test waits that long unless it fails

# A program that ends with 5 and leaves a process behind, which prints the SIGTERM that it gets.
LEAVES_AN_ORPHAN = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
ours, other = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.write(other, b"x")
    signal.sigwait({signal.SIGTERM})
    print("the orphan: TERM", flush=True)
    os._exit(0)
os.read(ours, 1)
os._exit(5)
"""

# --kill-child ends the whole namespace if the test is ended; as another user a namespace takes a user namespace.
NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
if os.geteuid() != 0:
    NAMESPACE[1:1] = ["--user", "--map-root-user"]


def python(program: str, *arguments: str) -> list[str]:
    """The command of one of the tests' own small programs, on an interpreter that starts fast."""
    return [sys.executable, "-I", "-S", "-B", str(PROGRAMS / f"{program}.py"), *arguments]


def listener(*reactions: str) -> list[str]:
    """An app that prints `ready`, then each signal that it gets. `TERM=3`: it exits with 3 on TERM."""
    return python("listener", *reactions)


def base_environment() -> dict[str, str]:
    return {"PATH": f"{LIFEINIT.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8"}


def as_in_the_foreground() -> None:
    """A shell has its background jobs ignore INT and QUIT, nohup HUP, and so would each app of a test. execve(2)"""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for signo in (signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(signo) is signal.SIG_IGN:
            signal.signal(signo, signal.SIG_DFL)


class Running:
    """A command in a PID namespace, where it is PID 1."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self._errors = cwd / "stderr"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*NAMESPACE, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=cwd,
                env=dict(environment),
            )
        self._buffer = b""

    def line(self) -> str:
        """The next line of its stdout; at the end of file an empty one. A silence longer than PATIENCE fails."""
        while b"\n" not in self._buffer and self._read():
            pass
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode(errors="surrogateescape")

    def _read(self) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert ready, f"nothing was printed within {PATIENCE} s; stderr: {self.stderr()}"
        part = os.read(self.process.stdout.fileno(), 65536)
        self._buffer += part
        return bool(part)

    def expect(self, *lines: str) -> None:
        for line in lines:
            got = self.line()
            assert got == line, f"{got!r} instead of {line!r}; stderr: {self.stderr()}"

    def rest(self) -> list[str]:
        """The lines to the end of its stdout."""
        while self._read():
            pass
        text, self._buffer = self._buffer, b""
        return text.decode(errors="surrogateescape").splitlines()

    @property
    def pid(self) -> int:
        """The pid, in our own namespace, of the namespace's PID 1."""
        return children(self.process.pid)[0]

    def child(self) -> int:
        """The pid, in our own namespace, of PID 1's first child, as soon as it has one."""
        while self.process.poll() is None:
            for pid in children(self.process.pid):
                for child in children(pid):
                    return child
        raise AssertionError(f"it is over without a child; stderr: {self.stderr()}")

    def published(self) -> State | None:
        """The state that lifeinit publishes, as PID 1 or below one."""
        for pid in (self.pid, *children(self.pid)):
            process = proc.look(pid)
            state = None if process is None else published_state.read(process)
            if state is not None:
                return state
        return None

    def send(self, signo: int) -> None:
        os.kill(self.pid, signo)

    def stop(self) -> None:
        """Returns once it is stopped, and so reads no signal and reaps nobody."""
        self.send(signal.SIGSTOP)
        while state(self.pid) != "T":
            pass

    def status(self) -> int:
        """The exit status, as a shell has it."""
        code = self.process.wait(PATIENCE)
        return 128 - code if code < 0 else code

    def stderr(self) -> list[str]:
        return self._errors.read_text().splitlines()

    def end(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(IndexError, OSError):  # it is gone already
                # Not by --kill-child alone: that is forgotten when the namespace's PID 1 changes its user. prctl(2)
                os.kill(self.pid, signal.SIGKILL)
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []  # it is gone


def state(pid: int) -> str:
    """`R`, `S`, `T` for one that is stopped, `Z` for one that is dead and not reaped. proc(5)"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def have_namespaces() -> str:
    """Why no PID namespace can be had here; empty where it can."""
    if shutil.which("unshare") is None:
        return "unshare (util-linux) is not installed"
    done = subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True, text=True)
    return done.stderr.strip()
