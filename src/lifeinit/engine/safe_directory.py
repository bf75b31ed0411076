"""A directory that is opened without following a link which another user has made, as systemd does with pid files.

Whoever may write to a directory on the way could else choose where lifeinit, as root, writes and removes a file. The
kernel refuses such links by itself only in sticky directories: proc_sys_fs(5), protected_symlinks.
"""

import os

_MOST_LINKS = 40  # as many as the kernel follows. path_resolution(7)
_FILE_TYPE, _LINK = 0o170000, 0o120000  # inode(7)


def open_directory(path: bytes) -> int:
    """A descriptor of the directory. Raises OSError."""
    here, names, links = _start(path), path.split(b"/")[::-1], 0
    try:
        while names and links <= _MOST_LINKS:
            name = names.pop()
            if name in {b"", b"."}:
                continue
            there = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=here)
            if os.fstat(there).st_mode & _FILE_TYPE == _LINK:
                links += 1
                target = _target(there)
                names += target.split(b"/")[::-1]
                if not target.startswith(b"/"):
                    continue
                there = _start(target)
            os.close(here)
            here = there
        if names:
            raise OSError(0, "its path has too many symbolic links")
        return os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
    finally:
        os.close(here)


def _start(path: bytes) -> int:
    return os.open(b"/" if path.startswith(b"/") else b".", os.O_PATH | os.O_DIRECTORY)


def _target(link: int) -> bytes:
    """Where a link leads, of which this is the descriptor. Closes it. Raises OSError."""
    owner, target = os.fstat(link).st_uid, os.readlink(b"", dir_fd=link)
    os.close(link)
    if owner not in {0, os.geteuid()}:
        raise OSError(0, "its path has a symbolic link that another user has made")
    return target
