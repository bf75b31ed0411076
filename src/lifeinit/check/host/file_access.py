"""What the file system allows the user that this process runs as. The kernel answers each question.

Why not the mode bits: ACLs, capabilities, user namespaces, read-only and noexec mounts decide too.
"""

import errno
import itertools
import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

_MOST_LINKS = 40  # then the kernel says ELOOP. path_resolution(7)
_MOST_NAMES = 5000
_EFFECTIVE = os.access in os.supports_effective_ids
_OBSTACLES = {errno.ELOOP: "loop", errno.EACCES: "closed", errno.EPERM: "closed", errno.ENOTDIR: "not a directory"}


class Entry(NamedTuple):
    """What a path leads to, links followed, and what the user may do with it.

    `kind` is "file", "directory" or "other"; else why there is nothing: "missing", "closed", "not a directory" or
    "loop", and `path` is the first place that ends the way.
    """

    path: str
    kind: str
    executable: bool = False
    readable: bool = False
    noexec: bool = False


def look(path: str) -> Entry:
    """What stands at an absolute path."""
    try:
        state = os.stat(path)
    except OSError:
        return _obstacle(path)
    except ValueError:  # no path can hold a NUL, and a locale may have no bytes for a name
        return Entry(path, "missing")
    kind = "file" if stat.S_ISREG(state.st_mode) else "directory" if stat.S_ISDIR(state.st_mode) else "other"
    return Entry(path, kind, _may(path, os.X_OK), _may(path, os.R_OK), bool(_mount_flags(path) & os.ST_NOEXEC))


def which(name: str, directories: Sequence[str]) -> Entry:
    """The program that execvp(3) would run, else the first one that it may not."""
    refused = None
    for directory in directories:
        entry = look(os.path.join(directory, name))
        if entry.kind == "file" and entry.executable:
            return entry
        if refused is None and entry.kind in {"file", "closed"}:
            refused = entry
    return refused or Entry(name, "missing")


def beginning(path: str, size: int) -> str:
    """The first bytes of a regular file, as Latin-1; none of anything else, or of what may not be read.

    Its kind is checked before it is opened: opening a device may already do something.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return ""
    try:
        return os.pread(fd, size, 0).decode("latin-1") if stat.S_ISREG(os.fstat(fd).st_mode) else ""
    except OSError:
        return ""
    finally:
        os.close(fd)


def names(directory: str) -> list[str]:
    """The names in a directory; none where it cannot be read."""
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in itertools.islice(entries, _MOST_NAMES)]
    except (OSError, ValueError):
        return []


def changeable(path: str, by_owner: bool) -> str | None:
    """The last place on the way to a file, or the file itself, that the user may write to or replace.

    `by_owner`: an owner can allow itself to write.
    """
    place, rest, links, found = "/", _parts(path), 0, None
    while True:
        if _may_change(place, by_owner):
            found = place
        if not rest:
            return found
        part = rest.pop()
        here = os.path.dirname(place) if part == ".." else os.path.join(place, part)
        try:
            is_link = stat.S_ISLNK(os.lstat(here).st_mode)
            target = os.readlink(here) if is_link else ""
        except (OSError, ValueError):
            return found  # what this user cannot reach, it cannot change
        if not is_link:
            place = here
            continue
        links += 1
        if links > _MOST_LINKS:
            return found
        rest += _parts(target)
        place = "/" if target.startswith("/") else place


def _may_change(path: str, by_owner: bool) -> bool:
    try:
        state = os.stat(path)
    except OSError:
        return False
    if stat.S_ISCHR(state.st_mode) or _mount_flags(path) & os.ST_RDONLY:
        return False
    if by_owner and state.st_uid == os.geteuid():
        return True
    if not stat.S_ISDIR(state.st_mode):
        return _may(path, os.W_OK)
    # In a sticky directory nobody can replace what belongs to another user.
    return not state.st_mode & stat.S_ISVTX and _may(path, os.W_OK | os.X_OK)


def _may(path: str, mode: int) -> bool:
    try:
        return os.access(path, mode, effective_ids=_EFFECTIVE)
    except (OSError, ValueError):
        return False


def _obstacle(path: str) -> Entry:
    """Where the way to a path ends, and why."""
    place = "/"
    for part in path.split("/"):
        here = os.path.join(place, part)
        try:
            os.stat(here)
        except OSError as error:
            kind = _OBSTACLES.get(error.errno or 0, "missing")
            if kind != "loop" and os.path.islink(here):
                return _obstacle(os.path.join(place, os.readlink(here)))
            return Entry(here if kind in {"missing", "loop"} else place, kind)
        place = here
    return Entry(path, "missing")


def _parts(path: str) -> list[str]:
    """The names on the way, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in {"", "."}]


def _mount_flags(path: str) -> int:
    try:
        return os.statvfs(path).f_flag
    except OSError:
        return 0
