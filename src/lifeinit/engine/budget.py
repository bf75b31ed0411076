"""The time of a stop: how it is shared out, and how much of it is used up.

stop request                                                                       exit
|-- pre_stop hooks, then the app ------------------|-- cleanup --|-- post_stop -----|
|                                        "reserve" ^                      "budget"  ^
"""

from lifeinit.engine import events as ev
from lifeinit.engine.plan import Hook, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    CleanupTime = Literal["whole", "lent", "used up"]

LOST_AFTER: "Final" = 1.0  # what has not died of a SIGKILL by then is stuck in the kernel
CLEANUP_TIME: "Final" = 1.0  # seconds from SIGTERM to SIGKILL for leftover processes
LEAST_FOR_THE_APP: "Final" = 2.0  # seconds after the sleeps of pre_stop; a server finishes a request in about as long
OWN_STOP_LIMIT: "Final" = 10.0  # a stop that lifeinit itself begins must end even where no stop_timeout is set
EXIT_TIME: "Final" = 0.05  # reserved at the budget's end, so that the exit itself still lies within it


class Budget:
    """The budget of one life. `limit` is None until it starts, and stays so where there is none.

    `cleanup_time` is lent to an app whose pre_stop hooks have used up its own time: then both share it.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.limit: float | None = None
        self.used_up = False
        self.cleanup_time: CleanupTime = "whole"

    def start(self, phase: str, unset: float | None = None) -> ev.Actions:
        """From now on stop_timeout counts, once in a life; `unset` is the limit where the plan has none."""
        limit = unset if self.plan.stop_timeout is None else self.plan.stop_timeout
        if self.limit is not None or limit is None:
            return []
        self.limit = limit
        whole = ev.arm("budget", max(limit - EXIT_TIME, limit / 2))
        match phase:
            case "cleanup":
                return [whole, self.cleanup_timer()]  # it was armed without a limit
            case "post_stop":
                return [whole]
            case _:
                return [ev.arm("reserve", limit - reserve(self.plan, limit)), whole]

    def lend_cleanup_time(self) -> ev.Actions:
        """The app has no time of its own left, and gets what was reserved for cleanup."""
        self.cleanup_time = "lent"
        return [ev.arm("reserve", cleanup_time(self.plan, self.limit))]

    def reserve_reached(self) -> None:
        """The app has used its time, and what was lent to it."""
        if self.cleanup_time == "lent":
            self.cleanup_time = "used up"

    def start_cleanup(self) -> ev.Actions:
        """The timer of cleanup, or the rest of what it lent to the app, which runs already."""
        match self.cleanup_time:
            case "lent":
                return []
            case "used up":
                return [ev.disarm("reserve"), ev.arm("cleanup", 0.0)]
            case "whole":
                return [ev.disarm("reserve"), self.cleanup_timer()]

    def cleanup_timer(self) -> "ev.Arm":
        """The time between two signals to leftover processes."""
        return ev.arm("cleanup", cleanup_time(self.plan, self.limit))


def reserve(plan: Plan, limit: float) -> float:
    """The seconds of a budget that neither pre_stop hooks nor the app may use: at most half of it.

    Default timeouts share what the budget leaves: they cut no pre_stop hook that has a time of its own.
    """
    by_default = sum(longest(hook) for hook in plan.post_stop if hook.default_timeout)
    own = CLEANUP_TIME + sum(longest(hook) for hook in plan.post_stop if not hook.default_timeout)
    left = limit - own - needed_before(plan) if by_default else 0.0
    return min(own + min(by_default, max(0.0, left)), limit / 2)


def cleanup_time(plan: Plan, limit: float | None) -> float:
    """One second, or less where the budget is too short for all of the reserve."""
    return CLEANUP_TIME if limit is None else CLEANUP_TIME * reserve(plan, limit) / _wanted(plan)


def needed_before(plan: Plan) -> float:
    """The seconds from a stop request in which no pre_stop hook has to be cut, and the app has time after sleeps.

    A hook without a timeout of its own does with what is left, here and in what follows.
    """
    begin = end = slept = 0.0
    for hook in plan.pre_stop:
        if not hook.default_timeout:
            end = max(end, begin + longest(hook))
            begin += longest(hook) + (plan.kill_after * (1 + hook.retries) if hook.sleep is None else 0.0)
            slept += hook.sleep or 0.0
    return max(end, slept + LEAST_FOR_THE_APP if slept else 0.0)


def _wanted(plan: Plan) -> float:
    """What the post_stop hooks may take by their timeouts, plus cleanup. Infinite where one has none."""
    return CLEANUP_TIME + sum(longest(hook) for hook in plan.post_stop)


def longest(hook: Hook) -> float:
    """All tries of a hook and the delays between them."""
    once = hook.sleep if hook.timeout is None else hook.timeout
    return float("inf") if once is None else once * (1 + hook.retries) + hook.retry_delay * hook.retries
