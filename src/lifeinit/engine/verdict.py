"""What one life comes to: why it ends, and the exit status that follows from it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    from lifeinit.engine.events import Ending
    from lifeinit.engine.notices import Notice

    Failure = Literal["pre_start_failed", "post_start_failed", "ready_timeout", "start_failed", "internal_error"]
    Reason = Literal["", "signal", "exited", "unhealthy"] | Failure

_UNHEALTHY: "Final" = 1  # the status of an unhealthy app that exits with 0 once it is stopped


class Verdict:
    """Of one life. Nothing is decided while `reason` is empty; the first reason stays.

    `status` is what the app or a start phase makes it, None until then; `stop_hook_status` is that of the first stop
    hook that aborts, which counts only in the place of a 0. `cause` is what decided. `ending` is that of the process
    whose status counts, None if none has ended.
    """

    def __init__(self) -> None:
        self.reason: Reason = ""
        self.stop_signo = 0  # the stop request, if that is the reason
        self.status: int | None = None
        self.stop_hook_status = 0
        self.cause: Notice | None = None
        self.ending: Ending | None = None
        self._failed: int | None = None
        self._in_place_of_0 = False  # whether the status is that of an unhealthy app whose processes exit with 0
        self._first_exited: int | None = None

    @property
    def exit_status(self) -> int:
        """What lifeinit will exit with, as far as it is known. A stop hook never masks the app's own failure."""
        return self.status or self.stop_hook_status

    @property
    def process(self) -> int:
        """Whose restart rule counts: that of the process that could not start, else of the one that exited first."""
        if self._failed is not None:
            return self._failed
        return self._first_exited or 0

    def start_failed(self, reason: "Failure", status: int, cause: "Notice", process: int | None = None) -> None:
        """A hook of a start phase, the exec or the readiness of a process has failed."""
        self.reason, self.status, self.cause = reason, status, cause
        if process is not None:
            self._failed = process

    def internal_error(self, status: int, cause: "Notice") -> None:
        """lifeinit itself has failed, whatever else has happened."""
        self.reason, self.status, self.cause = self.reason or "internal_error", status, cause
        self._in_place_of_0 = False

    def stop_requested(self, signo: int) -> None:
        """A stop request is why this life ends."""
        self.reason, self.stop_signo = "signal", signo

    def unhealthy(self, process: int) -> None:
        """A process of the app has stopped working, and the app is stopped for it."""
        self.reason, self._failed = "unhealthy", process

    def exited(self, process: int, ending: "Ending", status: int, notice: "Notice") -> None:
        """A process of the app has exited, and its success_exit_codes make this status of it.

        The first one decides; but where all were asked to stop, none hides another's failure with its 0. The cause of
        an unhealthy app's end is not that it exits.
        """
        if self._first_exited is None:
            self._first_exited, self.ending = process, ending
        unhealthy = self.reason == "unhealthy"
        hides = (unhealthy or self.reason == "signal") and (self._in_place_of_0 or not self.status)
        if self.status is None or (hides and status):
            self._in_place_of_0 = unhealthy and not status
            self.status, self.ending = _UNHEALTHY if self._in_place_of_0 else status, ending
            if not unhealthy and (status or not self.stop_hook_status):
                self.cause = notice
        self.reason = self.reason or "exited"

    def stop_hook_failed(self, status: int, cause: "Notice") -> None:
        """A stop hook with on_failure = "abort", or a due restart that is impossible: only in the place of a 0."""
        if not self.exit_status and self.reason != "unhealthy":
            self.stop_hook_status, self.cause = status, cause
