"""What happens to hooks, and while an app gets ready or is restarted, and what is reported of it.

Loaded only where a plan has hooks, `ready` or `restart`: events.py and notices.py have what happens to every app.
"""

from lifeinit.engine.events import Ending
from lifeinit.engine.notices import Notice
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.events import ProbeKind
    from lifeinit.engine.plan import HookPhase

    HookResult = Literal["ok", "skipped", "failed", "timed_out", "terminated"]
    Consequence = Literal["", "continuing", "app_not_started", "app_stopped"]


# What happened.


class BecameReady(Record):
    """The process serves: its probe succeeded, or it said so."""

    process: int


class ProbeFailed(Record):
    """The probe failed for good, was killed, or could not run: 127, 126."""

    process: int
    status: int
    detail: str


class MoreTime(Record):
    """The process asks for so many seconds more to become ready."""

    process: int
    seconds: float


class AppLeaving(Record):
    """A process of the app reports that it is about to stop by itself. sd_notify(3), STOPPING="""


class HookExited(Record):
    """The hook is dead and reaped; if it was terminated, so is everything that it had started."""

    ending: Ending
    oom_killed: bool = False


class HookFailed(Record):
    """The hook cannot run: 127 not found, 126 anything else. Or what it wrote to LIFEINIT_ENV is invalid: 78."""

    status: int
    detail: str


class ProgramLost(Record):
    """The zygote is dead: no Python function can be called any more, in this life or another."""


if TYPE_CHECKING:
    HookEvent: TypeAlias = BecameReady | ProbeFailed | MoreTime | AppLeaving | HookExited | HookFailed | ProgramLost


# The actions to take.


class Probe(Record):
    """Fork a probe of the process, its only one. Answered by BecameReady, Unhealthy or Healthy, or by ProbeFailed."""

    process: int
    kind: "ProbeKind" = "ready"


class EndProbe(Record):
    """End the process's probe, if one runs. Not answered."""

    process: int


class RunHook(Record):
    """Fork a hook, or its `unless`. Answered by HookExited or HookFailed."""

    phase: "HookPhase"
    index: int
    unless: bool = False


class SignalHook(Record):
    """Send a signal to the hook and all that descends from it; what is stopped is woken for it."""

    signo: int


class ForgetHook(Record):
    """SIGKILL could not end the hook within its time: go on without it."""


if TYPE_CHECKING:
    HookAction: TypeAlias = Probe | EndProbe | RunHook | SignalHook | ForgetHook


# What is reported.


class Outcome(Record):
    """How one try of a hook ended. `terminated` is one that was ended because the lifecycle moved on without it.

    `ending` is how its process ended, if it had one; `detail` says why it could not run. `of_unless`: the process was
    its `unless`, and where that succeeded the hook is `skipped`.
    """

    result: "HookResult"
    status: int
    ending: Ending | None = None
    detail: str = ""
    oom_killed: bool = False
    of_unless: bool = False


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


class HookNeeded(Notice):
    """Its `unless` has failed: the hook runs."""

    phase: "HookPhase"
    index: int
    code: int


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


class AppReady(Notice):
    """One process of the app is ready."""

    process: int


class AppNotReady(Notice):
    """One process of the app did not become ready; `aborts`: the app is stopped for it."""

    process: int
    status: int
    detail: str
    aborts: bool


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


class RestartImpossible(Notice):
    """No further restart: the Python functions that it takes cannot be called."""


class RestartLimitReached(Notice):
    """No further restart."""

    most: int
    window: float
