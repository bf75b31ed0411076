"""Drop-ins: `hooks.d/*.toml` beside a hook file, in the order of the bytes of their names."""

import os
import stat

from lifeinit.config import trust
from lifeinit.config.contents import LARGEST, DropIn, Skipped
from lifeinit.config.diagnostic import UnreadableError, quoted
from lifeinit.engine.printable import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

SUFFIX: "Final" = ".toml"
NOT_A_FILE: "Final" = "it is not a regular file"
MOST: "Final" = 1000  # files
FIX: "Final" = "give it to root or lifeinit's user, and let no other user write to it"
_MOST_NAMED = 3  # in a sentence


def names(folder: str) -> list[str]:
    """The names of the drop-ins, those of hidden files left out. Raises UnreadableError."""
    try:
        found = list(filter(_is_drop_in, os.listdir(folder)))
    except OSError as error:
        raise UnreadableError(f"cannot read the drop-ins in {quoted(folder)}: {error.strerror}") from None
    if len(found) > MOST:
        raise UnreadableError(f"{quoted(folder)} holds {len(found)} drop-ins: merge them into at most {MOST}")
    return sorted(found, key=os.fsencode)


def _some_names(folder: str) -> list[str]:
    """Those in a folder that is not trusted: however many there are, whether or not it can be read, a start goes on."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry, _ in zip(entries, range(MOST), strict=False) if _is_drop_in(entry.name)]
    except OSError:
        return [f"*{SUFFIX}"]
    return sorted(found, key=os.fsencode)


def _is_drop_in(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


def read(folder: str, *, trusting: bool = False) -> tuple[tuple[DropIn, ...], tuple[Skipped, ...]]:
    """The drop-ins that count, and those that do not. With `trusting` whoever has written them. Raises UnreadableError.

    Nobody names a drop-in: each has to be trusted, also beside a hook file that was named.
    """
    reason = "" if trusting else _distrust(folder)
    found: list[DropIn] = []
    skipped: list[Skipped] = []
    if reason:
        return (), tuple(Skipped(name, reason) for name in _some_names(folder))
    for name in names(folder):
        try:
            found.append(DropIn(name, contents_of(os.path.join(folder, name), trusting=trusting)))
        except trust.DistrustedError as error:
            skipped.append(Skipped(name, str(error)))
    return tuple(found), tuple(skipped)


def warnings(folder: str, skipped: "Sequence[Skipped]") -> "Iterator[str]":
    """A sentence for each reason why drop-ins were skipped."""
    for reason in dict.fromkeys(one.reason for one in skipped):
        paths = [f'"{escaped(os.path.join(folder, one.name))}"' for one in skipped if one.reason == reason]
        more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
        which = f"drop-in{'s' if len(paths) > 1 else ''} {', '.join(paths[:_MOST_NAMED])}{more}"
        trusted = f", which {'are' if len(paths) > 1 else 'is'} not trusted" if reason != NOT_A_FILE else ""
        yield f"skipping the {which}{trusted}: {reason}{f': {FIX}' if trusted else ''}"


def _distrust(folder: str) -> str:
    """Why nothing in the folder is trusted, if so: who may change it, or what leads to it, decides what is in it."""
    parent = os.path.dirname(folder)
    try:
        trust.distrust_directory(parent or ".", f"the directory {quoted(parent or '.')}")
        for link in filter(os.path.islink, (parent, folder)):
            trust.distrust_links(link)
        os.stat(folder)
        trust.distrust_directory(folder, f"the directory {quoted(folder)}")
    except trust.DistrustedError as error:
        return str(error)
    except OSError:
        return ""  # it is read next
    return ""


def contents_of(path: str, *, trusting: bool) -> bytes:
    """The bytes of a drop-in. Raises DistrustedError, also for what is no file, and UnreadableError."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise trust.DistrustedError(NOT_A_FILE)
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a fifo that came meanwhile does not hold it up
    except OSError as error:
        if not trusting:
            if reason := trust.distrust(path):
                raise trust.DistrustedError(reason) from None
            if os.path.islink(path):
                trust.distrust_links(path)  # who can remove what it leads to could keep the container from its start
        raise UnreadableError(f"cannot read the drop-in {quoted(path)}: {error.strerror}") from None
    with open(fd, "rb") as file:
        if not trusting:
            trust.distrust_file(path, fd)
        return file.read(LARGEST + 1)
