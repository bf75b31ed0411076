"""A Flask app behind gunicorn and a Celery worker in one container, with callbacks around both.

Needs the extra: pip install "lifeinit[flask-celery]".
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from lifeinit.api import as_hook_file
from lifeinit.api.container import Container, refuse_other_platforms
from lifeinit.api.settings import boolean, comma_separated, count, duration_or_off, setting
from lifeinit.api.watchdog import Watchdog, gunicorn_worker, watch_scheduler, watch_worker
from lifeinit.callbacks.errors import UsageError
from lifeinit.callbacks.options import Duration
from lifeinit.config.model import Alive, Process, Ready

if TYPE_CHECKING:
    from celery import Celery

Wsgi = Callable[..., Iterable[bytes]]

# What Celery has for beat_scheduler and beat_schedule_filename.
_CELERY_DEFAULTS = ("celery.beat:PersistentScheduler", "celerybeat-schedule")


class FlaskCeleryContainer(Container):
    """Serves `app` with gunicorn and runs the tasks of `celery`. When one of the two exits, the other is stopped.

    The container is ready when both have loaded their app. A stop is graceful: open requests are answered and running
    tasks finish. The exit status is that of the part that exited first. A part that hangs is unhealthy, and stops the
    container.

    Each option has an environment variable, which takes precedence: LIFEINIT_BIND, LIFEINIT_WORKERS, ...
    """

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
        config: str | os.PathLike[str] | None = None,
        stop_timeout: Duration | None = None,
    ) -> None:
        """Starts nothing yet. An invalid environment variable ends the program with 78 (EX_CONFIG).

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
            alive: Time after which a part that gives no sign of life is unhealthy, or a dict such as
                {"watchdog": "5m", "on_failure": "restart"}. None: no part is watched. gunicorn gives one when a request
                ends or one of its threads is free, the worker with each heartbeat of Celery and each failed try to
                reach the broker, the scheduler with each look at the schedule.
            log_level: Of gunicorn, worker and scheduler.
            config: As for `Container`.
            stop_timeout: As for `Container`.

        Raises:
            UsageError: stop_timeout is not a duration above 0, or alive is no watchdog.
        """
        super().__init__(config=config, stop_timeout=stop_timeout)
        cpus = usable_cpus()
        self._app = app
        self._celery = celery
        self._bind = setting("BIND", str, bind)
        self._workers = setting("WORKERS", count, workers or cpus)
        self._threads = setting("THREADS", count, threads)
        self._concurrency = setting("CONCURRENCY", count, concurrency or cpus)
        self._queues = setting("QUEUES", comma_separated, tuple(queues))
        self._health = setting("HEALTH", str, health)
        self._watchdog = _watchdog(alive)
        self._log_level = setting("LOG_LEVEL", str, log_level).lower()
        parts = {
            "web": setting("WEB", boolean, web),
            "worker": setting("WORKER", boolean, worker),
            "beat": setting("BEAT", boolean, beat),
        }
        self._parts = [name for name, wanted in parts.items() if wanted]

    def start(self) -> NoReturn:  # type: ignore[override]  # the app is known already
        """Become the init, run the parts with the callbacks around them, and end with the container's exit status.

        Raises:
            UsageError: A package is missing, every part is off, health is no path, or this process has other threads.
            AlreadyStartedError: start() was called before.
        """
        refuse_other_platforms("start")
        if not self._parts:
            raise UsageError("start() has nothing to run: turn on web, worker or beat")
        missing = [name for name in ("gunicorn", "celery") if importlib.util.find_spec(name) is None]
        if missing:
            extra = 'pip install "lifeinit[flask-celery]"'
            raise UsageError(f"FlaskCeleryContainer needs {' and '.join(missing)}: {extra}")
        run = {"web": self._run_web, "worker": self._run_worker, "beat": self._run_beat}
        ready = {"web": self._web_ready() if "web" in self._parts else None, "worker": Ready(notify=True), "beat": None}
        alive = {"web": self._watchdog, "worker": self._worker_alive(), "beat": self._watchdog}
        self._start(
            (),
            {name: run[name] for name in self._parts},
            {name: Process(command=(name,), ready=ready[name], alive=alive[name]) for name in self._parts},
        )

    # The parts, each in a process of its own.

    def _run_web(self) -> None:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415

        watchdog = Watchdog(os.environb)
        # Without it: gunicorn itself would send READY=1 before a worker has loaded the app.
        address = os.environb.pop(b"NOTIFY_SOCKET", None)
        settings = {
            "bind": self._bind,
            "workers": self._workers,
            "worker_class": gunicorn_worker(watchdog),
            "threads": self._threads,
            "loglevel": self._log_level,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
            "post_worker_init": lambda _worker: _notify_ready(address),
            "post_request": lambda _worker, _request, _environ, _response: watchdog.beat(),
            "control_socket_disable": True,  # since version 24; it would want a writable HOME
        }

        def load_config(server: BaseApplication) -> None:
            for key, value in settings.items():
                if key in server.cfg.settings:
                    server.cfg.set(key, value)

        server = type("Server", (BaseApplication,), {"load_config": load_config, "load": lambda _server: self._app})
        server().run()

    def _run_worker(self) -> None:
        from celery.signals import worker_ready  # noqa: PLC0415

        worker_ready.connect(lambda **_: _notify_ready(os.environb.get(b"NOTIFY_SOCKET")), weak=False)
        watch_worker(Watchdog(os.environb))
        options: dict[str, object] = {"concurrency": self._concurrency, "loglevel": self._log_level.upper()}
        if self._queues:
            options["queues"] = ",".join(self._queues)
        worker = self._celery.Worker(**options)
        worker.start()
        raise SystemExit(worker.exitcode or 0)

    def _run_beat(self) -> None:
        """Celery's default keeps the schedule in ./celerybeat-schedule, and runs the pickles that it finds there.

        So a file in a directory that others may write to is code of theirs: the schedule stays in memory.
        """
        watch_scheduler(Watchdog(os.environb))
        conf = self._celery.conf
        own_choice = (conf.beat_scheduler, conf.beat_schedule_filename) != _CELERY_DEFAULTS
        scheduler = None if own_choice else "celery.beat:Scheduler"
        self._celery.Beat(loglevel=self._log_level.upper(), scheduler=scheduler).run()

    def _web_ready(self) -> Ready:
        """Once a worker of gunicorn has loaded the app or, with a health path, has answered there."""
        if self._health is None:
            return Ready(notify=True)
        host, _, port = self._bind.rpartition(":")
        if self._bind.startswith("unix:") or not self._health.startswith("/"):
            raise UsageError(f'health is "{self._health}": write a path that begins with /, and HOST:PORT for bind')
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104
        path = self._health.replace("$", "$$")  # in a target it would be a variable
        return Ready(http=f"http://{host}:{port}{path}", interval=0.2)

    def _worker_alive(self) -> Alive | None:
        """None for the solo pool: there a task runs in the main process, which gives no sign of life meanwhile."""
        is_solo = "worker" in self._parts and "solo" in str(self._celery.conf.worker_pool)
        return None if is_solo else self._watchdog


def usable_cpus() -> int:
    """Those that this process may run on; macOS and Windows only tell how many there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _watchdog(alive: object) -> Alive | None:
    """The option `alive`, of which LIFEINIT_ALIVE sets the time. Raises UsageError."""
    table = {**alive} if isinstance(alive, Mapping) else {"watchdog": alive}
    if "watchdog" not in table:
        raise UsageError(f'alive is "{alive}", without a watchdog: write a duration such as "2m", or None')
    seconds = setting("ALIVE", duration_or_off, table["watchdog"])
    if seconds is None or seconds is False:
        return None
    return as_hook_file.settings({"alive": {**table, "watchdog": seconds}}).file.app.alive


def _notify_ready(address: bytes | None) -> None:
    from lifeinit.engine import notify  # noqa: PLC0415  # it needs Linux

    if address:
        notify.send(address, b"READY=1")
