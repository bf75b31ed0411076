"""The words between the machine and the supervisor: what happened, and what is to be done about it."""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.plan import HookPhase

    Timer = Literal["sleep", "timeout", "kill", "retry", "reserve", "budget", "sweep", "lost"]


class Ending(Record):
    """How a process ended: the code of its exit, or the signal that it died of (else 0)."""

    code: int = 0
    signo: int = 0

    @property
    def status(self) -> int:
        """The exit status that a shell gives it: the code, or 128 plus the signal."""
        return 128 + self.signo if self.signo else self.code


# What happened.


class Begin(Record):
    """The engine runs and its signals are blocked."""


class Started(Record):
    """The app's exec succeeded."""


class StartFailed(Record):
    """The app cannot run: 127 not found, 126 anything else."""

    status: int


class AppExited(Record):
    """The app's main process is dead and reaped."""

    ending: Ending


class HookExited(Record):
    """The hook is over; if it was signalled, so is everything in its process group."""

    ending: Ending


class HookFailed(Record):
    """The hook cannot run: 127 not found, 126 anything else."""

    status: int
    why: str


class SignalCame(Record):
    """A signal reached lifeinit."""

    signo: int


class Elapsed(Record):
    """A timer that was armed has run down."""

    timer: "Timer"


class Empty(Record):
    """Nothing lives below lifeinit any more."""


class Fault(Record):
    """lifeinit itself failed, in a way that nobody has foreseen."""


# What is to be done.


class StartApp(Record):
    """Fork the app. Answered by Started or StartFailed."""


class SignalApp(Record):
    """Send a signal to the app's main process, or to its process group."""

    signo: int
    group: bool


class RunHook(Record):
    """Fork a hook. Answered by HookExited or HookFailed."""

    phase: "HookPhase"
    index: int
    attempt: int


class SignalHook(Record):
    """Send a signal to the hook's process group."""

    signo: int


class Forget(Record):
    """SIGKILL could not end it within its time (a process in uninterruptible sleep): go on without it."""

    role: "Literal['app', 'hook']"


class Sweep(Record):
    """Send a signal to everything that lives below lifeinit. Answered by Empty when that is nothing."""

    signo: int


class Arm(Record):
    """Start a timer, or start it again. Seconds."""

    timer: "Timer"
    after: float


class Disarm(Record):
    """Stop a timer, if it runs."""

    timer: "Timer"


ELAPSED = "\0"  # stands for the time that the hook took: no argument or name can hold it


class Say(Record):
    """One line for the user, of a plain init only if it is `urgent`."""

    text: str
    urgent: bool = False


class Exit(Record):
    """The end: leave with this status."""

    status: int


Event = Begin | Started | StartFailed | AppExited | HookExited | HookFailed | SignalCame | Elapsed | Empty | Fault
Action = StartApp | SignalApp | RunHook | SignalHook | Forget | Sweep | Arm | Disarm | Say | Exit
