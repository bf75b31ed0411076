"""Calls one callback: its tries, its time limit, its thread.

Why a limit does not end the callback: Python cannot end a thread. It keeps running in the background, in a daemon
thread, and its result is ignored. A forked child could be killed, but a fork of a program with threads may hang.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lifeinit.docker.errors import CallbackError
from lifeinit.docker.interrupts import INTERRUPTS

if TYPE_CHECKING:
    from lifeinit.callbacks.event import Event, Phase
    from lifeinit.callbacks.registrar import Callback

logger = logging.getLogger("lifeinit.docker")

# The callbacks that the current code is part of, as (id of the owner, name).
inside: contextvars.ContextVar[tuple[tuple[int, str], ...]] = contextvars.ContextVar("inside", default=())


class _Overrun(Exception):  # noqa: N818  # caught in this module
    """The callback did not return in time."""


def call(  # noqa: PLR0913, PLR0917  # of two callers' knowledge
    callback: Callback,
    where: str,
    make_event: Callable[[Callback, int, float | None], Event],
    until: float | None,
    pause: Callable[[Phase, float], bool],
    owner: int,
) -> None:
    """Call it until it succeeds or has no try left.

    Args:
        callback: What to call.
        where: Container, phase and name, with which each message begins.
        make_event: Makes the event of a try from callback, try and remaining seconds.
        until: Limit of the whole phase, on the monotonic clock.
        pause: Waits these seconds before the next try; False if there is to be none.
        owner: Whose callback it is, for `inside`.

    Raises:
        CallbackError: The last try failed.
    """
    options = callback.options
    for attempt in range(1, options.retries + 2):
        limit = _limit(options.timeout, until)
        event = make_event(callback, attempt, limit)
        began = time.monotonic()
        try:
            _try(callback, event, limit, owner)
        except _Overrun:
            cause, problem = None, f"{where}: timed out after {limit:.3g} s, and keeps running in the background"
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a callback may raise anything
            cause, problem = error, f"{where}: {type(error).__name__}: {error}"
        else:
            logger.info("%s: ok in %.1f s", where, time.monotonic() - began)
            return
        in_time = until is None or time.monotonic() + options.retry_delay < until
        if attempt <= options.retries and in_time:
            logger.warning("%s (try %d of %d)", problem, attempt, options.retries + 1)
            if pause(callback.phase, options.retry_delay):
                continue
        raise CallbackError(problem, callback.phase, callback.name) from cause


def _limit(timeout: float | None, until: float | None) -> float | None:
    if until is None:
        return timeout
    left = max(0.0, until - time.monotonic())
    return left if timeout is None else min(timeout, left)


def _try(callback: Callback, event: Event, limit: float | None, owner: int) -> None:
    """One try: in this thread, or in one of its own if it has a limit or is async, as this one may run a loop."""
    context = contextvars.copy_context()
    context.run(inside.set, (*inside.get(), (owner, callback.name)))
    if limit is None and not inspect.iscoroutinefunction(callback.function):
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
    if not done.wait(limit):
        raise _Overrun
    thread.join()
    if raised:
        error = raised[0]
        if isinstance(error, (Exception, SystemExit, *INTERRUPTS)):
            raise error
        raise RuntimeError(f"{type(error).__name__}: {error}") from error


def _call(callback: Callback, event: Event) -> None:
    result = callback.call(event)
    if inspect.iscoroutine(result):
        asyncio.run(result)
