"""Whether a hook file that nobody has named may be run: it could lie there for a purpose."""

import os

from lifeinit.config.diagnostic import quoted

_MOST_STEPS = 1000  # the kernel follows 40 links. path_resolution(7)


class DistrustedError(Exception):
    """A hook file that nobody has named, and that somebody else could have put there; the text is the reason."""


def distrust_place(path: str) -> None:
    """Raises DistrustedError unless only root and lifeinit's own user can put files where this one lies.

    A directory that others may write to by its mode is fine on a read-only mount: a Kubernetes ConfigMap's is 0777.
    """
    _distrust_directory(os.path.dirname(path) or ".", "its directory")


def distrust_file(path: str, fd: int) -> None:
    """The same for what was opened: its own owner and mode, and where it lies if `path` is a link to it.

    Its place was looked at before, so nobody else has put it there since; and it is read from this descriptor.
    """
    found = os.fstat(fd)
    _distrust_owner(found, "it")
    if _others_may_write(found):
        raise DistrustedError("it can be written by others")
    for way in (os.path.dirname(path), path):  # /etc/lifeinit may be a link as well
        if os.path.islink(way):
            _distrust_way(way)


def _distrust_way(path: str) -> None:
    """Raises DistrustedError for a directory through which links lead: who may change it decides where they end."""
    place, rest = os.path.dirname(path) or ".", [os.path.basename(path)]
    for _ in range(_MOST_STEPS):
        if not rest:
            return
        entry = os.path.join(place, rest.pop(0))
        if os.path.islink(entry):
            target = os.readlink(entry)
            rest = [*filter(None, target.split("/")), *rest]
            if target.startswith("/"):
                place = _through("/")
        elif rest:
            place = _through(entry)
    raise DistrustedError("it leads through too many links")


def _through(directory: str) -> str:
    _distrust_directory(directory, f"the directory {quoted(directory)}, through which it leads,")
    return directory


def _distrust_directory(directory: str, what: str) -> None:
    try:
        found = os.stat(directory)
        read_only = bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError as error:
        raise DistrustedError(f"{what} cannot be looked at: {error.strerror}") from None
    _distrust_owner(found, what)
    if _others_may_write(found) and not read_only:
        raise DistrustedError(f"{what} can be written by others")


def _distrust_owner(found: os.stat_result, what: str) -> None:
    if found.st_uid not in {0, os.geteuid()}:
        raise DistrustedError(f"{what} belongs to uid {found.st_uid}")


def _others_may_write(found: os.stat_result) -> bool:
    return bool(found.st_mode & 0o002 or (found.st_mode & 0o020 and found.st_gid not in {0, os.getegid()}))
