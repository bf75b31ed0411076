"""The life of one hook: its tries, its timeout, and how it is ended. Knows timers, never pids or clocks."""

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status
from lifeinit.engine.plan import Hook
from lifeinit.engine.record import Record
from lifeinit.engine.signals import name_of, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    from lifeinit.engine.plan import HookPhase

    HookState = Literal["none", "running", "sleeping", "waiting", "ending", "killed"]
    Result = Literal["ok", "failed", "timed out", "ended"]

_KILL, _TERM, _CONT = (number_of(name) or 0 for name in ("KILL", "TERM", "CONT"))

LOST_AFTER: "Final" = 1.0  # what a KILL has not ended by then is stuck in the kernel


class Outcome(Record):
    """How a hook's life came out. `ended` is one that was cut short, because life goes on without it."""

    result: "Result"
    status: int
    what: str


class HookRun:
    """At most one hook at a time. A method answers with what is to be done, and with an Outcome when it is over."""

    def __init__(self, kill_after: float) -> None:
        self.kill_after = kill_after
        self.state: HookState = "none"
        self.phase: HookPhase = "pre_start"
        self.index = 0
        self.hook: Hook | None = None
        self.attempt = 1
        self.cut = False  # it is being ended because life goes on without it, not for its own timeout

    @property
    def busy(self) -> bool:
        return self.state != "none"

    @property
    def label(self) -> str:
        """`pre_start migrate`, or `pre_start[0]` for a hook without a name."""
        name = self.hook.name if self.hook else ""
        return name if name.startswith(f"{self.phase}[") else f"{self.phase} {name}"

    def begin(self, phase: "HookPhase", index: int, hook: Hook) -> ev.Actions:
        """Its first try."""
        self.phase, self.index, self.hook, self.attempt, self.cut = phase, index, hook, 1, False
        return self._try(hook)

    def exited(self, ending: ev.Ending) -> tuple[ev.Actions, Outcome | None]:
        """Its process is gone."""
        if not ending.signo:
            return self.over(ending.code, f"exited {ending.code} after {ev.ELAPSED}")
        return self.over(ending.status, f"killed by SIG{name_of(ending.signo)} after {ev.ELAPSED}")

    def over(self, status: int, what: str) -> tuple[ev.Actions, Outcome | None]:
        """A try has come to its end in whatever way: it is done, it is tried again, or it has failed."""
        hook, timed_out = self.hook, self.state in {"ending", "killed"}
        quiet: ev.Actions = [ev.Disarm("timeout"), ev.Disarm("kill"), ev.Disarm("sleep")]
        if hook is None or self.state == "none":
            return [], None  # nothing runs
        self.state = "none"
        if self.cut:
            return quiet, Outcome("ended", status, f"ended after {ev.ELAPSED}")
        if timed_out:
            status, what = exit_status.TIMED_OUT, f"timed out after {hook.timeout:g} s"
        if status == 0:
            done = f"slept {hook.sleep:g} s" if hook.sleep is not None else f"ok in {ev.ELAPSED}"
            return quiet, Outcome("ok", 0, done)
        if self.attempt > hook.retries:
            return quiet, Outcome("timed out" if timed_out else "failed", status, what)
        self.state = "waiting"
        self.attempt += 1
        again = f"{self.label}: {what}; try {self.attempt} of {hook.retries + 1} in {hook.retry_delay:g} s"
        said = ev.Say(again, "hook_retry", "warning", hook.name, self.phase, code=status)
        return [*quiet, said, ev.Arm("retry", hook.retry_delay)], None

    def elapsed(self, timer: "ev.Timer") -> tuple[ev.Actions, Outcome | None]:
        """A timer that runs down after its cause is gone finds nothing to do."""
        match timer, self.state:
            case "sleep", "sleeping":
                return self.over(0, "")
            case "retry", "waiting":
                return ([] if self.hook is None else self._try(self.hook)), None
            case "timeout", "running":
                return self._terminate(), None
            case "timeout", "sleeping":
                self.state = "ending"
                return self.over(exit_status.TIMED_OUT, "")
            case "kill", "ending":
                return self.kill(), None
            case "kill", "killed":
                actions, outcome = self.over(exit_status.of_signal(_KILL), "does not die of SIGKILL")
                return [ev.ForgetHook(), *actions], outcome
            case _:
                return [], None

    def end(self) -> ev.Actions:
        """Life goes on without it: TERM to its group now, KILL after kill_after. A pause is over at once."""
        match self.state:
            case "none":
                return []
            case "sleeping" | "waiting":
                self.state = "none"
                return [ev.Disarm("sleep"), ev.Disarm("retry"), ev.Disarm("timeout")]
            case "running":
                self.cut = True
                return self._terminate()
            case "ending" | "killed":
                self.cut = True
                return []

    def cut_off(self, lost_after: float) -> ev.Actions:
        """Life goes on without it, and there is no time left for a TERM."""
        if self.state in {"sleeping", "waiting"}:
            return self.end()
        self.cut = True
        return self.kill(lost_after)

    def kill(self, lost_after: float = LOST_AFTER) -> ev.Actions:
        """KILL its group now, whatever time it had left; what is not dead then is given up."""
        if self.state == "killed":
            return [ev.Arm("kill", lost_after)] if lost_after < LOST_AFTER else []
        if self.state not in {"running", "ending"}:
            return []
        self.state = "killed"
        return [ev.Disarm("timeout"), ev.SignalHook(_KILL), ev.Arm("kill", lost_after)]

    def _try(self, hook: Hook) -> ev.Actions:
        limit: ev.Actions = [] if hook.timeout is None else [ev.Arm("timeout", hook.timeout)]
        if hook.sleep is not None:
            self.state = "sleeping"
            return [*limit, ev.Arm("sleep", hook.sleep)]
        self.state = "running"
        return [*limit, ev.RunHook(self.phase, self.index)]

    def _terminate(self) -> ev.Actions:
        self.state = "ending"
        return [
            ev.Disarm("timeout"),
            ev.SignalHook(_TERM),
            ev.SignalHook(_CONT),
            ev.Arm("kill", self.kill_after),
        ]
