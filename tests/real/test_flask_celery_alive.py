"""FlaskCeleryContainer notices which of its parts hangs, and takes no other trouble for a hang."""

import signal
from pathlib import Path

import pytest

from tests.real.redis import needs_redis, redis
from tests.real.test_flask_celery import Shop, shop
from tests.real.tools import Gate, ask, until

__all__ = ["shop"]

pytestmark = needs_redis

SHORT = {"LIFEINIT_STOP_TIMEOUT": "3s", "LIFEINIT_WORKERS": "1"}
ONLY = {
    "web": {"LIFEINIT_WORKER": "0"},
    "worker": {"LIFEINIT_WEB": "0"},
    "beat": {"LIFEINIT_WEB": "0", "LIFEINIT_WORKER": "0", "LIFEINIT_BEAT": "1", "TICKS": "1"},
}


def hang(broker_directory: Path) -> None:
    """Redis takes connections and commands, and answers none of them."""
    redis(broker_directory, "CLIENT", "PAUSE", "600000", "ALL")


@pytest.fixture
def door(tmp_path: Path) -> Gate:
    """What a request for /slow waits at; it stays closed."""
    return Gate(tmp_path / "door")


@pytest.mark.usefixtures("door")
def test_gunicorn_whose_threads_are_all_blocked_is_unhealthy(shop: Shop, port: int) -> None:
    """gunicorn itself would wait for ever: its worker's main thread works."""
    running = shop(**SHORT, **ONLY["web"], LIFEINIT_THREADS="1", LIFEINIT_ALIVE="2s")
    until(running, "post_start_callback")
    request = ask(port, "/slow")
    until(running, "asked")
    said = until(running, "post_stop_callback unhealthy")
    request.close()
    assert "lifeinit: web is unhealthy: no WATCHDOG=1 for 2 s; the app is stopped" in said
    assert running.status() == 137


@pytest.mark.usefixtures("door")
def test_a_free_thread_is_a_sign_of_life(shop: Shop, port: int, tmp_path: Path) -> None:
    """The control: the request blocks one of two threads for longer than the worker takes to be found unhealthy."""
    running = shop(**SHORT, LIFEINIT_THREADS="2", LIFEINIT_ALIVE="2s")
    until(running, "post_start_callback")
    request = ask(port, "/slow")
    until(running, "asked")
    hang(tmp_path)
    assert "lifeinit: worker is unhealthy" in until(running, "is unhealthy")[-1]
    running.rest()
    request.close()


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_broker_that_hangs_makes_the_part_that_waits_for_it_unhealthy(shop: Shop, tmp_path: Path, part: str) -> None:
    running = shop(**SHORT, **ONLY[part], LIFEINIT_ALIVE="4s")
    until(running, "post_start_callback")
    hang(tmp_path)
    said = running.rest()
    assert f"lifeinit: {part} is unhealthy: no WATCHDOG=1 for 4 s; the app is stopped" in said
    assert any(line.startswith("post_stop_callback unhealthy") for line in said)
    assert running.status() != 0


def test_a_broker_that_is_down_is_not_the_workers_failure(shop: Shop, tmp_path: Path) -> None:
    """It has no heartbeat then, and its third try comes later than a heartbeat would have to."""
    running = shop(**SHORT, **ONLY["worker"], LIFEINIT_ALIVE="5s")
    until(running, "post_start_callback")
    redis(tmp_path, "SHUTDOWN", "NOSAVE")
    said = until(running, "(3/100)")
    running.send(signal.SIGTERM)
    assert not any("unhealthy" in line for line in said)
    running.rest()


@pytest.mark.parametrize(
    ("variables", "microseconds"),
    [
        ({"LIFEINIT_ALIVE": "0"}, "None"),
        ({"LIFEINIT_ALIVE": "5m"}, "300000000"),
        ({"LIFEINIT_WORKER_ARGS": "--pool solo"}, "None"),  # a task runs in the main process, which is silent meanwhile
    ],
)
def test_it_can_be_turned_off(shop: Shop, variables: dict[str, str], microseconds: str) -> None:
    running = shop(**ONLY["worker"], **variables)
    said = until(running, f"watchdog {microseconds}", "post_start_callback")
    assert f"watchdog {microseconds}" in said
    running.send(signal.SIGTERM)
    running.rest()
    assert running.status() == 0
