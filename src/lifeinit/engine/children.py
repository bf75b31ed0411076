"""The children of lifeinit: starts, signals and reaps the processes of the app. Those of hooks are in hook_children."""

import os
import time

from lifeinit.engine import descriptors, exit_status, log, proc_stat, syscalls
from lifeinit.engine import events as ev
from lifeinit.engine.app import RunningApp
from lifeinit.engine.plan import PHASES
from lifeinit.engine.printable import quote
from lifeinit.engine.signals import name_of
from lifeinit.engine.spawn import Child, SpawnError, spawn
from lifeinit.engine.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifeinit.engine.hook_events import HookAction
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plain_services import PlainServices
    from lifeinit.engine.plan import Plan, Process
    from lifeinit.engine.roots import Roots
    from lifeinit.engine.state_machine import Machine


class Children:
    """Those of a plain init, and the base of those of an init with hooks and probes.

    Knows which pid has which role. `hook_pid` and `app_pids` are of those that ran last, for the log.
    """

    def __init__(self, plan: "Plan", machine: "Machine", services: "PlainServices", roots: "Roots") -> None:
        self._plan, self._machine, self._services, self.roots = plan, machine, services, roots
        self.terminal = Terminal(keeps_keys=not plan.plain)
        self.apps: dict[int, RunningApp] = {}
        self.app_pids: dict[int, int] = {}
        self.app_began = self.hook_began = time.monotonic()
        self.hook_pid = 0
        self.has_unreaped = False  # whether children may be dead of whom no signal will tell

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
            return ev.start_failed(process, error.status, f"cannot run {_the(plan)}: {error}")
        except OSError as error:
            sentence = f"cannot run {_the(plan)}: no socket for it: {error.strerror}"
            return ev.start_failed(process, exit_status.NOT_EXECUTABLE, sentence)
        self.app_began = time.monotonic()
        self.apps[process] = RunningApp(
            pid, lambda other, lookup: self.roots.speaks_for(other, tree, self.apps[process].pid, lookup)
        )
        self.app_pids[process] = pid
        self.terminal.app_started()
        if len(self.apps) == len(self._plan.processes) and not any(p.may_restart for p in self._plan.processes):
            self._release_inherited()
        return ev.started(process)

    def _release_inherited(self) -> None:
        """Descriptors and directory are the app's alone, once no other one can come after it."""
        descriptors.close_inherited(keep=(*log.descriptors(), *self._services.descriptors(), *self._descriptors()))
        descriptors.let_go_of_stdin()
        has_hooks = any(map(self._plan.hooks, PHASES[1:]))
        syscalls.leave_directory(self._plan.inherited.directory, has_hooks)

    def _descriptors(self) -> tuple[int, ...]:
        """Those that stay open while the app runs."""
        return ()

    def _spawn(self, child: Child, until: float | None) -> tuple[int, int]:
        """The pid and the tree of a new child. Raises SpawnError.

        For a plain PID 1 without a guard: nobody lives who could stop the child, and nothing else is to be done.
        """
        tree, pid = self.roots.expect(), 0
        guarded = not self._plan.plain or os.getpid() != 1
        try:
            asks = self._machine.stop_signals if guarded else None
            pid = spawn(child, asks, until, os.getpid() == 1 and not self._may_be_signalled())
        finally:
            self.roots.started(tree, pid, child.program.identity.session)
        return pid, tree

    def _may_be_signalled(self) -> bool:
        """Whether anything lives that could stop a child of lifeinit's own user, before its exec even. kill(2)

        An app of another user cannot, but what a hook, or who was there before lifeinit, left behind, and who enters
        the container, as with `docker exec`. A plain init waits for its app in any case.
        """
        if self._plan.plain and not self.apps:
            return False
        able = {0, os.getuid()}
        users = (self._plan.processes[process].program.identity.user for process in self.apps)
        if any(user is None or user.uid in able for user in users) or (not self.apps and syscalls.has_children()):
            return True
        return proc_stat.any_of(able)

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

    def forget_app(self, process: int) -> None:
        """Go on without a process that SIGKILL did not end."""
        self.apps.pop(process, None)

    # Their ends.

    def reap(self) -> list[ev.Event]:
        """What comes of the children that are dead. Their roles are given up: a pid may be another process's by now."""
        dead = self._reaped()
        # Of deaths that came together the failures count first: which of them was the first nobody can tell.
        dead.sort(key=lambda death: death[1].status == 0)
        events = (self._ended(pid, ending) for pid, ending in dead)
        return [event for event in events if event is not None]

    def reap_leftovers(self) -> None:
        """Reap the dead of a life whose app and hooks are gone."""
        for pid, ending in self._reaped():
            self._ended(pid, ending)

    def _reaped(self) -> "list[tuple[int, ev.Ending]]":
        """Reap the children that are dead, and see to one that was stopped."""
        dead: list[tuple[int, ev.Ending]] = []
        news, self.has_unreaped = syscalls.reap(self._of_interest())
        for pid, what in news:
            if isinstance(what, ev.Ending):
                self.roots.reaped(pid)
                dead.append((pid, what))
            else:
                self._stopped(pid, what)
        return dead

    def _stopped(self, pid: int, signo: int) -> None:
        """A child was stopped by this signal."""
        if 0 in self.apps and pid == self.apps[0].pid:
            self.terminal.app_stopped(pid, signo)

    def _of_interest(self) -> tuple[int, ...] | None:
        """The pids whose end means something; None where the end of each child is logged."""
        if self._plan.tell_orphans:
            return None
        return (*self.roles(), *self.roots.pids, *self._services.children())

    def roles(self) -> set[int]:
        """The pids that have a role."""
        return {app.pid for app in self.apps.values()}

    def _ended(self, pid: int, ending: ev.Ending) -> ev.Event | None:
        """A child was reaped."""
        for process, app in self.apps.items():
            if app.pid == pid:
                return self._app_ended(process, ending)
        if self._plan.tell_orphans:
            died = f"died of SIG{name_of(ending.signo)}" if ending.signo else f"exited {ending.code}"
            facts = {"pid": pid, "code": ending.status}
            log.say(f"reaped the orphan {pid}, which {died}", "orphan_reaped", "info", facts)
        return None

    def _app_ended(self, process: int, ending: ev.Ending) -> ev.Event | None:
        """A process of the app was reaped, unless another one has taken its place. sd_notify(3), MAINPID="""
        if self.apps[process].survives(self.roles()):
            log.say(f"{self._plan.processes[process].name} continues as pid {self.apps[process].pid}", level="info")
            return None
        del self.apps[process]
        if process == 0:
            self.terminal.app_exited()
        return ev.app_exited(process, ending, self._services.after_exit(process))

    # Hooks and probes: a plain init has none. What each of these does is said in hook_children.

    @property
    def due(self) -> float | None:
        """When `settle` is to be called although no child dies. Monotonic clock"""
        return None

    def settle(self) -> "Iterable[ev.Event]":
        """See what is over that nobody tells us of."""
        return ()

    def heard(self) -> "Iterable[ev.Event]":
        """What comes of a socket that is ready."""
        return ()

    def close(self) -> None:
        """The run is over: nothing is called any more."""

    def pause_begins(self) -> None:
        """A hook that only sleeps begins."""

    def perform(self, action: "HookAction", until: float | None) -> ev.Event | None:
        """Act on a hook or a probe."""

    def began(self, notice: "Notice") -> float:
        """When what the notice is about began. Monotonic clock"""
        return self.app_began


def _the(process: "Process") -> str:
    """`the app "gunicorn"`: the process by its role and its program."""
    return f"the {process.name} {quote(process.program.argv[0])}"
