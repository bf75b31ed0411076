"""What `lifeinit init` sees in a folder: the app, its servers, its command."""

import os
from pathlib import Path

import pytest

from lifeinit.project import dockerfile
from lifeinit.project.findings import Findings, Hook
from lifeinit.project.folder import Folder
from lifeinit.project.look import look
from tests.unit.project.folders import FOLDERS, MANAGE, make


def found_in(directory: Path, files: dict[str, str]) -> Findings:
    folder = Folder(str(make(directory, files)))
    found = look(folder)
    assert folder.notes == []
    return found


def hooks_of(found: Findings) -> list[tuple[str, object]]:
    return [(step.name, step.value) for step in found.steps if isinstance(step, Hook)]


@pytest.mark.parametrize(
    ("kind", "kinds", "command"),
    [
        ("django", "Django PostgreSQL Redis", "gunicorn shop.wsgi --bind 0.0.0.0:8000"),
        ("flask", "Flask", "gunicorn app:app --bind 0.0.0.0:8000"),
        ("fastapi", "FastAPI", "uvicorn shop.main:api --host 0.0.0.0 --port 8000"),
        ("celery", "Celery", "celery -A shop worker --loglevel info"),
        ("node", "Node", "node --enable-source-maps server.js"),
        ("compose", "RabbitMQ", ""),
        ("entrypoint", "Django entrypoint.sh", "gunicorn shop.wsgi --bind 0.0.0.0:9000 --workers 3"),
        ("empty", "", ""),
    ],
)
def test_a_folder_of_each_kind(tmp_path: Path, kind: str, kinds: str, command: str) -> None:
    found = found_in(tmp_path, FOLDERS[kind])
    assert " ".join(found.kinds) == kinds
    assert " ".join(found.app.command) == command


def test_django_with_a_compose_file(tmp_path: Path) -> None:
    """Its servers come first, by the variable that holds their URL; the grace period is that of the built service."""
    found = found_in(tmp_path, FOLDERS["django"])
    assert hooks_of(found) == [
        ("db", "$DATABASE_URL"),
        ("cache", "redis://cache"),
        ("migrate", ("python3", "manage.py", "migrate", "--noinput")),
    ]
    assert found.grace == 30
    assert found.app.packages == ("gunicorn",)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"manage.py": "", "requirements.txt": "django\ncelery\n", "site/wsgi.py": ""}, "gunicorn site.wsgi"),
        ({"package.json": "{}", "requirements.txt": "mkdocs\n", "index.js": ""}, "node index.js"),
        ({"requirements.txt": "requests\n", "main.py": ""}, "python main.py"),
        ({"manage.py": MANAGE, "shop/asgi.py": ""}, "uvicorn shop.asgi:application --host 0.0.0.0 --port 8000"),
        ({"app.py": "def create_app():\n", "Pipfile": '[packages]\nflask = "*"\n'}, "gunicorn app:create_app()"),
        ({"shop/__init__.py": "from flask import Flask\nweb = Flask(__name__)\n"}, "gunicorn shop:web"),
        ({"shop/tasks.py": "import celery\ncelery = celery.Celery()\n"}, "celery -A shop.tasks worker"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "3"\nfastAPI = "*"'}, "uvicorn MODULE:app"),
        ({"package.json": '{"scripts": {"start": "next start -p 3000"}}'}, "node_modules/.bin/next start -p 3000"),
        ({"package.json": '{"scripts": {"start": "NODE_ENV=production node . && true"}}'}, "npm start"),
        ({"package.json": '{"main": "lib/index.js"}'}, "node lib/index.js"),
        ({"package.json": "[]", "server.js": ""}, "node server.js"),
        ({"app.py": "", "Dockerfile": 'FROM a\nCMD ["no"]\nFROM b\nCMD python -u \\\n  app.py\n'}, "python -u app.py"),
        ({"Dockerfile": 'FROM a\nENTRYPOINT ["lifeinit", "--"]\nCMD ["app"]\n'}, "app"),
        ({"Dockerfile": 'FROM a\nENTRYPOINT ["app"]\nCMD ["-v"]\n'}, "app -v"),
        ({"Dockerfile": "FROM a\nCMD app $PORT\n"}, ""),
        ({"Dockerfile": "FROM a\nCMD [app]\n"}, ""),
    ],
)  # fmt: skip
def test_the_command_of(tmp_path: Path, files: dict[str, str], command: str) -> None:
    assert " ".join(found_in(tmp_path, files).app.command).startswith(command)
    assert command or not look(Folder(str(tmp_path))).app.command


@pytest.mark.parametrize(
    ("files", "port"),
    [
        (FOLDERS["flask"], 8000),
        (FOLDERS["entrypoint"], 9000),
        (FOLDERS["flask"] | {"Dockerfile": 'FROM a\nCMD ["gunicorn", "-b", ":81", "app:app"]\n'}, 81),
        (FOLDERS["flask"] | {"Dockerfile": 'FROM a\nCMD ["gunicorn", "--bind=unix:/a", "app:app"]\n'}, None),
        (FOLDERS["node"] | {"Dockerfile": 'FROM a\nEXPOSE 3000/tcp\nCMD ["node", "x.js"]\n'}, 3000),
        (FOLDERS["node"] | {"Dockerfile": 'FROM a\nEXPOSE 70000\nCMD ["node", "x.js"]\n'}, None),
        (FOLDERS["node"], None),
    ],
)
def test_the_port_is_that_of_the_command(tmp_path: Path, files: dict[str, str], port: int | None) -> None:
    """Otherwise `ready` would wait for a port on which nothing listens."""
    assert found_in(tmp_path, files).app.port == port


def test_a_worker_beside_django_belongs_to_the_project(tmp_path: Path) -> None:
    files = FOLDERS["django"] | {"requirements.txt": "celery\n"}
    assert found_in(tmp_path, files).app.worker[:3] == ("celery", "-A", "shop")
    files["shop/celery.py"] = 'import celery\n\napp = celery.Celery("shop")\n'
    assert found_in(tmp_path, files).app.worker[:3] == ("celery", "-A", "shop")


def test_the_lines_for_the_dockerfile(tmp_path: Path) -> None:
    """pip where there is a Python; else the folder that needs none."""
    assert dockerfile.lines(found_in(tmp_path, FOLDERS["django"]).app) == (
        "RUN pip install lifeinit gunicorn",
        'ENTRYPOINT ["lifeinit", "--"]',
        'CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]',
    )
    copy, entrypoint, command = dockerfile.lines(found_in(tmp_path / "node", FOLDERS["node"]).app)
    assert copy.startswith("COPY --from=lifeinit/lifeinit:")
    assert entrypoint == 'ENTRYPOINT ["/opt/lifeinit/bin/lifeinit", "--"]'
    assert command == 'CMD ["node", "--enable-source-maps", "server.js"]'


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("package.json", b"{", "not valid JSON"),
        ("package.json", b"[" * 100_000, "not valid JSON"),
        ("package.json", b" " * (1 << 21), "larger than 1 MiB"),
        ("pyproject.toml", b"a = \xff", 'not UTF-8: byte "0xff"'),
        ("Pipfile", b"[packages", "not valid TOML"),
        ("app.py", b"\x80", 'not UTF-8: byte "0x80"'),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, name: str, raw: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(raw)
    folder = Folder(str(tmp_path))
    look(folder)
    assert folder.notes == [f'skipping "{name}": {why}']


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A fifo has no writer, a link no end."""
    os.mkfifo(tmp_path / "requirements.txt")
    (tmp_path / "manage.py").symlink_to("manage.py")
    (tmp_path / "package.json").mkdir()
    (tmp_path / "compose.yaml").symlink_to("/nowhere")
    folder = Folder(str(tmp_path))
    assert look(folder).kinds == ()
    assert folder.notes == []


def test_other_peoples_code_is_not_looked_at(tmp_path: Path) -> None:
    made = "from flask import Flask\napp = Flask(__name__)\n"
    names = ("node_modules/a.py", "tests/app.py", ".venv/app.py", "py/pyvenv.cfg", "py/app.py")
    assert found_in(tmp_path, dict.fromkeys(names, made)).kinds == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "services:",
        "services: {db: {image: redis}}",
        "services:\n- db\n",
        "services:\n  db:\n",
        "a:\n  image: redis\n",
    ],
)
def test_a_compose_file_of_another_shape_says_nothing(tmp_path: Path, text: str) -> None:
    assert found_in(tmp_path, {"compose.yaml": text}).steps == ()
