"""When gunicorn, a Celery worker and Celery's scheduler send WATCHDOG=1. sd_notify(3), sd_watchdog_enabled(3)"""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

_OFTEN = 4  # signs of life in the time within which one has to come
_PATIENCE = 1.0  # seconds; the socket has room for 10 messages, and everybody in the network namespace may send some


class Watchdog:
    """Sends a sign of life for each that is reported, and no more of them than are needed."""

    def __init__(self, environment: Mapping[bytes, bytes]) -> None:
        """Without the variables of sd_watchdog_enabled(3) nothing is sent."""
        self.seconds = int(environment.get(b"WATCHDOG_USEC", b"0")) / 1e6
        self._address = environment.get(b"NOTIFY_SOCKET")
        self._next = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next one."""
        return self._address is not None and self.seconds > 0 and time.monotonic() >= self._next

    def beat(self) -> None:
        """This process works."""
        from lifeinit.engine import notify  # noqa: PLC0415  # it needs Linux

        if self.is_due and self._address is not None:
            self._next = time.monotonic() + self.seconds / _OFTEN
            notify.send(self._address, b"WATCHDOG=1", min(_PATIENCE, self.seconds / _OFTEN))

    def beat_when_logged(self, logger: str) -> None:
        """For a process that logs each failed try to reach its broker: it works, and only the broker does not."""

        def works(_record: logging.LogRecord) -> bool:
            self.beat()
            return True

        logging.getLogger(logger).addFilter(works)


def watched_worker(watchdog: Watchdog, base: type) -> type:
    """A worker of gunicorn that reports through one of its own request threads: if all of them hang it is silent.

    gunicorn itself only asks whether the worker's main thread works, which answers no request. A worker without
    threads reports where it tells gunicorn.
    """
    report: Future[None] | None = None

    def notify_arbiter(worker: Any) -> None:  # gunicorn has no types
        nonlocal report
        base.notify(worker)  # type: ignore[attr-defined]  # as above
        pool = getattr(worker, "tpool", None)
        if pool is None:
            watchdog.beat()
        elif watchdog.is_due and (report is None or report.done()):
            report = pool.submit(watchdog.beat)

    return type("Worker", (base,), {"notify": notify_arbiter})


def watch_worker(watchdog: Watchdog) -> None:
    """Celery sends heartbeats to its broker. If the broker hangs, Celery waits there, and no further one comes."""
    if not watchdog.seconds:
        return
    from celery.signals import heartbeat_sent  # noqa: PLC0415

    heartbeat_sent.connect(lambda **_: watchdog.beat(), weak=False)
    watchdog.beat_when_logged("celery.worker.consumer.consumer")


def watch_scheduler(watchdog: Watchdog) -> None:
    """Celery's scheduler reports before each look at its schedule, and looks often enough."""
    if not watchdog.seconds:
        return
    from celery.signals import beat_init  # noqa: PLC0415

    def begin(sender: Any, **_: object) -> None:  # Celery has no types
        scheduler = sender.scheduler
        tick = scheduler.tick

        def beating(*args: object, **keywords: object) -> object:
            watchdog.beat()
            return tick(*args, **keywords)

        scheduler.tick = beating
        scheduler.max_interval = min(scheduler.max_interval, watchdog.seconds / _OFTEN)

    beat_init.connect(begin, weak=False)
    watchdog.beat_when_logged("celery.beat")
