"""A Flask app behind gunicorn and a Celery worker in one container, with callbacks around both.

Needs the extra: pip install "lifeinit[flask-celery]".
"""

import contextlib
import importlib.util
import math
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, Unpack

from lifeinit.api import as_hook_file, settings
from lifeinit.api.container import Container, refuse_other_platforms
from lifeinit.api.gunicorn_part import Wsgi, check_app, check_bind, check_settings, serve
from lifeinit.api.keywords import SharedOptions, StrPath
from lifeinit.api.settings import option
from lifeinit.api.spelled_out import spelled_out
from lifeinit.callbacks.errors import UsageError, quoted
from lifeinit.callbacks.options import Duration
from lifeinit.config.diagnostic import HookFileError, UnreadableError
from lifeinit.config.model import Alive, Process, Ready

if TYPE_CHECKING:
    from celery import Celery

# What each part gets for a signal that the container gets; None: nothing. At a stop request each one gets SIGTERM, so
# the first three come again then: at the second Ctrl-C Celery warns, and the third is its cold shutdown.
_OTHERS = ("HUP", "USR1", "USR2", "WINCH", "TTIN", "TTOU", "ALRM")
_SIGNALS: Mapping[str, Mapping[str, str | None]] = {
    "web": {"TERM": None, "QUIT": None, "INT": "TERM", "ALRM": None},  # INT would cut off open requests
    "worker": {"TERM": None, "QUIT": None, **dict.fromkeys(_OTHERS)},
    "beat": dict.fromkeys(("TERM", "QUIT", "INT", *_OTHERS)),
}
_LONGEST_REQUEST = 3600  # seconds that gunicorn answers open requests for where no stop_timeout limits the stop


class FlaskCeleryContainer(Container):
    """Serves `app` with gunicorn and runs the tasks of `celery`. When one of the two exits, the other is stopped.

    The container is ready when both have loaded their app. Every stop is graceful: open
    requests are answered and running tasks finish. The exit status is that of the part that exited first. A part that
    hangs is unhealthy, and stops the container.

    Each option has an environment variable, which takes precedence: LIFEINIT_BIND, LIFEINIT_WORKERS, ...
    """

    @spelled_out(SharedOptions, "top", "app")
    def __init__(  # noqa: PLR0913
        self,
        app: Wsgi,
        celery: "Celery",
        *,
        bind: str = "0.0.0.0:8000",  # requests come from outside of the container
        workers: int | None = None,
        threads: int = 4,
        concurrency: int | None = None,
        queues: Sequence[str] = (),
        beat: bool = False,
        web: bool = True,
        worker: bool = True,
        health: str | None = None,
        alive: Duration | Mapping[str, object] | None = "2m",
        log_level: str = "info",
        gunicorn: Mapping[str, object] | None = None,
        worker_args: Sequence[str] = (),
        beat_args: Sequence[str] = (),
        config: StrPath | None = None,
        **options: Unpack[SharedOptions],
    ) -> None:
        """Does not start anything yet. An invalid environment variable ends the program with 78 (EX_CONFIG).

        Raises:
            UsageError: An option is unknown or invalid.

        Args:
            app: The WSGI application.
            celery: The Celery application.
            bind: HOST:PORT or unix:PATH.
            workers: Processes of gunicorn. Default: one for each usable CPU.
            threads: Threads of each of them.
            concurrency: Processes of the Celery worker. Default: one for each usable CPU.
            queues: Queues that the worker consumes. Default: all.
            beat: Run Celery's scheduler too. It keeps its schedule in memory, unless the Celery application sets
                `beat_schedule_filename` or `beat_scheduler`.
            web: False leaves the web server to another container.
            worker: False leaves the worker to another container.
            health: Path that must answer with a status from 200 to 399 before the web server is ready, as
                "/healthz". Default: it is ready when gunicorn has loaded the app.
            alive: Time after which a part that sends no heartbeat is unhealthy, or a dict such as
                {"watchdog": "5m", "on_failure": "restart"}. None: no part is watched. gunicorn sends one when a request
                ends or one of its threads is free, the worker with each heartbeat of Celery and each failed try to
                reach the broker, the scheduler each time it checks the schedule.
            log_level: Of gunicorn, worker and scheduler.
            gunicorn: Further settings of gunicorn, such as {"timeout": 60}. GUNICORN_CMD_ARGS takes precedence.
            worker_args: Further arguments of `celery worker`, such as ["--max-tasks-per-child", "100"].
            beat_args: Further arguments of `celery beat`.
            config: As for `Container`, like the following.
        """
        as_hook_file.refuse_unknown(options, SharedOptions.__annotations__)
        super().__init__(config=config, **options)
        cpus = usable_cpus()
        is_count, is_flag, is_words = settings.is_count, settings.is_flag, settings.is_words
        count, words = settings.count, settings.words
        self._app = app
        self._celery = celery
        self._bind = option("bind", bind, settings.is_text, str)
        self._workers = option("workers", cpus if workers is None else workers, is_count, count)
        self._threads = option("threads", threads, is_count, count)
        self._concurrency = option("concurrency", cpus if concurrency is None else concurrency, is_count, count)
        self._queues = option("queues", queues, settings.is_names, settings.comma_separated)
        self._health = option("health", health, settings.is_path, settings.path)
        self._watchdog = _watchdog(alive)
        self._log_level = option("log_level", log_level, settings.is_log_level, settings.log_level).lower()
        self._gunicorn = {} if gunicorn is None else gunicorn
        self._worker_args = option("worker_args", worker_args, is_words, words)
        self._beat_args = option("beat_args", beat_args, is_words, words)
        parts = {"web": web, "worker": worker, "beat": beat}
        self._parts = [name for name, wanted in parts.items() if option(name, wanted, is_flag, settings.boolean)]
        self._stop_seconds: float | None = None

    def start(self) -> NoReturn:  # type: ignore[override]  # the app is known already
        """Run the parts with the callbacks around them, and end the process with the container's exit status.

        Raises:
            UsageError: A package is missing, every part is off, gunicorn or Celery rejects a setting, or this
                process has other threads.
            AlreadyStartedError: start() was called before.
        """
        refuse_other_platforms("start")
        self._check("start")
        self._start((), *self._running())

    def run(self) -> int:  # type: ignore[override]  # as above
        """Run the parts and the callbacks as children of this process, and return the container's exit status.

        Raises the errors of `start`, except the one about threads.
        """
        refuse_other_platforms("run")
        self._check("run")
        return self._run((), *self._running())

    def _running(self) -> tuple[dict[str, Callable[[], object]], dict[str, Process]]:
        """The function and the process of each part."""
        run: dict[str, Callable[[], object]] = {"web": self._web, "worker": self._worker, "beat": self._beat}
        return {name: run[name] for name in self._parts}, {name: self._process(name) for name in self._parts}

    def _check(self, method: str) -> None:
        """Whatever can be checked before anything is started. Raises UsageError."""
        if not self._parts:
            raise UsageError(f"{method}() has nothing to run: turn on web, worker or beat")
        missing = [name for name in ("gunicorn", "celery") if importlib.util.find_spec(name) is None]
        if missing:
            extra = 'pip install "lifeinit[flask-celery]"'
            raise UsageError(f"FlaskCeleryContainer needs {' and '.join(missing)}: {extra}")
        from lifeinit.config.stop_timeout import stop_timeout_of  # noqa: PLC0415  # it needs Linux

        with contextlib.suppress(UnreadableError, HookFileError, ValueError):  # the start says what is wrong
            self._stop_seconds = stop_timeout_of(os.environ) or self._hook_file({}).stop_timeout
        if "web" in self._parts:
            check_app(self._app)
            check_bind(self._bind)
            check_settings(self._gunicorn)
        if set(self._parts) & {"worker", "beat"}:
            from lifeinit.api import celery_parts  # noqa: PLC0415  # only here Celery is known to be installed

            celery_parts.check_app(self._celery)
            celery_parts.parameters(self._celery, "worker", self._worker_arguments(), "worker_args")
            celery_parts.parameters(self._celery, "beat", self._beat_args, "beat_args")

    def _process(self, name: str) -> Process:
        return Process(
            command=(name,),
            ready=None if name == "beat" else Ready(notify=True),
            alive=self._worker_alive() if name == "worker" else self._watchdog,
            stop_signal="TERM",
            signals=_SIGNALS[name],
        )

    # The parts, each in a process of its own.

    def _web(self) -> None:
        ensure_temporary_directory()
        own = {
            "bind": self._bind,
            "workers": self._workers,
            "threads": self._threads,
            "loglevel": self._log_level,
            "graceful_timeout": math.ceil(self._stop_seconds or _LONGEST_REQUEST),
        }
        serve(self._app, own, self._gunicorn, self._health, _notifier())

    def _worker(self) -> None:
        ensure_temporary_directory()
        from lifeinit.api import celery_parts  # noqa: PLC0415  # as above

        celery_parts.run_worker(self._celery, self._worker_arguments(), _notifier())

    def _beat(self) -> None:
        from lifeinit.api import celery_parts  # noqa: PLC0415  # as above

        celery_parts.run_beat(self._celery, ("--loglevel", self._log_level, *self._beat_args))

    def _worker_arguments(self) -> tuple[str, ...]:
        queues = ("--queues", ",".join(self._queues)) if self._queues else ()
        concurrency = ("--concurrency", str(self._concurrency))
        return ("--loglevel", self._log_level, *concurrency, *queues, *self._worker_args)

    def _worker_alive(self) -> Alive | None:
        """None for the solo pool: there a task runs in the main process, which gives no sign of life meanwhile."""
        from lifeinit.api import celery_parts  # noqa: PLC0415  # as above

        meant = celery_parts.parameters(self._celery, "worker", self._worker_arguments(), "worker_args")
        return None if "solo" in str(meant["pool"]) else self._watchdog


def _notifier() -> Callable[[], None]:
    """What a part calls when it is ready; gunicorn must not see the variable."""
    address = os.environb.get(b"NOTIFY_SOCKET")

    def notify_ready() -> None:
        from lifeinit.engine import notify  # noqa: PLC0415  # it needs Linux

        if address:
            notify.send(address, b"READY=1")

    return notify_ready


def ensure_temporary_directory() -> None:
    """Celery's pool does not start without one, nor does gunicorn take large requests: `docker run --read-only`."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        os.environ["TMPDIR"] = "/dev/shm"  # noqa: S108  # what both make there has random names


def usable_cpus() -> int:
    """Those that this process may run on; macOS and Windows only tell how many there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _watchdog(alive: object) -> Alive | None:
    """The option `alive`, of which LIFEINIT_ALIVE sets the time. Raises UsageError."""
    table = {**alive} if isinstance(alive, Mapping) else {"watchdog": alive}
    if "watchdog" not in table:
        raise UsageError(f'alive is {quoted(alive)}, without a watchdog: write a duration such as "2m", or None')
    seconds = option("alive", table["watchdog"], lambda _: None, settings.duration_or_off)
    if seconds is None or seconds is False:
        return None
    return as_hook_file.settings({"alive": {**table, "watchdog": seconds}}).file.app.alive
