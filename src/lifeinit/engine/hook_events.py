"""What happens to hooks, and while an app gets ready or is restarted, and what is reported of it.

Loaded only where a plan has hooks, `ready` or `restart`: events.py and notices.py have what happens to every app, and
say what these tuples are.
"""

from lifeinit.engine.events import Ending
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.events import ProbeKind
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import HookPhase

    HookResult = Literal["ok", "skipped", "failed", "timed_out", "terminated"]
    Consequence = Literal["", "continuing", "app_not_started", "app_stopped"]
    WhySkipped = Literal["second_request", "reserve", "budget"]

    BecameReady = tuple[Literal["became_ready"], int]
    ProbeFailed = tuple[Literal["probe_failed"], int, int, str]
    MoreTime = tuple[Literal["more_time"], int, float]
    AppLeaving = tuple[Literal["app_leaving"]]
    HookExited = tuple[Literal["hook_exited"], Ending, bool]
    HookFailed = tuple[Literal["hook_failed"], int, str]
    ProgramLost = tuple[Literal["program_lost"]]
    HookEvent: TypeAlias = BecameReady | ProbeFailed | MoreTime | AppLeaving | HookExited | HookFailed | ProgramLost

    Probe = tuple[Literal["probe"], int, ProbeKind]
    EndProbe = tuple[Literal["end_probe"], int]
    RunHook = tuple[Literal["run_hook"], HookPhase, int, bool]
    SignalHook = tuple[Literal["signal_hook"], int]
    ForgetHook = tuple[Literal["forget_hook"]]
    HookAction: TypeAlias = Probe | EndProbe | RunHook | SignalHook | ForgetHook

    HookEnded = tuple[Literal["hook_ended"], HookPhase, int, int, "Outcome", Consequence]
    HookRetried = tuple[Literal["hook_retried"], HookPhase, int, int, "Outcome"]
    HookNeeded = tuple[Literal["hook_needed"], HookPhase, int, int]
    HookCut = tuple[Literal["hook_cut"], int, float]
    HooksSkipped = tuple[Literal["hooks_skipped"], HookPhase, tuple[int, ...], WhySkipped, int, float]
    AppReady = tuple[Literal["app_ready"], int]
    AppNotReady = tuple[Literal["app_not_ready"], int, int, str, bool]
    StopRepeated = tuple[Literal["stop_repeated"], int]
    StoppedBeforeStart = tuple[Literal["stopped_before_start"], int]
    RestartCancelled = tuple[Literal["restart_cancelled"], int]
    RestartScheduled = tuple[Literal["restart_scheduled"], int, float, Notice | None]
    RestartImpossible = tuple[Literal["restart_impossible"]]
    RestartLimitReached = tuple[Literal["restart_limit_reached"], int, float]
    HookReport: TypeAlias = (
        HookEnded
        | HookRetried
        | HookNeeded
        | HookCut
        | HooksSkipped
        | AppReady
        | AppNotReady
        | StopRepeated
        | StoppedBeforeStart
        | RestartCancelled
        | RestartScheduled
        | RestartImpossible
        | RestartLimitReached
    )


# What happened.


def became_ready(process: int) -> "BecameReady":
    """The process serves: its probe succeeded, or it said so."""
    return "became_ready", process


def probe_failed(process: int, status: int, detail: str) -> "ProbeFailed":
    """The probe failed for good, was killed, or could not run: 127, 126."""
    return "probe_failed", process, status, detail


def more_time(process: int, seconds: float) -> "MoreTime":
    """The process asks for so many seconds more to become ready."""
    return "more_time", process, seconds


def app_leaving() -> "AppLeaving":
    """A process of the app reports that it is about to stop by itself. sd_notify(3), STOPPING="""
    return ("app_leaving",)


def hook_exited(ending: Ending, oom_killed: bool = False) -> "HookExited":
    """The hook is dead and reaped; if it was terminated, so is everything that it had started."""
    return "hook_exited", ending, oom_killed


def hook_failed(status: int, detail: str) -> "HookFailed":
    """The hook cannot run: 127 not found, 126 anything else. Or what it wrote to LIFEINIT_ENV is invalid: 78."""
    return "hook_failed", status, detail


def program_lost() -> "ProgramLost":
    """The zygote is dead: no Python function can be called any more, in this life or another."""
    return ("program_lost",)


# The actions to take.


def probe(process: int, kind: "ProbeKind" = "ready") -> "Probe":
    """Fork a probe of the process, its only one. `became_ready`, `unhealthy`, `healthy` or `probe_failed` answers."""
    return "probe", process, kind


def end_probe(process: int) -> "EndProbe":
    """End the process's probe, if one runs. Not answered."""
    return "end_probe", process


def run_hook(phase: "HookPhase", index: int, unless: bool = False) -> "RunHook":
    """Fork a hook, or its `unless`. Answered by `hook_exited` or `hook_failed`."""
    return "run_hook", phase, index, unless


def signal_hook(signo: int) -> "SignalHook":
    """Send a signal to the hook and all that descends from it; what is stopped is woken for it."""
    return "signal_hook", signo


def forget_hook() -> "ForgetHook":
    """SIGKILL could not end the hook within its time: go on without it."""
    return ("forget_hook",)


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


def hook_ended(
    phase: "HookPhase", index: int, attempt: int, outcome: "Outcome", consequence: "Consequence" = ""
) -> "Notice":
    """The hook's last try is over."""
    return "notice", ("hook_ended", phase, index, attempt, outcome, consequence)


def hook_retried(phase: "HookPhase", index: int, attempt: int, outcome: "Outcome") -> "Notice":
    """A try has failed, and another one follows."""
    return "notice", ("hook_retried", phase, index, attempt, outcome)


def hook_needed(phase: "HookPhase", index: int, code: int) -> "Notice":
    """Its `unless` has failed: the hook runs."""
    return "notice", ("hook_needed", phase, index, code)


def hook_cut(index: int, budget: float) -> "Notice":
    """The whole budget is used up while this post_stop hook runs."""
    return "notice", ("hook_cut", index, budget)


def hooks_skipped(
    phase: "HookPhase",
    indices: "tuple[int, ...]",
    why: "Literal['second_request', 'reserve', 'budget']",
    signo: int = 0,
    budget: float = 0.0,
) -> "Notice":
    """These hooks of a stop phase did not complete: the stop request `signo`, or the budget, ended the phase."""
    return "notice", ("hooks_skipped", phase, indices, why, signo, budget)


def app_ready(process: int) -> "Notice":
    """One process of the app is ready."""
    return "notice", ("app_ready", process)


def app_not_ready(process: int, status: int, detail: str, aborts: bool) -> "Notice":
    """One process of the app did not become ready; `aborts`: the app is stopped for it."""
    return "notice", ("app_not_ready", process, status, detail, aborts)


def stop_repeated(signo: int) -> "Notice":
    """A stop request that changes nothing."""
    return "notice", ("stop_repeated", signo)


def stopped_before_start(signo: int) -> "Notice":
    """Why an app never ran. Only ever a cause."""
    return "notice", ("stopped_before_start", signo)


def restart_cancelled(signo: int) -> "Notice":
    """A stop request during the back-off."""
    return "notice", ("restart_cancelled", signo)


def restart_scheduled(number: int, delay: float, cause: "Notice | None") -> "Notice":
    """Another life follows. `cause` is what ended this one."""
    return "notice", ("restart_scheduled", number, delay, cause)


def restart_impossible() -> "Notice":
    """No further restart: the Python functions that it takes cannot be called."""
    return "notice", ("restart_impossible",)


def restart_limit_reached(most: int, window: float) -> "Notice":
    """No further restart."""
    return "notice", ("restart_limit_reached", most, window)
