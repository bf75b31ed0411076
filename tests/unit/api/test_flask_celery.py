"""What a wrong use of FlaskCeleryContainer is answered with."""

from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

from lifeinit import FlaskCeleryContainer, UsageError


@pytest.mark.skipif(find_spec("gunicorn") is not None, reason="gunicorn is installed here")
def test_the_extra_is_missing() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r'needs gunicorn and celery: pip install "lifeinit\[flask-celery\]"'):
        container.start()


def test_nothing_to_run() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery, web=False, worker=False)  # type: ignore[arg-type]
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
