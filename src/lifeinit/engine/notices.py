"""What the state machine reports: one record for each line that lifeinit may write, with numbers instead of words.

messages.py turns them into text and JSON; the state that `lifeinit status` reads is made from them too. `process` and
`index` are numbers of the plan.
"""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from lifeinit.engine.events import Ending
    from lifeinit.engine.plan import HookPhase

    HookResult = Literal["ok", "failed", "timed_out", "terminated"]
    Consequence = Literal["", "continuing", "app_not_started", "app_stopped"]


class Notice(Record):
    """The base of them all."""


# Hooks.


class Outcome(Record):
    """How one try of a hook ended. `terminated` is one that was ended because the lifecycle moved on without it.

    `ending` is how its process ended, if it had one; `detail` says why it could not run.
    """

    result: "HookResult"
    status: int
    ending: "Ending | None" = None
    detail: str = ""
    oom_killed: bool = False


class HookEnded(Notice):
    """The hook's last try is over."""

    phase: "HookPhase"
    index: int
    attempt: int
    outcome: Outcome
    consequence: "Consequence" = ""


class HookRetried(Notice):
    """A try has failed, and another one follows."""

    phase: "HookPhase"
    index: int
    attempt: int
    outcome: Outcome


class HookCut(Notice):
    """The whole budget is used up while this post_stop hook runs."""

    index: int
    budget: float


class HooksSkipped(Notice):
    """These hooks of a stop phase did not complete: the stop request `signo`, or the budget, ended the phase."""

    phase: "HookPhase"
    indices: tuple[int, ...]
    why: "Literal['second_request', 'reserve', 'budget']"
    signo: int = 0
    budget: float = 0.0


# The app.


class AppNotStarted(Notice):
    """One process of the app cannot run. `detail` is the whole sentence."""

    process: int
    status: int
    detail: str


class AppReady(Notice):
    """One process of the app is ready."""

    process: int


class AppNotReady(Notice):
    """One process of the app did not become ready; `aborts`: the app is stopped for it."""

    process: int
    status: int
    detail: str
    aborts: bool


class AppEnded(Notice):
    """One process of the app is dead. `success`: its status counts as 0, though it is another."""

    process: int
    ending: "Ending"
    success: bool = False
    oom_killed: bool = False


class AppKilled(Notice):
    """The app did not stop in time and gets a SIGKILL."""


class LeftoversKilled(Notice):
    """What the app left behind did not stop in time and gets a SIGKILL."""


# The stop, and what follows it.


class StopRequested(Notice):
    """The stop begins; `budget` is None where it has no limit."""

    signo: int
    budget: float | None


class StopRepeated(Notice):
    """A stop request that changes nothing."""

    signo: int


class StoppedBeforeStart(Notice):
    """Why an app never ran. Only ever a cause."""

    signo: int


class RestartCancelled(Notice):
    """A stop request during the back-off."""

    signo: int


class RestartScheduled(Notice):
    """Another life follows. `cause` is what ended this one."""

    number: int
    delay: float
    cause: Notice | None


class RestartLimitReached(Notice):
    """No further restart."""

    most: int
    window: float


class InternalError(Notice):
    """lifeinit itself failed. Only ever a cause: the error has been logged where it was caught."""
