"""One call of a callback: its time limit, its thread.

Why a limit does not end the callback: Python cannot end a thread. It keeps running in the background, in a daemon
thread, and its result is ignored. A forked child could be killed, but a fork of a program with threads may hang.
"""

import asyncio
import contextvars
import inspect
import threading
import time

from lifeinit.callbacks.event import Event
from lifeinit.callbacks.registrar import Callback
from lifeinit.docker.interrupts import INTERRUPTS

# The callbacks that the current code is part of, as (id of the owner, name).
inside: contextvars.ContextVar[tuple[tuple[int, str], ...]] = contextvars.ContextVar("inside", default=())


_SLICE = 0.5  # seconds


class TimedOut(Exception):  # noqa: N818  # caught by the caller
    """The callback did not return in time."""


def call(callback: Callback, event: Event, owner: int) -> None:
    """Call it in this thread, or in one of its own if it has a limit or is async, as this one may run an event loop.

    Raises what the callback raises, or TimedOut once the event's remaining seconds are over.
    """
    context = contextvars.copy_context()
    context.run(inside.set, (*inside.get(), (owner, callback.name)))
    if event.remaining is None and not inspect.iscoroutinefunction(callback.function):
        context.run(_call, callback, event)
        return
    raised: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            context.run(_call, callback, event)
        except BaseException as error:  # noqa: BLE001  # raised again below
            raised.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=run, name=f"lifeinit {callback.phase} {callback.name}", daemon=True)
    thread.start()
    if not _wait(done, event.remaining):
        raise TimedOut
    thread.join()
    if raised:
        error = raised[0]
        if isinstance(error, (Exception, SystemExit, *INTERRUPTS)):
            raise error
        raise RuntimeError(f"{type(error).__name__}: {error}") from error


def _wait(done: threading.Event, seconds: float | None) -> bool:
    """Whether it is done in time.

    Why in slices: Python acts on a signal that comes just before a wait begins only when that wait ends. Ctrl-C would
    have no effect.
    """
    end = None if seconds is None else time.monotonic() + seconds
    while not done.wait(_SLICE if end is None else min(_SLICE, max(0.0, end - time.monotonic()))):
        if end is not None and time.monotonic() >= end:
            return False
    return True


def _call(callback: Callback, event: Event) -> None:
    result = callback.call(event)
    if inspect.iscoroutine(result):
        asyncio.run(result)
