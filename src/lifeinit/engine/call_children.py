"""The children of an init with Python functions: the zygote forks them, and the kernel hands them to lifeinit."""

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status, log
from lifeinit.engine import hook_events as h
from lifeinit.engine.calls import Call, Zygote
from lifeinit.engine.hook_children import HookChildren, RunningHook
from lifeinit.engine.signals import number_of
from lifeinit.engine.spawn import Child, SpawnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifeinit.engine.plain_services import PlainServices
    from lifeinit.engine.plan import Plan, Program
    from lifeinit.engine.state_machine import Machine

_KILL = number_of("KILL") or 0
_MOST_STOPS = 20  # of the zygote, during one call


class PendingCall:
    """The call of a hook whose process is not known yet."""

    def __init__(self, call: Call, child: Child, tree: int) -> None:
        self.call, self.child, self.tree = call, child, tree
        self.stops = 0

    @property
    def program(self) -> "Program":
        return self.child.program


class CallChildren(HookChildren):
    """Knows the zygote, and the call of a hook while it is not answered."""

    def __init__(
        self,
        plan: "Plan",
        machine: "Machine",
        services: "PlainServices",
        adopts_orphans: bool,
        zygote: tuple[int, int],
    ) -> None:
        super().__init__(plan, machine, services, adopts_orphans)
        self._zygote = Zygote(*zygote)
        self._descendants.spare(self._zygote.pid)
        self._pending: PendingCall | None = None
        self._answered: Call | None = None  # the hook's, while it runs
        self._is_lost = False  # the zygote is dead, and the machine does not know it yet

    def _descriptors(self) -> tuple[int, ...]:
        return (self._zygote.descriptor,)

    # Starting.

    def _spawn(self, child: Child, until: float | None) -> tuple[int, int]:
        """The same for a process of the app that is a function."""
        if child.program.call is None:
            return super()._spawn(child, until)
        tree, mark = self._descendants.expect_call()
        call = self._zygote.call(child, mark, until)
        try:
            pid = self._zygote.wait(call, self._machine.stop_signals)
            self._register(tree, pid, child)
            call.open()
        finally:
            call.close()
        return pid, tree

    def _spawn_hook(self, child: Child, until: float | None) -> RunningHook:
        """For a function its process is not known before the call is answered. Raises SpawnError."""
        if child.program.call is None:
            return super()._spawn_hook(child, until)
        tree, mark = self._descendants.expect_call()
        self._pending = PendingCall(self._zygote.call(child, mark, until), child, tree)
        return RunningHook(0, tree)

    def _register(self, tree: int, pid: int, child: Child) -> None:
        self._descendants.started(tree, pid, child.program.identity.session)

    # The answer.

    def heard(self) -> "Iterator[ev.Event]":
        """See whether the call of a hook is answered."""
        pending = self._pending
        if pending is None:
            return
        try:
            pid = pending.call.answer()
        except SpawnError as error:
            yield self._call_over(pending, error)
            return
        if pid and self._hook is not None:
            self._register(pending.tree, pid, pending.child)
            self._hook.pid = self.hook_pid = pid
            pending.call.open()
            self._pending, self._answered = None, pending.call
            self._services.update(self._machine, self.apps)

    def _call_over(self, pending: PendingCall, error: SpawnError) -> "h.HookFailed":
        """The call came to nothing. Whoever comes to its gate later exits."""
        pending.call.close()
        self._pending = self._hook = None
        return self._not_started(pending.program, error)

    def perform(self, action: "h.HookAction", until: float | None) -> ev.Event | None:
        """The same for a hook that has no process yet: to terminate it is to take the call back."""
        if action[0] == "signal_hook" and self._pending is not None:
            why = SpawnError(exit_status.of_signal(action[1]), "it was not started in time")
            return self._call_over(self._pending, why)
        return super().perform(action, until)

    def reap(self) -> list[ev.Event]:
        """Before that see to an answer: whoever has given it may be among the dead."""
        return [*self.heard(), *super().reap()]

    def _stopped(self, pid: int, signo: int) -> None:
        """The zygote is woken as long as it has a call to answer, unless somebody stops it again and again."""
        pending = self._pending
        if pid == self._zygote.pid and pending is not None and pending.stops < _MOST_STOPS:
            pending.stops += 1
            self._zygote.wake()
        super()._stopped(pid, signo)

    def _ended(self, pid: int, ending: ev.Ending) -> ev.Event | None:
        if pid == self._zygote.pid:
            log.say(f"{self._zygote.ended(ending)}: no function can be called any more", "zygote_ended", "error")
            self._is_lost = True
            return None
        return super()._ended(pid, ending)

    def _hook_over(self) -> ev.Event | None:
        """The same; of a function that SIGTERM did not end it is said where it was."""
        hook = self._hook
        event = super()._hook_over()
        if self._hook is None:
            if hook is not None and hook.terminated and hook.ending == ev.Ending(signo=_KILL):
                self._tell_where()
            self._forget_call()
        return event

    def _forget_hook(self) -> None:
        self._tell_where()
        self._forget_call()
        super()._forget_hook()

    def _tell_where(self) -> None:
        lines = [] if self._answered is None else self._answered.traceback()
        if lines:
            label = self._machine.hook_run.label
            log.say(
                f"{label} did not end after SIGTERM, which it received here (most recent call first):", "hook_hangs"
            )
        for line in lines:
            log.refuse(line)

    def _forget_call(self) -> None:
        if self._answered is not None:
            self._answered.close()
            self._answered = None

    # Time.

    @property
    def due(self) -> float | None:
        """The same with the time that an answer may take."""
        if self._is_lost:
            return 0.0
        due = super().due
        if self._pending is None:
            return due
        return self._pending.call.until if due is None else min(due, self._pending.call.until)

    def settle(self) -> "Iterator[ev.Event]":
        """The same; a call that is not answered in time has failed."""
        if self._is_lost:
            self._is_lost = False
            yield h.program_lost()
        yield from self.heard()
        pending = self._pending
        if pending is not None and pending.call.is_late:
            yield self._call_over(pending, self._zygote.no_answer())
        yield from super().settle()

    def close(self) -> None:
        """The run is over: the zygote is ended with everything else that is left."""
        self._descendants.give_up()
