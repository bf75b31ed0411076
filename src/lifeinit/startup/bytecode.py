"""Imports lifeinit's own modules straight from their bytecode: the import system takes three times as long for each.

It takes what pip or an earlier run has compiled, as long as that is up to date, and rather the lean bytecode that
`lifeinit check --compile` makes. Everything else, a package for example or a module without bytecode, is left to the
import system, which comes to the same.
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

_ANY_TIME = 1 << 32
LEAN = "lean"  # as a level of optimization. PEP 488


def path_of(file: str, *optimization: str) -> str:
    """Where the bytecode of a source file is."""
    directory, _, name = file.rpartition("/")
    tags = (name.removesuffix(".py"), sys.implementation.cache_tag, *(f"opt-{level}" for level in optimization), "pyc")
    return f"{directory}/__pycache__/{'.'.join(tags)}"


_KINDS = ((LEAN,), ()) if os.path.exists(path_of(__file__, LEAN)) else ((),)


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
        for kind in _KINDS:
            try:
                code = _code(path_of(file, *kind), head_for(file))
            except (OSError, EOFError, ValueError, TypeError):
                continue
            if code is not None:
                return ModuleSpec(name, BytecodeImporter, loader_state=(file, code))  # type: ignore[arg-type]
        return None

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


def head_for(file: str) -> bytes:
    """What the bytecode of this very source begins with: magic number, flags, time and size. PEP 552"""
    source = os.stat(file)
    numbers = (0, int(source.st_mtime) % _ANY_TIME, source.st_size)
    return MAGIC_NUMBER + b"".join(number.to_bytes(4, "little") for number in numbers)


def _code(compiled: str, head: bytes) -> "CodeType | None":
    """The code in a file, unless it begins otherwise. Raises OSError, and as marshal does."""
    fd = os.open(compiled, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)
    return marshal.loads(memoryview(data)[len(head) :]) if data.startswith(head) else None  # noqa: S302
