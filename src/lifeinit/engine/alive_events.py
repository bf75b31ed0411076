"""What happens to a process that has `alive`, and what is reported of it: loaded only where a plan has one."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from lifeinit.engine.notices import Notice

    Consequence = Literal["continuing", "app_stopped", "app_restarted"]

    Unhealthy = tuple[Literal["unhealthy"], int, str]
    Healthy = tuple[Literal["healthy"], int]
    Beat = tuple[Literal["beat"], int]
    BeatInterval = tuple[Literal["beat_interval"], int, float | None]
    AliveEvent: TypeAlias = Unhealthy | Healthy | Beat | BeatInterval

    AppUnhealthy = tuple[Literal["app_unhealthy"], int, str, Consequence]
    AppHealthy = tuple[Literal["app_healthy"], int]
    StopJoined = tuple[Literal["stop_joined"], int]
    ProberLost = tuple[Literal["prober_lost"], int, str, float]
    AliveReport: TypeAlias = AppUnhealthy | AppHealthy | StopJoined | ProberLost


# What happened.


def unhealthy(process: int, detail: str) -> "Unhealthy":
    """The process does not work: its prober has said so, or it reports so itself. `detail` is the reason."""
    return "unhealthy", process, detail


def healthy(process: int) -> "Healthy":
    """The process answers again."""
    return "healthy", process


def beat(process: int) -> "Beat":
    """The process reports that it works. sd_notify(3), WATCHDOG=1"""
    return "beat", process


def beat_interval(process: int, seconds: "float | None") -> "BeatInterval":
    """From now on so many seconds may pass between two beats; None is no limit. sd_notify(3), WATCHDOG_USEC="""
    return "beat_interval", process, seconds


# What is reported.


def app_unhealthy(process: int, detail: str, consequence: "Consequence") -> "Notice":
    """The process does not work."""
    return "notice", ("app_unhealthy", process, detail, consequence)


def app_healthy(process: int) -> "Notice":
    """The process works again."""
    return "notice", ("app_healthy", process)


def stop_joined(signo: int) -> "Notice":
    """The first stop request, while an unhealthy app is being stopped already."""
    return "notice", ("stop_joined", signo)


def prober_lost(process: int, detail: str, delay: float) -> "Notice":
    """The prober has ended without a verdict. It says nothing about the process, and is started again."""
    return "notice", ("prober_lost", process, detail, delay)
