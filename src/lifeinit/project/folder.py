"""The files of the folder that `lifeinit init` looks at: each is read up to a limit, and nothing blocks."""

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from typing import Final

from lifeinit.config.diagnostic import quoted
from lifeinit.config.toml_library import import_tomllib

_LARGEST: Final = 1 << 20  # bytes of one file
_MOST_FILES: Final = 300  # of Python source
_MOST_ENTRIES: Final = 2000  # of one directory
_SKIPPED: Final = frozenset("node_modules site-packages tests test docs build dist migrations venv env".split())
# What a path that names no regular file here is to a reader: a file that does not exist.
_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENAMETOOLONG)


class Folder:
    """A directory. `notes` are sentences about files in it that could not be used."""

    def __init__(self, path: str = ".") -> None:
        self._path = path
        self.notes: list[str] = []

    def has(self, name: str) -> bool:
        return os.path.isfile(os.path.join(self._path, name))

    def text(self, name: str) -> str:
        """The text of a file; empty where it does not exist or cannot be used."""
        try:
            fd = os.open(os.path.join(self._path, name), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a fifo, too
            with open(fd, "rb") as file:
                raw = file.read(_LARGEST + 1) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno not in _ABSENT:
                self._note(name, error.strerror)
            return ""
        if len(raw) > _LARGEST:
            self._note(name, f"larger than {_LARGEST >> 20} MiB")
            return ""
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._note(name, f'not UTF-8: byte "0x{raw[error.start]:02x}"')
            return ""

    def toml(self, name: str) -> dict[str, object]:
        """The table of a TOML file; empty where it cannot be used."""
        return self._table(name, "TOML", import_tomllib().loads)

    def json(self, name: str) -> dict[str, object]:
        """The object of a JSON file; empty where it cannot be used."""
        return self._table(name, "JSON", json.loads)

    def python_files(self) -> Iterator[str]:
        """The names of Python files here and one level below, those with the usual names first."""
        here = self._names("")
        packages = [name for name in here if name not in _SKIPPED and not name.startswith((".", "_"))]
        found = [name for name in here if name.endswith(".py")]
        for package in packages:
            directory = os.path.join(self._path, package)
            if os.path.isdir(directory) and not os.path.exists(os.path.join(directory, "pyvenv.cfg")):
                found += [f"{package}/{name}" for name in self._names(package) if name.endswith(".py")]
        yield from sorted(found, key=_usual_first)[:_MOST_FILES]

    def _names(self, directory: str) -> list[str]:
        try:
            return sorted(os.listdir(os.path.join(self._path, directory)))[:_MOST_ENTRIES]
        except OSError as error:
            if error.errno not in _ABSENT:
                self._note(directory or ".", error.strerror)
            return []

    def _table(self, name: str, kind: str, parse: Callable[[str], object]) -> dict[str, object]:
        text = self.text(name)
        if not text.strip():
            return {}
        try:
            value = parse(text)
        except (ValueError, RecursionError):
            self._note(name, f"not valid {kind}")
            return {}
        return table(value)

    def _note(self, name: str, why: str | None) -> None:
        self.notes.append(f"skipping {quoted(name)}: {why}")


def table(value: object) -> dict[str, object]:
    """A value of TOML or JSON as a table; empty if it is none."""
    return value if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """A value of TOML or JSON as a list of strings; empty if it is none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


_USUAL: Final = ("app.py", "main.py", "wsgi.py", "asgi.py", "__init__.py", "celery.py", "tasks.py", "worker.py")


def _usual_first(path: str) -> tuple[int, int, str]:
    name = path.rpartition("/")[2]
    return path.count("/"), _USUAL.index(name) if name in _USUAL else len(_USUAL), path
