"""The lean bytecode is the same program without what only its readers need."""

import inspect
import os
import sys
from pathlib import Path
from types import CodeType

import pytest

import lifeinit
from lifeinit import bytecode
from lifeinit.startup import lean

SOURCE = '''"""What it is for."""

class Pair:
    """Two."""

    left: int
    right: str = "x"

def double(value: int, *rest: int, by: "int" = 2, **named: str) -> int:
    """Twice as much."""
    total: int = value * by
    return total

def fail() -> None:
    raise KeyError(
        1)
'''


@pytest.fixture
def module(tmp_path: Path) -> dict[str, object]:
    file = tmp_path / "sample.py"
    file.write_text(SOURCE)
    names: dict[str, object] = {"__name__": "sample"}
    exec(compile(lean.lean(str(file)), str(file), "exec", optimize=2), names)
    return names


def test_docstrings_and_annotations_of_functions_are_left_out(module: dict[str, object]) -> None:
    double = module["double"]
    assert inspect.isfunction(double)
    assert module.get("__doc__") is None
    assert double.__doc__ is None
    assert inspect.get_annotations(double) == {}
    assert double(4, by=3) == 12


def test_fields_of_classes_stay(module: dict[str, object]) -> None:
    pair = module["Pair"]
    assert isinstance(pair, type)
    assert inspect.get_annotations(pair) == {"left": int, "right": str}


def test_lines_stay_and_columns_go(module: dict[str, object]) -> None:
    fail = module["fail"]
    assert inspect.isfunction(fail)
    lines = {position[0] for position in fail.__code__.co_positions()}
    columns = {position[2] for position in fail.__code__.co_positions()}
    assert lines == {14, 15, 16}
    assert columns <= {None, 0}  # 0 is that of the function itself


def test_every_module_of_the_engine_becomes_smaller() -> None:
    for file in sorted(Path(lifeinit.__file__).parent.glob("engine/*.py")):
        if file.name == "__init__.py":
            continue
        whole = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        assert size(compile(lean.lean(str(file)), str(file), "exec", optimize=2)) < size(whole), file.name


def size(code: CodeType) -> int:
    inner = sum(size(each) for each in code.co_consts if isinstance(each, CodeType))
    text = sum(len(each) for each in code.co_consts if isinstance(each, str))
    return inner + text + len(code.co_code) + len(code.co_linetable)


def test_it_stands_beside_the_other_bytecode() -> None:
    tag = sys.implementation.cache_tag
    assert bytecode.path_of("/x/a.py", bytecode.LEAN) == f"/x/__pycache__/a.{tag}.opt-lean.pyc"
    assert bytecode.path_of("/x/a.py") == f"/x/__pycache__/a.{tag}.pyc"
    assert os.path.dirname(bytecode.path_of(__file__)) == os.path.join(os.path.dirname(__file__), "__pycache__")
