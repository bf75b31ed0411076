"""The short way to the bytecode of lifeinit's own modules comes to the same as the import system, or steps aside."""

import importlib.util
import os
import py_compile
import sys
from pathlib import Path

import pytest

import lifeinit
from lifeinit.startup.bytecode import BytecodeImporter

NAME = "lifeinit.engine.sample"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A module that has its bytecode."""
    source = tmp_path / "sample.py"
    source.write_text("ANSWER = 42\n")
    py_compile.compile(str(source), doraise=True)
    return source


def imported(source: Path) -> dict[str, object] | None:
    spec = BytecodeImporter.find_spec(NAME, [str(source.parent)])
    if spec is None:
        return None
    module = importlib.util.module_from_spec(spec)
    BytecodeImporter.exec_module(module)
    assert spec.loader_state is None
    return vars(module)


def test_a_module_comes_from_its_bytecode(sample: Path) -> None:
    module = imported(sample)
    assert module is not None
    assert (module["ANSWER"], module["__file__"], module["__package__"]) == (42, str(sample), "lifeinit.engine")


def test_a_source_that_was_changed_is_compiled_anew(sample: Path) -> None:
    """Be it longer or only younger."""
    sample.write_text("ANSWER = 6 * 9\n")
    assert imported(sample) is None
    sample.write_text("ANSWER = 43\n")
    os.utime(sample, (1, 1))
    assert imported(sample) is None


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"cut"])
def test_damaged_bytecode_is_left_to_the_import_system(sample: Path, damage: bytes) -> None:
    compiled = Path(importlib.util.cache_from_source(str(sample)))
    compiled.write_bytes(compiled.read_bytes()[:20] if damage == b"cut" else damage)
    assert imported(sample) is None


def test_bytecode_that_is_bound_to_a_hash_is_left_to_the_import_system(sample: Path) -> None:
    py_compile.compile(str(sample), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    assert imported(sample) is None


def test_no_bytecode_no_source_no_module_of_ours(sample: Path) -> None:
    place = [str(sample.parent)]
    assert BytecodeImporter.find_spec("lifeinit.engine.missing", place) is None
    assert BytecodeImporter.find_spec("click.sample", place) is None
    assert BytecodeImporter.find_spec("sample", None) is None
    sample.unlink()
    assert imported(sample) is None


def test_a_package_is_left_to_the_import_system() -> None:
    assert BytecodeImporter.find_spec("lifeinit.engine", list(lifeinit.__path__)) is None
    assert BytecodeImporter not in sys.meta_path  # not in a program that only uses the API
