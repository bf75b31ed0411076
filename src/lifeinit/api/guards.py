"""What start() and run() refuse before anything happens: a second container, pytest's process, threads."""

import os
import sys
import threading

from lifeinit.callbacks.errors import AlreadyStartedError, UsageError

_VARIABLE = "LIFEINIT_PROGRAM"
_PYTEST = {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}


_marked: list[str] = []  # its program, in every process below a container


def refuse_second(method: str) -> None:
    """A container cannot begin another one of its program: in a callback, or where a process executes it again.

    Celery does the latter on SIGHUP. Raises AlreadyStartedError.
    """
    if _marked:
        raise AlreadyStartedError(f"{method}() is called below the container: its callbacks and functions start none")
    own = _own_program()
    if own and os.environ.get(_VARIABLE) == own:
        raise AlreadyStartedError(
            f'{method}() is called below a container of the same program, "{own}": a process of it has executed the'
            " program again"
        )


def mark_program() -> None:
    """Have everything below know whose container it runs in."""
    _marked.append(_own_program())
    os.environ[_VARIABLE] = _marked[0]


def _own_program() -> str:
    """The real path of the file that this program began with; empty for one without a file, as with `python -c`."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.realpath(file) if isinstance(file, str) else ""


def refuse_pytest() -> None:
    """Raises UsageError: start() would end pytest's process, and the session with the app's status."""
    if "_pytest.config" in sys.modules and _PYTEST & os.environ.keys():
        raise UsageError("start() would take the place of pytest: call container.run(...), which returns the status")


def refuse_threads() -> None:
    """Raises UsageError for Python's threads. Those of a library such as OpenBLAS are its own matter at a fork."""
    own = threading.current_thread()
    if own is not threading.main_thread():
        raise UsageError(f'start() is called in the thread "{own.name}": call it in the main thread, or call run()')
    others = [thread for thread in threading.enumerate() if thread is not own and not _is_foreign(thread)]
    if others:
        names = ", ".join(f'"{thread.name}"' for thread in others)
        what = "the thread" if len(others) == 1 else "the threads"
        raise UsageError(
            f"start() would lose {what} {names}: start threads in the app or in the callback that needs them, or stop"
            " them before"
        )


def _is_foreign(thread: threading.Thread) -> bool:
    return isinstance(thread, threading._DummyThread)  # noqa: SLF001
