"""What a wrong use of FlaskCeleryContainer is answered with."""

import re
import socket
import threading
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lifeinit import FlaskCeleryContainer, UsageError
from lifeinit.api import celery_parts, flask_celery, gunicorn_part
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
    ("options", "sentence"),
    [
        ({"bind": 8000}, 'bind is "8000" (int): write a string'),
        ({"workers": "many"}, 'workers is "many" (str): write an int from 1 to 1000'),
        ({"workers": 0}, 'workers is "0" (int): write an int from 1 to 1000'),
        ({"threads": True}, 'threads is "True" (bool): write an int'),
        ({"concurrency": 1.5}, 'concurrency is "1.5" (float): write an int'),
        ({"queues": "mail,video"}, 'queues is "mail,video" (str): write a list of strings'),
        ({"queues": ["mail", " "]}, """queues is "['mail', ' ']" (list): write names, for example ["mail", "video"]"""),
        ({"beat": "no"}, 'beat is "no" (str): write True or False'),
        ({"health": "healthz"}, 'health is "healthz" (str): write a path that begins with "/"'),
        ({"log_level": "loud"}, 'log_level is "loud" (str): write debug, info, warning, error or critical'),
        ({"worker_args": "-P solo"}, 'worker_args is "-P solo" (str): write a list of strings'),
        ({"ready": "notify"}, 'unknown option "ready": '),
        ({"stop_timout": 5}, 'unknown option "stop_timout": did you mean "stop_timeout"?'),
        ({"user": 7}, 'user is a number "7", not a string'),
    ],
)
def test_a_wrong_option(options: dict[str, Any], sentence: str) -> None:
    celery: Any = None
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        FlaskCeleryContainer(lambda *_: [], celery, **options)


def create_app() -> object:
    raise AssertionError("nobody calls it here")


@pytest.mark.parametrize(
    ("app", "sentence"),
    [
        (None, 'app is "None" (NoneType): pass the WSGI application'),
        (create_app, "app is create_app, which takes no request: pass what it returns, create_app()"),
    ],
)
def test_what_is_no_wsgi_application(app: object, sentence: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}$"):
        gunicorn_part.check_app(app)


@pytest.mark.parametrize(
    ("library", "line"),
    [
        ("gevent", "from gevent import monkey; monkey.patch_all()"),
        ("eventlet", "import eventlet; eventlet.monkey_patch()"),
    ],
)
def test_a_pool_of_green_threads_needs_a_program_that_is_made_for_them(
    library: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patched later it hangs: Celery received tasks, ran none, and did not stop."""
    pool = f"<class 'celery.concurrency.{library}.TaskPool'>"
    with pytest.raises(UsageError, match=re.escape(f"the {library} pool needs a program that begins with: {line}")):
        celery_parts.check_pool(pool, "worker_args")
    monkeypatch.setattr(socket, "socket", type("socket", (), {"__module__": f"{library}.base"}))
    celery_parts.check_pool(pool, "worker_args")


class Application:
    def __call__(self, environ: object, start_response: object) -> list[bytes]:
        raise AssertionError((environ, start_response))


@pytest.mark.parametrize("app", [Application(), lambda *_: []])
def test_what_is_one(app: object) -> None:
    gunicorn_part.check_app(app)


def test_who_gets_which_signal() -> None:
    """HUP makes Celery execute the program again when it ends, TTIN and TTOU stop it."""
    processes = {name: FlaskCeleryContainer(lambda *_: [], None)._process(name) for name in ("web", "beat")}
    assert {process.stop_signal for process in processes.values()} == {"TERM"}
    signals = dict.fromkeys("HUP USR1 USR2 WINCH TTIN TTOU ALRM TERM INT QUIT".split())
    assert processes["beat"].signals == signals
    assert signals.keys() - flask_celery._SIGNALS["worker"].keys() == {"INT"}
    assert set(flask_celery._SIGNALS["worker"].values()) == {None}
    assert processes["web"].signals == {"TERM": None, "QUIT": None, "INT": "TERM", "ALRM": None}


@pytest.mark.parametrize(
    ("address", "connected"),
    [(("0.0.0.0", 0), "127.0.0.1"), (("::", 0, 0, 0), "::1"), (("127.0.0.1", 0), "127.0.0.1")],
)
@pytest.mark.parametrize(("status", "answer"), [(200, ""), (302, ""), (503, "answered 503")])
def test_the_health_path_is_asked_at_the_servers_own_socket(
    address: tuple[str, int], connected: str, status: int, answer: str
) -> None:
    with socket.socket(socket.AF_INET6 if ":" in connected else socket.AF_INET) as listening:
        listening.bind(address)
        listening.listen()
        got: list[bytes] = []

        def reply() -> None:
            connection, _ = listening.accept()
            with connection:
                got.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 %d Something\r\nContent-Length: 0\r\n\r\n" % status)

        server = threading.Thread(target=reply)
        server.start()
        assert gunicorn_part._answer(listening.getsockname(), "/healthz?a=$b", is_tls=False) == answer
        server.join()
    assert got[0].startswith(b"GET /healthz?a=$b HTTP/1.1\r\n")


def test_a_socket_that_nobody_serves(tmp_path: Path) -> None:
    assert gunicorn_part._answer(str(tmp_path / "none"), "/", is_tls=False).startswith("cannot be asked: ")


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
