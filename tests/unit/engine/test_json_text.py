"""The engine's JSON, against the json package of the standard library."""

import json
import math
import signal
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.engine.json_text import dumps

if TYPE_CHECKING:
    from lifeinit.engine.json_text import Json

# Every code point, the lone surrogates too: the planner's texts hold them for bytes that are no UTF-8.
CHARACTERS = st.characters(exclude_categories=())
# Two halves that meet become one character on the way back, as with any JSON.
TEXTS = st.text(CHARACTERS).filter(lambda text: json.loads(json.dumps(text)) == text)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=30)


@given(VALUES)
def test_the_json_package_reads_back_what_was_written(value: "Json") -> None:
    text = dumps(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert text.isprintable()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_last_bit_and_its_type(number: float) -> None:
    read = json.loads(dumps(number))
    assert type(read) is float
    assert (read, math.copysign(1, read)) == (number, math.copysign(1, number))


def test_the_text_of_each_kind() -> None:
    value: Json = {"a": [None, True, False, 1, -2.5, 1e300, ()], "b\n": {}, "": 'say "\\"\t\x00\x7f é 😀 \udcff'}
    assert dumps(value) == (
        r'{"a": [null, true, false, 1, -2.5, 1e+300, []], "b\n": {},'
        r' "": "say \"\\\"\t\u0000\u007f \u00e9 \ud83d\ude00 \udcff"}'
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_number_for_is_null(number: float) -> None:
    assert dumps([number]) == "[null]"


def test_a_member_of_an_enum_is_its_number() -> None:
    assert dumps(signal.SIGTERM) == "15"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [(b"x", "JSON cannot hold a bytes"), ({1}, "JSON cannot hold a set"), ({1: 2}, "a key in JSON cannot be a int")],
)
def test_anything_else_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        dumps(cast("Json", value))  # what the type checker would have refused
