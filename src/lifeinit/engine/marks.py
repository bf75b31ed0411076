"""A mark on each child that all its descendants inherit, whatever parent, session, group or user they have later.

The kernel says of an orphan who its parent was no more than of any other: a daemon of the app and one that a `docker
exec` has left behind look alike. But resource limits are inherited across fork(2) and execve(2), /proc/PID/limits shows
them to everybody, and RLIMIT_LOCKS has had no effect since Linux 2.4.25. getrlimit(2) So its soft limit is the mark: a
number that no one chooses by chance, and the serial number of the child. `ulimit -x` shows it.

A process may change its own mark: one that does so and becomes an orphan hides from a hook's timeout and from the
cleanup between two lives, but not from the last one. Where the limits cannot be set nothing is marked.
"""

import os

_RLIMIT_LOCKS = 10
_BASE = 1 << 62
_SERIAL_BITS = 32
_LINE = b"Max file locks"
_ROOM = 4096


class Marks:
    """The marks of one lifeinit."""

    def __init__(self) -> None:
        """Import here, before the app lives, what a fork needs later."""
        try:
            import resource  # noqa: PLC0415  # 0.3 ms and 36 kB that a plain init need not have
        except ImportError:
            self._resource = None  # Python was built without it
        else:
            self._resource = resource
            self._limits = resource.getrlimit(_RLIMIT_LOCKS)
        self._token = _BASE | int.from_bytes(os.urandom(3), "big") << _SERIAL_BITS

    def put_on(self, serial: int) -> None:
        """Mark this process, so that the child that is forked next has the mark."""
        self._set(self.of(serial))

    def of(self, serial: int) -> int:
        """The mark of a child."""
        return self._token + serial % (1 << _SERIAL_BITS)

    def take_off(self) -> None:
        """Have the limit again that lifeinit was started with: su(1) and sudo(8) take their limits from PID 1."""
        if self._resource is not None:
            self._set(self._limits[0])

    def _set(self, soft: int) -> None:
        if self._resource is None:
            return
        try:
            self._resource.setrlimit(_RLIMIT_LOCKS, (soft, self._limits[1]))
        except (OSError, ValueError):
            pass  # the hard limit is below every mark, or a seccomp profile forbids it: nothing is marked

    def serial_of(self, pid: int) -> int | None:
        """The serial number in a process's mark; None where it has none of ours."""
        try:
            fd = os.open(f"/proc/{pid}/limits", os.O_RDONLY)
        except OSError:
            return None
        try:
            text = os.read(fd, _ROOM)
        except OSError:
            return None
        finally:
            os.close(fd)
        soft = text.partition(_LINE)[2].split(None, 1)[:1]
        if not soft or not soft[0].isdigit():
            return None  # unlimited, or a kernel that does not show it
        token, serial = divmod(int(soft[0]), 1 << _SERIAL_BITS)
        return serial if token << _SERIAL_BITS == self._token else None
