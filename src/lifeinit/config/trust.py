"""Whether a hook file that nobody has named may be run: it could lie there for a purpose."""

import os
import stat

from lifeinit.config.diagnostic import quoted
from lifeinit.values.ownership import is_foreign, others_may_write

_MOST_STEPS = 1000  # the kernel follows 40 links. path_resolution(7)


class DistrustedError(Exception):
    """A hook file that nobody has named, and that somebody else could have put there; the text is the reason."""


def distrust(path: str) -> str:
    """Why this hook file is not trusted; empty where it is, or where it cannot be opened, which its reader will say."""
    try:
        distrust_directory_of(path)
        fd = os.open(path, os.O_PATH)  # waits for no writer of a fifo. open(2)
    except DistrustedError as error:
        return str(error)
    except OSError:
        return ""
    try:
        distrust_file(path, fd)
    except DistrustedError as error:
        return str(error)
    finally:
        os.close(fd)
    return ""


def distrust_directory_of(path: str) -> None:
    """Raises DistrustedError unless only root and lifeinit's own user can put files where this one lies.

    A directory that others may write to by its mode is fine on a read-only mount: a Kubernetes ConfigMap's is 0777.
    """
    distrust_directory(os.path.dirname(path) or ".", "its directory")


def distrust_file(path: str, fd: int) -> None:
    """The same for what was opened: its own owner and mode, and where it lies if `path` is a link to it.

    Its place was looked at before, so nobody else has put it there since; and it is read from this descriptor.
    """
    status = os.fstat(fd)
    _distrust_owner(status, "it")
    if others_may_write(status) or _others_may_by_acl(status, f"/proc/self/fd/{fd}"):
        raise DistrustedError("it can be written by others")
    for link in (os.path.dirname(path), path):  # /etc/lifeinit may be a link as well
        if os.path.islink(link):
            distrust_links(link)


def distrust_links(path: str) -> None:
    """Raises DistrustedError for a directory through which links lead: who may change it decides where they end."""
    directory, rest = os.path.dirname(path) or ".", [os.path.basename(path)]
    for _ in range(_MOST_STEPS):
        if not rest:
            return
        entry = os.path.join(directory, rest.pop(0))
        if os.path.islink(entry):
            target = os.readlink(entry)
            rest = [*filter(None, target.split("/")), *rest]
            if target.startswith("/"):
                directory = _through("/")
        elif rest:
            directory = _through(entry)
    raise DistrustedError("it leads through too many links")


def _through(directory: str) -> str:
    distrust_directory(directory, f"the directory {quoted(directory)}, through which it leads,")
    return directory


def distrust_directory(directory: str, what: str) -> None:
    """Raises DistrustedError unless only root and lifeinit's own user can put files there; `what` it is to a reader."""
    try:
        status = os.stat(directory)
        read_only = bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError as error:
        raise DistrustedError(f"{what} cannot be looked at: {error.strerror}") from None
    _distrust_owner(status, what)
    if (others_may_write(status) or _others_may_by_acl(status, directory)) and not read_only:
        raise DistrustedError(f"{what} can be written by others")


def _distrust_owner(status: os.stat_result, what: str) -> None:
    if is_foreign(status):
        raise DistrustedError(f"{what} belongs to uid {status.st_uid}")


def _others_may_by_acl(status: os.stat_result, path: str) -> bool:
    """Whether it has an access control list: the group's bits of the mode are then what the list allows. acl(5)"""
    if not status.st_mode & stat.S_IWGRP:
        return False
    try:
        os.getxattr(path, "system.posix_acl_access")
    except OSError:
        return False
    return True
