"""Wake-up to event to action to system call: knows which pid has which role, and when each timer runs down."""

import os
import time

from lifeinit.engine import descendants, descriptors, exit_status, log, syscalls
from lifeinit.engine import events as ev
from lifeinit.engine.app import RunningApp
from lifeinit.engine.budget import CLEANUP_TIME
from lifeinit.engine.plain_services import PlainServices
from lifeinit.engine.plan import Plan, Process, Program
from lifeinit.engine.printable import quote
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.spawn import Child, SpawnError, spawn
from lifeinit.engine.state_machine import OWN_STOP_LIMIT, Machine
from lifeinit.engine.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from signal import struct_siginfo

    from lifeinit.engine.json_text import Json

_MOST_AT_ONCE = 128  # twice as many as there are signals

_CHLD, _CONT, _KILL, _TERM, _PIPE, _XFSZ = (
    number_of(name) or 0 for name in ("CHLD", "CONT", "KILL", "TERM", "PIPE", "XFSZ")
)
_OF_A_WRITE = {_PIPE, _XFSZ}


class RunningHook:
    """A hook's process. It is over when its leader is reaped; once signalled, when its whole group is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ending: ev.Ending | None = None
        self.signalled = False


class Supervisor:
    """Runs one plan. Every signal must be blocked by now."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.machine = Machine(plan)
        self.apps: dict[int, RunningApp] = {}
        self.probes: dict[int, int] = {}
        self.ended_probes: set[int] = set()
        self.hook: RunningHook | None = None
        self.hook_pid, self.hook_began = 0, time.monotonic()
        self.app_began = self.hook_began
        self.deadlines: dict[ev.Timer, float] = {}
        self.exit_status: int | None = None
        self.last_said = ""
        self.last_pids: dict[int, int] = {}
        self.terminal = Terminal(keeps_keys=not plan.plain)
        self.services = _services(plan)

    def run(self) -> int:
        """Live through the plan and return the exit status. Nothing that fails in here ends PID 1 before the app."""
        status = self._stop_requested_already() or self._live_or_fail()
        if os.getpid() != 1:
            self._end_all()  # what a post_stop hook left behind, or the last resort; for PID 1 the kernel does it
        return status

    def _stop_requested_already(self) -> int:
        """With hooks, a stop request that came before all of them: nothing is started. A plain init passes it on."""
        came = None if self.plan.plain else syscalls.wait(0.0, self._asks)
        if came is None:
            return 0
        self._exit(
            exit_status.of_signal(came.si_signo),
            f"stop requested by SIG{name_of(came.si_signo)} before anything was started",
        )
        return exit_status.of_signal(came.si_signo)

    def _live_or_fail(self) -> int:
        try:
            return self._live(ev.Begin())
        except Exception as error:  # noqa: BLE001  # whatever it is, the app has to be stopped
            log.report(error)
        try:
            return self._live(ev.Fault())
        except Exception as error:  # noqa: BLE001  # the machine cannot go on: no hooks any more
            log.report(error)
        return self._last_resort()

    def _live(self, event: ev.Event) -> int:
        self._handle(event)
        while self.exit_status is None:
            self.services.update(self.machine, self.apps)
            if self._read_signals(syscalls.wait(min(self.deadlines.values()) if self.deadlines else None)):
                self._reap()
            self._expire()
        self.services.close()
        return self.exit_status

    def _last_resort(self) -> int:
        """Without machine and timers: stop the app, wait for it as long as any stop may take. `run` ends the rest."""
        self.services.close()
        descendants.signal_all_below(_TERM)
        descendants.signal_all_below(_CONT)
        self._until_childless(OWN_STOP_LIMIT if self.plan.stop_timeout is None else self.plan.stop_timeout)
        return exit_status.SOFTWARE

    def _end_all(self) -> None:
        descendants.signal_all_below(_KILL)
        self._until_childless(CLEANUP_TIME)

    def _until_childless(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        syscalls.reap(wanted=())  # a SIGCHLD may have been read already
        while syscalls.has_children() and syscalls.wait(deadline) is not None:
            syscalls.reap(wanted=())

    def _handle(self, event: ev.Event) -> list[ev.Action]:
        """Let the machine answer, and whatever its actions bring about at once after that. Returns all the actions."""
        events: list[ev.Event] = [event]
        done: list[ev.Action] = []
        for each in events:  # which grows meanwhile
            actions = self.machine.handle(each)
            self.services.readiness(self.machine)
            for action in actions:
                answer = self._perform(action)
                if answer is not None:
                    events.append(answer)
            done += actions
        return done

    def _perform(self, action: ev.Action) -> ev.Event | None:  # a table
        match action:
            case ev.SignalApp():  # first, as the one action whose time an app can feel
                self._signal_app(action)
            case ev.StartApp(process):
                return self._start_app(process)
            case ev.Probe(process):
                return self._probe(process)
            case ev.EndProbe(process):
                if process in self.probes:
                    self._end_probe(self.probes.pop(process))
            case ev.RunHook(phase, index):
                program = self.plan.hooks(phase)[index].program
                return None if program is None else self._run_hook(program)
            case ev.SignalHook(signo):
                if self.hook is not None:
                    self.hook.signalled = True
                    syscalls.signal_group(self.hook.pid, signo)
            case ev.ForgetApp(process):
                self.apps.pop(process, None)
            case ev.ForgetHook():
                self.hook = None
                self.services.after_hook(None)
            case ev.Sweep(signo):
                return self._sweep(signo)
            case ev.Arm(timer, after, at_least):
                self._arm(timer, after, at_least)
            case ev.Disarm(timer):
                self.deadlines.pop(timer, None)
            case ev.Say():
                self._say(action)
            case ev.Exit(status, why):
                self._exit(status, why)
        return None

    # Signals.

    def _read_signals(self, came: "struct_siginfo | None") -> bool:
        """This signal and whatever else is pending, before anything comes of it. Whether a child has died, or stopped.

        A death or a timer may start the app, which must not happen when a stop request is there already, and a signal
        that was meant for nobody must not reach the new app. The kernel hands out the lowest number first, so TERM may
        stand behind others. Not without an end, though: realtime signals queue, and only a stop request may not wait.
        Where nothing else can happen the next wait reads what is pending.
        """
        most, heard, died = _MOST_AT_ONCE, False, False
        while came is not None:
            if came.si_signo == _CHLD:
                died = True
            elif self.services.is_notification(came):
                heard = True
            elif not _of_our_own_write(came):
                self._signal_came(came)
            most -= 1
            if most < 0 or not (died or heard or self.deadlines) or not syscalls.pending():
                break
            came = syscalls.wait(0.0) if most > 0 else syscalls.wait(0.0, self.plan.stop_on)
        if heard:
            for event in self.services.notified(self.apps, self._roles()):
                self._handle(event)
        return died

    def _roles(self) -> set[int]:
        """The pids that have a role."""
        hook = () if self.hook is None else (self.hook.pid,)
        return {*(app.pid for app in self.apps.values()), *self.probes.values(), *hook}

    def _signal_came(self, came: "struct_siginfo") -> None:
        done = self._handle(ev.SignalCame(came.si_signo))
        if self.plan.verbose:
            passed = ", ".join(f"SIG{name_of(action.signo)}" for action in done if isinstance(action, ev.SignalApp))
            where = f"{passed} to the app" if passed else "nothing to the app"
            text = f"SIG{name_of(came.si_signo)} from pid {came.si_pid}, uid {came.si_uid}: {where}"
            log.say(text, "signal", "debug", {"signal": name_of(came.si_signo), "pid": came.si_pid})

    @property
    def _asks(self) -> set[int]:
        """The signals that ask us to stop."""
        return set(self.plan.stop_on) - {came for came, goes in self.plan.rewrite if goes is None}

    def _spawn(self, child: Child) -> int:
        """For a plain PID 1 without a guard: nobody lives who could stop the child, and nothing else is to be done."""
        return spawn(child, None if self.plan.plain and os.getpid() == 1 else self._asks, self._until)

    @property
    def _until(self) -> float | None:
        """When the time of what is started now will be over. Monotonic clock"""
        ends = [self.deadlines[timer] for timer in ("timeout", "reserve", "budget") if timer in self.deadlines]
        return min(ends, default=None)

    def _signal_app(self, action: ev.SignalApp) -> None:
        app = self.apps.get(action.process)
        if app is not None and not app.signal(action.signo, action.group):
            name, signal = self.plan.processes[action.process].name, name_of(action.signo)
            log.say(f"may not send SIG{signal} to the {name}: it has another user; CAP_KILL is missing")

    # Children.

    def _start_app(self, process: int) -> ev.Event:
        plan = self.plan.processes[process]
        try:
            told = self.services.before_start(process)
            takes_terminal = self.terminal.goes_to_app  # with several processes it goes to none
            self.services.update(self.machine, self.apps)  # an app that asks at once finds something
            pid = self._spawn(
                Child(plan.program, self.plan.inherited, self.services.exported, told, True, takes_terminal)
            )
        except SpawnError as error:
            return ev.StartFailed(process, error.status, f"cannot run {_the(plan)}: {error}")
        except OSError as error:
            return ev.StartFailed(
                process, exit_status.NOT_EXECUTABLE, f"cannot run {_the(plan)}: no socket for it: {error.strerror}"
            )
        self.app_began = time.monotonic()
        self.apps[process] = RunningApp(pid, _user(plan.program))
        self.last_pids[process] = pid
        self.terminal.app_started()
        if process == len(self.plan.processes) - 1 and all(p.restart.when == "no" for p in self.plan.processes):
            self._let_go()
        return ev.Started(process)

    def _let_go(self) -> None:
        """What was meant for the app is the app's alone, once no other one can come after it."""
        if not self.plan.is_program:
            descriptors.close_inherited(keep=(*log.descriptors(), *self.services.descriptors()))
        descriptors.let_go_of_stdin()
        syscalls.leave_directory(self.plan.inherited.directory)

    def _probe(self, process: int) -> ev.Event | None:
        ready = self.plan.processes[process].ready
        if ready is None or ready.program is None:
            return None
        told = self.services.before_probe()
        child = Child(ready.program, self.plan.inherited, self.services.exported, told, is_app=False)
        try:
            self.probes[process] = self._spawn(child)
        except SpawnError as error:
            return ev.ProbeFailed(process, error.status, f"its probe cannot run: {error}")
        return None

    def _end_probe(self, pid: int) -> None:
        if self.plan.tell_orphans:
            self.ended_probes.add(pid)  # it is none
        syscalls.signal_group(pid, _TERM)

    def _run_hook(self, program: Program) -> ev.Event | None:
        self.hook_pid, self.hook_began = 0, time.monotonic()
        until = self._until
        remaining = None if until is None else max(0.0, until - self.hook_began)
        app_pid = next((app.pid for app in self.apps.values()), None)
        told = self.services.before_hook(self.machine, program, app_pid, remaining)
        self.services.update(self.machine, self.apps)
        try:
            child = Child(program, self.plan.inherited, self.services.trusted, told, is_app=False)
            self.hook_pid = self._spawn(child)
        except SpawnError as error:
            self.services.after_hook(None)
            return ev.HookFailed(error.status, f"cannot run {quote(program.argv[0])}: {error}")
        self.hook = RunningHook(self.hook_pid)
        return None

    def _reap(self) -> None:
        dead: list[tuple[int, ev.Ending]] = []
        while (reaped := syscalls.reap(self._wanted())) is not None:
            pid, news = reaped
            if isinstance(news, ev.Ending):
                dead.append((pid, news))
            elif 0 in self.apps and pid == self.apps[0].pid:
                self.terminal.app_stopped(pid, news)
        # Of deaths that came together the failures count first: which of them was the first nobody can tell.
        for pid, ending in sorted(dead, key=lambda death: death[1].status == 0):
            self._buried(pid, ending)
        self._settle_hook()
        if self.machine.phase == "cleanup" and not syscalls.has_children():
            self._handle(ev.Empty())

    def _wanted(self) -> tuple[int | None, ...] | None:
        """Whose deaths are of interest; None where each one is to be told."""
        if self.plan.tell_orphans:
            return None
        hook = None if self.hook is None else self.hook.pid
        return (*(app.pid for app in self.apps.values()), *self.probes.values(), hook, *self.services.children())

    def _buried(self, pid: int, ending: ev.Ending) -> None:
        process = next((process for process, app in self.apps.items() if app.pid == pid), None)
        probed = next((process for process, probe in self.probes.items() if probe == pid), None)
        if process is not None:
            self._app_died(process, ending)
        elif probed is not None:
            del self.probes[probed]
            what = f"its probe was killed by SIG{name_of(ending.signo)}" if ending.signo else "its probe failed"
            success = ending == ev.Ending()
            self._handle(ev.BecameReady(probed) if success else ev.ProbeFailed(probed, ending.status, what))
        elif self.hook is not None and pid == self.hook.pid:
            self.hook.ending = ending
        else:
            self._buried_orphan(pid, ending)

    def _app_died(self, process: int, ending: ev.Ending) -> None:
        if self.apps[process].survives():
            log.say(f"{self.plan.processes[process].name} goes on as pid {self.apps[process].pid}", level="info")
            return
        del self.apps[process]
        if process == 0:
            self.terminal.app_exited()
        remark = self.services.after_exit(process)
        self._handle(ev.AppExited(process, ending, remark))

    def _buried_orphan(self, pid: int, ending: ev.Ending) -> None:
        if self.services.child_ended(pid):
            return
        if pid in self.ended_probes:
            self.ended_probes.remove(pid)
        elif self.plan.tell_orphans:
            died = f"died of SIG{name_of(ending.signo)}" if ending.signo else f"exited {ending.code}"
            facts = {"pid": pid, "code": ending.status}
            log.say(f"reaped the orphan {pid}, which {died}", "orphan_reaped", "info", facts)

    def _settle_hook(self) -> None:
        hook = self.hook
        if hook is None or hook.ending is None or (hook.signalled and descendants.group_lives(hook.pid)):
            return
        self.hook = None
        self._handle(self.services.after_hook(None if hook.signalled else hook.ending) or ev.HookExited(hook.ending))

    def _sweep(self, signo: int) -> ev.Event | None:
        while (reaped := syscalls.reap(self._wanted())) is not None:
            pid, news = reaped
            if isinstance(news, ev.Ending):
                self._buried_orphan(pid, news)
        if not syscalls.has_children():
            return ev.Empty()
        descendants.signal_all_below(signo)
        descendants.signal_all_below(_CONT)
        return None

    # Time.

    def _expire(self) -> None:
        """An event for each timer that has run down, the earliest first."""
        while self.exit_status is None and self.deadlines:
            timer = min(self.deadlines, key=self.deadlines.__getitem__)
            if self.deadlines[timer] > time.monotonic():
                return
            del self.deadlines[timer]
            self._handle(ev.Elapsed(timer))

    def _arm(self, timer: "ev.Timer", after: float, at_least: bool) -> None:
        if timer == "backoff":
            after *= 1 + 0.1 * os.urandom(1)[0] / 255  # so that containers that failed together do not restart together
        if timer == "sleep":
            self.hook_pid, self.hook_began = 0, time.monotonic()
        moment = time.monotonic() + after
        self.deadlines[timer] = max(moment, self.deadlines.get(timer, moment)) if at_least else moment

    # Words.

    def _say(self, said: ev.Say) -> None:
        of_hook = said.hook is not None
        seconds = time.monotonic() - (self.hook_began if of_hook else self.app_began)
        if of_hook:
            self.services.hook_said(said, self.machine.run.attempt, seconds)
        self.last_said = said.text
        if self.plan.plain and not said.urgent and said.level != "error":
            return
        pid = self.hook_pid if of_hook else 0 if said.process is None else self.last_pids.get(said.process, 0)
        facts: dict[str, Json] = {
            "phase": said.phase,
            "hook": said.hook,
            "process": None if said.process is None else self.plan.processes[said.process].name,
            "pid": pid or None,
            "code": said.code,
            "signal": name_of(said.signo) if said.signo else None,
            "seconds": round(seconds, 3) if of_hook or said.process is not None else None,
        }
        log.say(said.text.replace(ev.ELAPSED, f"{seconds:.1f} s"), said.event, said.level, facts)

    def _exit(self, status: int, why: str) -> None:
        self.exit_status = status
        if not status:
            return
        text = f"exit status {status}: {why}"
        if not self.plan.plain and self.last_said != why:
            log.say(text, "exit", "info", {"code": status})
        log.leave_word(text)


def _the(process: Process) -> str:
    """`the app "gunicorn"`: the process by its role and its program."""
    return f"the {process.name} {quote(process.program.argv[0])}"


def _user(program: Program) -> int:
    return os.geteuid() if program.identity.user is None else program.identity.user.uid


def _services(plan: Plan) -> PlainServices:
    """A plain init saves the 1 ms that importing the others takes."""
    if plan.plain:
        return PlainServices(plan)
    from lifeinit.engine.services import Services  # noqa: PLC0415

    return Services(plan)


def _of_our_own_write(came: "struct_siginfo") -> bool:
    """A log line met a closed pipe or a file at its limit: blocked, the signal is kept even though it is ignored."""
    return came.si_signo in _OF_A_WRITE and came.si_pid == os.getpid()
