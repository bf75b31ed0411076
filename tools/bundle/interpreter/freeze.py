"""Compiles the Python modules of the bundle into one block of bytecode, and writes the C table of its contents.

Runs in the root, under the very Python whose bytecode it makes: `freeze.py SITE DIRECTORY`, where SITE holds lifeinit,
click and psutil, and DIRECTORY gets `modules.bin` and `modules.h`.

Everything that lifeinit may import is found by following the import statements, except what `_NEVER` names: what only
the Python API, another operating system or a debugger wants.
"""

import marshal
import os
import re
import sys
import zlib
from collections.abc import Iterator
from modulefinder import ModuleFinder
from typing import NamedTuple

_LIBRARY = os.path.dirname(os.__file__)
_API = ("lifeinit.api", "lifeinit.callbacks", "lifeinit.docker", "lifeinit.testing")  # belongs into the app's Python
_NEVER = (
    # psutil and click import these for other systems, or in functions that lifeinit never calls.
    "psutil._psaix", "psutil._psbsd", "psutil._psosx", "psutil._pssunos", "psutil._pswindows", "psutil._psutil_windows",
    "psutil._psutil_osx", "psutil._psutil_bsd", "click.testing", "click._winconsole", "click._termui_impl", "colorama",
    # The library does, for debugging, for itself as a script, or for formats and systems that do not occur.
    "_pyrepl", "argparse", "asyncio", "bz2", "calendar", "code", "concurrent.futures.process", "ctypes", "doctest",
    "email", "ftplib", "getopt", "getpass", "gzip", "hashlib", "http", "importlib.metadata", "importlib.resources",
    "lzma", "multiprocessing", "ntpath", "optparse", "pdb", "pickle", "pkgutil", "platform", "plistlib", "pprint",
    "py_compile", "pydoc", "readline", "runpy", "secrets", "socketserver", "ssl", "statistics",
    "sysconfig", "tarfile", "test", "tkinter", "tracemalloc", "unittest", "urllib.request",
    "webbrowser", "xml", "xmlrpc", "zipfile", "zoneinfo", "_strptime", "_aix_support", "_osx_support",
    "_ios_support", "msvcrt", "winreg", "nt", "_winapi", "_overlapped", "_pydatetime", "_pydecimal", "decimal",
    "numbers", "fractions", "_py_abc",
)  # fmt: skip
_REPLACED = ("ctypes", "importlib.resources")  # by _lifeinit, and by a module of the text
_CODECS = ("ascii", "idna", "latin_1", "raw_unicode_escape", "unicode_escape", "utf_8", "utf_8_sig")
# What every start imports stands first, so that it lies close together and is checked alone.
_START = re.compile(r"encodings(\.utf_8|\.aliases)?|lifeinit(\.__main__)?|lifeinit\.(engine|startup)(\..+)?")
# Help texts are docstrings; all others are left out, as with -OO.
_WITH_DOCSTRINGS = ("lifeinit.cli", "click.")


class _Source(NamedTuple):
    """A module that is to be compiled."""

    name: str
    file: str
    is_package: bool


def _sources(site: str) -> list[_Source]:
    """By name, those of the start first."""
    finder = ModuleFinder([site, _LIBRARY], excludes=(*_API, *_NEVER))
    for name in (*_own(site), *(f"encodings.{codec}" for codec in _CODECS)):
        finder.import_hook(name)
    for name, importers in finder.badmodules.items():
        own = sorted(importer for importer in importers if importer.startswith("lifeinit"))
        if own and name in _NEVER and name not in _REPLACED:
            raise SystemExit(f"{own[0]} imports {name}, which the bundle leaves out: see _NEVER in freeze.py")
    found = (
        _Source(name, file, vars(module)["__path__"] is not None)
        for name, module in finder.modules.items()
        if (file := vars(module)["__file__"]) and file.endswith(".py")
    )
    return sorted(found, key=lambda source: (not _START.fullmatch(source.name), source.name))


def _own(site: str) -> Iterator[str]:
    for directory, _, files in os.walk(os.path.join(site, "lifeinit")):
        for file in files:
            name = os.path.relpath(os.path.join(directory, file), site).replace(os.sep, ".")
            if name.endswith(".py") and not name.startswith(_API):
                yield name.removesuffix(".py").removesuffix(".__init__")


def _code(source: _Source, site: str) -> bytes:
    """Its bytecode, which names the file by a path that is the same wherever the bundle is made."""
    with open(source.file, "rb") as file:
        text = file.read()
    path = os.path.relpath(source.file, site if source.file.startswith(site) else _LIBRARY)
    optimize = 1 if source.name.startswith(_WITH_DOCSTRINGS) else 2
    return marshal.dumps(compile(text, path, "exec", dont_inherit=True, optimize=optimize))


def main(site: str, directory: str) -> None:
    """Write both files."""
    rows, block, start = [], b"", 0
    for source in _sources(site):
        code = _code(source, site)
        rows.append(f'    {{"{source.name}", modules + {len(block)}, {len(code)}, {int(source.is_package)}}},')
        block += code + bytes(-len(code) % 16)
        if _START.fullmatch(source.name):
            start = len(block)
    with open(os.path.join(directory, "modules.bin"), "wb") as file:
        file.write(block)
    checks = (
        f"{{{{0, {start}, {zlib.crc32(block[:start])}u}}, {{{start}, {len(block)}, {zlib.crc32(block[start:])}u}}}}"
    )
    with open(os.path.join(directory, "modules.h"), "w") as file:
        file.write("static const struct _frozen table[] = {\n" + "\n".join(rows) + "\n    {0}\n};\n")
        file.write(f"static const struct part parts[] = {checks};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
