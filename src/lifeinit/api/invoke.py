"""A Python function as a program: what a forked child does in the place of an exec."""

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
    """What runs the function in the child and returns its exit status, whatever it raises.

    As an interpreter ends: SystemExit gives its code, KeyboardInterrupt 130, any other exception its traceback and 1.
    The app's exit functions and threads have their end too; a callback's belong to the program and are left alone.
    """

    def run() -> int:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = _status(function)
        if is_app:
            status = _status(_finish) or status
        return _flush(status)

    return run


def _status(function: Callable[[], object]) -> int:
    try:
        result = function()
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except SystemExit as error:
        return _code(error.code)
    except KeyboardInterrupt:
        return exit_status.of_signal(signal.SIGINT)
    except BaseException:  # noqa: BLE001  # a child that unwound would run its parent's life once more
        traceback.print_exc()
        return _FAILURE
    return 0


def _code(code: object) -> int:
    """As sys.exit has it: None is 0, a number itself, anything else is printed and 1."""
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
    atexit._run_exitfuncs()  # noqa: SLF001  # os._exit leaves them out, and there is no other way to run them


def _flush(status: int) -> int:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # closed, or its reader is gone: the status counts all the same
    return status


def other_threads() -> list[str]:
    """The names of the threads beside this one, also of those that Python does not know."""
    own = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    try:
        tasks = len(os.listdir("/proc/self/task"))
    except OSError:
        return own
    foreign = tasks - 1 - len(own)
    return [*own, *(["a thread of a library"] * foreign)]
