"""What lifeinit says of itself, in a file that others may read: written at each transition, gone at the exit."""

import errno
import os

from lifeinit.engine.json_text import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.json_text import Json

USUAL_DIRECTORY = b"/run/lifeinit"


def directory() -> bytes:
    """Where state files lie: $LIFEINIT_RUN_DIR, else /run/lifeinit. An empty variable counts as unset."""
    return os.environb.get(b"LIFEINIT_RUN_DIR") or USUAL_DIRECTORY


def name(pid: int) -> bytes:
    """The name of a lifeinit's state file in that directory."""
    return b"%d.json" % pid


class StateFile:
    """The state file of this process. Nothing that a file system does makes it raise or wait.

    Where it cannot be made (a read-only root, another user's directory) the first failure is the last try. `directory`
    None is no state file at all. No symbolic link is followed: the directory may be one that others write to.
    """

    def __init__(self, directory: bytes | str | None, pid: int) -> None:
        self._directory = None if directory is None else _absolute(os.fsencode(directory))
        self._name = name(pid)
        self._starttime = _starttime()
        self._made = False

    def write(self, state: "dict[str, Json]") -> None:
        """Put this state in the place of the last one, at once for every reader.

        `starttime` is added to it: with the pid it names this process for good, whatever the wall clock does. proc(5)
        """
        if self._directory is None:
            return
        text = dumps({**state, "starttime": self._starttime}).encode() + b"\n"
        umask = os.umask(0o022)  # others may read it, whatever lifeinit was started with
        try:
            folder = _opened_or_made(self._directory)
            try:
                replace_in(folder, self._name, text)
            finally:
                os.close(folder)
            self._made = True
        except OSError:
            if self._made:
                self.remove()  # a full disk, say: no state is better than one that is over
            else:
                self._directory = None
        finally:
            os.umask(umask)

    def remove(self) -> None:
        """Remove the file, if it was made."""
        if self._directory is None or not self._made:
            return
        try:
            folder = _opened(self._directory)
        except OSError:
            return  # the directory is gone
        try:
            os.unlink(self._name, dir_fd=folder)
        except OSError:
            pass  # it is gone, or the file system became read-only
        finally:
            os.close(folder)


def replace_in(folder: int, name: bytes, text: bytes) -> None:
    """Put a file in the place of what has this name in an open directory, at once for every reader. Raises OSError.

    It is a new file, so no link that somebody has planted there is followed. Mode 0644 less the umask.
    """
    temporary = b".%s.new" % name
    try:
        _fill(_created(folder, temporary), text)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        _clear(folder, temporary)
        raise


def _created(folder: int, temporary: bytes) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        return os.open(temporary, flags, 0o644, dir_fd=folder)
    except FileExistsError:
        os.unlink(temporary, dir_fd=folder)  # a killed lifeinit left it, or somebody planted it
        return os.open(temporary, flags, 0o644, dir_fd=folder)


def _fill(fd: int, text: bytes) -> None:
    try:
        if os.write(fd, text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(fd)


def _clear(folder: int, temporary: bytes) -> None:
    try:
        os.unlink(temporary, dir_fd=folder)
    except OSError:
        pass  # it was never made


def _absolute(path: bytes) -> bytes | None:
    """The path from the root: lifeinit leaves its directory. None where that cannot be said."""
    try:
        return os.path.abspath(path)
    except OSError:
        return None  # the directory we are in was removed


def _opened_or_made(path: bytes) -> int:
    try:
        return _opened(path)
    except FileNotFoundError:
        os.makedirs(path, 0o755, exist_ok=True)
        return _opened(path)


def _opened(path: bytes) -> int:
    """The directory, opened for one change only: a descriptor that stays would pin its file system."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _starttime() -> int | None:
    """When this process started, in clock ticks since the boot; None without /proc. proc(5)"""
    try:
        with open("/proc/self/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[19])
    except OSError:
        return None
