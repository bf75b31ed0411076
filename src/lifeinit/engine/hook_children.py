"""The children of an init with hooks: adds the hook and the probes to the processes of the app."""

import os
import time

from lifeinit.engine import c_library, exit_status, log, rounds, syscalls  # noqa: F401  # c_library: for a later child
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.children import Children
from lifeinit.engine.descendants import Descendants
from lifeinit.engine.printable import escaped, quote
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.spawn import Child, SpawnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plain_services import PlainServices
    from lifeinit.engine.plan import Plan, Process, Program
    from lifeinit.engine.state_machine import Machine

_TERM, _KILL, _CONT = (number_of(name) or 0 for name in ("TERM", "KILL", "CONT"))

LONGEST_REASON: "Final" = 200  # bytes that a probe may say of an unhealthy process
UNHEALTHY: "Final" = 1  # the exit status of a probe that has said them


class RunningHook:
    """A hook's process. The hook is over when it is reaped; once terminated, when its whole tree is gone."""

    def __init__(self, pid: int, tree: int) -> None:
        self.pid, self.tree = pid, tree
        self.ending: ev.Ending | None = None
        self.terminated = False


class RunningProbe:
    """A probe's process. `report` is the end to read from of the pipe for its reason, which a ready probe has not."""

    def __init__(self, kind: "ev.ProbeKind", pid: int, tree: int, report: int | None) -> None:
        self.kind, self.pid, self.tree, self.report = kind, pid, tree, report

    def reason(self) -> str:
        """The reason that it has left, on one line. The probe is dead: this never waits."""
        if self.report is None:
            return ""
        try:
            text = os.read(self.report, LONGEST_REASON)
        except OSError:  # a descendant of it holds the pipe open, and nothing is there
            text = b""
        return escaped(text.decode("utf-8", "replace").strip())

    def close(self) -> None:
        """Its reason is of no interest any more."""
        if self.report is not None:
            os.close(self.report)


class HookChildren(Children):
    """Knows which pid is the hook, and which are probes."""

    def __init__(
        self, plan: "Plan", machine: "Machine", services: "PlainServices", adopts_orphans: bool = True
    ) -> None:
        self._descendants = Descendants(True, adopts_orphans)
        super().__init__(plan, machine, services, self._descendants)
        self._wait = rounds.Wait()  # for the end of a terminated hook
        self._probes: dict[int, RunningProbe] = {}
        # tree -> pid, 0 once it is reaped and may be another process's, and the time of its SIGKILL
        self._terminated_probes: dict[int, tuple[int, float]] = {}
        self._hook: RunningHook | None = None

    def perform(self, action: "h.HookAction", until: float | None) -> ev.Event | None:
        """Act on the hook or a probe."""
        match action:
            case ("run_hook", phase, index, unless):
                hook = self._plan.hooks(phase)[index]
                program = hook.unless if unless else hook.program
                return None if program is None else self._start_hook(program, until)
            case ("signal_hook", signo):
                self._signal_hook(signo)
            case ("forget_hook",):
                self._forget_hook()
            case ("probe", process, kind):
                return self._start_probe(process, kind, until)
            case ("end_probe", process):
                self._terminate_probe(process)
        return None

    def began(self, notice: "Notice") -> float:
        """When what the notice is about began, the hook or the app. Monotonic clock"""
        return self.hook_began if notice[1][0] in {"hook_ended", "hook_retried", "hook_needed"} else self.app_began

    # Starting.

    def _start_probe(self, process: int, kind: "ev.ProbeKind", until: float | None) -> ev.Event | None:
        """Start a probe of a process, with the process's own identity."""
        program = _probe_program(self._plan.processes[process], kind)
        if program is None:
            return None
        try:
            self._probes[process] = self._spawn_probe(program, kind, until)
        except SpawnError as error:
            return h.probe_failed(process, error.status, f"its probe cannot run: {error}")
        except OSError as error:
            return h.probe_failed(process, exit_status.NOT_EXECUTABLE, f"its probe cannot run: {error.strerror}")
        return None

    def _spawn_probe(self, program: "Program", kind: "ev.ProbeKind", until: float | None) -> RunningProbe:
        """Raises SpawnError, and OSError where there is no descriptor left."""
        reader, writer = (None, None) if kind == "ready" else os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        variables = self._services.before_probe()
        child = Child(program, self._plan.inherited, self._services.exported, variables, is_app=False, report=writer)
        try:
            pid, tree = self._spawn(child, until)
        except SpawnError:
            if reader is not None:
                os.close(reader)
            raise
        finally:
            if writer is not None:
                os.close(writer)
        return RunningProbe(kind, pid, tree, reader)

    def _start_hook(self, program: "Program", until: float | None) -> ev.Event | None:
        """Start a hook that will be terminated at `until` (monotonic clock) at the latest."""
        self.hook_pid, self.hook_began = 0, time.monotonic()
        remaining = None if until is None else max(0.0, until - self.hook_began)
        app_pid = next((app.pid for app in self.apps.values()), None)
        try:
            variables = self._services.before_hook(self._machine, program, app_pid, remaining)
            self._services.update(self._machine, self.apps)
            child = Child(program, self._plan.inherited, self._services.trusted, variables, is_app=False)
            self._hook = self._spawn_hook(child, until)
        except SpawnError as error:
            return self._not_started(program, error)
        except Exception as error:  # noqa: BLE001  # as a hook that failed: nobody waits for one that does not run
            log.report(error)
            self._services.after_hook(None)
            return h.hook_failed(exit_status.SOFTWARE, f"cannot run {quote(program.argv[0])}: lifeinit itself failed")
        return None

    def _spawn_hook(self, child: Child, until: float | None) -> RunningHook:
        """Raises SpawnError."""
        self.hook_pid, tree = self._spawn(child, until)
        return RunningHook(self.hook_pid, tree)

    def _not_started(self, program: "Program", error: SpawnError) -> "h.HookFailed":
        """A hook cannot run."""
        self._services.after_hook(None)
        return h.hook_failed(error.status, f"cannot run {quote(program.argv[0])}: {error}")

    def pause_begins(self) -> None:
        """A hook that only sleeps begins: it has no process."""
        self.hook_pid, self.hook_began = 0, time.monotonic()

    # Signals.

    def _signal_hook(self, signo: int) -> None:
        """Send a signal to the hook and to everything that descends from it; a stopped process is woken for it."""
        hook = self._hook
        if hook is not None:
            hook.terminated = True
            self._signal_tree(hook.pid, hook.tree, signo)

    def _terminate_probe(self, process: int) -> None:
        """Terminate the probe of a process, if one runs: SIGTERM, and SIGKILL to what is left after kill_after."""
        if process not in self._probes:
            return
        probe = self._probes.pop(process)
        probe.close()
        self._terminated_probes[probe.tree] = (probe.pid, time.monotonic() + self._plan.kill_after)
        self._signal_tree(probe.pid, probe.tree, _TERM)

    def _signal_tree(self, pid: int, tree: int, signo: int) -> None:
        """Send a signal to a child and everything that descends from it; without /proc to its process group.

        A child that is reaped has pid 0: without /proc nobody knows who has its number now.
        """
        try:
            rounds.signal_each(lambda: self._descendants.members(tree), signo)
        except OSError:
            if not pid:
                return
            syscalls.signal_group(pid, signo)
            if signo != _KILL:
                syscalls.signal_group(pid, _CONT)

    def _is_gone(self, hook: RunningHook) -> bool:
        """Whether nothing is left of a hook that was terminated."""
        try:
            return self._wait.is_over(lambda: self._descendants.members(hook.tree))
        except OSError:
            return not syscalls.group_exists(hook.pid)  # no /proc

    def _forget_hook(self) -> None:
        """Go on without a hook that SIGKILL did not end."""
        self._hook = None
        self._services.after_hook(None)

    # Their ends.

    def roles(self) -> set[int]:
        """The pids that have a role."""
        hook = set() if self._hook is None else {self._hook.pid}
        return {probe.pid for probe in self._probes.values()} | hook | super().roles()

    def _ended(self, pid: int, ending: ev.Ending) -> ev.Event | None:
        """A child was reaped."""
        for process, probe in self._probes.items():
            if probe.pid == pid:
                return self._probe_ended(process, ending)
        if self._hook is not None and pid == self._hook.pid and self._hook.ending is None:
            self._hook.ending = ending
            return None
        if self._services.child_ended(pid) or self._terminated_probe_ended(pid):
            return None
        return super()._ended(pid, ending)

    def _terminated_probe_ended(self, pid: int) -> bool:
        """Whether it was a terminated probe. Its tree is still to get SIGKILL, but its pid may be the next app's."""
        for tree, (probe, at) in self._terminated_probes.items():
            if probe == pid:
                self._terminated_probes[tree] = (0, at)
                return True
        return False

    def _probe_ended(self, process: int, ending: ev.Ending) -> ev.Event:
        """A probe is over by itself. What is no verdict is a failure of the probe."""
        probe = self._probes.pop(process)
        reason = probe.reason()
        probe.close()
        if probe.kind == "ready":
            if ending == ev.Ending():
                return h.became_ready(process)
        else:
            from lifeinit.engine.alive_events import healthy, unhealthy  # noqa: PLC0415  # loaded with the machine

            if probe.kind == "alive" and reason and ending == ev.Ending(code=UNHEALTHY):
                return unhealthy(process, reason)
            if probe.kind == "recovery" and ending == ev.Ending():
                return healthy(process)
        self._signal_tree(probe.pid, probe.tree, _KILL)  # a try of it may live on
        what = f"its probe was killed by SIG{name_of(ending.signo)}" if ending.signo else "its probe failed"
        return h.probe_failed(process, ending.status, what)

    # What has to be gone before life goes on.

    @property
    def due(self) -> float | None:
        """When `settle` is to be called although no child dies. Monotonic clock"""
        if not self._terminated_probes:
            return self._wait.due
        kills = [at for _, at in self._terminated_probes.values()]
        return min((at for at in (self._wait.due, *kills) if at is not None), default=None)

    def settle(self) -> "Iterator[ev.Event]":
        """See whether the hook is over, and send SIGKILL to a terminated probe whose time is over."""
        self._wait.due = None
        for tree, (pid, at) in list(self._terminated_probes.items()):
            if at <= time.monotonic():
                del self._terminated_probes[tree]
                self._signal_tree(pid, tree, _KILL)
        event = self._hook_over()
        if event is not None:
            yield event

    def _hook_over(self) -> ev.Event | None:
        """The end of the hook, once it is reaped and nothing is left that has to be."""
        hook = self._hook
        if hook is None or hook.ending is None:
            return None
        if hook.terminated and not self._is_gone(hook):
            return None
        self._hook = None
        run = self._machine.hook_run
        if run.hook is not None and run.hook.once and not hook.terminated and hook.ending == ev.Ending():
            self._descendants.keep(hook.tree)
        oom_killed = self._services.hook_oom_killed(hook.ending)
        failure = self._services.after_hook(None if hook.terminated else hook.ending)
        return failure or h.hook_exited(hook.ending, oom_killed)


def _probe_program(process: "Process", kind: "ev.ProbeKind") -> "Program | None":
    if kind == "ready":
        return None if process.ready is None else process.ready.program
    if process.alive is None:
        return None
    return process.alive.program if kind == "alive" else process.alive.recovery
