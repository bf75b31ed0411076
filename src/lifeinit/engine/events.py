"""What happened, and the actions to take: all that the state machine and the supervisor say to each other.

Each is a tuple, its name and then its facts. The function of that name makes it, and says what the facts mean.
`process` is always the number of one of the plan's processes, which together are the app.

Why no classes: each takes 90,000 instructions at every start and 2 kB for ever, and there would be fifty.
"""

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.alive_events import AliveEvent
    from lifeinit.engine.hook_events import HookAction, HookEvent
    from lifeinit.engine.notices import Notice

    ProbeKind = Literal["ready", "alive", "recovery"]

    Timer = (
        Literal["sleep", "timeout", "kill", "retry", "reserve", "budget", "cleanup", "lost", "backoff", "turn"]
        | tuple[Literal["ready", "window", "alive"], int]
    )

    Begin = tuple[Literal["begin"]]
    Started = tuple[Literal["started"], int]
    StartFailed = tuple[Literal["start_failed"], int, int, str]
    AppExited = tuple[Literal["app_exited"], int, "Ending", bool]
    SignalReceived = tuple[Literal["signal_received"], int]
    Elapsed = tuple[Literal["elapsed"], Timer, float]
    NothingLeft = tuple[Literal["nothing_left"]]
    Fault = tuple[Literal["fault"]]
    Event: TypeAlias = (
        Begin
        | Started
        | StartFailed
        | AppExited
        | SignalReceived
        | Elapsed
        | NothingLeft
        | Fault
        | HookEvent
        | AliveEvent
    )

    StartApp = tuple[Literal["start_app"], int]
    SignalApp = tuple[Literal["signal_app"], int, int, bool]
    WakeApp = tuple[Literal["wake_app"], int]
    ForgetApp = tuple[Literal["forget_app"], int]
    SignalLeftovers = tuple[Literal["signal_leftovers"], int]
    Arm = tuple[Literal["arm"], Timer, float, bool]
    Disarm = tuple[Literal["disarm"], Timer]
    Leave = tuple[Literal["leave"], int, Notice | None]
    Action: TypeAlias = (
        StartApp | SignalApp | WakeApp | ForgetApp | SignalLeftovers | Arm | Disarm | HookAction | Notice | Leave
    )
    Actions: TypeAlias = list[Action]
else:  # for annotations alone: a union of all these would be 2 kB
    Event = Action = object
    Actions = list


class Ending(Record):
    """How a process ended: the code of its exit, or the signal that it died of (else 0)."""

    code: int = 0
    signo: int = 0

    @property
    def status(self) -> int:
        """The exit status that a shell gives it: the code, or 128 plus the signal."""
        return exit_status.of_signal(self.signo) if self.signo else self.code


# What happened.


def begin() -> "Begin":
    """The engine runs and its signals are blocked."""
    return ("begin",)


def started(process: int) -> "Started":
    """The process's exec succeeded."""
    return "started", process


def start_failed(process: int, status: int, detail: str) -> "StartFailed":
    """The process cannot run: 127 not found, 126 anything else. `detail` is a sentence."""
    return "start_failed", process, status, detail


def app_exited(process: int, ending: Ending, oom_killed: bool = False) -> "AppExited":
    """The process is dead and reaped. `oom_killed`: the kernel has killed something for want of memory meanwhile."""
    return "app_exited", process, ending, oom_killed


def signal_received(signo: int) -> "SignalReceived":
    """A signal reached lifeinit."""
    return "signal_received", signo


def elapsed(timer: "Timer", late: float = 0.0) -> "Elapsed":
    """A timer that was armed has run down. `late`: so many seconds ago, where lifeinit could not run."""
    return "elapsed", timer, late


def nothing_left() -> "NothingLeft":
    """No process of this life is left."""
    return ("nothing_left",)


def fault() -> "Fault":
    """An internal error: lifeinit itself failed, in an unforeseen way."""
    return ("fault",)


# The actions to take.


def start_app(process: int) -> "StartApp":
    """Fork one process of the app. Answered by `started` or `start_failed`."""
    return "start_app", process


def signal_app(process: int, signo: int, group: bool) -> "SignalApp":
    """Send a signal to a process of the app, or to its process group."""
    return "signal_app", process, signo, group


def wake_app(process: int) -> "WakeApp":
    """Send SIGCONT to a process of the app if it is stopped: it would act on nothing else but SIGKILL."""
    return "wake_app", process


def forget_app(process: int) -> "ForgetApp":
    """SIGKILL could not end the process within its time (it is in uninterruptible sleep): go on without it."""
    return "forget_app", process


def signal_leftovers(signo: int) -> "SignalLeftovers":
    """Send a signal to what is left of this life, SIGCONT to what is stopped. `nothing_left` answers if nothing is."""
    return "signal_leftovers", signo


def arm(timer: "Timer", after: float, at_least: bool = False) -> "Arm":
    """Start a timer, or start it again. Seconds. With `at_least` it is never brought forward."""
    return "arm", timer, after, at_least


def disarm(timer: "Timer") -> "Disarm":
    """Stop a timer, if it runs."""
    return "disarm", timer


def leave(status: int, cause: "Notice | None" = None) -> "Leave":
    """The end: leave with this status. `cause` is what decided it, for a status that is not 0."""
    return "leave", status, cause
