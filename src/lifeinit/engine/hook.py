"""The run of one hook: its tries, its timeout, and how it is terminated. Knows timers, never pids or clocks.

none -> running -> (terminating -> killed) -> none      a command, or first its `unless` and then the command
none -> sleeping -> none                                a sleep
        ... -> retrying -> running or sleeping          a failed try with another one left
"""

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.budget import LOST_AFTER
from lifeinit.engine.exit_status import NOT_EXECUTABLE, TIMED_OUT
from lifeinit.engine.plan import Hook
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.plan import HookPhase

    HookState = Literal["none", "running", "sleeping", "retrying", "terminating", "killed"]

_KILL, _TERM = (number_of(name) or 0 for name in ("KILL", "TERM"))


class HookRun:
    """At most one hook at a time. A method returns the actions to take, and an h.Outcome when the hook is over."""

    def __init__(self, kill_after: float) -> None:
        self.kill_after = kill_after
        self.state: HookState = "none"
        self.phase: HookPhase = "pre_start"
        self.index = 0
        self.hook: Hook | None = None
        self.attempt = 1
        self.is_last_try = False  # whatever its `retries` say
        self.cut = False  # terminated because the lifecycle moves on without it, not for its own timeout
        self.asks = False  # what runs is its `unless`

    @property
    def busy(self) -> bool:
        """Whether a hook has begun and is not over."""
        return self.state != "none"

    @property
    def label(self) -> str:
        """What lines about it begin with."""
        return self.hook.label(self.phase) if self.hook else self.phase

    def begin(self, phase: "HookPhase", index: int, hook: Hook) -> ev.Actions:
        """Its first try."""
        self.phase, self.index, self.hook = phase, index, hook
        self.attempt, self.is_last_try, self.cut = 1, False, False
        return self._try(hook)

    def exited(self, ending: ev.Ending, oom_killed: bool = False) -> tuple[ev.Actions, h.Outcome | None]:
        """Its process is dead and reaped."""
        if self.asks and self.state == "running":
            return self._answered(ending, oom_killed)
        return self._over(h.Outcome("failed" if ending.status else "ok", ending.status, ending, oom_killed=oom_killed))

    def failed(self, status: int, detail: str) -> tuple[ev.Actions, h.Outcome | None]:
        """It could not run, or what it exported is invalid."""
        return self._over(h.Outcome("failed", status, None, f"unless {detail}" if self.asks else detail))

    def elapsed(self, timer: "ev.Timer") -> tuple[ev.Actions, h.Outcome | None]:
        """One of its timers has run down. One that does so after its cause is gone changes nothing."""
        match timer, self.state:
            case "sleep", "sleeping":
                return self._over(h.Outcome("ok", 0))
            case "retry", "retrying":
                return ([] if self.hook is None else self._try(self.hook)), None
            case "timeout", "running":
                return self._terminate(), None
            case "timeout", "sleeping":
                return self._over(h.Outcome("timed_out", TIMED_OUT))
            case "kill", "terminating":
                return self._kill(LOST_AFTER), None
            case "kill", "killed":
                actions, outcome = self._over(h.Outcome("timed_out", TIMED_OUT, ev.Ending(signo=_KILL)))
                return [h.forget_hook(), *actions], outcome
            case _:
                return [], None

    def end(self) -> ev.Actions:
        """The lifecycle moves on without it: SIGTERM now, SIGKILL after kill_after. A sleep is over at once."""
        match self.state:
            case "none":
                return []
            case "sleeping" | "retrying":
                self.state = "none"
                return [ev.disarm("sleep"), ev.disarm("retry"), ev.disarm("timeout")]
            case "running":
                self.cut = True
                return self._terminate()
            case "terminating" | "killed":
                self.cut = True
                return []

    def finish(self) -> ev.Actions:
        """The app is gone: a command may be what stopped it and runs to its end; only waiting has lost its purpose."""
        self.is_last_try = True
        waits = self.hook is not None and self.hook.waits
        return self.end() if waits or self.state in {"sleeping", "retrying"} else []

    def kill(self, lost_after: float = LOST_AFTER) -> ev.Actions:
        """The lifecycle moves on and has no time for a SIGTERM. What is not dead after `lost_after` is given up."""
        match self.state:
            case "running" | "terminating":
                self.cut = True
                return self._kill(lost_after)
            case "killed":
                self.cut = True
                return [ev.arm("kill", lost_after)] if lost_after < LOST_AFTER else []
            case "none" | "sleeping" | "retrying":
                return self.end()

    def _over(self, outcome: h.Outcome) -> tuple[ev.Actions, h.Outcome | None]:
        """A try has ended: the hook is over, or is tried again."""
        hook, timed_out, of_unless = self.hook, self.state in {"terminating", "killed"}, self.asks
        if hook is None or self.state == "none":
            return [], None  # nothing runs
        self.state, self.asks = "none", False
        timers: ev.Actions = [ev.disarm("timeout"), ev.disarm("kill"), ev.disarm("sleep")]
        if self.cut:
            status = outcome.status if outcome.ending is None else outcome.ending.status
            return timers, h.Outcome("terminated", status, outcome.ending)
        if timed_out:
            outcome = h.Outcome("timed_out", TIMED_OUT, outcome.ending)
        if of_unless:
            outcome = outcome.replaced(of_unless=True)
        if outcome.status == 0 or self.attempt > hook.retries or self.is_last_try:
            return timers, outcome
        retried = h.hook_retried(self.phase, self.index, self.attempt, outcome)
        self.state = "retrying"
        self.attempt += 1
        return [*timers, retried, ev.arm("retry", hook.retry_delay)], None

    def _try(self, hook: Hook) -> ev.Actions:
        """Begin one try: a sleep is a timer, anything else a process. Its timeout is also for its `unless`."""
        limit: ev.Actions = [] if hook.timeout is None else [ev.arm("timeout", hook.timeout)]
        if hook.sleep is not None:
            self.state = "sleeping"
            return [*limit, ev.arm("sleep", hook.sleep)]
        self.state, self.asks = "running", hook.unless is not None
        return [*limit, h.run_hook(self.phase, self.index, self.asks)]

    def _answered(self, ending: ev.Ending, oom_killed: bool) -> tuple[ev.Actions, h.Outcome | None]:
        """Its `unless` has exited: with 0 the hook is skipped, with a status that is no answer it has failed."""
        if ending == ev.Ending():
            return self._over(h.Outcome("skipped", 0, ending))
        if ending.status >= NOT_EXECUTABLE:  # also as a shell reports it: 127, or 128 plus a signal
            return self._over(h.Outcome("failed", ending.status, ending, oom_killed=oom_killed))
        self.asks = False
        needed = h.hook_needed(self.phase, self.index, ending.code)
        return [needed, h.run_hook(self.phase, self.index)], None

    def _terminate(self) -> ev.Actions:
        """SIGTERM; kill_after begins."""
        self.state = "terminating"
        return [ev.disarm("timeout"), h.signal_hook(_TERM), ev.arm("kill", self.kill_after)]

    def _kill(self, lost_after: float) -> ev.Actions:
        """SIGKILL, and a last timer for what cannot die."""
        self.state = "killed"
        return [ev.disarm("timeout"), h.signal_hook(_KILL), ev.arm("kill", lost_after)]
