"""Imports lifeinit's own modules straight from their bytecode: the import system takes five times as long for each.

It takes what pip or an earlier run has compiled, as long as that is up to date, and rather the lean bytecode that
`lifeinit check --compile` makes. Everything else, a module without bytecode for example, is left to the import system,
which comes to the same.
"""

import builtins
import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER  # importlib.util would have to be loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType, ModuleType
else:
    ModuleType = type(sys)

LEAN = ".opt-lean"  # as a level of optimization. PEP 488
_TAG = sys.implementation.cache_tag
_ANY_TIME = 1 << 32
_ROOM = 1 << 16  # bytes: three times the largest


def path_of(file: str, kind: str = "") -> str:
    """Where the bytecode of a source file is, if it is of this kind."""
    directory, _, name = file.rpartition("/")
    return f"{directory}/__pycache__/{name.removesuffix('py')}{_TAG}{kind}.pyc"


# What `lifeinit check --compile` has compiled it has compiled wholly: startup/lean.py is one of its files.
_KINDS = (LEAN, "") if os.path.exists(path_of(f"{os.path.dirname(__file__)}/startup/lean.py", LEAN)) else ("",)
_system_import = builtins.__import__


def install() -> None:
    """Import in this way from now on. Whoever wants other bytecode, optimized or in another directory, gets it as ever.

    Why not a finder in `sys.meta_path`, as PEP 451 has it: its locks and specs are three quarters of the time. Nothing
    here imports in two threads or in a circle.
    """
    if not sys.flags.optimize and sys.pycache_prefix is None and not hasattr(sys, "frozen"):
        builtins.__import__ = import_


def import_(
    name: str,
    globals: "Mapping[str, object] | None" = None,  # noqa: A002  # the names are those of `__import__`
    locals: "Mapping[str, object] | None" = None,  # noqa: A002
    fromlist: "Sequence[str] | None" = (),
    level: int = 0,
) -> "ModuleType":
    """What an import statement calls: `from NAME import FROMLIST`, and `import NAME`, which is left to the system."""
    if not fromlist or not name.startswith("lifeinit."):
        return _system_import(name, globals, locals, fromlist, level)
    module = sys.modules.get(name) or _load(name)
    for each in fromlist:
        if module is None or not (hasattr(module, each) or _load(f"{name}.{each}")):
            return _system_import(name, globals, locals, fromlist)
    return module  # type: ignore[return-value]  # it has a name at least


def _load(name: str) -> "ModuleType | None":
    """A module, or a package, from its bytecode; None where the import system is to look for it."""
    package, _, last = name.rpartition(".")
    parent = sys.modules.get(package) or (_load(package) if package else None)
    places = getattr(parent, "__path__", ())
    if not places:
        return None  # the parent is not a package
    directory = f"{places[0]}/{last}"
    for file, path in ((f"{directory}.py", {}), (f"{directory}/__init__.py", {"__path__": [directory]})):
        code = _code(file)
        if code is not None:
            module = _run(name, code, {"__file__": file, **path})
            setattr(parent, last, module)
            return module
    return None


def _run(name: str, code: "CodeType", names: "Mapping[str, object]") -> "ModuleType":
    """Make the module. It is in its place while its code runs, as it is for the import system."""
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(names)
    try:
        exec(code, vars(module))  # noqa: S102  # as the import system does
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _code(file: str) -> "CodeType | None":
    """The code of a source file, if there is bytecode of it that is up to date."""
    for kind in _KINDS:
        try:
            fd = os.open(path_of(file, kind), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            data, head = os.read(fd, _ROOM), head_for(file)
            if data.startswith(head) and len(data) < _ROOM:
                return marshal.loads(memoryview(data)[len(head) :])  # type: ignore[no-any-return]  # noqa: S302
        except (OSError, EOFError, ValueError, TypeError):
            pass
        finally:
            os.close(fd)
    return None


def head_for(file: str) -> bytes:
    """What the bytecode of this very source begins with: magic number, flags, time and size. PEP 552"""
    source = os.stat(file)
    return MAGIC_NUMBER + (source.st_size << 64 | int(source.st_mtime) % _ANY_TIME << 32).to_bytes(12, "little")
