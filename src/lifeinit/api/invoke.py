"""Calls a Python function in a child of the zygote: as a program for the app, with a time limit for a callback."""

import atexit
import contextlib
import faulthandler
import functools
import inspect
import itertools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine
from types import FrameType

from lifeinit.engine import exit_status

_FAILURE = 1
_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")


class Terminated(SystemExit):
    """SIGTERM came while a callback ran: its time is over, or the container moves on without it."""

    __module__ = "lifeinit"


Function = Callable[[int], int]
"""Returns an exit status. The argument is a descriptor to which SIGTERM writes a traceback, whatever runs."""


def app(function: Callable[[], object]) -> Function:
    """What the child of the app runs, which ends as a program does.

    The status is the int that the function returns, the code of SystemExit, 130 for KeyboardInterrupt, 1 and a
    traceback for any other exception. Threads are joined and exit functions run.
    """

    def run(traces: int) -> int:
        os.close(traces)
        status = _status(lambda: _code_of_result(_result(function)))
        return _flush(_status(_finish) or status)

    return run


def callback(function: Callable[[], object]) -> Function:
    """What the child of a callback runs: SIGTERM raises Terminated in it, or cancels it if it is async.

    Its return value means nothing. Threads and exit functions are the program's.
    """

    def run(traces: int) -> int:
        _on_sigterm(_terminate, traces)
        _keep_from_forks()
        return _flush(_status(lambda: _ignored(_result(function, functools.partial(_terminable, traces)))))

    return run


def _awaited(coroutine: Coroutine[object, object, object]) -> object:
    import asyncio  # noqa: PLC0415  # 50 ms, for those who need it

    return asyncio.run(coroutine)


def _result(
    function: Callable[[], object], run: Callable[[Coroutine[object, object, object]], object] = _awaited
) -> object:
    result = function()
    return run(result) if inspect.iscoroutine(result) else result


def _ignored(_result: object) -> int:
    return 0


def _status(function: Callable[[], int]) -> int:
    try:
        return function()
    except Terminated as error:
        _print(error)
        return exit_status.of_signal(signal.SIGTERM)
    except SystemExit as error:
        return _code(error.code)
    except KeyboardInterrupt:
        return exit_status.of_signal(signal.SIGINT)
    except BaseException as error:  # noqa: BLE001  # an exception that left would run the user's program on
        _print(error)
        return _FAILURE


def _print(error: BaseException) -> None:
    """Its traceback, without the lines of lifeinit, and of asyncio where they lead to the callback."""
    found = traceback.TracebackException.from_exception(error)
    chain: traceback.TracebackException | None = found
    while chain is not None:
        lines = [line for line in chain.stack if not line.filename.startswith(_PACKAGE)]
        chain.stack[:] = itertools.dropwhile(lambda line: f"{os.sep}asyncio{os.sep}" in line.filename, lines)
        chain = chain.__cause__ or chain.__context__
    _say("".join(found.format()))


def _code_of_result(result: object) -> int:
    """An int is the exit status. A bool is none: True says that it went well."""
    return result & 0xFF if isinstance(result, int) and not isinstance(result, bool) else 0


def _code(code: object) -> int:
    """As sys.exit: None is 0, a number is the status, anything else is printed and is 1."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        _say(f"{code}\n")
    except Exception as error:  # noqa: BLE001  # of its own __str__
        _print(error)
    return _FAILURE


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
    except (OSError, ValueError, AttributeError):
        pass  # closed: then it is None. The status stays


def _finish() -> int:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001  # os._exit does not run them, and nothing public does
    return 0


def _flush(status: int) -> int:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # closed, or its reader is gone: the status stays
    return status


# SIGTERM in a callback.

_own_handler: list[Callable[[int, FrameType | None], None]] = []


def _on_sigterm(handler: Callable[[int, FrameType | None], None], traces: int) -> None:
    """The handler runs once the interpreter does. Until then it may hang in C, so the traceback is written first."""
    _own_handler[:] = [handler]
    faulthandler.unregister(signal.SIGTERM)  # a second registration would not take the place of the handler
    signal.signal(signal.SIGTERM, handler)
    faulthandler.register(signal.SIGTERM, traces, all_threads=False, chain=True)


def _keep_from_forks() -> None:
    """A process that the callback forks, as multiprocessing does, dies of SIGTERM, also where that comes at once.

    A handler of Python's would lose it: a fork forgets the signals that are not handled yet.
    """
    mask: set[int | signal.Signals] = set()

    def reset() -> None:
        if signal.getsignal(signal.SIGTERM) in _own_handler:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        release()

    def release() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def hold() -> None:
        nonlocal mask
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    os.register_at_fork(before=hold, after_in_parent=release, after_in_child=reset)


def _terminate(_signo: int, _frame: FrameType | None) -> None:
    raise Terminated("SIGTERM: the callback was terminated here")


def _terminable(traces: int, coroutine: Coroutine[object, object, object]) -> object:
    """Run it until SIGTERM cancels it. Where that meets no await, but code that runs, it is raised there."""
    import asyncio  # noqa: PLC0415  # as above

    cancelled, length = False, os.fstat(traces).st_size

    async def main() -> object:
        loop = asyncio.get_running_loop()
        task = loop.create_task(coroutine)

        def cancel(signo: int, frame: FrameType | None) -> None:
            nonlocal cancelled
            if cancelled or asyncio.current_task(loop) is not None:
                _terminate(signo, frame)
            cancelled = True
            _write_suspended(traces, length, coroutine)
            task.cancel()
            loop.call_soon_threadsafe(lambda: None)  # the loop sleeps

        _on_sigterm(cancel, traces)
        try:
            return await task
        finally:
            _on_sigterm(_terminate, traces)

    try:
        return asyncio.run(main())
    except asyncio.CancelledError as error:
        if not cancelled:
            raise
        raise Terminated("SIGTERM: the callback was cancelled here").with_traceback(error.__traceback__) from None


def _write_suspended(traces: int, length: int, coroutine: object) -> None:
    """Where a coroutine waits, in the place of what faulthandler has written, which is where the event loop does."""
    lines: list[str] = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        code = frame.f_code
        lines.insert(0, f'  File "{code.co_filename}", line {frame.f_lineno} in {code.co_name}\n')
        coroutine = getattr(coroutine, "cr_await", None)
    with contextlib.suppress(OSError):
        os.ftruncate(traces, length)
        os.lseek(traces, length, os.SEEK_SET)
        os.write(traces, "".join(["Suspended:\n", *lines]).encode("utf-8", "backslashreplace"))
