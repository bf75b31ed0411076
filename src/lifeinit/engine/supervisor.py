"""Wake-up to event to action to system call: knows which pid has which role, and when each timer runs down."""

import os
import time

from lifeinit.engine import events as ev
from lifeinit.engine import facts, kernel, log, signals
from lifeinit.engine.machine import Machine
from lifeinit.engine.plan import Plan
from lifeinit.engine.spawn import Child, SpawnError, spawn

_CHLD, _CONT, _TTIN, _TTOU = (signals.number_of(name) for name in ("CHLD", "CONT", "TTIN", "TTOU"))


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
        self.had_terminal = kernel.owns_terminal()

    def run(self) -> int:
        """Live through the plan and return the exit status."""
        self._handle(ev.Begin())
        while self.exit_status is None:
            signo = kernel.wait(min(self.deadlines.values(), default=None))
            self._reap()
            if signo is not None and signo != _CHLD:
                self._handle(ev.SignalCame(signo))
            self._expire()
        return self.exit_status

    def _handle(self, event: ev.Event) -> None:
        """Let the machine answer, and whatever its actions bring about at once after that."""
        waiting: list[ev.Event] = [event]
        while waiting:
            for action in self.machine.handle(waiting.pop(0)):
                answer = self._perform(action)
                if answer is not None:
                    waiting.append(answer)

    def _perform(self, action: ev.Action) -> ev.Event | None:
        match action:
            case ev.StartApp():
                return self._start_app()
            case ev.RunHook(phase, index):
                return self._run_hook(self.plan.hooks(phase)[index].argv or ())
            case ev.SignalApp(signo, group):
                if self.app is not None:
                    (kernel.signal_group if group else kernel.signal_process)(self.app, signo)
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
            case ev.Say(text):
                self._say(text)
            case ev.Exit(status):
                self.exit_status = status
        return None

    # Children.

    def _start_app(self) -> ev.Event:
        eager = self.had_terminal and not self.plan.hook_file
        child = Child(self.plan.app, self.plan.surroundings, (), is_app=True, takes_terminal=eager)
        try:
            self.app = spawn(child)
        except SpawnError as error:
            log.say(f"cannot run the app {log.quote(self.plan.app[0])}: {error}")
            return ev.StartFailed(error.status)
        kernel.close_inherited()
        kernel.let_go_of_stdin()
        kernel.leave_directory()
        return ev.Started()

    def _run_hook(self, argv: tuple[bytes, ...]) -> ev.Event | None:
        self.hook_began = time.monotonic()
        ends = [self.deadlines[timer] for timer in ("timeout", "reserve", "budget") if timer in self.deadlines]
        remaining = max(0.0, min(ends) - self.hook_began) if ends else None
        told = facts.told(self.machine, os.getpid(), self.app, remaining, time.time())
        try:
            self.hook = RunningHook(spawn(Child(argv, self.plan.surroundings, told, is_app=False)))
        except SpawnError as error:
            return ev.HookFailed(error.status, f"cannot run {log.quote(argv[0])}: {error}")
        return None

    def _reap(self) -> None:
        for pid, news in kernel.reap():
            if isinstance(news, ev.Ending):
                self._buried(pid, news)
            elif pid == self.app and news in {_TTIN, _TTOU}:
                self._hand_over_terminal()
        self._settle_hook()
        if self.machine.phase == "cleanup" and not kernel.has_children():
            self._handle(ev.Empty())

    def _buried(self, pid: int, ending: ev.Ending) -> None:
        if pid == self.app:
            self.app = None
            if self.had_terminal:
                kernel.give_terminal(os.getpgrp())
            self._handle(ev.AppExited(ending))
        elif self.hook is not None and pid == self.hook.pid:
            self.hook.ending = ending

    def _settle_hook(self) -> None:
        hook = self.hook
        if hook is None or hook.ending is None or (hook.signalled and kernel.group_alive(hook.pid)):
            return
        self.hook = None
        self._handle(ev.HookExited(hook.ending))

    def _sweep(self, signo: int) -> ev.Event | None:
        for _orphan in kernel.reap():
            pass
        if not kernel.has_children():
            return ev.Empty()
        kernel.signal_all_below(signo)
        kernel.signal_all_below(_CONT or 0)
        return None

    def _hand_over_terminal(self) -> None:
        """The app was stopped because it wants the terminal that we keep.

        With a hook file we keep it until then: a Ctrl-C is a stop request, and pre_stop hooks run for it. A plain
        init has nothing to do for it and hands the terminal over at the start.
        """
        if self.app is not None and kernel.owns_terminal():
            kernel.give_terminal(self.app)
            kernel.signal_group(self.app, _CONT or 0)

    # Time.

    def _expire(self) -> None:
        """An event for each timer that has run down, the earliest first."""
        while self.exit_status is None and self.deadlines:
            timer = min(self.deadlines, key=self.deadlines.__getitem__)
            if self.deadlines[timer] > time.monotonic():
                return
            del self.deadlines[timer]
            self._handle(ev.Elapsed(timer))

    def _say(self, text: str) -> None:
        if self.plan.hook_file:
            elapsed = f"{time.monotonic() - self.hook_began:.1f} s"
            log.say(text.replace("{elapsed}", elapsed))
