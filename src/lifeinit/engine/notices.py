"""What the state machine reports: one notice for each line that lifeinit may write, with numbers instead of words.

messages.py turns them into text and JSON; the state that `lifeinit status` reads is made from them too. `process` and
`index` are numbers of the plan. A notice is an action, "notice" and the tuple of what it reports: see events.py.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.alive_events import AliveReport
    from lifeinit.engine.events import Ending
    from lifeinit.engine.hook_events import HookReport

    AppNotStarted = tuple[Literal["app_not_started"], int, int, str]
    AppEnded = tuple[Literal["app_ended"], int, Ending, bool, bool]
    AppKilled = tuple[Literal["app_killed"]]
    LeftoversKilled = tuple[Literal["leftovers_killed"]]
    StopRequested = tuple[Literal["stop_requested"], int, float | None]
    InternalError = tuple[Literal["internal_error"]]
    Report: TypeAlias = (
        AppNotStarted
        | AppEnded
        | AppKilled
        | LeftoversKilled
        | StopRequested
        | InternalError
        | HookReport
        | AliveReport
    )
    Notice: TypeAlias = tuple[Literal["notice"], Report]


# The app.


def app_not_started(process: int, status: int, detail: str) -> "Notice":
    """One process of the app cannot run. `detail` is the whole sentence."""
    return "notice", ("app_not_started", process, status, detail)


def app_ended(process: int, ending: "Ending", success: bool = False, oom_killed: bool = False) -> "Notice":
    """One process of the app is dead. `success`: its status counts as 0, though it is another."""
    return "notice", ("app_ended", process, ending, success, oom_killed)


def app_killed() -> "Notice":
    """The app did not stop in time and gets a SIGKILL."""
    return "notice", ("app_killed",)


def leftovers_killed() -> "Notice":
    """What the app left behind did not stop in time and gets a SIGKILL."""
    return "notice", ("leftovers_killed",)


# The stop, and what follows it.


def stop_requested(signo: int, budget: "float | None") -> "Notice":
    """The stop begins; `budget` is None where it has no limit."""
    return "notice", ("stop_requested", signo, budget)


def internal_error() -> "Notice":
    """lifeinit itself failed. Only ever a cause: the error has been logged where it was caught."""
    return "notice", ("internal_error",)
