"""What the state machine reports: one record for each line that lifeinit may write, with numbers instead of words.

messages.py turns them into text and JSON; the state that `lifeinit status` reads is made from them too. `process` and
`index` are numbers of the plan.
"""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.events import Ending


class Notice(Record):
    """The base of them all."""


# The app.


class AppNotStarted(Notice):
    """One process of the app cannot run. `detail` is the whole sentence."""

    process: int
    status: int
    detail: str


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


class InternalError(Notice):
    """lifeinit itself failed. Only ever a cause: the error has been logged where it was caught."""
