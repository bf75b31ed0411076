"""What happens to a process that has `alive`, and what is reported of it: loaded only where a plan has one."""

from lifeinit.engine.notices import Notice
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Consequence = Literal["continuing", "app_stopped", "app_restarted"]


# What happened.


class Unhealthy(Record):
    """The process does not work: its prober has said so, or it reports so itself. `detail` is the reason."""

    process: int
    detail: str


class Healthy(Record):
    """The process answers again."""

    process: int


class Beat(Record):
    """The process reports that it works. sd_notify(3), WATCHDOG=1"""

    process: int


class BeatInterval(Record):
    """From now on so many seconds may pass between two beats; None is no limit. sd_notify(3), WATCHDOG_USEC="""

    process: int
    seconds: float | None


AliveEvent = Unhealthy | Healthy | Beat | BeatInterval


# What is reported.


class AppUnhealthy(Notice):
    """The process does not work."""

    process: int
    detail: str
    consequence: "Consequence"


class AppHealthy(Notice):
    """The process works again."""

    process: int


class StopJoined(Notice):
    """The first stop request, while an unhealthy app is being stopped already."""

    signo: int


class ProberLost(Notice):
    """The prober has ended without a verdict. It says nothing about the process, and is started again."""

    process: int
    detail: str
    delay: float
