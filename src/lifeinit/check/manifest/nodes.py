"""The values of a manifest by their paths. A wrong one is a sentence."""

import math
import re
from collections.abc import Iterator
from typing import Final

from lifeinit.config.diagnostic import quoted

_ABSENT: Final = (None, "", "null", "~")
_FLAGS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NUMBER: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?", re.ASCII)
_SIZE: Final = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([a-zA-Z]{0,3})", re.ASCII)
_TIME: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(h|ms|m|us|ns|s)", re.ASCII)
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_BYTES: Final = {
    **dict.fromkeys(("", "b"), 1), **dict.fromkeys(("k", "kb", "ki", "kib"), 1 << 10),
    **dict.fromkeys(("m", "mb", "mi", "mib"), 1 << 20), **dict.fromkeys(("g", "gb", "gi", "gib"), 1 << 30),
    **dict.fromkeys(("t", "tb", "ti", "tib"), 1 << 40),
}  # fmt: skip
_MOST_ITEMS: Final = 1000  # that are looked at


class ManifestError(Exception):
    """A manifest cannot be used; the text is one sentence."""


class Node:
    """A value and its path. What is missing is a node, too, and everything that is missing in it."""

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        self.value = None if isinstance(value, str) and value in _ABSENT else value

    def __getitem__(self, key: str) -> "Node":
        return Node(f"{self.path}.{key}".lstrip("."), _find(self._mapping(), key))

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and self[key].value is not None

    @property
    def is_missing(self) -> bool:
        return self.value is None

    def pairs(self) -> Iterator[tuple[str, "Node"]]:
        """The keys of a mapping, each with its value."""
        for key in list(self._mapping())[:_MOST_ITEMS]:
            if key != "<<":
                yield str(key), self[str(key)]

    def items(self) -> list["Node"]:
        """The items of a list."""
        match self.value:
            case None:
                return []
            case list() as items:
                return [Node(f"{self.path}[{i}]", item) for i, item in enumerate(items[:_MOST_ITEMS])]
            case _:
                raise self.wrong("a list")

    def words(self) -> tuple[str, ...] | None:
        """A command: a list of words, or a line that a shell splits."""
        if isinstance(self.value, str):
            return tuple(self.value.split())
        return None if self.is_missing else tuple(str(item.text()) for item in self.items())

    def text(self) -> str | None:
        """A string or a number."""
        match self.value:
            case None | str():
                return self.value
            case bool() | list() | dict():
                raise self.wrong("a string")
            case value:
                return str(value)[:100]

    def flag(self) -> bool:
        if isinstance(self.value, bool | None):
            return bool(self.value)
        known = _FLAGS.get(self.value.lower()) if isinstance(self.value, str) else None
        if known is None:
            raise self.wrong("true or false")
        return known

    def number(self) -> float | None:
        """A number that is not negative."""
        match self.value:
            case None:
                return None
            case int() | float() if not isinstance(self.value, bool) and 0 <= self.value < 1e15:
                return float(self.value)
            case str() if _NUMBER.fullmatch(self.value):
                return float(self.value)
            case _:
                raise self.wrong("a number")

    def time(self) -> float | None:
        """The seconds of a duration of Go's, such as 1m30s."""
        if not isinstance(self.value, str) or _NUMBER.fullmatch(self.value):
            return self.number()
        parts = _TIME.findall(self.value)
        if "".join(f"{number}{unit}" for number, unit in parts) != self.value:
            raise self.wrong("a duration")
        return math.fsum(float(number) * _SECONDS[unit] for number, unit in parts)

    def size(self) -> int | None:
        """The bytes of a size, such as 512Mi."""
        if not isinstance(self.value, str):
            number = self.number()
            return None if number is None else int(number)
        match = _SIZE.fullmatch(self.value.strip())
        factor = _BYTES.get(match[2].lower()) if match else None
        if match is None or factor is None:
            raise self.wrong("a size")
        return int(float(match[1]) * factor)

    def wrong(self, wanted: str) -> ManifestError:
        """The sentence about a value that is something else."""
        match self.value:
            case dict():
                what = "a mapping"
            case list():
                what = "a list"
            case value:
                what = quoted(str(value)[:100] if not isinstance(value, bool) else value)
        fix = ""
        if isinstance(self.value, str) and "${" in self.value:
            fix = ": the output of docker compose config has the values of variables"
        return ManifestError(f"{self.path or 'the manifest'} is {what}, not {wanted}{fix}")

    def _mapping(self) -> dict[object, object]:
        match self.value:
            case None:
                return {}
            case dict() as mapping:
                return mapping
            case _:
                raise self.wrong("a mapping")


def _find(mapping: dict[object, object], key: object) -> object:
    """The value of a key, also of one that a merge key brings: each mapping is looked at once, however it is shared."""
    seen, waiting = set[int](), [mapping]
    while waiting:
        one = waiting.pop(0)
        if key in one:
            return one[key]
        if id(one) not in seen:
            seen.add(id(one))
            merged = one.get("<<")
            waiting += [
                other for other in (merged if isinstance(merged, list) else [merged]) if isinstance(other, dict)
            ]
    return None
