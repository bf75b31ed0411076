"""The state that lifeinit publishes: a sealed file in memory, which `status` and `health` read below /proc/PID/fd."""

import errno
import os

from lifeinit.engine import proc_stat
from lifeinit.engine.json_text import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.json_text import Json

NAME = "lifeinit-state"

# By their numbers: that Python has their names depends on the C library that it was built with.
_CLOEXEC, _ALLOW_SEALING, _NOEXEC_SEAL = 1, 2, 8  # memfd_create(2)
_F_ADD_SEALS, _EVERY_SEAL = 1033, 0b1111  # seal, shrink, grow, write. fcntl(2)


class StateMemory:
    """The state of this process. Nothing makes it raise or wait: it needs no file system, and no right to write.

    Each write seals a new memory file and puts it in the old one's place, under the same descriptor. So a reader has
    the old state or the new one, whole, and no other process can change what it reads, not even as the same user.

    Why not one file with a length or a checksum: a reader would have to try again, and it could not be sealed.
    """

    def __init__(self) -> None:
        self._fd: int | None = None
        own = proc_stat.read(os.getpid())
        self._starttime = None if own is None else own.started

    def write(self, state: "dict[str, Json]") -> None:
        """Publish this state instead of the last one.

        `starttime` is added to it: with the pid it identifies this process, whatever the wall clock does. proc(5)
        """
        try:
            new = _sealed(dumps({**state, "starttime": self._starttime}).encode())
        except (OSError, AttributeError, ImportError):  # a seccomp profile forbids it, or no descriptor is left
            self.close()  # no state is better than an outdated one
            return
        if self._fd is None:
            self._fd = new
        else:
            os.dup2(new, self._fd, inheritable=False)  # at once for every reader. dup3(2)
            os.close(new)

    def close(self) -> None:
        """Publish nothing any more."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def descriptors(self) -> tuple[int, ...]:
        """The descriptor that readers look for, while there is a state."""
        return () if self._fd is None else (self._fd,)


def _sealed(text: bytes) -> int:
    """A memory file that holds this text for ever. Raises OSError, else what a Python raises that cannot."""
    import fcntl  # noqa: PLC0415  # no other part of a plain init needs it

    try:
        fd = os.memfd_create(NAME, _CLOEXEC | _NOEXEC_SEAL)
    except OSError:
        fd = os.memfd_create(NAME, _CLOEXEC | _ALLOW_SEALING)  # a kernel before 6.3
    try:
        whole = os.write(fd, text) == len(text)  # RLIMIT_FSIZE counts memory files too
        fcntl.fcntl(fd, _F_ADD_SEALS, _EVERY_SEAL)
    except OSError:
        whole = False
    if not whole:
        os.close(fd)
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return fd
