"""A Python function as a program: what a forked child does instead of an exec."""

import asyncio
import atexit
import inspect
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable

from lifeinit.engine import exit_status

_FAILURE = 1


def program(function: Callable[[], object], *, is_app: bool) -> Callable[[], int]:
    """What the child runs: it calls the function and returns the exit status, whatever the function raises.

    The status is that of an interpreter: the code of SystemExit, 130 for KeyboardInterrupt, 1 and a traceback for any
    other exception. For the app the child then joins its threads and runs its exit functions; in a callback both belong
    to the program.
    """

    def run() -> int:
        _handle_signals_as_python_does()
        status = _status(function)
        if is_app:
            status = _status(_finish) or status
        return _flush(status)

    return run


def _handle_signals_as_python_does() -> None:
    """The child has the signals of a program that is about to be executed: there a broken pipe kills. signal(3)"""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for signo in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(signo, signal.SIG_IGN)


def _status(function: Callable[[], object]) -> int:
    try:
        result = function()
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except SystemExit as error:
        return _code(error.code)
    except KeyboardInterrupt:
        return exit_status.of_signal(signal.SIGINT)
    except BaseException:  # noqa: BLE001  # an exception that unwinds would run the lifecycle twice
        traceback.print_exc()
        return _FAILURE
    return 0


def _code(code: object) -> int:
    """As sys.exit: None is 0, a number is the status, anything else is printed and is 1."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return _FAILURE


def _finish() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001  # os._exit does not run them, and nothing public does


def _flush(status: int) -> int:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # closed, or its reader is gone: the status stays
    return status


def other_threads() -> list[str]:
    """The names of the other threads of this process, with those that Python did not start."""
    own = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    try:
        tasks = len(os.listdir("/proc/self/task"))
    except OSError:
        return own
    foreign = tasks - 1 - len(own)
    return [*own, *(["a thread of a library"] * foreign)]
