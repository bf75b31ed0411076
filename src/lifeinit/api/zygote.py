"""The zygote: a child of the init that keeps the user's program as it was at start(), and forks for each call.

It waits for the engine's requests (engine/calls.py) and does nothing else. Every signal is blocked in it, it has no
terminal, no stdin, stdout or stderr and, where the app is a program, nothing of the app's; it ends with the engine.
"""

import _socket
import array
import errno
import gc
import os
import posix
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NamedTuple, NoReturn

from lifeinit.api.invoke import Function
from lifeinit.engine import become, c_library, calls, descriptors, exit_status, log, syscalls

_NAME = b"lifeinit-zygote"
_FAILED = 126
_RLIMIT_LOCKS = 10
_GO = b"x"


class SignalsFound(NamedTuple):
    """What lifeinit has changed, and a function finds as it was: the signal mask, and what SIGCHLD does."""

    mask: Sequence[int]
    on_sigchld: Callable[[int, FrameType | None], object] | int | None

    def restore(self) -> None:
        """What is no handler of Python's cannot be set, and was not changed either."""
        if self.on_sigchld is not None:
            signal.signal(signal.SIGCHLD, self.on_sigchld)
        signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)


class Zygote:
    """`functions` are called by their numbers."""

    def __init__(
        self, control: _socket.socket, functions: Sequence[Function], found: SignalsFound, engine: int
    ) -> None:
        self._control, self._functions, self._found, self._engine = control, functions, found, engine

    def run(self, *, app_is_function: bool) -> NoReturn:
        """Serve until the engine is gone. Every signal must be blocked by now."""
        status = exit_status.SOFTWARE
        try:
            os.setpgid(0, 0)  # Ctrl-C is the foreground group's
            self._die_with_engine()
            syscalls.name_process(_NAME)
            _let_go(keeps_inherited=app_is_function)
            gc.freeze()  # without it, collections in the children would copy every page of this program
            while (received := self._receive()) is not None:
                self._fork(received)
            status = 0
        except BaseException as error:  # noqa: BLE001  # the zygote ends, and the engine says why
            self._control.send(_text(error), _socket.MSG_DONTWAIT)
        finally:
            os._exit(status)  # an exception that left would run the user's program on

    def _die_with_engine(self) -> None:
        """Even stopped; else the end of file on the socket says so."""
        try:
            c_library.signal_at_parents_death(signal.SIGKILL, self._engine)
        except OSError:
            pass  # Python was built without ctypes

    def _receive(self) -> list[int] | None:
        """The descriptors of the next call, or those of them for which there is room; None once the engine is gone."""
        numbers = array.array("i")
        room = _socket.CMSG_SPACE(calls.DESCRIPTORS * numbers.itemsize)
        text, ancillary, _, _ = self._control.recvmsg(1, room)
        if not text:
            return None
        for _level, _kind, data in ancillary:
            numbers.frombytes(data)
        return numbers.tolist()

    def _fork(self, received: list[int]) -> None:
        """Fork a child whose parent exits at once, so that the kernel hands it to the engine.

        Why not clone(CLONE_PARENT), which makes a child of the engine in one step: the C library does not know of it.
        No handler of pthread_atfork(3) runs, and the child's record of its own thread names the zygote's.
        """
        pipe: tuple[int, ...] = ()
        try:
            reading, writing = pipe = _pipe(len(received))
            pid = posix.fork()
            if pid == 0:
                self._fork_again(received, reading, writing)
            posix.waitpid(pid, 0)  # the child has its new parent when this one is dead
            posix.write(writing, _GO)
        except Exception as error:  # noqa: BLE001  # of this call alone
            if received:
                _refuse(received[0], error, "fork failed: ")
        finally:
            for fd in (*pipe, *received):
                os.close(fd)

    def _fork_again(self, received: list[int], reading: int, writing: int) -> NoReturn:
        try:
            if posix.fork() == 0:
                os.close(writing)
                self._run_call(received, reading)
        except Exception as error:  # noqa: BLE001  # as above
            _refuse(received[0], error, "fork failed: ")
        finally:
            os._exit(0)

    def _run_call(self, received: list[int], reading: int) -> NoReturn:
        """In the child. It ends here, and no failure of lifeinit's own passes for a success of the callback."""
        status = exit_status.SOFTWARE
        try:
            status = self._call(received, reading)
        except BaseException as error:  # noqa: BLE001
            log.report(error)
        finally:
            os._exit(status)

    def _call(self, received: list[int], reading: int) -> int:
        """Become what the plan says, wait at the gate, call the function."""
        if posix.read(reading, 1) != _GO:
            return _FAILED  # the zygote is dead
        self._control.close()
        os.close(reading)
        number = _prepare(received)
        if number is None:
            return _FAILED
        self._found.restore()
        _restart_gevent()
        return self._functions[number](received[1])


def _restart_gevent() -> None:
    """gevent's own os.fork does this in every child. Why not that one: see stages.py."""
    reinit = getattr(sys.modules.get("gevent"), "reinit", None)
    if reinit is not None:
        reinit()


def _pipe(received: int) -> tuple[int, int]:
    """Raises OSError where not all descriptors of a call could be received: there is no room for more either."""
    if received < calls.DESCRIPTORS:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return os.pipe()


def _prepare(received: list[int]) -> int | None:
    """The number of the function, once the engine knows this process; None where it is not to run.

    Of what was received the request stays open.
    """
    channel = _socket.socket(fileno=received[0])
    try:
        child, mark = calls.from_wire(_content(received[1]))
        for standard, fd in enumerate(received[2:]):
            if child.is_app or standard > 0:
                os.dup2(fd, standard)
        for fd in received[2:]:
            os.close(fd)
        os.set_inheritable(received[1], False)
        _put_on(mark)
        become.become_call(child)
    except Exception as error:  # noqa: BLE001  # it has no stderr yet
        _refuse(channel.fileno(), error)
        return None
    return child.program.call if _may_run(channel) else None


def _may_run(channel: _socket.socket) -> bool:
    """Whether the engine opens the gate. It may have taken the call back long ago."""
    try:
        channel.send(calls.READY)
        return channel.recv(calls.LONGEST) == calls.OPEN
    except OSError:
        return False
    finally:
        channel.close()


def _content(request: int) -> bytes:
    return os.pread(request, os.fstat(request).st_size, 0)


def _text(error: BaseException) -> bytes:
    """Of a failure, for the engine to say."""
    text = error.strerror if isinstance(error, OSError) else None
    return (text or log.described(error)).encode("utf-8", "backslashreplace")[: calls.LONGEST // 2]


def _put_on(mark: int | None) -> None:
    """engine/marks.py"""
    if mark is None:
        return
    import resource  # noqa: PLC0415

    try:
        resource.setrlimit(_RLIMIT_LOCKS, (mark, resource.getrlimit(_RLIMIT_LOCKS)[1]))
    except (OSError, ValueError):
        pass  # then nothing is marked


def _refuse(channel: int, error: Exception, what: str = "") -> None:
    """Tell the engine why this call cannot run."""
    number = (error.errno if isinstance(error, OSError) else None) or syscalls.INVALID
    sender = _socket.socket(fileno=channel)
    try:
        sender.send(f"{number} {what}".encode() + _text(error))
    except OSError:
        pass  # the engine has taken the call back
    finally:
        sender.detach()


def _let_go(*, keeps_inherited: bool) -> None:
    """Of stdin, stdout and stderr, which come with each call, and of what is the app's.

    Descriptors that are not close-on-exec are meant for the programs that are executed. Those of the user's program are
    close-on-exec, and stay for the callbacks. PEP 446. /dev/null takes the place of the others: a library that had one
    of them must not find another file under its number.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2) if keeps_inherited else sorted({0, 1, 2, *descriptors.numbers()} - {null}):
        try:
            if fd <= 2 or os.get_inheritable(fd):
                os.dup2(null, fd, inheritable=fd <= 2)
        except OSError:
            pass  # the listing's own descriptor, or a number that is not open
    os.close(null)
