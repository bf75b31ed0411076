"""From bytes to the tables of TOML and their places, or to the one problem that ends the reading."""

import re

from lifeinit.config.contents import LARGEST
from lifeinit.config.depth import DEEPEST, too_deep
from lifeinit.config.diagnostic import Diagnostic, Place, Span
from lifeinit.config.toml_library import import_tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.recovery import Error

_MARK = b"\xef\xbb\xbf"
_MANY_DIGITS = r"[0-9][0-9_]{4299,}"


class RefusedError(Exception):
    """The text cannot be read as TOML."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


class BrokenError(Exception):
    """Some statements are not TOML, and others may be."""

    def __init__(self, error: "Error") -> None:
        super().__init__(error.reason)
        self.error = error


def decode(raw: bytes) -> str:
    """The text, without a byte order mark. Raises RefusedError."""
    if len(raw) > LARGEST:
        raise RefusedError(
            _problem(Place(1, 1), "E109", "the hook file is larger than 1 MiB", "move long commands into scripts")
        )
    raw = raw.removeprefix(_MARK)
    if _is_utf_16(raw):
        fix = "save the file as UTF-8"
        raise RefusedError(_problem(Place(1, 1), "E111", "the file is UTF-16, not UTF-8", fix))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        place = _place(before, len(before))
        sentence = f'the file is not UTF-8: byte "0x{raw[error.start]:02x}"'
        raise RefusedError(_problem(place, "E111", sentence, "save the file as UTF-8")) from None


def shown(raw: bytes) -> str:
    """The text as a person can be shown it, whatever the bytes are."""
    if len(raw) > LARGEST:
        return ""
    raw = raw.removeprefix(_MARK)
    return raw.decode("utf-16" if _is_utf_16(raw) else "utf-8", "replace")


def load(text: str) -> dict[str, object]:
    """The tables of a TOML text. Raises RefusedError or BrokenError."""
    deep = too_deep(text)
    readable, tomllib = text[:deep], import_tomllib()
    try:
        table: dict[str, object] = tomllib.loads(readable)
    except tomllib.TOMLDecodeError as refused:
        from lifeinit.config.recovery import Error, first  # noqa: PLC0415  # only a mistake pays for it

        error = Error(readable, str(refused))
        if deep is None:
            raise BrokenError(error) from None
        # What stands before the depth may be wrong already, and then the brackets were not counted rightly.
        if error.offset < deep:
            raise RefusedError(first(readable, error)) from None
    except ValueError:  # CPython converts no number of more than 4,300 digits
        match = re.search(_MANY_DIGITS, text)
        place = _place(text, match.start() if match else 0)
        sentence = "invalid TOML: a number of more than 4,300 digits"
        raise RefusedError(_problem(place, "E101", sentence, "write a smaller number")) from None
    if deep is None:
        return table
    fix = "a hook file needs no more than four levels"
    raise RefusedError(_problem(_place(text, deep), "E110", f"nested more than {DEEPEST} levels deep", fix))


def _place(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _is_utf_16(raw: bytes) -> bool:
    """By its byte order mark, or because every second byte is a NUL, and no other."""
    return raw.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        len(raw) > 1 and {raw[::2].count(0), raw[1::2].count(0)} == {0, len(raw) // 2}
    )


def _problem(place: Place, code: str, sentence: str, fix: str) -> Diagnostic:
    return Diagnostic(code, Span(place, Place(place.line, place.column + 1)), sentence, fix)
