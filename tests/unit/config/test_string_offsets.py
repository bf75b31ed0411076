"""Each character of a string is found where it is written, in every form that TOML has for it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.config.spans import Places
from lifeinit.config.string_offsets import string_offsets

LITERALS = [
    '"plain"',
    "'plain \\n'",
    '""',
    "''",
    '"""a"""',
    '"""\na\nb"""',
    "'''\r\na\r\n b'''",
    '"a\\tb\\\\c\\"d\\u00e9\\U0001F600"',
    '"""one \\\n   two\\\n\n\n three \\  \r\n four"""',
    '""""q\\"u"o"t"ed"""""',
    "'''''z'''''",
    '"""\\\n"""',
]


def values(literal: str) -> list[str]:
    """What each character of the value is written as, read by itself."""
    found, quote = string_offsets(literal), literal[0]
    pieces = (literal[start:end] for start, end in zip(found.starts, found.ends, strict=True))
    return [
        tomllib.loads(f'v = """{piece}"""')["v"] if quote == '"' and piece != '"' else piece.replace("\r\n", "\n")
        for piece in pieces
    ]


@pytest.mark.parametrize("literal", LITERALS)
def test_each_character_is_written_where_it_is_said(literal: str) -> None:
    value = tomllib.loads(f"v = {literal}")["v"]
    # A line feed at the beginning of a string is none of its characters.
    assert [found or "\n" for found in values(literal)] == list(value)
    assert string_offsets(literal).range(0, len(value) + 9)[1] <= len(literal)


_PIECES = ["a", "字", '"', "'", "\\\\", "\\n", "\\u0041", "\\\n  ", "\r\n", "\n", " ", "#"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join), st.sampled_from(['"""', "'''"]))
def test_generated_strings(body: str, quotes: str) -> None:
    literal = f"{quotes}{body}{quotes}"
    try:
        value = tomllib.loads(f"v = {literal}")["v"]
    except tomllib.TOMLDecodeError:
        return
    assert len(string_offsets(literal).starts) == len(value)
    assert [found or "\n" for found in values(literal)] == list(value)


def test_a_word_of_a_script_has_a_line_and_a_column() -> None:
    text = '[[pre_start]]\ncommand = """\n  set -e\n  \\u0065cho x\\\n    y | sort"""\n'
    places, value = Places(text), tomllib.loads(text)["pre_start"][0]["command"]
    path = ("pre_start", 0, "command")
    for word, span in (("set", (3, 3, 3, 6)), ("echo", (4, 3, 4, 12)), ("xy", (4, 13, 5, 6)), ("sort", (5, 9, 5, 13))):
        at = value.index(word)
        start, end = places.within(path, at, at + len(word))
        assert (*start, *end) == span, word


def test_what_is_no_string_is_marked_whole() -> None:
    places = Places("a = [1, 2]\n")
    assert places.within(("a",), 3, 4) == places.span(("a",)) == ((1, 5), (1, 11))
    assert places.within(("--",), 3, 4) == ((1, 1), (1, 1))


def test_a_place_behind_the_end_of_a_string_is_its_end() -> None:
    assert Places('a = "xy"\n').within(("a",), 7, 9) == ((1, 8), (1, 8))
