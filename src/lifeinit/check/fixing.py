"""Carries out fixes: the edits of a text until none is left that is safe, and the file that takes them."""

import contextlib
import difflib
import os
import stat
import tempfile
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from lifeinit.config import load, parser, trust
from lifeinit.config.diagnostic import Diagnostic, Edits, quoted
from lifeinit.config.spans import Lines

MOST = 100_000  # fixes at once
_MOST_ROUNDS = 50  # a fix may bring the next mistake to light
_MOST_TRIES = 100  # of one fix after the other, where all at once break the file

Find = Callable[[str], Sequence[Diagnostic]]


class UnwritableError(Exception):
    """The file cannot take its fixes; the text is the end of a sentence."""


def fixed(text: str, find: Find) -> tuple[str, int]:
    """The text after every safe fix, and how many were made. `find` finds the mistakes of a text."""
    seen, made = {text}, 0
    for _ in range(_MOST_ROUNDS):
        changed, count = _together(text, [one.edits for one in find(text) if one.edits and one.safe])
        if changed in seen:  # nothing to do, or fixes that undo one another
            break
        seen.add(changed)
        text, made = changed, made + count
    return text, made


def _together(text: str, fixes: Sequence[Edits]) -> tuple[str, int]:
    """The text after these fixes; where they do not go together, after those that do."""
    changed, count = applied(text, fixes)
    broken = _broken(text) if _broken(changed) else 0
    if _broken(changed) <= broken:
        return changed, count
    taken = list[Edits]()
    for fix in fixes[:_MOST_TRIES]:
        if _broken(applied(text, [*taken, fix])[0]) <= broken:
            taken.append(fix)
    return applied(text, taken)


def _broken(text: str) -> int:
    """How many places are no TOML."""
    try:
        load.load(text)
    except (load.RefusedError, load.BrokenError):
        return sum(problem.code == "E101" for problem in parser.examine(text.encode(), MOST).problems)
    return 0


def applied(text: str, fixes: Iterable[Edits]) -> tuple[str, int]:
    """The text after these fixes, and how many were made: one that overlaps an earlier one is not."""
    lines, taken, made = Lines(text), list[tuple[int, int, str]](), 0
    for fix in fixes:
        wanted = [(lines.offset(span.start), lines.offset(span.end), new) for span, new in fix]
        if not any(_overlaps(taken, start, end) for start, end, _ in wanted):
            for one in wanted:
                insort(taken, one, key=lambda edit: edit[:2])
            made += 1
    at, parts, line_end = 0, list[str](), "\r\n" if "\r\n" in text else "\n"
    for start, end, new in taken:
        parts += [text[at:start], new.replace("\n", line_end)]
        at = end
    return "".join((*parts, text[at:])), made


def _overlaps(taken: Sequence[tuple[int, int, str]], start: int, end: int) -> bool:
    """Whether one of these edits, which are in order, changes a character of the range or around it."""
    first = bisect_left(taken, start, key=lambda edit: edit[0])
    for other_start, other_end, _ in islice(taken, max(0, first - 1), None):
        if other_start >= max(end, start + 1):
            return False
        if start < other_end and other_start < end:
            return True
    return False


def diff(path: str, before: str, after: str) -> str:
    """What the fixes change, as diff -u tells it."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write(path: str, before: bytes, after: bytes) -> None:
    """Puts a new file in place of the old one, at once: with its mode, owner and extended attributes.

    Raises UnwritableError where the file is no longer the one that was read, or may not be written.
    """
    _distrust_links(path)
    path = os.path.realpath(path)
    try:
        known = os.stat(path)
        if not stat.S_ISREG(known.st_mode):
            raise UnwritableError("it is not a regular file")
        if known.st_nlink > 1:
            raise UnwritableError("it has other hard links, which would keep the old text")
        if not os.access(path, os.W_OK) or not known.st_mode & 0o222:
            raise UnwritableError("it is not writable")
        handle, new = tempfile.mkstemp(prefix=".lifeinit-", dir=os.path.dirname(path))
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                _as_before(file.fileno(), path, known)
                os.fsync(file.fileno())
            _still(path, before)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise UnwritableError(str(error.strerror)) from None


def _distrust_links(path: str) -> None:
    """What it leads to must not be chosen by another user, whose link could name any file of ours."""
    path = os.path.abspath(path)
    while path != os.path.dirname(path):
        if os.path.islink(path):
            try:
                trust.distrust_directory_of(path)
            except trust.DistrustedError as error:
                raise UnwritableError(f"it is reached through the link {quoted(path)}, and {error}") from None
        path = os.path.dirname(path)


def _still(path: str, before: bytes) -> None:
    with open(path, "rb") as file:
        if file.read() != before:
            raise UnwritableError("it has changed meanwhile")


def _as_before(file: int, path: str, known: os.stat_result) -> None:
    if (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(file, known.st_uid, known.st_gid)
    os.fchmod(file, stat.S_IMODE(known.st_mode))
    for name in os.listxattr(path) if hasattr(os, "listxattr") else ():  # musl's Python has none up to 3.11
        with contextlib.suppress(OSError):  # some are the kernel's own
            os.setxattr(file, name, os.getxattr(path, name))
