"""What happened, and the actions to take: all that the state machine and the supervisor say to each other.

`process` is always the number of one of the plan's processes, which together are the app.
"""

from lifeinit.engine import exit_status
from lifeinit.engine.notices import Notice
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.alive_events import AliveEvent
    from lifeinit.engine.hook_events import HookAction, HookEvent

    ProbeKind = Literal["ready", "alive", "recovery"]

    Timer = (
        Literal["sleep", "timeout", "kill", "retry", "reserve", "budget", "cleanup", "lost", "backoff", "turn"]
        | tuple[Literal["ready", "window", "alive"], int]
    )


class Ending(Record):
    """How a process ended: the code of its exit, or the signal that it died of (else 0)."""

    code: int = 0
    signo: int = 0

    @property
    def status(self) -> int:
        """The exit status that a shell gives it: the code, or 128 plus the signal."""
        return exit_status.of_signal(self.signo) if self.signo else self.code


# What happened.


class Begin(Record):
    """The engine runs and its signals are blocked."""


class Started(Record):
    """The process's exec succeeded."""

    process: int


class StartFailed(Record):
    """The process cannot run: 127 not found, 126 anything else. `detail` is a sentence."""

    process: int
    status: int
    detail: str


class AppExited(Record):
    """The process is dead and reaped. `oom_killed`: the kernel has killed something for want of memory meanwhile."""

    process: int
    ending: Ending
    oom_killed: bool = False


class SignalReceived(Record):
    """A signal reached lifeinit."""

    signo: int

    if not TYPE_CHECKING:  # the general one takes three times as long, and the app feels this one

        def __init__(self, signo):
            self.signo = signo


class Elapsed(Record):
    """A timer that was armed has run down. `late`: so many seconds ago, where lifeinit could not run."""

    timer: "Timer"
    late: float = 0.0


class NothingLeft(Record):
    """No process of this life is left."""


class Fault(Record):
    """An internal error: lifeinit itself failed, in an unforeseen way."""


# The actions to take.


class StartApp(Record):
    """Fork one process of the app. Answered by Started or StartFailed."""

    process: int


class SignalApp(Record):
    """Send a signal to a process of the app, or to its process group."""

    process: int
    signo: int
    group: bool

    if not TYPE_CHECKING:  # as above

        def __init__(self, process, signo, group):
            self.process, self.signo, self.group = process, signo, group


class WakeApp(Record):
    """Send SIGCONT to a process of the app if it is stopped: it would act on nothing else but SIGKILL."""

    process: int


class ForgetApp(Record):
    """SIGKILL could not end the process within its time (it is in uninterruptible sleep): go on without it."""

    process: int


class SignalLeftovers(Record):
    """Send a signal to what is left of this life, SIGCONT to what is stopped. NothingLeft answers if nothing is."""

    signo: int


class Arm(Record):
    """Start a timer, or start it again. Seconds. With `at_least` it is never brought forward."""

    timer: "Timer"
    after: float
    at_least: bool = False


class Disarm(Record):
    """Stop a timer, if it runs."""

    timer: "Timer"


class Exit(Record):
    """The end: leave with this status. `cause` is what decided it, for a status that is not 0."""

    status: int
    cause: Notice | None = None


if TYPE_CHECKING:
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
    Action: TypeAlias = (
        StartApp | SignalApp | WakeApp | ForgetApp | SignalLeftovers | Arm | Disarm | HookAction | Notice | Exit
    )
    Actions: TypeAlias = list[Action]
else:  # for annotations alone: a union of all these would be 2 kB
    Event = Action = object
    Actions = list
