"""Whether another life follows one that has ended, and when."""

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import Restart

FIRST_BACKOFF: "Final" = 0.5  # seconds before the first restart; it doubles with each one
LONGEST_BACKOFF: "Final" = 30.0


class Restarts:
    """The policy, and all restarts so far. `windows` has a number for each that still counts against max_restarts."""

    def __init__(self) -> None:
        self.count = 0
        self.windows: tuple[int, ...] = ()

    def may_follow(self, rule: "Restart", fails: bool) -> bool:
        """Whether a life that fails, or does not, can be followed by another."""
        wanted = rule.when == "always" or (rule.when == "on-failure" and fails)
        return wanted and len(self.windows) < rule.most

    def next(self, rule: "Restart", status: int, cause: "Notice | None") -> tuple[bool, ev.Actions]:
        """Whether a life that ended with this status is followed by another, and what to do for it."""
        if rule.when == "no" or (rule.when == "on-failure" and status == 0):
            return False, []
        if len(self.windows) >= rule.most:
            return False, [h.restart_limit_reached(rule.most, rule.window)]
        number = next(number for number in range(rule.most) if number not in self.windows)
        delay = min(FIRST_BACKOFF * 2 ** min(len(self.windows), 10), LONGEST_BACKOFF)
        self.windows = (*self.windows, number)
        return True, [
            ev.disarm("budget"),
            h.restart_scheduled(self.count + 1, delay, cause),
            ev.arm(("window", number), rule.window),
            ev.arm("backoff", delay),
        ]

    def window_over(self, number: int) -> None:
        """This restart no longer counts."""
        self.windows = tuple(window for window in self.windows if window != number)
