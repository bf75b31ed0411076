"""The ready file, which exists while the app is ready. A child writes and removes it, for a file system may stall."""

import os
import time

from lifeinit.engine import log, syscalls
from lifeinit.engine.printable import quote
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_CHLD = number_of("CHLD") or 0
_START_LIMIT = 1.0  # seconds that the file of an earlier run may hold up the start
_END_LIMIT = 0.05  # the exit: no more than the budget keeps for it


class ReadyFile:
    """At most one child at a time, so that the last change wins. One that is stuck holds up nobody but its successor.

    The directory is opened before the app runs, which could else put a link in its place.
    """

    def __init__(self, path: bytes) -> None:
        self._path = path
        self._directory: int | None = None
        self._why_not = "its directory did not exist when the app started"
        self._child: int | None = None
        self._written = self._wanted = False
        self._app_has_lived = False

    def app_starts(self) -> None:
        """The last look for the directory: in a later life a link of the app's could stand in its place."""
        if not self._app_has_lived:
            self._open_directory()
        self._app_has_lived = True

    def _open_directory(self) -> None:
        """Until the directory exists there is nothing to write to or to remove."""
        if self._directory is None:
            from lifeinit.engine.safe_directory import open_directory  # noqa: PLC0415  # not for a plain init

            try:
                self._directory = open_directory(os.path.dirname(self._path))
            except FileNotFoundError:
                pass  # a hook may yet make it; the log tells if it is still missing when the app is ready
            except OSError as error:
                self._why_not = str(error.strerror)

    def remove_old(self) -> None:
        """Remove what an earlier run left, before anything is started."""
        self._open_directory()
        self._start(False)
        self._wait(_START_LIMIT)

    def set(self, ready: bool) -> None:
        """Have the file written or removed, after what was asked before. Returns at once."""
        self._wanted = ready
        if self._child is None and self._written != ready:
            self._start(ready)

    def child_ended(self, pid: int) -> bool:
        """Whether the process that was reaped is the child. The next one starts if there is something left to do."""
        if pid != self._child:
            return False
        self._child = None
        self.set(self._wanted)
        return True

    def close(self) -> None:
        """The run is over: the file has to go. PID 1's exit would end the child before its work is done."""
        self.set(False)
        self._wait(_END_LIMIT)

    def children(self) -> tuple[int, ...]:
        """The pids that `child_ended` wants to hear of."""
        return () if self._child is None else (self._child,)

    def descriptors(self) -> tuple[int, ...]:
        """The descriptor that stays open while the app runs."""
        return () if self._directory is None else (self._directory,)

    def _start(self, ready: bool) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            log.say(f"cannot {self._task(ready)}: fork failed: {error.strerror}")
            return
        if pid == 0:
            self._run_child(ready)
        self._child, self._written = pid, ready

    def _wait(self, limit: float) -> None:
        """Only where nothing else can happen: at the start and at the end."""
        deadline = time.monotonic() + limit
        while self._child is not None:
            try:
                reaped, _ = os.waitpid(self._child, os.WNOHANG)
            except ChildProcessError:
                reaped = self._child  # somebody else has reaped it
            if reaped:
                self.child_ended(reaped)
            elif syscalls.wait(deadline, {_CHLD}) is None:
                break  # it is stuck
        os.kill(os.getpid(), _CHLD)  # the one that was taken may have stood for other children too

    def _run_child(self, ready: bool) -> "NoReturn":
        """In the child, as lifeinit's own user and with its environment. Whatever happens, it ends here."""
        try:
            self._change(ready)
        except OSError as error:
            log.say(f"cannot {self._task(ready)}: {error.strerror}")
        finally:
            os._exit(0)

    def _task(self, ready: bool) -> str:
        return f"{'write' if ready else 'remove'} the ready file {quote(self._path)}"

    def _change(self, ready: bool) -> None:
        """Raises OSError. The file is a new one: no link that somebody has planted there is followed."""
        name = os.path.basename(self._path)
        if self._directory is None:
            if ready:
                raise FileNotFoundError(syscalls.NO_ENTRY, self._why_not)
            return
        if not ready:
            _unlink(name, self._directory)
            return
        temporary = b".%s.new" % name
        _unlink(temporary, self._directory)  # a killed lifeinit left it, or somebody planted it
        try:
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=self._directory)
            os.write(fd, b"ready\n")
            os.rename(temporary, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        except OSError:
            _unlink(temporary, self._directory)
            raise


def _unlink(name: bytes, directory: int) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except FileNotFoundError:
        pass  # it does not exist, as it should be
