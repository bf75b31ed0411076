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
from lifeinit.api.callbacks import Duration, UseError
from lifeinit.api.container import Container
from lifeinit.api.settings import count, setting, truth, words
from lifeinit.config.model import Process, Ready
from lifeinit.engine import notify

__all__ = ["FlaskCeleryContainer"]

Wsgi = Callable[..., Iterable[bytes]]

_PAUSE = 0.2  # seconds between two questions whether the web server answers
_ANSWER = 5.0  # seconds that an answer may take


class _Part(Protocol):
    exitcode: int | None

    def start(self) -> None: ...


class _Beat(Protocol):
    def run(self) -> None: ...


class CeleryApp(Protocol):
    """What is used of celery.Celery."""

    def Worker(self, **options: object) -> _Part: ...  # noqa: N802

    def Beat(self, **options: object) -> _Beat: ...  # noqa: N802


class FlaskCeleryContainer(Container):
    """Serves `app` by gunicorn and works off the tasks of `celery`; what exits first ends the other.

    It is ready when the web server has answered a request and the worker has said that it is. A stop is graceful for
    both: open requests are answered, running tasks are finished. One of them stands for the container's exit status as
    `lifeinit.Container` has it.

    Each option can be set in the environment too, which goes before the code: LIFEINIT_BIND, LIFEINIT_WORKERS …
    """

    def __init__(  # noqa: PLR0913
        self,
        app: Wsgi,
        celery: CeleryApp,
        *,
        bind: str = "0.0.0.0:8000",  # a container is reached from outside or not at all
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
        """`bind` is HOST:PORT or unix:PATH.

        `workers` are gunicorn's processes with `threads` each, `concurrency` the worker's processes: one for each
        usable CPU unless said. `queues` are those that the worker consumes, all by default. `beat` runs Celery's
        scheduler too.
        `health` is a path that has to answer with a status below 400 before the app counts as ready; without one any
        answer will do. `web` or `worker` false leaves that part to another container.
        """
        super().__init__(config=config, stop_timeout=stop_timeout)
        cpus = len(os.sched_getaffinity(0))
        self._app = app
        self._celery = celery
        self._bind = setting("BIND", str, bind)
        self._workers = setting("WORKERS", count, workers or cpus)
        self._threads = setting("THREADS", count, threads)
        self._concurrency = setting("CONCURRENCY", count, concurrency or cpus)
        self._queues = setting("QUEUES", words, tuple(queues))
        self._health = setting("HEALTH", str, health)
        self._log_level = setting("LOG_LEVEL", str, log_level).lower()
        parts = {
            "web": setting("WEB", truth, web),
            "worker": setting("WORKER", truth, worker),
            "beat": setting("BEAT", truth, beat),
        }
        self._parts = [name for name, wanted in parts.items() if wanted]

    def start(self) -> NoReturn:  # type: ignore[override]  # the app is known already
        """Become the init, run both with the callbacks around them, and end with the container's exit status.

        Raises UseError where the extra's packages are missing, where nothing is to run, or as `Container.start` does.
        """
        if not self._parts:
            raise UseError("start() has nothing to run: leave one of web, worker and beat on")
        missing = [name for name in ("gunicorn", "celery") if importlib.util.find_spec(name) is None]
        if missing:
            extra = 'pip install "lifeinit[flask-celery]"'
            raise UseError(f"FlaskCeleryContainer needs {' and '.join(missing)}: {extra}")
        run = {"web": self._serve, "worker": self._work, "beat": self._schedule}
        ready = {"web": Ready(target="http://"), "worker": Ready(notify=True), "beat": None}
        self._run(
            (),
            {name: invoke.program(run[name], is_app=True) for name in self._parts},
            {name: Process(command=(name,), ready=ready[name]) for name in self._parts},
            {"web": invoke.program(self._wait_for_answer, is_app=False)} if "web" in self._parts else {},
        )

    # The parts, each in a process of its own.

    def _serve(self) -> None:
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

    def _work(self) -> None:
        from celery.signals import worker_ready  # noqa: PLC0415

        worker_ready.connect(_tell_ready)
        options: dict[str, object] = {"concurrency": self._concurrency, "loglevel": self._log_level.upper()}
        if self._queues:
            options["queues"] = ",".join(self._queues)
        worker = self._celery.Worker(**options)
        worker.start()
        raise SystemExit(worker.exitcode or 0)

    def _schedule(self) -> None:
        place = "." if os.access(".", os.W_OK) else "/tmp"  # noqa: S108
        schedule = os.path.join(place, "celerybeat-schedule")
        self._celery.Beat(loglevel=self._log_level.upper(), schedule=schedule).run()

    def _wait_for_answer(self) -> None:
        """Ask until the web server answers. A worker that has not loaded the app yet leaves the request waiting."""
        while not self._answers():
            select.select((), (), (), _PAUSE)

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
    """To what gunicorn is bound to, from within the container."""

    def __init__(self, bind: str) -> None:
        self._path = bind.removeprefix("unix:") if bind.startswith("unix:") else None
        host, _, port = bind.rpartition(":")
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
        super().__init__("localhost" if self._path else host, None if self._path else int(port), timeout=_ANSWER)

    def connect(self) -> None:
        if self._path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _tell_ready(**_given: object) -> None:
    address = os.environb.get(b"NOTIFY_SOCKET")
    if address:
        notify.tell(address, b"READY=1")
