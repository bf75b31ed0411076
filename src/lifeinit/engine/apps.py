"""One process of the app, once it runs: who is its main process, and how a signal reaches it."""

import os

from lifeinit.engine import below, kernel


class RunningApp:
    """The main process is the one that was started, until it says that another one is. sd_notify(3), MAINPID=

    Only a child's end can be waited for. So the one that was started stays the one whose end counts for as long as it
    lives; when it dies before the other, which is then handed to us, the other takes its place.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status_text = ""
        self._group = pid
        self._other: tuple[int, int] | None = None  # pid, and a descriptor that no reuse of the pid deceives

    def signal(self, signo: int, group: bool) -> bool:
        """Whether we may: not where it has another user and we lack CAP_KILL."""
        other = False if self._other is None else kernel.signal_descriptor(self._other[1], signo)
        if group:
            return kernel.signal_group(self._group, signo) or other
        return other or kernel.signal_process(self.pid, signo)

    def main_is(self, pid: int) -> bool:
        """Take another process as the main one. False if it does not live below us."""
        self._let_go()
        if pid == self.pid:
            return True
        try:
            descriptor = os.pidfd_open(pid)
        except (OSError, OverflowError):
            return False
        if not below.lives_below(pid):
            os.close(descriptor)
            return False
        self._other = (pid, descriptor)
        return True

    def survives(self) -> bool:
        """The process is dead: whether another one, of which it has spoken, goes on as the app."""
        if self._other is None:
            return False
        pid = self._other[0]
        self._let_go()
        if not kernel.is_living_child(pid):
            return False
        self.pid = pid
        return True

    def _let_go(self) -> None:
        if self._other is not None:
            os.close(self._other[1])
            self._other = None
