"""The Dockerfile of the folder: what its last stage starts; and the three lines that put lifeinit into one."""

import json
import re
import shlex
from typing import Final, NamedTuple

from lifeinit import __version__
from lifeinit.project.findings import App, port_of
from lifeinit.project.folder import Folder, strings

NAME: Final = "Dockerfile"
_BUNDLE: Final = "/opt/lifeinit"
_INSTRUCTION: Final = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_PLAIN: Final = re.compile(r"[\w@./:=,+ -]+", re.ASCII)


class Image(NamedTuple):
    """The last stage: its base and port, its ENTRYPOINT and CMD, each empty where a shell has to read it."""

    base: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    port: int | None = None


def image(folder: Folder) -> Image:
    """What the folder's Dockerfile says."""
    found = Image()
    for name, text in _instructions(folder.text(NAME)):
        match name:
            case "FROM":
                found = Image(text)
            case "ENTRYPOINT":
                found = found._replace(entrypoint=_words(text))
            case "CMD":
                found = found._replace(command=_words(text))
            case "EXPOSE" if port := re.match(r"(\d{1,5})(?:/tcp)?\b", text):
                found = found._replace(port=port_of(port[1]))
    return found


def _instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction with what follows it, without comments and continued lines."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = (_INSTRUCTION.fullmatch(line) for line in re.sub(r"\\\s*\n", " ", lines).splitlines())
    return [(match[1].upper(), match[2].strip()) for match in found if match]


def _words(text: str) -> tuple[str, ...]:
    """A command as a list, or as a line that needs no shell."""
    if text.startswith("["):
        try:
            return tuple(strings(json.loads(text)))
        except ValueError:
            return ()
    return tuple(shlex.split(text)) if _PLAIN.fullmatch(text) else ()


def lines(app: App) -> tuple[str, str, str]:
    """What installs lifeinit, the ENTRYPOINT and the CMD."""
    command = f"CMD {json.dumps(list(app.command or ('COMMAND', 'ARGUMENT')), ensure_ascii=False)}"
    if app.is_python:
        packages = " ".join(("lifeinit", *app.packages))
        return f"RUN pip install {packages}", 'ENTRYPOINT ["lifeinit", "--"]', command
    version = ".".join(__version__.split(".")[:2])
    copy = f"COPY --from=lifeinit/lifeinit:{version} {_BUNDLE} {_BUNDLE}"
    return copy, f'ENTRYPOINT ["{_BUNDLE}/bin/lifeinit", "--"]', command
