"""Calls callbacks: the tries, the time limit, the thread.

Why a limit does not end the callback: Python can end no thread. It goes on beside what follows, in a daemon thread, and
what it returns is not looked at. A forked child could be killed, but a fork of a program with threads may hang.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, cast

from lifeinit.docker.errors import CallbackError
from lifeinit.docker.interrupts import INTERRUPTS

if TYPE_CHECKING:
    from lifeinit.docker.callbacks import Callback
    from lifeinit.docker.event import Event, PhaseName

logger = logging.getLogger("lifeinit.docker")

# The callbacks that the current code is part of, as (id of the owner, name).
inside: contextvars.ContextVar[tuple[tuple[int, str], ...]] = contextvars.ContextVar("inside", default=())


class _Overrun(Exception):  # noqa: N818  # never leaves this room
    """The callback's time is over."""


def call(  # noqa: PLR0913, PLR0917  # of two callers' knowledge
    callback: Callback,
    where: str,
    make_event: Callable[[Callback, int, float | None], Event],
    until: float | None,
    pause: Callable[[PhaseName, float], bool],
    owner: int,
) -> None:
    """Call it until it succeeds or has no try left.

    Args:
        callback: What to call.
        where: Its place, with which each sentence begins.
        make_event: The event of a try with a deadline (unix time).
        until: The limit of the whole phase, on the monotonic clock.
        pause: Waits these seconds before the next try; False if there is to be none.
        owner: Who it belongs to, for `inside`.

    Raises:
        CallbackError: The last try failed.
    """
    for attempt in range(1, callback.retries + 2):
        limit = _limit(callback.timeout, until)
        event = make_event(callback, attempt, None if limit is None else time.time() + limit)
        began = time.monotonic()
        try:
            _try(callback, event, limit, owner)
        except _Overrun:
            cause, problem = None, f"{where}: was not done after {limit:.3g} s, and goes on in the background"
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a callback may raise anything
            cause, problem = error, f"{where}: {type(error).__name__}: {error}"
        else:
            logger.info("%s: ok in %.1f s", where, time.monotonic() - began)
            return
        in_time = until is None or time.monotonic() + callback.retry_delay < until
        if attempt <= callback.retries and in_time:
            logger.warning("%s (try %d of %d)", problem, attempt, callback.retries + 1)
            if pause(callback.phase, callback.retry_delay):
                continue
        raise CallbackError(problem, callback.phase, callback.name) from cause


def _limit(timeout: float | None, until: float | None) -> float | None:
    if until is None:
        return timeout
    left = max(0.0, until - time.monotonic())
    return left if timeout is None else min(timeout, left)


def _try(callback: Callback, event: Event, limit: float | None, owner: int) -> None:
    context = contextvars.copy_context()
    context.run(inside.set, (*inside.get(), (owner, callback.name)))
    if limit is None and not callback.is_async:
        context.run(_invoke, callback, event)
        return
    raised: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            context.run(_invoke, callback, event)
        except BaseException as error:  # noqa: BLE001  # raised again below
            raised.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=run, name=f"lifeinit {callback.phase} {callback.name}", daemon=True)
    thread.start()
    if not done.wait(limit):
        raise _Overrun
    thread.join()
    if raised:
        error = raised[0]
        if isinstance(error, (Exception, SystemExit, *INTERRUPTS)):
            raise error
        raise RuntimeError(f"{type(error).__name__}: {error}") from error


def _invoke(callback: Callback, event: Event) -> None:
    arguments = (event,) if callback.takes_event else ()
    result = callback.function(*arguments)
    if callback.is_async:
        asyncio.run(cast("Coroutine[object, object, object]", result))  # what an async function returns
