"""The place that is told for a path is where its key and its value stand."""

import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from lifeinit.config.spans import Path, Places

ROOT = FilePath(__file__).parents[3]
TEXTS = [
    'a = 1\nb.c = "x"\n"d e".f = [1, [2, { g = 3 }]]\n',
    '[t]\nk = """a\n"quoted" \\""" \n"""\n[t.u]\nv = \'\'\'\nit\'s\'\'\'\n',
    '[[x]]\na = 1\n[[x.y]]\nb = 2\n[[x.y]]\nb = 3\n[[x]]\na = 4 # comment ] = "\n[x.z]\nc = 5\n',
    "when = 1979-05-27 07:32:00 # a space inside\nf = -1e3\nt = true\n",
    "a = [ # one\r\n  1, # two\r\n  2,\r\n]\r\nb = {}\r\n",
    "\tä.'ö ü' = 'wide 字'\n".replace("ä.", '"ä".'),
    'a = """"""\nb = """""""" # two quotes\nc = """""x"""""\n',
    "a = ''''''\nb = '''''''' # two quotes\nc = ''\nd = \"\"\n",
    "[ a . \"b\" . 'c' ]\nd = 1\n[a]\ne = 2\n[[ f ]]\n[[ f . g ]]\nh = 3\n",
    '"\\u0061\\"b".c = "\\\\" # escapes in keys\n',
    "[a.b.c]\nd.e = 1\nd.f = 2\n[a]\nb2 = {c.d = 1, c.e = [{}, {x = []}]}\n",
    "a=[[],[ ],[\n]]\nb=[{},]\n",
    "x = 0x_".replace("0x_", "0xdead_beef") + "\ny = +inf\nz = 1e-5\nt = 07:32:00.5\nd = 1979-05-27T00:32:00-07:00\n",
]


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value with its path, but for the tables and lists that headers and dotted keys may have made."""
    match value:
        case dict():
            for key, item in value.items():
                yield from leaves(item, (*path, key))
        case list():
            for i, item in enumerate(value):
                yield from leaves(item, (*path, i))
        case _:
            yield path, value


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of everything."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


def assert_found(text: str) -> int:
    """Each key's place holds its name and each value's place its value; how many keys and items there are."""
    document = tomllib.loads(text)
    places = Places(text)
    for path, value in leaves(document):
        span = places.spans[path]
        # nan is not equal to itself, and 1 is equal to true.
        assert repr(tomllib.loads("v = " + text[span.value : span.end])["v"]) == repr(value), path
    for path in paths(document):
        span = places.spans[path]
        assert 0 <= span.key <= span.key_end <= len(text), path
        assert 0 <= span.value <= span.end <= len(text), path
        if path and isinstance(path[-1], str):
            assert next(iter(tomllib.loads(f"{text[span.key : span.key_end]}=0"))) == path[-1]
    assert set(paths(document)) == set(places.spans)
    return len(places.spans) - 1


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_at_a_place_parses_to_the_value(text: str) -> None:
    assert assert_found(text)
    assert assert_found(text.replace("\r\n", "\n").replace("\n", "\r\n"))


def test_a_wrong_place_would_be_noticed() -> None:
    """The control: the same check fails for places that are one character off."""
    text = "a = 12\nb = 3\n"
    places = Places(text)
    places.spans = {path: span.replaced(value=span.value + 1) for path, span in places.spans.items()}
    span = places.spans["a",]
    assert tomllib.loads("v = " + text[span.value : span.end])["v"] != 12


# Texts that are valid by the way they are made, in every form that TOML has.

_names = st.sampled_from(["a", "b-c", "_1", "007", "x y", "é字", "it's", 'say "hi"', "a.b", "#", "=", "\t", "\\", ""])
_space = st.sampled_from(["", " ", "\t", "  "])
_comment = st.sampled_from(["", " # c", " # ] } \" ''' = [x]", "#"])
_scalar = st.sampled_from(
    [
        *("1", "-2.5", "+1_000", "0xff", "0o17", "inf", "true", "1979-05-27", "1979-05-27 07:32:00", "07:32:00"),
        *('""', '"s#]"', '"a\\"b\\\\"', '"\\u00e9"', "'it,}'", "''", "'\\'", "'字'"),
    ]
)
_long = st.sampled_from(
    ['"""m\n"n" """', "'''\nx'''", '""""q""""', "'''''z'''''", '"""\\\n  a\\"" """', '"""\n# no ] comment\n"""']
)


def _styled(name: str) -> st.SearchStrategy[str]:
    """The forms that a key of this name can have in a text."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    forms = [f'"{escaped}"']
    if "'" not in name:
        forms.append(f"'{name}'")
    if name and name.isascii() and all(char.isalnum() or char in "-_" for char in name):
        forms.append(name)
    return st.sampled_from(forms)


@st.composite
def _value(draw: st.DrawFn, depth: int = 0, *, one_line: bool = False) -> str:
    kind = draw(st.sampled_from(["scalar", "scalar", "long", "array", "table"][: 5 if depth < 3 else 2]))
    match kind:
        case "array":
            gap = "" if one_line else draw(st.sampled_from(["", "\n", " # ]\n\t", "\n\n"]))
            items = draw(st.lists(_value(depth + 1, one_line=one_line), max_size=3))
            comma = draw(st.sampled_from(["", ","])) if items else ""
            return f"[{gap}" + f"{gap},{gap} ".join(items) + f"{gap}{comma}{gap}]"
        case "table":
            pairs = draw(_pairs(depth + 1, one_line=True))
            return "{ " + ", ".join(pairs) + " }"
        case "long" if not one_line:
            return draw(_long)
        case _:
            return draw(_scalar)


@st.composite
def _pairs(draw: st.DrawFn, depth: int = 0, *, one_line: bool = False) -> list[str]:
    found = []
    for name in draw(st.lists(_names, unique=True, max_size=3)):
        key = draw(_styled(name))
        inner = draw(st.lists(_names, unique=True, max_size=2))
        assigned = draw(_value(depth, one_line=one_line))
        dot, equals = draw(st.sampled_from([".", " . "])), f"{draw(_space)}={draw(_space)}"
        if not inner:
            found.append(f"{key}{equals}{assigned}")
        found += [f"{key}{dot}{draw(_styled(below))}{equals}{assigned}" for below in inner]
    return found


def _body(draw: st.DrawFn) -> list[str]:
    lines = []
    for pair in draw(_pairs()):
        lines += [draw(_space) + pair + draw(_comment), *draw(st.sampled_from([[], [""], ["# [no] = header"]]))]
    return lines


@st.composite
def _documents(draw: st.DrawFn) -> str:
    lines = _body(draw)
    taken = {next(iter(tomllib.loads(line))) for line in _parsed(lines)}
    for name in draw(st.lists(_names.filter(lambda name: name not in taken), unique=True, max_size=3)):
        key = f"{draw(_space)}{draw(_styled(name))}{draw(_space)}"
        match draw(st.sampled_from(["table", "super", "array", "nested"])):
            case "table":
                lines += [f"[{key}]{draw(_comment)}", *_body(draw)]
            case "super":
                lines += [f"[{key}.sup.er]", *_body(draw), f"[{key}]", *_unlike(_body(draw), "sup")]
            case "nested":
                lines += [f"[[{key}.list]]", *_body(draw), f"[{key}.list.table]", *_body(draw)]
            case _:
                for _ in range(draw(st.integers(1, 3))):
                    lines += [f"[[{key}]]{draw(_comment)}", *_body(draw)]
                    lines += [f"[[{key}.inner]]", *_body(draw)] * draw(st.integers(0, 2))
                    lines += [f"[{key}.table.deep]", *_body(draw)] * draw(st.integers(0, 1))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


def _parsed(lines: list[str]) -> list[str]:
    """One text with the keys at the top, each a text of its own."""
    names = list(tomllib.loads("\n".join(lines)))
    escaped = (name.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") for name in names)
    return [f'"{name}"=0' for name in escaped]


def _unlike(lines: list[str], name: str) -> list[str]:
    return [] if any(line.lstrip().startswith(name) for line in lines) else lines


@given(_documents())
def test_generated_texts(text: str) -> None:
    """Each of them is valid: tomllib refuses none, and the locator finds everything that it returns."""
    found = assert_found(text)
    event("with values" if found else "without a value")


def test_our_own_files() -> None:
    for path in (ROOT / "pyproject.toml", ROOT / "hooks.example.toml", *sorted(ROOT.glob("examples/**/*.toml"))):
        assert assert_found(path.read_text()) > 3, path


def test_a_column_counts_characters() -> None:
    places = Places("'字' = 1\n")
    assert places.span(("字",)).start == (1, 7)


def test_a_key_that_is_not_there_has_the_place_of_the_table_that_lacks_it() -> None:
    places = Places("[[a]]\nb = 1\n[[a]]\nb = 2\n")
    assert places.span(("a", 1, "command"), of_key=True).start == (3, 3)
    assert places.span(("a", 1, "command")).start == (3, 1)


def test_the_borders_of_a_header_and_of_a_dotted_key() -> None:
    places = Places('[ a . "b" ]\nc.d = 1\n')
    assert places.span(("a", "b"), of_key=True) == ((1, 7), (1, 10))
    assert places.span(("a", "b")) == ((1, 1), (1, 12))
    assert places.span(("a", "b", "c")) == ((2, 1), (2, 2))
    assert places.span(("a", "b", "c", "d"), of_key=True) == ((2, 3), (2, 4))
