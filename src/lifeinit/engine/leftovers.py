"""What is left when the app is gone: it is terminated before the post_stop hooks, and before lifeinit exits.

Where another life may follow, that is what descends from this life's hooks, probes and app. Before the last exit it is
everything that PID 1 sees, as the kernel would end it too; for a subreaper everything that descends from its children.
"""

import os
import time

from lifeinit.engine import events as ev
from lifeinit.engine import rounds, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.roots import Roots
    from lifeinit.engine.state_machine import Machine


class Leftovers:
    """Signals them, and says when none is left."""

    def __init__(self, machine: "Machine", roots: "Roots") -> None:
        self._machine, self._roots = machine, roots
        self._wait = rounds.Wait()
        self._exits = False

    @property
    def _spares_others(self) -> bool:
        """Whether another life may follow."""
        return self._machine.may_restart and not self._exits

    @property
    def due(self) -> float | None:
        """When `gone` is to be asked although no child has died. Monotonic clock"""
        return self._wait.due

    def signal(self, signo: int, until: float | None = None) -> None:
        """Send a signal to all of them, until then (monotonic clock); who is stopped is woken for it."""
        try:
            if self._spares_others:
                rounds.signal_each(self._roots.leftovers, signo, until)
            elif os.getpid() == 1 and not self._roots.spared:
                rounds.signal_namespace(self._roots.everything, signo)
            else:
                rounds.signal_each(self._roots.everything, signo, until)
        except OSError:
            pass  # without /proc nobody but the kernel knows whose processes these are

    def signal_everything(self, signo: int, until: float | None = None) -> None:
        """The same before lifeinit exits, whatever the state machine thinks of it."""
        self._exits = True
        self.signal(signo, until)

    def gone(self) -> "ev.NothingLeft | None":
        """The event that none is left. Where lifeinit has children, /proc says whose they are."""
        self._wait.due = None
        if not syscalls.has_children():
            return ev.nothing_left()
        # Of a last life each child is a leftover, unless it was there at the start.
        has_others = self._roots.spared or (os.getpid() != 1 and self._roots.has_strangers)
        each_counts = not self._spares_others and not has_others
        try:
            is_over = self._wait.is_over(self._roots.leftovers if self._spares_others else self._roots.everything)
        except OSError:
            is_over = True  # without /proc nobody knows, so nobody waits
        return ev.nothing_left() if is_over and not each_counts else None

    def wait(self, limit: float) -> None:
        """Reap until none is left, so many seconds at most, without the state machine."""
        deadline = time.monotonic() + limit
        _, more = syscalls.reap(wanted=())  # a SIGCHLD may have been read already
        while self.gone() is None:
            until = deadline if self.due is None else min(deadline, self.due)
            syscalls.wait(0.0 if more else until)
            if time.monotonic() >= deadline:
                return
            _, more = syscalls.reap(wanted=())
