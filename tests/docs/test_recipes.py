"""The recipes around a server: hook file and command of the page, with the real server, stopped while it works."""

import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks_of
from tests.docs.dockerfiles import words_of
from tests.docs.sessions import files_of
from tests.integration.harness import Running, base_environment
from tests.real.conftest import Run
from tests.real.postgres import needs_postgres, program
from tests.real.redis import needs_redis
from tests.real.tools import Gate, answer, ask, until

SHOP = """
import os

def serve(path):
    if path == "/order":
        os.write(1, b"ordering\\n")
        with open("gate") as gate:
            gate.readline()
    return path
"""
FASTAPI = """
from fastapi import FastAPI

app = FastAPI()
app.get("/order")(lambda: serve("/order"))
app.get("/healthz")(lambda: serve("/healthz"))
"""
FLASK = """
from flask import Flask

app = Flask(__name__)
app.get("/<path>")(lambda path: serve(f"/{path}"))
"""


class Recipe:
    """The hook file and the app's command of a page, moved to a free port and to a directory of the test's."""

    def __init__(self, name: str, directory: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        page = f"docs/recipes/{name}.md"
        files_of(page, directory)
        self._directory = directory
        for path in directory.glob("*.*"):
            path.write_text(self.moved(path.read_text()))
        self.hooks = (directory / "hooks.toml").read_text()
        (dockerfile,) = (block.text for block in blocks_of(ROOT / page) if block.language == "dockerfile")
        command = re.search(r"^CMD (.*)", dockerfile, re.MULTILINE)
        self.command = words_of(self.moved(command[1])) if command else []

    def moved(self, text: str) -> str:
        there = {"8000": str(self.port), "0.0.0.0": "127.0.0.1", "/tmp/": f"{self._directory}/"}
        for theirs, ours in there.items():
            text = text.replace(theirs, ours)
        return text


def path_with(*directories: Path | str) -> dict[str, str]:
    return {"PATH": ":".join([*map(str, directories), base_environment()["PATH"], "/usr/sbin"])}


SERVERS = {"uvicorn": (FASTAPI, "Shutting down"), "gunicorn": (FLASK, "Handling signal: term")}


@pytest.mark.parametrize("name", SERVERS)
def test_a_web_server(run: Run, applications: Path, gate: Gate, tmp_path: Path, name: str) -> None:
    """It is ready, serves during the drain, answers what is open after its TERM, and the status is 0."""
    app, closing = SERVERS[name]
    recipe = Recipe(name, tmp_path)
    (tmp_path / "shop.py").write_text(SHOP + app)
    running = run(*recipe.command, hooks=recipe.hooks, env=path_with(applications))
    until(running, "app is ready after")
    order = ask(recipe.port, "/order")
    until(running, "ordering")
    running.send(signal.SIGTERM)
    until(running, "stop requested")
    assert answer(ask(recipe.port, "/healthz"))[0] == 200
    running.send(signal.SIGTERM)  # a second one ends the drain
    until(running, closing)
    gate.open()
    assert answer(order)[0] == 200
    running.rest()
    assert running.status() == 0


DJANGO = """
import os

from django.conf import settings
from django.http import HttpResponse
from django.urls import path

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
INSTALLED_APPS = ["django.contrib.contenttypes"]
ALLOWED_HOSTS = os.environ["HOSTS"].split()
ROOT_URLCONF = "shop.settings"
SECRET_KEY = "x"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
urlpatterns = [path("healthz/", lambda request: HttpResponse("well"))]
"""
MANAGE = """
import os, sys

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
WSGI = """
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


@pytest.fixture
def django(run: Run, applications: Path, tmp_path: Path) -> Iterator[tuple[Run, Recipe, dict[str, str]]]:
    """A project, its recipe, and a database that accepts connections."""
    recipe = Recipe("django", tmp_path)
    (tmp_path / "shop").mkdir()
    for name, text in {"shop/settings.py": DJANGO, "shop/wsgi.py": WSGI, "manage.py": MANAGE}.items():
        (tmp_path / name).write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as database:
        env = {"DATABASE_URL": f"postgres://127.0.0.1:{database.getsockname()[1]}/shop", "HOSTS": "127.0.0.1"}
        yield run, recipe, env | path_with(applications)


def test_django(django: tuple[Run, Recipe, dict[str, str]]) -> None:
    """The migrations are done before gunicorn starts; the probe sees it; TERM is a graceful stop."""
    run, recipe, env = django
    running = run(*recipe.command, hooks=recipe.hooks, env=env)
    said = until(running, "app is ready after")
    order = ["pre_start database: ok", "Applying contenttypes.0001_initial", "pre_start migrate: ok", "Listening at"]
    assert [text for line in said for text in order if text in line] == order
    running.send(signal.SIGTERM)
    until(running, "stop requested")
    running.send(signal.SIGTERM)
    until(running, "Handling signal: term")
    running.rest()
    assert running.status() == 0


def test_django_without_the_probes_host_is_never_ready(django: tuple[Run, Recipe, dict[str, str]]) -> None:
    run, recipe, env = django
    command = [*recipe.command, "--access-logfile", "-"]
    running = run(*command, hooks=recipe.hooks, env=env | {"HOSTS": "shop.example"})
    said = until(running, '"GET /healthz/ HTTP/1.1" 400')
    running.send(signal.SIGTERM)
    assert not any("is ready" in line for line in [*said, *running.rest()])


@pytest.fixture
def celery(applications: Path, tmp_path: Path) -> Iterator[tuple[Recipe, dict[str, str]]]:
    """The recipe, and the environment in which it finds a broker."""
    recipe = Recipe("celery", tmp_path)
    directory = tmp_path / "redis"
    directory.mkdir()
    server = ["redis-server", "--port", str(recipe.port), "--save", ""]
    redis = Running(server, directory, base_environment())
    try:
        until(redis, "eady to accept connections")
        yield recipe, {"BROKER": f"redis://127.0.0.1:{recipe.port}/0"} | path_with(applications)
    finally:
        redis.end()


@needs_redis
def test_celery(run: Run, celery: tuple[Recipe, dict[str, str]]) -> None:
    """Both processes are up, beat has sent a task, and the stop lets it finish."""
    recipe, env = celery
    running = run(hooks=recipe.hooks, env=env)
    until(running, "worker is ready after", "packing")
    running.send(signal.SIGTERM)
    until(running, "Warm shutdown", "packed")
    running.rest()
    assert running.status() == 0


@needs_redis
@pytest.mark.parametrize("sends", [True, False], ids=["with the code", "without it"])
def test_celery_with_a_watchdog(
    run: Run, celery: tuple[Recipe, dict[str, str]], tmp_path: Path, *, sends: bool
) -> None:
    """With the code of "A hung app" the worker outlives the watchdog's time; without it a healthy one is stopped."""
    recipe, env = celery
    if sends:
        shop = (tmp_path / "shop.py").read_text()
        files_of("docs/how-to/hung-app.md", tmp_path)
        heartbeats = [line for line in (tmp_path / "shop.py").read_text().splitlines() if not line.startswith("app =")]
        (tmp_path / "shop.py").write_text("\n".join([shop, *heartbeats]))
    worker = "[process.worker]\n"
    running = run(hooks=recipe.hooks.replace(worker, worker + 'alive = { watchdog = "5s" }\n'), env=env)
    until(running, "worker is ready after")
    if sends:
        for _ in range(10):  # beat sends one each second
            until(running, "packed")
        running.send(signal.SIGTERM)
    said = running.rest()
    assert any("worker is unhealthy: no WATCHDOG=1 for 5 s" in line for line in said) is not sends
    assert running.status() == (0 if sends else 1)


NGINX = """
user root root;
pid nginx.pid;
error_log stderr notice;
events {}
http {
    access_log off;
    server {
        listen unix:socket;
        root files;
    }
}
"""
needs_nginx = pytest.mark.skipif(
    shutil.which("nginx", path=path_with()["PATH"]) is None, reason="nginx is not installed"
)


def nginx(run: Run, directory: Path, configuration: str) -> Running:
    recipe = Recipe("nginx", directory)
    (directory / "nginx.conf").write_text(configuration)
    where = ["-p", str(directory), "-c", "nginx.conf"]
    hooks = recipe.hooks.replace('"-q"', ", ".join(f'"{word}"' for word in ["-q", *where]))
    return run(*recipe.command, *where, hooks=hooks, env=path_with())


@needs_nginx
def test_nginx(run: Run, tmp_path: Path) -> None:
    """TERM is its graceful stop, which waits for a client that reads slowly."""
    size = 8 * 2**20
    (tmp_path / "files").mkdir()
    with (tmp_path / "files" / "film").open("wb") as film:
        film.truncate(size)
    running = nginx(run, tmp_path, NGINX)
    until(running, "start worker process ")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "socket"))
        client.sendall(b"GET /film HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        _, _, body = client.recv(4096).partition(b"\r\n\r\n")
        running.send(signal.SIGTERM)
        until(running, "stop requested")
        running.send(signal.SIGTERM)
        until(running, "gracefully shutting down")
        assert len(body) + sum(len(part) for part in iter(lambda: client.recv(65536), b"")) == size
    running.rest()
    assert running.status() == 0


@needs_nginx
def test_nginx_with_a_wrong_configuration(run: Run, tmp_path: Path) -> None:
    """Its own sentence, and its status."""
    running = nginx(run, tmp_path, NGINX.replace("listen", "listn"))
    assert any('unknown directive "listn"' in line for line in running.rest())
    assert running.status() == 1


@needs_postgres
def test_postgresql(run: Run, tmp_path: Path) -> None:
    """A cluster is made on an empty volume, kept by the next start, and shut down fast."""
    recipe = Recipe("postgresql", tmp_path)
    with tempfile.TemporaryDirectory(prefix="lifeinit-") as volume:
        Path(volume).chmod(0o755)
        where = {"PGDATA": f"{volume}/data", "PGHOST": f"{volume}/run", "PGPORT": str(recipe.port)}
        hooks = recipe.hooks.replace("/run/postgresql", f"{volume}/run").replace("5432", str(recipe.port))
        command = [*recipe.command[:-1], "listen_addresses=127.0.0.1", "-k", f"{volume}/run"]
        env = where | path_with(Path(program("initdb")).parent)
        for first in (True, False):
            running = run(*command, hooks=hooks, env=env)
            said = until(running, "post_start extensions: ok")
            assert any("creating subdirectories" in line for line in said) is first
            running.send(signal.SIGTERM)
            until(running, "received fast shutdown request", "database system is shut down")
            running.rest()
            assert running.status() == 0
