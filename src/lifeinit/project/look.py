"""All that the folder of an app says about its hook file and its image, put together."""

from collections.abc import Sequence

from lifeinit.project.compose import Composed, composed
from lifeinit.project.dockerfile import Image, image
from lifeinit.project.entrypoint import Script, script
from lifeinit.project.findings import App, Findings, Hook, Untranslated, port_of
from lifeinit.project.folder import Folder
from lifeinit.project.node_app import node_app
from lifeinit.project.python_apps import plain_python, python_app


def look(folder: Folder) -> Findings:
    """What is there. An entrypoint script is what runs today, so its steps take precedence over a framework's."""
    app = python_app(folder) or node_app(folder) or plain_python(folder) or App()
    servers, entrypoint = composed(folder), script(folder)
    kinds = (*app.kinds, *servers.kinds, *([entrypoint.name] if entrypoint.name else []))
    return Findings(
        _started(app, entrypoint, image(folder)),
        kinds,
        _unique(_steps(app, servers, entrypoint)),
        servers.grace,
        servers.source,
    )


def _started(app: App, entrypoint: Script, built: Image) -> App:
    """The app with the command and the port that it has today."""
    runs_python = any(isinstance(step, Hook) and "python3" in str(step.value) for step in entrypoint.steps)
    app = app._replace(is_python=app.is_python or runs_python or "python" in built.base)
    is_started_here = not entrypoint.name and "lifeinit" not in " ".join(built.entrypoint)
    of_image = (*(built.entrypoint if is_started_here else ()), *built.command)
    command = entrypoint.command or of_image
    if not command or command == app.command:
        return app
    port = built.port or _bound(command)
    keys = app.keys if command[:1] == app.command[:1] else ()
    return app._replace(command=command, packages=(), port=port, keys=keys)


def _bound(command: Sequence[str]) -> int | None:
    """The port in an option such as `--bind 0.0.0.0:8000`, `--bind=:8000` or `--port 8000`."""
    for at, word in enumerate(command):
        option, equals, value = word.partition("=")
        if option in {"--bind", "-b", "--port", "-p"}:
            text = value if equals else "".join(command[at + 1 : at + 2])
            return port_of(text.rpartition(":")[2])
    return None


def _steps(app: App, servers: Composed, entrypoint: Script) -> list[Hook | Untranslated]:
    if not entrypoint.name:
        return [*servers.hooks, *app.hooks]
    waits = any(isinstance(step, Hook) and step.key == "wait_for" for step in entrypoint.steps)
    return [*(() if waits else servers.hooks), *entrypoint.steps]


def _unique(steps: list[Hook | Untranslated]) -> tuple[Hook | Untranslated, ...]:
    """The same with a name of its own for each hook."""
    names: set[str] = set()
    found = list[Hook | Untranslated]()
    for step in steps:
        if isinstance(step, Hook):
            number = next(n for n in range(1, len(steps) + 2) if _numbered(step.name, n) not in names)
            step = step._replace(name=_numbered(step.name, number))  # noqa: PLW2901
            names.add(step.name)
        found.append(step)
    return tuple(found)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
