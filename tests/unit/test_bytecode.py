"""The short way to the bytecode of lifeinit's own modules comes to the same as the import system, or steps aside."""

import builtins
import importlib.util
import os
import py_compile
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lifeinit import bytecode

NAME = "lifeinit.places.sample"


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Path]:
    """A module of the package lifeinit.places, both with bytecode."""
    package = tmp_path / "places"
    package.mkdir()
    for name, text in (("__init__", "HERE = True\n"), ("sample", "ANSWER = 42\n"), ("broken", "1 / 0\n")):
        (package / f"{name}.py").write_text(text)
        py_compile.compile(str(package / f"{name}.py"), doraise=True)
    lifeinit = sys.modules["lifeinit"]
    lifeinit.__path__.append(str(tmp_path))  # where the import system finds it, too
    lifeinit.__path__.reverse()
    yield package / "sample.py"
    lifeinit.__path__.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.startswith("lifeinit.places")]:
        del sys.modules[module]
    vars(lifeinit).pop("places", None)


def imported() -> ModuleType:
    """What `from lifeinit.places import sample` gives."""
    module: ModuleType = bytecode.import_("lifeinit.places", fromlist=["sample"]).sample
    return module


def is_short(module: ModuleType) -> bool:
    """Whether the import system had no part in it."""
    return module.__spec__ is None


def test_a_module_and_its_package_come_from_their_bytecode(sample: Path) -> None:
    module = imported()
    assert is_short(module)
    assert (module.ANSWER, module.__file__, module.__name__) == (42, str(sample), NAME)
    package = sys.modules["lifeinit.places"]
    assert is_short(package)
    assert (package.HERE, list(package.__path__), package.sample) == (True, [str(sample.parent)], module)
    assert imported() is module


@pytest.mark.usefixtures("sample")
def test_a_name_of_a_module() -> None:
    assert is_short(bytecode.import_(NAME, fromlist=["ANSWER"]))
    with pytest.raises(ImportError):
        exec("from lifeinit.places.sample import QUESTION", {"__builtins__": {"__import__": bytecode.import_}})


def test_a_source_that_was_changed_is_compiled_anew(sample: Path) -> None:
    """Be it longer or only younger."""
    sample.write_text("ANSWER = 6 * 9\n")
    module = imported()
    assert (module.ANSWER, is_short(module)) == (54, False)


def test_a_source_that_is_only_younger(sample: Path) -> None:
    sample.write_text("ANSWER = 43\n")
    os.utime(sample, (1, 1))
    module = imported()
    assert (module.ANSWER, is_short(module)) == (43, False)


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"cut"])
def test_damaged_bytecode_is_left_to_the_import_system(sample: Path, damage: bytes) -> None:
    compiled = Path(importlib.util.cache_from_source(str(sample)))
    compiled.write_bytes(compiled.read_bytes()[:20] if damage == b"cut" else damage)
    if damage == b"cut":
        with pytest.raises(EOFError):  # as ever
            imported()
    else:
        assert not is_short(imported())


def test_bytecode_that_is_bound_to_a_hash_is_left_to_the_import_system(sample: Path) -> None:
    py_compile.compile(str(sample), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    assert not is_short(imported())


@pytest.mark.usefixtures("sample")
def test_a_module_that_fails_is_not_there() -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            bytecode.import_("lifeinit.places", fromlist=["broken"])
    assert "lifeinit.places.broken" not in sys.modules


def test_no_bytecode_no_source_no_module_of_ours(sample: Path) -> None:
    assert bytecode.import_("os.path") is os
    assert bytecode.import_("os", fromlist=["path"]) is os
    sample.unlink()
    with pytest.raises(ImportError):
        exec("from lifeinit.places import sample", {"__builtins__": {"__import__": bytecode.import_}})
    assert builtins.__import__ is not bytecode.import_  # not in a program that only uses the API
