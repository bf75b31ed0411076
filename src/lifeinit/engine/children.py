"""The children of lifeinit by role: processes of the app, their probes, the hook. Starts, signals and reaps them."""

import os
import time

from lifeinit.engine import descriptors, exit_status, log, rounds, syscalls
from lifeinit.engine import events as ev
from lifeinit.engine.app import RunningApp
from lifeinit.engine.become import Child
from lifeinit.engine.printable import quote
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.spawn import SpawnError, spawn
from lifeinit.engine.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifeinit.engine.descendants import Descendants
    from lifeinit.engine.plain_services import PlainServices
    from lifeinit.engine.plan import Plan, Process, Program
    from lifeinit.engine.state_machine import Machine

_TERM, _KILL, _CONT = (number_of(name) or 0 for name in ("TERM", "KILL", "CONT"))


class RunningHook:
    """A hook's process. The hook is over when it is reaped; once terminated, when its whole tree is gone."""

    def __init__(self, pid: int, tree: int) -> None:
        self.pid, self.tree = pid, tree
        self.ending: ev.Ending | None = None
        self.terminated = False


class Children:
    """Knows which pid has which role. `hook_pid` and `app_pids` are of those that ran last, for the log."""

    def __init__(self, plan: "Plan", machine: "Machine", services: "PlainServices", descendants: "Descendants") -> None:
        self._plan, self._machine, self._services, self._descendants = plan, machine, services, descendants
        self.terminal = Terminal(keeps_keys=not plan.plain)
        self._wait = rounds.Wait()  # for the end of a terminated hook
        self.apps: dict[int, RunningApp] = {}
        self.app_pids: dict[int, int] = {}
        self.app_began = self.hook_began = time.monotonic()
        self.hook_pid = 0
        self._probes: dict[int, tuple[int, int]] = {}  # pid and tree
        self._terminated_probes: dict[int, tuple[int, float]] = {}  # pid -> tree, and the time of its SIGKILL
        self._hook: RunningHook | None = None

    # Starting.

    def start_app(self, process: int, until: float | None) -> ev.Event:
        """Start a process of the app, which gets all that lifeinit was started with."""
        plan = self._plan.processes[process]
        stale_file = None if plan.ready is None else plan.ready.file
        try:
            variables = self._services.before_start(process)
            self._services.update(self._machine, self.apps)  # an app that asks at once finds itself in the state
            child = Child(
                plan.program,
                self._plan.inherited,
                self._services.exported,
                variables,
                is_app=True,
                takes_terminal=self.terminal.goes_to_app,
                stale_file=stale_file,
            )
            pid, tree = self._spawn(child, until)
        except SpawnError as error:
            return ev.StartFailed(process, error.status, f"cannot run {_the(plan)}: {error}")
        except OSError as error:
            sentence = f"cannot run {_the(plan)}: no socket for it: {error.strerror}"
            return ev.StartFailed(process, exit_status.NOT_EXECUTABLE, sentence)
        self.app_began = time.monotonic()
        self.apps[process] = RunningApp(pid, lambda other: self._descendants.belongs_to(other, tree))
        self.app_pids[process] = pid
        self.terminal.app_started()
        if process == len(self._plan.processes) - 1 and all(p.restart.when == "no" for p in self._plan.processes):
            self._release_inherited()
        return ev.Started(process)

    def _release_inherited(self) -> None:
        """Descriptors and directory are the app's alone, once no other one can come after it."""
        if not self._plan.is_program:
            descriptors.close_inherited(keep=(*log.descriptors(), *self._services.descriptors()))
        descriptors.let_go_of_stdin()
        syscalls.leave_directory(self._plan.inherited.directory)

    def start_probe(self, process: int, until: float | None) -> ev.Event | None:
        """Start the ready probe of a process, with the process's own identity."""
        ready = self._plan.processes[process].ready
        if ready is None or ready.program is None:
            return None
        variables = self._services.before_probe()
        child = Child(ready.program, self._plan.inherited, self._services.exported, variables, is_app=False)
        try:
            self._probes[process] = self._spawn(child, until)
        except SpawnError as error:
            return ev.ProbeFailed(process, error.status, f"its probe cannot run: {error}")
        return None

    def start_hook(self, program: "Program", until: float | None) -> ev.Event | None:
        """Start a hook that will be terminated at `until` (monotonic clock) at the latest."""
        self.hook_pid, self.hook_began = 0, time.monotonic()
        remaining = None if until is None else max(0.0, until - self.hook_began)
        app_pid = next((app.pid for app in self.apps.values()), None)
        try:
            variables = self._services.before_hook(self._machine, program, app_pid, remaining)
            self._services.update(self._machine, self.apps)
            child = Child(program, self._plan.inherited, self._services.trusted, variables, is_app=False)
            self.hook_pid, tree = self._spawn(child, until)
        except SpawnError as error:
            self._services.after_hook(None)
            return ev.HookFailed(error.status, f"cannot run {quote(program.argv[0])}: {error}")
        except Exception as error:  # noqa: BLE001  # as a hook that failed: nobody waits for one that does not run
            log.report(error)
            self._services.after_hook(None)
            return ev.HookFailed(exit_status.SOFTWARE, f"cannot run {quote(program.argv[0])}: lifeinit itself failed")
        self._hook = RunningHook(self.hook_pid, tree)
        return None

    def pause_begins(self) -> None:
        """A hook that only sleeps begins: it has no process."""
        self.hook_pid, self.hook_began = 0, time.monotonic()

    def _spawn(self, child: Child, until: float | None) -> tuple[int, int]:
        """The pid and the tree of a new child. Raises SpawnError.

        For a plain PID 1 without a guard: nobody lives who could stop the child, and nothing else is to be done.
        """
        tree, pid = self._descendants.expect(), 0
        guarded = not self._plan.plain or os.getpid() != 1
        try:
            pid = spawn(child, self._machine.stop_signals if guarded else None, until)
        finally:
            self._descendants.started(tree, pid, child.program.identity.session)
        return pid, tree

    # Signals.

    def signal_app(self, process: int, signo: int, group: bool) -> None:
        """Send a signal to a process of the app, or to its group."""
        app = self.apps.get(process)
        if app is not None and not app.signal(signo, group):
            name, signal = self._plan.processes[process].name, name_of(signo)
            log.say(f"may not send SIG{signal} to the {name}: it has another user; CAP_KILL is missing")

    def wake_app(self, process: int) -> None:
        """Wake a process of the app if it is stopped, with its group if that is what its signals go to."""
        if process in self.apps:
            self.apps[process].wake(self._plan.processes[process].group)

    def signal_hook(self, signo: int) -> None:
        """Send a signal to the hook and to everything that descends from it; a stopped process is woken for it."""
        hook = self._hook
        if hook is not None:
            hook.terminated = True
            self._signal_tree(hook.pid, hook.tree, signo)

    def terminate_probe(self, process: int) -> None:
        """Terminate the ready probe of a process, if it runs: SIGTERM, and SIGKILL to what is left after kill_after."""
        if process not in self._probes:
            return
        pid, tree = self._probes.pop(process)
        self._terminated_probes[pid] = (tree, time.monotonic() + self._plan.kill_after)
        self._signal_tree(pid, tree, _TERM)

    def _signal_tree(self, pid: int, tree: int, signo: int) -> None:
        """Send a signal to a child and everything that descends from it; without /proc to its process group."""
        try:
            rounds.signal_each(lambda: self._descendants.members(tree), signo)
        except OSError:
            syscalls.signal_group(pid, signo)
            if signo != _KILL:
                syscalls.signal_group(pid, _CONT)

    def _is_gone(self, hook: RunningHook) -> bool:
        """Whether nothing is left of a hook that was terminated."""
        try:
            return self._wait.is_over(lambda: self._descendants.members(hook.tree))
        except OSError:
            return not syscalls.group_exists(hook.pid)  # no /proc

    def forget_app(self, process: int) -> None:
        """Go on without a process that SIGKILL did not end."""
        self.apps.pop(process, None)

    def forget_hook(self) -> None:
        """Go on without a hook that SIGKILL did not end."""
        self._hook = None
        self._services.after_hook(None)

    # Their ends.

    def reap(self) -> "Iterator[ev.Event]":
        """What comes of every child that is dead. A role is given up before its event is handed out."""
        dead = list(self._reaped())
        # Of deaths that came together the failures count first: which of them was the first nobody can tell.
        for pid, ending in sorted(dead, key=lambda death: death[1].status == 0):
            event = self._ended(pid, ending)
            if event is not None:
                yield event

    def reap_leftovers(self) -> None:
        """Reap the dead of a life whose app and hooks are gone."""
        for pid, ending in self._reaped():
            self._ended(pid, ending)

    def _reaped(self) -> "Iterator[tuple[int, ev.Ending]]":
        """Reap every child that is dead. One of the app that was stopped is the terminal's matter."""
        while (reaped := syscalls.reap(self._of_interest())) is not None:
            pid, news = reaped
            if isinstance(news, ev.Ending):
                self._descendants.reaped(pid)
                yield pid, news
            elif 0 in self.apps and pid == self.apps[0].pid:
                self.terminal.app_stopped(pid, news)

    def _of_interest(self) -> tuple[int, ...] | None:
        """The pids whose end means something; None where the end of each child is logged."""
        if self._plan.tell_orphans:
            return None
        return (*self.roles(), *self._descendants.roots, *self._services.children())

    def roles(self) -> set[int]:
        """The pids that have a role."""
        hook = () if self._hook is None else (self._hook.pid,)
        return {*(app.pid for app in self.apps.values()), *(pid for pid, _ in self._probes.values()), *hook}

    def _ended(self, pid: int, ending: ev.Ending) -> ev.Event | None:
        """A child was reaped."""
        for process, app in self.apps.items():
            if app.pid == pid:
                return self._app_ended(process, ending)
        for process, (probe, _) in self._probes.items():
            if probe == pid:
                return self._probe_ended(process, ending)
        if self._hook is not None and pid == self._hook.pid:
            self._hook.ending = ending
        elif not self._services.child_ended(pid) and pid not in self._terminated_probes and self._plan.tell_orphans:
            died = f"died of SIG{name_of(ending.signo)}" if ending.signo else f"exited {ending.code}"
            facts = {"pid": pid, "code": ending.status}
            log.say(f"reaped the orphan {pid}, which {died}", "orphan_reaped", "info", facts)
        return None

    def _app_ended(self, process: int, ending: ev.Ending) -> ev.Event | None:
        """A process of the app was reaped, unless another one has taken its place. sd_notify(3), MAINPID="""
        if self.apps[process].survives():
            log.say(f"{self._plan.processes[process].name} goes on as pid {self.apps[process].pid}", level="info")
            return None
        del self.apps[process]
        if process == 0:
            self.terminal.app_exited()
        return ev.AppExited(process, ending, self._services.after_exit(process))

    def _probe_ended(self, process: int, ending: ev.Ending) -> ev.Event:
        """A ready probe is over by itself."""
        del self._probes[process]
        if ending == ev.Ending():
            return ev.BecameReady(process)
        what = f"its probe was killed by SIG{name_of(ending.signo)}" if ending.signo else "its probe failed"
        return ev.ProbeFailed(process, ending.status, what)

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
        for pid, (tree, at) in list(self._terminated_probes.items()):
            if at <= time.monotonic():
                del self._terminated_probes[pid]
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
        return failure or ev.HookExited(hook.ending, oom_killed)


def _the(process: "Process") -> str:
    """`the app "gunicorn"`: the process by its role and its program."""
    return f"the {process.name} {quote(process.program.argv[0])}"
