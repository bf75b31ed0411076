"""Starts COMMAND as PID 1 of a new namespace, COUNT times: `start.py WHAT COUNT FIFO COMMAND...`; prints milliseconds.

WHAT is `life`: until it has ended, and the CPU time of that. `app`: until its app has written to FIFO. `deaf`: from
the exec to the moment from which TERM is blocked or caught; before it a signal to PID 1 is lost. signal(7)
"""

import ctypes
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn
else:
    import _signal

CLONE_NEWPID, CLONE_NEWNS = 0x20000000, 0x00020000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
TERM = 1 << (_signal.SIGTERM - 1)
PATIENCE = 60.0

libc = ctypes.CDLL(None, use_errno=True)


def check(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become(command: list[str], go: int) -> "NoReturn":
    """In PID 1: a /proc of its own, then wait for the word, then exec. `go` is close-on-exec: its end tells of it."""
    try:
        check(libc.unshare(CLONE_NEWNS))
        check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        check(libc.mount(b"proc", b"/proc", b"proc", 0, None))
        null = os.open(os.devnull, os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.write(go, b"!")
        os.read(go, 1)
        os.execv(command[0], command)
    finally:
        os._exit(127)


def measure(what: str, fifo: str, command: list[str]) -> tuple[float, ...]:
    """In a process whose children are in a new namespace: the milliseconds."""
    ours, go = socketpair()
    answers = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    pid = os.fork()
    if pid == 0:
        become(command, go)
    os.close(go)
    os.read(ours, 1)
    began = time.perf_counter()
    os.write(ours, b"!")
    if what == "life":
        _, status, used = os.wait4(pid, 0)
        taken = time.perf_counter() - began
        if status != 0:
            raise ChildProcessError(f"{command} ended with wait status {status}")
        return taken * 1e3, (used.ru_utime + used.ru_stime) * 1e3
    try:
        if what == "app":
            os.set_blocking(answers, True)
            os.read(answers, 1)
            return ((time.perf_counter() - began) * 1e3,)
        return (deaf(pid, ours),)
    finally:
        os.kill(pid, _signal.SIGKILL)
        os.waitpid(pid, 0)


def deaf(pid: int, ours: int) -> float:
    """Looks without a pause, on another core: 20 to 30 microseconds from one look to the next.

    While a process is in sigtimedwait(2), what it waits for is not shown as blocked, though it is kept.
    """
    os.set_blocking(ours, False)
    began = time.perf_counter()
    status, asleep_in = (os.open(f"/proc/{pid}/{name}", os.O_RDONLY) for name in ("status", "wchan"))
    looked = began
    while is_open(ours):
        # From the last look but one, should this process lose its core in between: rather too long than too short.
        began, looked = looked, time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        lines = os.pread(status, 8192, 0).split(b"\n")
        sets = [int(line[8:], 16) for line in lines if line.startswith((b"SigBlk:", b"SigCgt:"))]
        if any(found & TERM for found in sets) or b"sigtimedwait" in os.pread(asleep_in, 64, 0):
            return (time.perf_counter() - began) * 1e3
    raise TimeoutError(f"process {pid} never blocked or caught SIGTERM")


def is_open(ours: int) -> bool:
    """Whether the other end still is."""
    try:
        os.read(ours, 1)
    except BlockingIOError:
        return True
    return False


def socketpair() -> tuple[int, int]:
    import _socket  # noqa: PLC0415

    pair = _socket.socketpair()
    return pair[0].detach(), pair[1].detach()


def main(what: str, count: int, fifo: str, command: list[str]) -> None:
    for _ in range(count):
        reader, writer = os.pipe()
        helper = os.fork()
        if helper == 0:
            code = 1
            try:
                check(libc.unshare(CLONE_NEWPID))  # the helper's children alone are in the namespace
                os.write(writer, " ".join(map(str, measure(what, fifo, command))).encode())
                code = 0
            except OSError as error:  # TimeoutError too
                os.write(2, f"{error}\n".encode())
            finally:
                os._exit(code)
        os.close(writer)
        taken = os.read(reader, 64)
        os.close(reader)
        if os.waitpid(helper, 0)[1] != 0:
            sys.exit(1)
        print(taken.decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
