"""Django, FastAPI, Flask and Celery: which of them the folder holds, and how each is started."""

import re
from collections.abc import Iterator
from typing import Final

from lifeinit.project.findings import EVERYWHERE, PORT, App, Hook
from lifeinit.project.folder import Folder, strings, table

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][\w.-]*)", re.ASCII)
_SETTINGS: Final = re.compile(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["'](\w+)[\w.]*["']""", re.ASCII)
_MADE: Final = re.compile(
    r"^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?(FastAPI|Flask|Celery)\(|^def (create_app|make_app)\(\s*\)", re.MULTILINE
)
_MIGRATE: Final = ("python3", "manage.py", "migrate", "--noinput")
_ALEMBIC: Final = ("python3", "-m", "alembic", "upgrade", "head")
_FLASK_MIGRATE: Final = ("python3", "-m", "flask", "db", "upgrade")
_WARM: Final = (("stop_signal", "TERM", "SIGTERM lets Celery finish its running tasks, whatever asks for the stop."),)
_UNKNOWN: Final = "MODULE"  # to be replaced by a person: no file says it
_MIGRATES: Final = "if it fails, the app does not start"
_BIND: Final = ("--bind", f"{EVERYWHERE}:{PORT}")


def python_app(folder: Folder) -> App | None:
    """The Python app of the folder."""
    packages = frozenset(_dependencies(folder))
    modules = _modules(folder)
    app = _django(folder, packages) or _fastapi(packages, modules) or _flask(folder, packages, modules)
    is_django = app is not None and app.kinds[0] == "Django"
    worker = _worker(packages, modules, app.command[1].partition(".")[0] if app is not None and is_django else _UNKNOWN)
    if app is None:
        return App(("Celery",), is_python=True, command=worker, keys=_WARM) if worker else None
    if not is_django and folder.has("alembic.ini"):
        app = app._replace(hooks=(Hook("migrate", "command", _ALEMBIC, _MIGRATES),))
    return app._replace(kinds=(*app.kinds, *(["Celery"] if worker else [])), worker=worker)


def plain_python(folder: Folder) -> App | None:
    """A Python app without a framework that is known."""
    names = ("requirements.txt", "pyproject.toml", "Pipfile")
    script = next(filter(folder.has, ("app.py", "main.py")), "")
    if not script and not any(map(folder.has, names)):
        return None
    return App(("Python",), is_python=True, command=("python", script) if script else ())


def _django(folder: Folder, packages: frozenset[str]) -> App | None:
    manage = folder.text("manage.py")
    if not folder.has("manage.py") or ("django" not in manage.lower() and "django" not in packages):
        return None
    found = _SETTINGS.search(manage)
    served = (path for path in folder.python_files() if path.endswith(("/wsgi.py", "/asgi.py")))
    project = found[1] if found else next(served, f"{_UNKNOWN}/").partition("/")[0]
    hooks = (Hook("migrate", "command", _MIGRATE, _MIGRATES),)
    if not folder.has(f"{project}/wsgi.py") and folder.has(f"{project}/asgi.py"):
        return _served_by_uvicorn("Django", f"{project}.asgi:application", packages)._replace(hooks=hooks)
    return _served_by_gunicorn("Django", f"{project}.wsgi", packages)._replace(hooks=hooks)


def _fastapi(packages: frozenset[str], modules: dict[str, str]) -> App | None:
    if "FastAPI" not in modules and "fastapi" not in packages:
        return None
    return _served_by_uvicorn("FastAPI", modules.get("FastAPI", f"{_UNKNOWN}:app"), packages)


def _flask(folder: Folder, packages: frozenset[str], modules: dict[str, str]) -> App | None:
    if "Flask" not in modules and "flask" not in packages:
        return None
    place = modules.get("Flask") or modules.get("factory") or f"{_UNKNOWN}:app"
    app = _served_by_gunicorn("Flask", place, packages)
    if "flask-migrate" in packages and folder.has("migrations/env.py"):
        app = app._replace(hooks=(Hook("migrate", "command", _FLASK_MIGRATE, _MIGRATES),))
    return app


def _served_by_gunicorn(kind: str, place: str, packages: frozenset[str]) -> App:
    missing = () if "gunicorn" in packages else ("gunicorn",)
    return App((kind,), is_python=True, command=("gunicorn", place, *_BIND), packages=missing, port=PORT)


def _served_by_uvicorn(kind: str, place: str, packages: frozenset[str]) -> App:
    missing = () if packages & {"uvicorn", "fastapi-cli"} else ("uvicorn",)
    command = ("uvicorn", place, "--host", EVERYWHERE, "--port", str(PORT))
    comment = "uvicorn closes its connections, then dies of SIGTERM: that is a success."
    keys = (("success_exit_codes", ["SIGTERM"], comment),)
    return App((kind,), is_python=True, command=command, packages=missing, port=PORT, keys=keys)


def _worker(packages: frozenset[str], modules: dict[str, str], usual: str) -> tuple[str, ...]:
    if "Celery" not in modules and "celery" not in packages:
        return ()
    module, _, name = modules.get("Celery", f"{usual}:app").partition(":")
    place = module.removesuffix(".celery") if name in {"app", "celery"} else f"{module}:{name}"
    return ("celery", "-A", place, "worker", "--loglevel", "info")


def _modules(folder: Folder) -> dict[str, str]:
    """Where each framework's object is made, as `module:name`: the first place of each."""
    found: dict[str, str] = {}
    for path in folder.python_files():
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name, kind, factory in _MADE.findall(folder.text(path)):
            found.setdefault(kind or "factory", f"{module}:{name or f'{factory}()'}")
    return found


def _dependencies(folder: Folder) -> Iterator[str]:
    """The names of the packages that requirements.txt, pyproject.toml and Pipfile ask for."""
    lines = folder.text("requirements.txt").splitlines()
    project, pipfile = folder.toml("pyproject.toml"), folder.toml("Pipfile")
    lines += strings(table(project.get("project")).get("dependencies"))
    for extra in table(table(project.get("project")).get("optional-dependencies")).values():
        lines += strings(extra)
    lines += table(table(table(project.get("tool")).get("poetry")).get("dependencies"))
    lines += table(pipfile.get("packages"))
    for line in lines:
        if name := _NAME.match(line):
            yield name[1].lower().replace("_", "-").replace(".", "-")
