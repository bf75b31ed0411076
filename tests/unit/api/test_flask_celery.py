"""What a wrong use of FlaskCeleryContainer is answered with."""

from datetime import timedelta
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

from lifeinit import FlaskCeleryContainer, UsageError
from lifeinit.api.flask_celery import _watchdog


@pytest.mark.skipif(find_spec("gunicorn") is not None, reason="gunicorn is installed here")
def test_the_extra_is_missing() -> None:
    celery: Any = None
    container = FlaskCeleryContainer(lambda *_: [], celery)
    with pytest.raises(UsageError, match=r'needs gunicorn and celery: pip install "lifeinit\[flask-celery\]"'):
        container.start()


def test_nothing_to_run() -> None:
    celery: Any = None
    container = FlaskCeleryContainer(lambda *_: [], celery, web=False, worker=False)
    with pytest.raises(UsageError, match="nothing to run: turn on web, worker or beat"):
        container.start()


@pytest.mark.parametrize(
    ("conf", "scheduler"),
    [
        ({}, "celery.beat:Scheduler"),
        ({"beat_schedule_filename": "/var/lib/shop/schedule"}, None),
        ({"beat_scheduler": "django_celery_beat.schedulers:DatabaseScheduler"}, None),
    ],
)
def test_beat_keeps_its_schedule_in_memory_unless_celery_is_told_where(conf: dict[str, str], scheduler: str) -> None:
    """Celery's default file in the working directory is code for whoever may write there."""
    started: list[dict[str, object]] = []

    def beat(**options: object) -> SimpleNamespace:
        return SimpleNamespace(run=lambda: started.append(options))

    defaults = {"beat_scheduler": "celery.beat:PersistentScheduler", "beat_schedule_filename": "celerybeat-schedule"}
    celery: Any = SimpleNamespace(conf=SimpleNamespace(**defaults | conf), Beat=beat)
    FlaskCeleryContainer(lambda *_: [], celery)._run_beat()
    assert started == [{"loglevel": "INFO", "scheduler": scheduler}]


@pytest.mark.parametrize(
    ("bind", "health", "target"),
    [
        ("0.0.0.0:8000", "/healthz", "http://127.0.0.1:8000/healthz"),
        (":80", "/a$b", "http://127.0.0.1:80/a$$b"),
        ("[::]:8000", "/", "http://[::1]:8000/"),
        ("10.0.0.1:8000", "/", "http://10.0.0.1:8000/"),
        ("unix:/run/shop.sock", None, None),
    ],
)
def test_what_a_health_path_asks(bind: str, health: str | None, target: str | None) -> None:
    celery: Any = None
    ready = FlaskCeleryContainer(lambda *_: [], celery, bind=bind, health=health)._web_ready()
    assert (ready.target, ready.notify) == (target, target is None)


@pytest.mark.parametrize(("bind", "health"), [("unix:/run/shop.sock", "/healthz"), (":8000", "healthz")])
def test_a_health_path_that_cannot_be_asked(bind: str, health: str) -> None:
    celery: Any = None
    container = FlaskCeleryContainer(lambda *_: [], celery, bind=bind, health=health)
    with pytest.raises(UsageError, match=f'^health is "{health}": write a path that begins with /, and HOST:PORT for'):
        container._web_ready()


@pytest.mark.parametrize(
    ("alive", "variable", "seconds"),
    [
        ("2m", "", 120.0),
        (timedelta(seconds=90), "", 90.0),
        (None, "", None),
        (False, "", None),
        ("2m", "0", None),
        ("2m", "off", None),
        ("2m", "5m", 300.0),
        (None, "45", 45.0),
        ({"watchdog": "2m", "on_failure": "restart"}, "5m", 300.0),
    ],
)
def test_the_time_without_a_sign_of_life(
    alive: object, variable: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LIFEINIT_ALIVE takes precedence over the code, and leaves what else a table says."""
    monkeypatch.setenv("LIFEINIT_ALIVE", variable)
    read = _watchdog(alive)
    assert (read and read.watchdog) == seconds
    assert read is None or read.on_failure == ("restart" if isinstance(alive, dict) else "stop")


@pytest.mark.parametrize(
    ("alive", "sentence"),
    [
        ("soon", 'watchdog is "soon", not a duration'),
        (0, 'watchdog is "0"'),
        ({"http": "http://127.0.0.1:8000/"}, "without a watchdog: write a duration such as"),
    ],
)
def test_a_wrong_alive(alive: Any, sentence: str) -> None:
    celery: Any = None
    with pytest.raises(UsageError, match=sentence):
        FlaskCeleryContainer(lambda *_: [], celery, alive=alive)


@pytest.mark.parametrize(("pool", "is_watched"), [("prefork", True), ("celery.concurrency.solo:TaskPool", False)])
def test_a_solo_pool_is_not_watched(pool: str, is_watched: bool) -> None:
    """There a task runs in the main process: a long one would look like a hang."""
    celery: Any = SimpleNamespace(conf=SimpleNamespace(worker_pool=pool))
    container = FlaskCeleryContainer(lambda *_: [], celery)
    assert (container._worker_alive() is not None) is is_watched
