"""Shows help() and inspect.signature each option of `**options`, which editors know from its type."""

import inspect
import textwrap
from collections.abc import Callable
from typing import TypeVar

from lifeinit.config import keys

_KEYWORD = inspect.Parameter.KEYWORD_ONLY

FunctionT = TypeVar("FunctionT", bound=Callable[..., object])


def spelled_out(options: type, *tables: str) -> Callable[[FunctionT], FunctionT]:
    """A function whose last parameter is `**options` of this TypedDict: the keys of these tables of the hook file."""

    docs = {name: _doc(row) for table in tables for name, row in keys.TABLES[table].items()}
    names = {name: kind for name, kind in options.__annotations__.items() if name in docs}

    def decorate(function: FunctionT) -> FunctionT:
        signature = inspect.signature(function)
        *others, _ = signature.parameters.values()
        spelled = [inspect.Parameter(name, _KEYWORD, default=None, annotation=kind) for name, kind in names.items()]
        function.__signature__ = signature.replace(parameters=[*others, *spelled])  # type: ignore[attr-defined]
        lines = [textwrap.fill(f"{name}: {docs[name]}", 100, subsequent_indent="    ") for name in names]
        about = inspect.cleandoc(function.__doc__ or "")
        heading = "" if "Args:" in about else "\n\nArgs:"
        function.__doc__ = about + heading + textwrap.indent("\n" + "\n".join(lines), "    ")
        return function

    return decorate


def _doc(row: keys.Key) -> str:
    default = row.unset or _written(row.default)
    return (f"{row.doc} Default: {default}." if default else row.doc).replace("`", "")


def _written(default: object) -> str:
    """The default as Python code; "" where there is none, or nothing in it."""
    match default:
        case tuple():
            return repr([*default])
        case str() | int() | float():
            return repr(default)
        case _:
            return ""
