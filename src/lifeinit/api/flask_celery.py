"""A Flask app behind gunicorn and a Celery worker in one container, with callbacks around both.

Needs the extra: pip install "lifeinit[flask-celery]".
"""

import http.client
import importlib.util
import os
import select
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol

from lifeinit.api import invoke
from lifeinit.api.container import Container
from lifeinit.api.settings import boolean, comma_separated, count, setting
from lifeinit.callbacks.errors import UsageError
from lifeinit.callbacks.options import Duration
from lifeinit.config.model import Process, Ready
from lifeinit.engine import notify

__all__ = ["FlaskCeleryContainer"]

Wsgi = Callable[..., Iterable[bytes]]

_POLL_INTERVAL = 0.2  # seconds between two requests to a web server that does not answer yet
_REQUEST_TIMEOUT = 5.0  # seconds
# What Celery has for beat_scheduler and beat_schedule_filename.
_CELERY_DEFAULTS = ("celery.beat:PersistentScheduler", "celerybeat-schedule")


class _Worker(Protocol):
    exitcode: int | None

    def start(self) -> None: ...


class _Beat(Protocol):
    def run(self) -> None: ...


class _Conf(Protocol):
    beat_scheduler: str
    beat_schedule_filename: str


class CeleryApp(Protocol):
    """What is used of celery.Celery."""

    @property
    def conf(self) -> _Conf: ...

    def Worker(self, **options: object) -> _Worker: ...  # noqa: N802

    def Beat(self, **options: object) -> _Beat: ...  # noqa: N802


class FlaskCeleryContainer(Container):
    """Serves `app` with gunicorn and runs the tasks of `celery`. When one of the two exits, the other is stopped.

    The container is ready when the web server has answered a request and the worker has started. A stop is graceful:
    open requests are answered and running tasks finish. The exit status is that of the part that exited first.

    Each option has an environment variable, which takes precedence: LIFEINIT_BIND, LIFEINIT_WORKERS, ...
    """

    def __init__(  # noqa: PLR0913
        self,
        app: Wsgi,
        celery: CeleryApp,
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
            health: Path that must answer with a status below 400 before the web server is ready. Default: any answer
                to a request of / is enough.
            log_level: Of gunicorn, worker and scheduler.
            config: As for `Container`.
            stop_timeout: As for `Container`.

        Raises:
            UsageError: stop_timeout is not a duration above 0.
        """
        super().__init__(config=config, stop_timeout=stop_timeout)
        cpus = len(os.sched_getaffinity(0))
        self._app = app
        self._celery = celery
        self._bind = setting("BIND", str, bind)
        self._workers = setting("WORKERS", count, workers or cpus)
        self._threads = setting("THREADS", count, threads)
        self._concurrency = setting("CONCURRENCY", count, concurrency or cpus)
        self._queues = setting("QUEUES", comma_separated, tuple(queues))
        self._health = setting("HEALTH", str, health)
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
            UsageError: A package is missing, every part is off, or this process has other threads.
            AlreadyStartedError: start() was called before.
        """
        if not self._parts:
            raise UsageError("start() has nothing to run: turn on web, worker or beat")
        missing = [name for name in ("gunicorn", "celery") if importlib.util.find_spec(name) is None]
        if missing:
            extra = 'pip install "lifeinit[flask-celery]"'
            raise UsageError(f"FlaskCeleryContainer needs {' and '.join(missing)}: {extra}")
        run = {"web": self._run_web, "worker": self._run_worker, "beat": self._run_beat}
        ready = {"web": Ready(target="http://"), "worker": Ready(notify=True), "beat": None}
        self._run(
            (),
            {name: invoke.program(run[name], is_app=True) for name in self._parts},
            {name: Process(command=(name,), ready=ready[name]) for name in self._parts},
            {"web": invoke.program(self._wait_for_answer, is_app=False)} if "web" in self._parts else {},
        )

    # The parts, each in a process of its own.

    def _run_web(self) -> None:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415

        settings = {
            "bind": self._bind,
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": self._threads,
            "loglevel": self._log_level,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
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

        worker_ready.connect(_notify_ready)
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
        conf = self._celery.conf
        own_choice = (conf.beat_scheduler, conf.beat_schedule_filename) != _CELERY_DEFAULTS
        scheduler = None if own_choice else "celery.beat:Scheduler"
        self._celery.Beat(loglevel=self._log_level.upper(), scheduler=scheduler).run()

    def _wait_for_answer(self) -> None:
        """Returns once the web server answers. Until it has loaded the app, a request waits."""
        while not self._answers():
            select.select((), (), (), _POLL_INTERVAL)

    def _answers(self) -> bool:
        connection = _Connection(self._bind)
        try:
            connection.request("GET", self._health or "/")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return self._health is None or status < http.HTTPStatus.BAD_REQUEST


class _Connection(http.client.HTTPConnection):
    """A connection to gunicorn from within the container."""

    def __init__(self, bind: str) -> None:
        self._path = bind.removeprefix("unix:") if bind.startswith("unix:") else None
        host, _, port = bind.rpartition(":")
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
        super().__init__(
            "localhost" if self._path else host, None if self._path else int(port), timeout=_REQUEST_TIMEOUT
        )

    def connect(self) -> None:
        if self._path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _notify_ready(**_signal: object) -> None:
    address = os.environb.get(b"NOTIFY_SOCKET")
    if address:
        notify.tell(address, b"READY=1")
