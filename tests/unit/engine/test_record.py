"""The records of the engine: their fields come from a class body, as each version of Python gives it."""

import types

import pytest

from lifeinit.engine.plan import Restart
from lifeinit.engine.record import Record


class Pair(Record):
    left: int
    right: int = 2


def test_fields_are_annotations_in_their_order() -> None:
    assert Pair.fields() == ("left", "right")
    assert Pair(1).values() == (1, 2)
    assert Pair(1, right=3) == Pair(1, 3)


def test_fields_from_an_annotate_function() -> None:
    """Python 3.14 gives a class body's annotations as a function (PEP 649): every record had lost its fields there."""
    body = {"__module__": __name__, "__annotate_func__": lambda _: {"left": int, "right": int}, "right": 2}
    record: type[Record] = types.new_class("Late", (Record,), exec_body=lambda namespace: namespace.update(body))
    assert record.fields() == ("left", "right")
    assert record.restored((1, 2)).values() == (1, 2)


@pytest.mark.parametrize("values", [("no",), ("no", 5, 60.0, 1)], ids=["too few", "too many"])
def test_a_record_is_restored_from_all_its_values(values: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="zip"):
        Restart.restored(values)


def test_a_record_is_filled_from_its_fields_alone() -> None:
    with pytest.raises(TypeError, match="Restart"):
        Restart.filled({"when": "no", "often": 3})
