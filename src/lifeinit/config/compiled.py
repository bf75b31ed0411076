"""Compiled hook files: a draft that is kept beside its hook file, as Python keeps a `.pyc`, for starts to come.

It counts only for the very bytes that it was made from, those of the drop-ins and their names too, by the same lifeinit
and the same Python, and only where nobody but root and lifeinit's own user can have written it. Else it is as if it
were missing.
"""

import _imp
import marshal
import os
import sys

from lifeinit import __version__
from lifeinit.config import trust
from lifeinit.config.planner import NO_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from lifeinit.config.contents import Sources
    from lifeinit.config.draft import Draft

_SUFFIX: "Final" = ".compiled"
_TITLE: "Final" = b"A hook file of lifeinit, compiled: `lifeinit check --show-compiled` shows it.\n"
_LARGEST: "Final" = 1 << 24  # bytes; the largest hook file makes less
_REGULAR: "Final" = 0o100000  # inode(7)
_FILE_TYPE: "Final" = 0o170000
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What decides how a text becomes a draft, and what is made of it. A version alone does not tell two commits apart.
_MAKERS: "Final" = tuple(
    "config/keys.py config/composing.py config/load.py config/model.py config/parser.py config/readers.py"
    " config/plain_values.py config/tables.py config/plan_fields.py config/draft.py config/drafting.py"
    " config/planner.py engine/plan.py probes/command_lines.py values/duration.py values/interpolation.py".split()
)


class UnusableError(Exception):
    """A compiled hook file that does not count; the text is the reason."""


def beside(path: str) -> str:
    """The compiled file of a hook file, or of the folder of drop-ins alone."""
    return f"{path.rstrip('/')}{_SUFFIX}"


def load(sources: "Sources") -> "Draft | None":
    """The draft that was compiled from these bytes; None if there is none.

    Raises UnusableError for one that does not count. The hook file may have been named, this file never is.
    """
    data = _read(beside(sources.path))
    if data is None:
        return None
    title, of_makers, of_file, of_draft, written = _parts(data)
    if title != _TITLE:
        raise UnusableError("it is not a compiled hook file")
    if of_makers != _makers():
        raise UnusableError("another version of lifeinit or of Python made it")
    if of_file != _digest_of(sources):
        raise UnusableError("the hook file or a drop-in has changed since")
    if of_draft != _digest(written):
        raise UnusableError("it is damaged")
    try:
        draft: Draft = marshal.loads(written)  # noqa: S302  # who could have written it could write the hook file
        _check(draft)
    except (ValueError, EOFError, TypeError):
        raise UnusableError("it is damaged") from None
    return draft


def _check(draft: object) -> None:
    """Raises TypeError for what is no draft, and has a digest all the same."""
    if not isinstance(draft, dict) or draft.keys() != NO_FILE.keys():
        raise TypeError


def store(sources: "Sources", draft: "Draft") -> None:
    """Keep the draft of these bytes. The same input makes the same bytes. Raises UnusableError or OSError."""
    path = sources.path
    try:
        trust.distrust_directory_of(path)
    except trust.DistrustedError as error:
        raise UnusableError(str(error)) from None
    # Version 2: later ones note which objects are shared, which is not always the same.
    written = marshal.dumps(draft, 2)  # type: ignore[arg-type]  # a dict of nothing else
    data = b"".join((_TITLE, _makers(), _digest_of(sources), _digest(written), written))
    new = f"{beside(path)}.{os.getpid()}"
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            _permit_as(sources, file.fileno())
        os.replace(new, beside(path))
    except OSError:
        os.unlink(new)
        raise


def remove(path: str) -> None:
    """Remove what was compiled from the hook file at `path`, if anything. Raises OSError."""
    try:
        os.unlink(beside(path))
    except FileNotFoundError:
        pass


def _permit_as(sources: "Sources", fd: int) -> None:
    """Let those read it who can read every file that it is made from; only the same owner can write it."""
    statuses = [os.stat(path) for path in sources.paths]
    owners = {(status.st_uid, status.st_gid) for status in statuses}
    readable = 0o644
    for status in statuses:
        readable &= status.st_mode
    if len(owners) > 1 and not readable & 0o004:
        readable = 0o600  # nobody but us can read them all for sure
    elif len(owners) == 1:
        try:
            os.fchown(fd, *owners.pop())
        except PermissionError:
            readable &= 0o604
    os.fchmod(fd, readable)


def _read(path: str) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)  # a fifo does not hold it up
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(fd)
        if status.st_mode & _FILE_TYPE != _REGULAR or status.st_size > _LARGEST:
            raise UnusableError("it is not a compiled hook file")
        trust.distrust_directory_of(path)
        trust.distrust_file(path, fd)
        return os.read(fd, status.st_size)  # of a regular file all at once. read(2)
    except trust.DistrustedError as error:
        raise UnusableError(f"it is not trusted: {error}") from None
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror}") from None
    finally:
        os.close(fd)


def _parts(data: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    ends = [len(_TITLE) + 8 * i for i in range(4)]
    title, rest = data[: ends[0]], data[ends[3] :]
    return title, data[ends[0] : ends[1]], data[ends[1] : ends[2]], data[ends[2] : ends[3]], rest


def _digest_of(sources: "Sources") -> bytes:
    """That of the hook file, and of the drop-ins with their names in order."""
    if not sources.drop_ins:
        return _digest(sources.raw)
    names = tuple((os.fsencode(drop_in.name), drop_in.raw) for drop_in in sources.drop_ins)
    return _digest(marshal.dumps((sources.raw, names), 2))


def _makers() -> bytes:
    """What tells this lifeinit and this Python from all others."""
    python = (sys.version, getattr(sys.implementation, "_multiarch", ""), sys.getfilesystemencoding())
    parts = ["\0".join((__version__, *python)).encode()]
    for name in _MAKERS:
        try:
            with open(os.path.join(_PACKAGE, name), "rb", buffering=0) as file:
                parts.append(file.readall())
        except OSError:
            parts.append(b"")  # installed without its sources
    return _digest(b"".join(parts))


def _digest(data: bytes) -> bytes:
    """Eight bytes, as Python itself keeps them in a `.pyc`: nothing has to be imported for them. PEP 552"""
    return _imp.source_hash(0, data)
