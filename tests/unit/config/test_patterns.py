"""The regular expressions mean the same on every Python that lifeinit runs on."""

import ast
import importlib
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # what re itself compiles with

import pytest

from tests.unit.test_walls import MODULES, SOURCE, imports

HAVE_PATTERNS = sorted(
    name
    for name in MODULES
    for path in [SOURCE.parent / f"{name.replace('.', '/')}.py"]
    if path.exists() and "re" in imports(path)
)

ONE_CHARACTER = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY}


def patterns_of(name: str) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """Those that the module has compiled, and the texts that its calls of `re` compile when they are made."""
    module = importlib.import_module(name)
    yield from (value for value in vars(module).values() if isinstance(value, re.Pattern))
    for node in ast.walk(ast.parse((SOURCE.parent / f"{name.replace('.', '/')}.py").read_text())):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("re")), args=[ast.Constant(str(pattern)), *_]):
                yield re.compile(pattern)
            case ast.Call(func=ast.Attribute(value=ast.Name("re")), args=[ast.Name(constant), *_]):
                text = getattr(module, constant, None)
                if isinstance(text, str):
                    yield re.compile(text)


def possessive_groups(pattern: re.Pattern[str] | re.Pattern[bytes]) -> Iterator[str]:
    """What is repeated possessively and more than one character, set or class."""
    waiting = [_parser.parse(pattern.pattern, pattern.flags)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, _parser.SubPattern):
            waiting += part.data
        elif isinstance(part, tuple | list):
            waiting += part
        if isinstance(part, tuple) and part[:1] == (_constants.POSSESSIVE_REPEAT,):
            repeated = part[1][2]
            if len(repeated) != 1 or repeated.data[0][0] not in ONE_CHARACTER:
                yield str(repeated)


@pytest.mark.parametrize("name", HAVE_PATTERNS)
def test_no_group_is_repeated_possessively(name: str) -> None:
    """Python before 3.11.5, Debian bookworm's say, matches `(?:a++|b)*+` wrongly.

    There a hook file with a string in three quotes ended lifeinit with "internal error" and status 70.
    """
    assert not [text for pattern in patterns_of(name) for text in possessive_groups(pattern)]


def test_one_would_be_noticed() -> None:
    """The control."""
    assert len(HAVE_PATTERNS) > 5
    assert [pattern.pattern for pattern in patterns_of("lifeinit.config.spans")]
    assert list(possessive_groups(re.compile(r"x(?:a++|b)*+y")))
    assert list(possessive_groups(re.compile(r"(?:(?>ab)*+|c)")))
    assert not list(possessive_groups(re.compile(r"a++[bc]*+\d{2,}+(?>(?:a++|b)*)")))
