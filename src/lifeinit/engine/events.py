"""The words between the machine and the supervisor: what happened, and what is to be done about it.

`process` is always the number of one of the plan's processes, which together are the app.
"""

from lifeinit.engine import exit_status
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.plan import HookPhase

    Timer = (
        Literal["sleep", "timeout", "kill", "retry", "reserve", "budget", "sweep", "lost", "backoff"]
        | tuple[Literal["ready", "window"], int]
    )
    Level = Literal["debug", "info", "warning", "error"]


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
    """The process cannot run: 127 not found, 126 anything else."""

    process: int
    status: int
    why: str


class AppExited(Record):
    """The process is dead and reaped. `remark` is what else is known of it."""

    process: int
    ending: Ending
    remark: str = ""


class BecameReady(Record):
    """The process serves: its probe succeeded, or it said so."""

    process: int


class ProbeFailed(Record):
    """The probe itself is broken, or the process can never become ready."""

    process: int
    status: int
    why: str


class MoreTime(Record):
    """The process asks for so many seconds more to become ready."""

    process: int
    seconds: float


class Leaving(Record):
    """A process of the app says that it is about to stop by itself."""


class HookExited(Record):
    """The hook is over; if it was signalled, so is everything in its process group."""

    ending: Ending


class HookFailed(Record):
    """The hook cannot run: 127 not found, 126 anything else. Or what it wrote to LIFEINIT_ENV is wrong: 78."""

    status: int
    why: str


class SignalCame(Record):
    """A signal reached lifeinit."""

    signo: int

    if not TYPE_CHECKING:  # the general one takes three times as long, and the app feels this one

        def __init__(self, signo):
            self.signo = signo


class Elapsed(Record):
    """A timer that was armed has run down."""

    timer: "Timer"


class Empty(Record):
    """Nothing lives below lifeinit any more."""


class Fault(Record):
    """lifeinit itself failed, in a way that nobody has foreseen."""


# What is to be done.


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


class Probe(Record):
    """Fork the process's ready probe. Answered by BecameReady or ProbeFailed."""

    process: int


class EndProbe(Record):
    """End the process's ready probe, if it runs. Not answered."""

    process: int


class RunHook(Record):
    """Fork a hook. Answered by HookExited or HookFailed."""

    phase: "HookPhase"
    index: int


class SignalHook(Record):
    """Send a signal to the hook's process group."""

    signo: int


class ForgetApp(Record):
    """SIGKILL could not end the process within its time (it is in uninterruptible sleep): go on without it."""

    process: int


class ForgetHook(Record):
    """SIGKILL could not end the hook within its time: go on without it."""


class Sweep(Record):
    """Send a signal to everything that lives below lifeinit. Answered by Empty when that is nothing."""

    signo: int


class Arm(Record):
    """Start a timer, or start it again. Seconds. With `at_least` it is never brought forward."""

    timer: "Timer"
    after: float
    at_least: bool = False


class Disarm(Record):
    """Stop a timer, if it runs."""

    timer: "Timer"


ELAPSED = "\0"  # stands for the time that the hook took, or since the app's start: no argument or name can hold it


class Say(Record):
    """One line for the user, of a plain init only if it is `urgent`.

    `event` and what follows it are for readers that are programs. `hook` is the hook's name.
    """

    text: str
    event: str
    level: "Level" = "info"
    hook: str | None = None
    phase: "HookPhase | None" = None
    process: int | None = None
    code: int | None = None
    signo: int | None = None
    urgent: bool = False


class Exit(Record):
    """The end: leave with this status. `why` is the last sentence, for a status that is not 0."""

    status: int
    why: str = ""


Event = (
    Begin
    | Started
    | StartFailed
    | AppExited
    | BecameReady
    | ProbeFailed
    | MoreTime
    | Leaving
    | HookExited
    | HookFailed
    | SignalCame
    | Elapsed
    | Empty
    | Fault
)
Action = (
    StartApp
    | SignalApp
    | Probe
    | EndProbe
    | RunHook
    | SignalHook
    | ForgetApp
    | ForgetHook
    | Sweep
    | Arm
    | Disarm
    | Say
    | Exit
)
Actions = list[Action]
