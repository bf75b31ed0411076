"""How the time of a stop is shared out: what is kept back of it for cleanup and the post_stop hooks."""

from lifeinit.engine.plan import Hook, Plan

CLEANUP_TIME = 1.0  # seconds from TERM to KILL for what the app left behind


def reserve(plan: Plan, limit: float) -> float:
    """The seconds of a budget that neither pre_stop hooks nor the app may use: at most half of it."""
    return min(_wanted(plan), limit / 2)


def cleanup_time(plan: Plan, limit: float | None) -> float:
    """One second, or less where the whole reserve had to be cut down to half of a short budget."""
    return CLEANUP_TIME if limit is None else CLEANUP_TIME * reserve(plan, limit) / _wanted(plan)


def _wanted(plan: Plan) -> float:
    """What the post_stop hooks may take by their own limits, plus cleanup. Infinite where one has no limit."""
    return CLEANUP_TIME + sum(_longest(hook) for hook in plan.post_stop)


def _longest(hook: Hook) -> float:
    once = hook.sleep if hook.timeout is None else hook.timeout
    return float("inf") if once is None else once * (1 + hook.retries) + hook.retry_delay * hook.retries
