"""The place that is told for a path is where its value stands."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeinit.hookfile.locate import Path, Places

TEXTS = [
    'a = 1\nb.c = "x"\n"d e".f = [1, [2, { g = 3 }]]\n',
    '[t]\nk = """a\n"quoted" \\""" \n"""\n[t.u]\nv = \'\'\'\nit\'s\'\'\'\n',
    '[[x]]\na = 1\n[[x.y]]\nb = 2\n[[x.y]]\nb = 3\n[[x]]\na = 4 # comment ] = "\n[x.z]\nc = 5\n',
    "when = 1979-05-27 07:32:00 # a space inside\nf = -1e3\nt = true\n",
    "a = [ # one\r\n  1, # two\r\n  2,\r\n]\r\nb = {}\r\n",
    "\tä.'ö ü' = 'wide 字'\n".replace("ä.", '"ä".'),
]


def leaves(value: object, path: Path = ()) -> list[tuple[Path, object]]:
    """Every value that is no table header's own, with its path."""
    match value:
        case dict():
            return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
        case list():
            return [leaf for i, item in enumerate(value) for leaf in leaves(item, (*path, i))]
        case _:
            return [(path, value)]


def assert_found(text: str) -> None:
    document = tomllib.loads(text)
    places = Places(text)
    for path, value in leaves(document):
        span = places.spans[path]
        assert tomllib.loads("v = " + text[span.value : span.end])["v"] == value, path
        if isinstance(path[-1], str):
            assert tomllib.loads(text[span.key : span.end]) == {path[-1]: value}


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_at_a_place_parses_to_the_value(text: str) -> None:
    assert_found(text)


_bare = st.text("abcz_-09", min_size=1, max_size=4)
_key = _bare | _bare.map(lambda key: f'"{key} é"') | _bare.map(lambda key: f"'{key}#='")
_scalar = st.sampled_from(["1", "-2.5", "true", '"s#]"', "'it,}'", '"""m\n"n" """', "'''\nx'''", "1979-05-27"])
_value: st.SearchStrategy[str] = st.recursive(
    _scalar,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ " + ", # c\n".join(items) + " ]")
        | st.dictionaries(_key, inner.filter(lambda item: "#" not in item and "\n" not in item), max_size=2).map(
            lambda table: "{ " + ", ".join(f"{key} = {item}" for key, item in table.items()) + " }"
        )
    ),
    max_leaves=6,
)
_pairs = st.dictionaries(_key, _value, max_size=3)


@settings(max_examples=200)
@given(_pairs, st.lists(st.tuples(st.booleans(), _key, _pairs), max_size=4))
def test_generated_texts(top: dict[str, str], tables: list[tuple[bool, str, dict[str, str]]]) -> None:
    lines = [f"{key} = {value}" for key, value in top.items()]
    for array, name, pairs in tables:
        lines.append(f"[[t.{name}]]" if array else f"[s.{name}]")
        lines += [f"{key} = {value}" for key, value in pairs.items()]
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a table named twice: not what is tested here
    assert_found(text)


def test_a_column_counts_characters() -> None:
    places = Places("'字' = 1\n")
    assert places.value(("字",)) == (1, 7)


def test_a_key_that_is_not_there_has_the_place_of_the_table_that_lacks_it() -> None:
    places = Places("[[a]]\nb = 1\n[[a]]\nb = 2\n")
    assert places.key(("a", 1, "command")) == (3, 1)
