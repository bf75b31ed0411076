"""What a wrong use of FlaskCeleryContainer is answered with."""

from importlib.util import find_spec

import pytest

from lifeinit import UseError
from lifeinit.api.flask_celery import FlaskCeleryContainer


@pytest.mark.skipif(find_spec("gunicorn") is not None, reason="gunicorn is installed here")
def test_the_extra_is_missing() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery)  # type: ignore[arg-type]
    with pytest.raises(UseError, match=r'needs gunicorn and celery: pip install "lifeinit\[flask-celery\]"'):
        container.start()


def test_nothing_to_run() -> None:
    celery: object = None
    container = FlaskCeleryContainer(lambda *_: [], celery, web=False, worker=False)  # type: ignore[arg-type]
    with pytest.raises(UseError, match="nothing to run: leave one of web, worker and beat on"):
        container.start()
