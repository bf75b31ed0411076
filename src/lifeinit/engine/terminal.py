"""Who has the terminal: lifeinit, the app, or the shell that lifeinit was started from.

A key's signal goes to the terminal's foreground process group, and a group in the background is stopped when it reads.
So a plain init hands the terminal to the app's group at the start. With a hook file lifeinit keeps it until the app
wants it: a Ctrl-C is a stop request then, and the pre_stop hooks run for it.
"""

import os

from lifeinit.engine import proc_stat, signals, syscalls

_TSTP, _TTIN, _TTOU, _STOP, _CONT = (signals.number_of(name) or 0 for name in ("TSTP", "TTIN", "TTOU", "STOP", "CONT"))


class Terminal:
    """The terminal on stdin, if there is one and it is ours to give."""

    def __init__(self, keeps_keys: bool) -> None:
        self.goes_to_app = syscalls.owns_terminal() and not keeps_keys
        self._given = False

    def app_started(self) -> None:
        self._given = self.goes_to_app

    def app_stopped(self, app: int, signo: int) -> None:
        """The app's main process was stopped by this signal. tcsetpgrp(3), setpgid(2)"""
        if signo not in {_TSTP, _TTIN, _TTOU}:
            return  # somebody sent it a SIGSTOP, and will send the CONT
        if syscalls.owns_terminal():
            if signo != _TSTP:
                self._hand_over(app)
        elif os.getpid() != 1 and not _is_orphaned():
            # We are a job of a shell, which learns that its job is stopped only if we are. It wakes our group.
            syscalls.signal_group(os.getpgrp(), _STOP)
            self._woken(app)
        elif syscalls.foreground() == app:
            syscalls.signal_group(app, _CONT)  # a key has stopped it, and nobody is there to wake it again

    def app_exited(self) -> None:
        if self._given:
            syscalls.give_terminal(os.getpgrp())

    def _hand_over(self, app: int) -> None:
        syscalls.give_terminal(app)
        self._given = True
        syscalls.signal_group(app, _CONT)

    def _woken(self, app: int) -> None:
        """By `fg`, with the terminal, or by `bg`, without it."""
        if syscalls.owns_terminal():
            self._hand_over(app)
        else:
            self._given = False
            syscalls.signal_group(app, _CONT)


def _is_orphaned() -> bool:
    """Whether no shell of our session looks after our process group: to stop would be for ever. setpgid(2)

    The shell may stand further up: a script that started us is in our own group. By its group alone an init as tini
    looks like a shell, and would never wake us: but a shell that looks after jobs ignores TSTP itself.
    """
    above = os.getppid()
    try:
        while above and os.getpgid(above) == os.getpgrp():
            process = proc_stat.read(above)
            above = 0 if process is None else process.parent
        return above == 0 or os.getsid(above) != os.getsid(0) or not proc_stat.ignores(above, _TSTP)
    except OSError:
        return True  # it is gone
