"""Imports lifeinit's own modules straight from their bytecode: the import system takes three times as long for each.

It takes what pip or an earlier run has compiled, as long as that is up to date. Everything else, a package for example
or a module without bytecode, is left to the import system, which comes to the same.
"""

import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER  # importlib.util would have to be loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
else:
    ModuleSpec = type(__spec__)

_HEAD = 16  # bytes: the magic number, flags, time and size of the source. PEP 552
_ANY_TIME = 1 << 32


def install() -> None:
    """Look here first. Whoever wants other bytecode, optimized or in another directory, gets it as ever."""
    if not sys.flags.optimize and sys.pycache_prefix is None and not hasattr(sys, "frozen"):
        sys.meta_path.insert(0, BytecodeImporter)  # a class will do. PEP 451


class BytecodeImporter:
    """Finder and loader in one: it has no state, so that a module needs none of its own. PEP 451"""

    @staticmethod
    def find_spec(name: str, path: "Sequence[str] | None", _target: "ModuleType | None" = None) -> "ModuleSpec | None":
        """The module with its code; None where the import system is to look."""
        package, _, module = name.rpartition(".")
        if not path or package.partition(".")[0] != "lifeinit":
            return None
        file = f"{path[0]}/{module}.py"
        try:
            code = _code(file, f"{path[0]}/__pycache__/{module}.{sys.implementation.cache_tag}.pyc")
        except (OSError, EOFError, ValueError, TypeError):
            return None
        if code is None:
            return None
        return ModuleSpec(name, BytecodeImporter, loader_state=(file, code))  # type: ignore[arg-type]

    @staticmethod
    def create_module(_spec: "ModuleSpec") -> None:
        """An ordinary module."""

    @staticmethod
    def exec_module(module: "ModuleType") -> None:
        """Run its code, and keep none of it."""
        spec: ModuleSpec = module.__spec__  # type: ignore[assignment]  # `find_spec` has made it
        module.__file__, code = spec.loader_state
        spec.loader_state = None
        exec(code, vars(module))  # noqa: S102  # as the import system does


def _code(file: str, compiled: str) -> "CodeType | None":
    """The code of a module, if it was compiled from this very source. Raises OSError, and as marshal does."""
    source = os.stat(file)
    fd = os.open(compiled, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)
    time = int(source.st_mtime) % _ANY_TIME
    head = MAGIC_NUMBER + b"".join(number.to_bytes(4, "little") for number in (0, time, source.st_size))
    return marshal.loads(memoryview(data)[_HEAD:]) if data[:_HEAD] == head else None  # noqa: S302
