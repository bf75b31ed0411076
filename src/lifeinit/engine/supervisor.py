"""Wake-up to event to action to system call: knows which pid has which role, and when each timer runs down."""

import os
import time

from lifeinit.engine import below, descriptors, facts, kernel, log
from lifeinit.engine import events as ev
from lifeinit.engine.budget import CLEANUP_TIME
from lifeinit.engine.machine import EX_SOFTWARE, OWN_STOP_LIMIT, Machine
from lifeinit.engine.plan import Plan, Program
from lifeinit.engine.signals import name_of, number_of
from lifeinit.engine.spawn import Child, SpawnError, spawn
from lifeinit.engine.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from signal import struct_siginfo

_MOST_AT_ONCE = 128  # twice as many as there are signals

_CHLD, _CONT, _KILL, _TERM, _PIPE, _XFSZ, _TTIN, _TTOU = (
    number_of(name) or 0 for name in ("CHLD", "CONT", "KILL", "TERM", "PIPE", "XFSZ", "TTIN", "TTOU")
)


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
        self.app: int | None = None
        self.hook: RunningHook | None = None
        self.hook_began = time.monotonic()
        self.deadlines: dict[ev.Timer, float] = {}
        self.exit_status: int | None = None
        self.terminal = Terminal(keeps_keys=plan.hook_file)

    def run(self) -> int:
        """Live through the plan and return the exit status. Nothing that fails in here ends PID 1 before the app."""
        status = self._live_or_fail()
        if os.getpid() != 1:
            self._end_all()  # what a post_stop hook left behind; for PID 1 the kernel does it
        return status

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
            self._read_signals(kernel.wait(min(self.deadlines.values(), default=None)))
            self._reap()
            self._expire()
        return self.exit_status

    def _last_resort(self) -> int:
        """Without machine and timers: stop the app, wait for it as long as any stop may take, leave nothing behind."""
        below.signal_all_below(_TERM)
        below.signal_all_below(_CONT)
        self._until_childless(OWN_STOP_LIMIT if self.plan.stop_timeout is None else self.plan.stop_timeout)
        self._end_all()
        return EX_SOFTWARE

    def _end_all(self) -> None:
        below.signal_all_below(_KILL)
        self._until_childless(CLEANUP_TIME)

    def _until_childless(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        kernel.reap(wanted=())  # a SIGCHLD may have been read already
        while kernel.has_children() and kernel.wait(deadline) is not None:
            kernel.reap(wanted=())

    def _handle(self, event: ev.Event) -> list[ev.Action]:
        """Let the machine answer, and whatever its actions bring about at once after that. Returns all the actions."""
        waiting: list[ev.Event] = [event]
        done: list[ev.Action] = []
        while waiting:
            for action in self.machine.handle(waiting.pop(0)):
                answer = self._perform(action)
                done.append(action)
                if answer is not None:
                    waiting.append(answer)
        return done

    def _perform(self, action: ev.Action) -> ev.Event | None:
        match action:
            case ev.StartApp():
                return self._start_app()
            case ev.RunHook(phase, index):
                program = self.plan.hooks(phase)[index].program
                return None if program is None else self._run_hook(program)
            case ev.SignalApp(signo, group):
                if self.app is not None:
                    allowed = (kernel.signal_group if group else kernel.signal_process)(self.app, signo)
                    if not allowed:
                        log.say(
                            f"may not send SIG{name_of(signo)} to the app: it has another user; CAP_KILL is missing"
                        )
            case ev.SignalHook(signo):
                if self.hook is not None:
                    self.hook.signalled = True
                    kernel.signal_group(self.hook.pid, signo)
            case ev.Forget("app"):
                self.app = None
            case ev.Forget("hook"):
                self.hook = None
            case ev.Sweep(signo):
                return self._sweep(signo)
            case ev.Arm(timer, after):
                self.deadlines[timer] = time.monotonic() + after
            case ev.Disarm(timer):
                self.deadlines.pop(timer, None)
            case ev.Say(text, urgent):
                self._say(text, urgent)
            case ev.Exit(status):
                self.exit_status = status
        return None

    # Signals.

    def _read_signals(self, came: "struct_siginfo | None") -> None:
        """This signal and whatever else is pending, before anything is reaped.

        A death may start the app, which must not happen when a stop request is there already, and a signal that was
        meant for nobody must not reach the new app. The kernel hands out the lowest number first, so TERM may stand
        behind others. Not without an end, though: realtime signals queue, and only a stop request may not wait.
        """
        most = _MOST_AT_ONCE
        while came is not None:
            if came.si_signo != _CHLD and not _of_our_own_write(came):
                self._signal_came(came)
            most -= 1
            came = kernel.wait(0.0) if most > 0 else kernel.wait(0.0, self.plan.stop_on) if most == 0 else None

    def _signal_came(self, came: "struct_siginfo") -> None:
        done = self._handle(ev.SignalCame(came.si_signo))
        if self.plan.verbose:
            passed = ", ".join(f"SIG{name_of(action.signo)}" for action in done if isinstance(action, ev.SignalApp))
            log.say(
                f"SIG{name_of(came.si_signo)} from pid {came.si_pid}, uid {came.si_uid}:"
                f" {f'{passed} to the app' if passed else 'nothing to the app'}"
            )

    # Children.

    def _start_app(self) -> ev.Event:
        takes_terminal = self.terminal.goes_to_app
        child = Child(self.plan.app, self.plan.surroundings, (), is_app=True, takes_terminal=takes_terminal)
        try:
            self.app = spawn(child)
        except SpawnError as error:
            log.say(f"cannot run the app {log.quote(self.plan.app.argv[0])}: {error}")
            return ev.StartFailed(error.status)
        self.terminal.app_started()
        descriptors.close_inherited(keep=log.descriptors())
        descriptors.let_go_of_stdin()
        kernel.leave_directory(self.plan.surroundings.directory)
        return ev.Started()

    def _run_hook(self, program: Program) -> ev.Event | None:
        self.hook_began = time.monotonic()
        ends = [self.deadlines[timer] for timer in ("timeout", "reserve", "budget") if timer in self.deadlines]
        remaining = max(0.0, min(ends) - self.hook_began) if ends else None
        told = facts.told(self.machine, os.getpid(), self.app, remaining, time.time())
        try:
            self.hook = RunningHook(spawn(Child(program, self.plan.surroundings, told, is_app=False)))
        except SpawnError as error:
            return ev.HookFailed(error.status, f"cannot run {log.quote(program.argv[0])}: {error}")
        return None

    def _reap(self) -> None:
        while (reaped := kernel.reap(self._wanted())) is not None:
            pid, news = reaped
            if isinstance(news, ev.Ending):
                self._buried(pid, news)
            elif pid == self.app:
                self.terminal.app_stopped(pid, news)
            elif self.hook is not None and pid == self.hook.pid and news in {_TTIN, _TTOU}:
                self._hook_wants_terminal(self.hook)
        self._settle_hook()
        if self.machine.phase == "cleanup" and not kernel.has_children():
            self._handle(ev.Empty())

    def _wanted(self) -> tuple[int | None, ...] | None:
        """Whose deaths are of interest; None where each one is to be told."""
        return None if self.plan.tell_orphans else (self.app, None if self.hook is None else self.hook.pid)

    def _buried(self, pid: int, ending: ev.Ending) -> None:
        if pid == self.app:
            self.app = None
            self.terminal.app_exited()
            self._handle(ev.AppExited(ending))
        elif self.hook is not None and pid == self.hook.pid:
            self.hook.ending = ending
        else:
            self._buried_orphan(pid, ending)

    def _buried_orphan(self, pid: int, ending: ev.Ending) -> None:
        if self.plan.tell_orphans:
            died = f"died of SIG{name_of(ending.signo)}" if ending.signo else f"exited {ending.code}"
            log.say(f"reaped the orphan {pid}, which {died}")

    def _hook_wants_terminal(self, hook: RunningHook) -> None:
        """It would stay stopped for ever, and a TERM would not reach it."""
        log.say("a hook is killed: it was stopped at the terminal, which a hook cannot use")
        hook.signalled = True
        kernel.signal_group(hook.pid, _KILL)

    def _settle_hook(self) -> None:
        hook = self.hook
        if hook is None or hook.ending is None or (hook.signalled and below.group_lives(hook.pid)):
            return
        self.hook = None
        self._handle(ev.HookExited(hook.ending))

    def _sweep(self, signo: int) -> ev.Event | None:
        while (reaped := kernel.reap(self._wanted())) is not None:
            pid, news = reaped
            if isinstance(news, ev.Ending):
                self._buried_orphan(pid, news)
        if not kernel.has_children():
            return ev.Empty()
        below.signal_all_below(signo)
        below.signal_all_below(_CONT)
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

    def _say(self, text: str, urgent: bool) -> None:
        if self.plan.hook_file or urgent:
            log.say(text.replace(ev.ELAPSED, f"{time.monotonic() - self.hook_began:.1f} s"))


def _of_our_own_write(came: "struct_siginfo") -> bool:
    """A log line met a closed pipe or a file at its limit: blocked, the signal is kept even though it is ignored."""
    return came.si_signo in {_PIPE, _XFSZ} and came.si_pid == os.getpid()
