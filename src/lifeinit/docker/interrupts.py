"""Ctrl-C and SIGTERM in the program that drives the container."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from lifeinit.engine import exit_status


class Terminated(BaseException):  # as KeyboardInterrupt, it is no error
    """SIGTERM came where its default action would have ended this program."""


INTERRUPTS = (KeyboardInterrupt, Terminated)


def signal_name(error: BaseException | None) -> str | None:
    """The signal that an interrupt stands for; None for any other error."""
    match error:
        case KeyboardInterrupt():
            return "INT"
        case Terminated():
            return "TERM"
        case _:
            return None


@contextlib.contextmanager
def sigterm_raises() -> Iterator[None]:
    """Within, SIGTERM raises Terminated; a Terminated that leaves ends the program by SIGTERM after all.

    Only in the main thread, and only where SIGTERM has no handler. Nested, the outermost one decides.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    except Terminated:
        _restore()
        _terminate()
        raise SystemExit(exit_status.of_signal(signal.SIGTERM)) from None  # PID 1 survives the default action
    finally:
        _restore()


def uninterrupted(function: Callable[[], None]) -> None:
    """Call it in a thread. An interrupt of the wait is raised once it has returned.

    A request that is cut off halfway would leave a container that this program does not know of.
    """
    failure: list[BaseException] = []
    interrupt: BaseException | None = None

    def run() -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001  # raised again below
            failure.append(error)

    thread = threading.Thread(target=run, name="lifeinit start", daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join()
        except INTERRUPTS as error:
            interrupt = error
    if interrupt is not None:
        raise interrupt
    if failure:
        raise failure[0]


def _raise(_signo: int, _frame: FrameType | None) -> None:
    raise Terminated


def _restore() -> None:
    if signal.getsignal(signal.SIGTERM) is _raise:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, broken, or None
            stream.flush()
    signal.raise_signal(signal.SIGTERM)
