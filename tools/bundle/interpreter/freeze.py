"""Compiles the Python modules of the bundle into one block of bytecode, and writes the C table of its contents.

Runs in the root, under the very Python whose bytecode it makes: `freeze.py SITE DIRECTORY`, where SITE holds lifeinit,
click and psutil, and DIRECTORY gets `modules.bin` and `modules.h`.

Everything that lifeinit may import is found by following the import statements, except what `_NEVER` names: what only
the Python API, another operating system or a debugger wants.
"""

import ast
import encodings.aliases
import marshal
import os
import re
import sys
from array import array
from collections.abc import Iterable, Iterator
from modulefinder import ModuleFinder
from types import CodeType
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
# What every start imports: read in one piece, in which no name comes twice, and checked alone.
_FIRST = ("lifeinit.__main__", "lifeinit.startup.launcher", "lifeinit.engine.main")
# What PID 1 and `lifeinit health` may import stands in front.
_START = re.compile(
    r"encodings(\..+)?|codecs|(generic|posix)path|os|stat|_collections_abc|abc|"
    r"lifeinit(\.__main__)?|lifeinit\.(engine|startup|status|values)(\..+)?"
)
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


def _text(source: _Source) -> bytes:
    """What is compiled: of the codecs' other names only those of the codecs that are here."""
    if source.name == "encodings.aliases":
        known = {name: codec for name, codec in encodings.aliases.aliases.items() if codec in _CODECS}
        return f"aliases = {known!r}\n".encode()
    with open(source.file, "rb") as file:
        return file.read()


def _imports(source: _Source) -> Iterator[str]:
    """The names that a module imports when it is executed, in order; what only the type checker sees does not count."""
    parents = source.name.split(".")[:-1]
    yield from (".".join(parents[: i + 1]) for i in range(len(parents)))
    for node in ast.parse(_text(source)).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def checksum(data: bytes) -> int:
    """As in whole.c: four sums of eight bytes each, which the processor computes side by side."""
    sums = [0, 0, 0, 0]
    for place, word in enumerate(array("Q", data)):
        mixed = (sums[place % 4] ^ word) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        sums[place % 4] = mixed ^ mixed >> 32
    result = 0
    for one in sums:
        result = (result ^ one) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return result


def _code(source: _Source, site: str) -> CodeType:
    """Its bytecode, which names the file by a path that is the same wherever the bundle is made."""
    sys.path[:1] = [site]
    from lifeinit.startup.lean import lean  # noqa: PLC0415

    of_pid_1 = source.name.startswith("lifeinit.") and _START.fullmatch(source.name)
    text = lean(source.file) if of_pid_1 else _text(source)
    path = os.path.relpath(source.file, site if source.file.startswith(site) else _LIBRARY)
    optimize = 1 if source.name.startswith(_WITH_DOCSTRINGS) else 2
    code: CodeType = compile(text, path, "exec", dont_inherit=True, optimize=optimize)
    return code


def main(site: str, directory: str) -> None:
    """Write both files."""
    sources = _sources(site)
    codes = [_code(source, site) for source in sources]
    imports = _imports_of_start(sources)
    first = _closure(imports, [place for place, source in enumerate(sources) if source.name in _FIRST])
    rows: list[str] = []
    block = _padded(marshal.dumps(tuple(codes[place] for place in first)))
    ends = [len(block), 0, 0]
    for place, source in enumerate(sources):
        code = marshal.dumps(codes[place])
        rows.append(f'    {{"{source.name}", modules + {len(block)}, {len(code)}, {int(source.is_package)}}},')
        block += _padded(code)
        ends[1 if place < len(imports) else 2] = len(block)
    with open(os.path.join(directory, "modules.bin"), "wb") as file:
        file.write(block)
    parts = (f"{{{begin}, {end}, {checksum(block[begin:end])}u}}" for begin, end in zip([0, *ends], ends, strict=False))
    with open(os.path.join(directory, "parts.h"), "w") as file:
        file.write(_array("struct part parts[]", parts))
    with open(os.path.join(directory, "modules.h"), "w") as file:
        file.write(_array("struct _frozen table[]", [*rows, "    {0}"]))
        file.write(_array(f"short first[{len(sources)}]", _numbers_of(first, len(sources))))
        rows_of_imports = (f"    {{{', '.join(map(str, [*row, -1]))}}}" for row in imports)
        file.write(_array(f"short imports[{len(imports)}][{max(map(len, imports)) + 1}]", rows_of_imports))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 32)


def _array(declaration: str, rows: Iterable[str]) -> str:
    text = ",\n".join(row.rstrip(",") for row in rows)
    return f"static const {declaration} = {{\n{text}\n}};\n"


def _numbers_of(first: list[int], count: int) -> list[str]:
    """For each module its number among those that are read in one piece, or -1."""
    return [str(first.index(place) if place in first else -1) for place in range(count)]


def _closure(imports: list[list[int]], wanted: list[int]) -> list[int]:
    """Those modules of the start, by their places in the table, and all that they import."""
    found: list[int] = []
    while wanted:
        place = wanted.pop()
        if place not in found and place < len(imports):
            found.append(place)
            wanted += imports[place]
    return sorted(found)


def _imports_of_start(sources: list[_Source]) -> list[list[int]]:
    """For each module of the start the places in the table of those that it imports."""
    places = {source.name: place for place, source in enumerate(sources)}
    rows = []
    for source in sources:
        if _START.fullmatch(source.name):
            found = dict.fromkeys(places[name] for name in _imports(source) if name in places and name != source.name)
            rows.append([*found])
    return rows


if __name__ == "__main__":
    main(*sys.argv[1:])
