"""The one stop_timeout with which no hook of the stop is cut, and the app has time of its own."""

import math
from dataclasses import dataclass

from lifeinit.check.timeline.stages import SLACK, Stage, life, work_order
from lifeinit.config.model import HookFile
from lifeinit.engine.budget import CLEANUP_TIME, needed_before
from lifeinit.values import duration


@dataclass(frozen=True)
class Needs:
    """Seconds: `before` until pre_stop is over and the app has had its time after the sleeps, `reserve` for all that
    comes after the app, `least` for the whole stop. `budget` is that in whole seconds, and a little more.

    `after` are the post_stop hooks, and what is needed up to the end of each.
    """

    before: float
    after: tuple[tuple[Stage, float], ...]
    least: float
    budget: float

    @property
    def reserve(self) -> float:
        return self.after[-1][1] if self.after else CLEANUP_TIME

    @property
    def has_post_stop(self) -> bool:
        return bool(self.after)

    @property
    def can_be_written(self) -> bool:
        return self.budget <= duration.LONGEST

    def fit(self, budget: float) -> bool:
        return self.least <= budget + SLACK


def needs_of(hook_file: HookFile) -> Needs:
    """What the hooks of the stop need where nothing cuts them."""
    uncut = life(hook_file.replaced(stop_timeout=None))
    pre_stop, after, until = uncut.hooks("pre_stop"), list[tuple[Stage, float]](), CLEANUP_TIME
    before = needed_before(work_order(hook_file))
    for stage in uncut.hooks("post_stop"):
        until += stage.tries
        after.append((stage, until))
    # The engine keeps back what comes after the app, and at most half: a half that holds one side holds enough.
    both, twice = before + min(until, before), 2 * until if after else 0.0
    budget = max(math.floor(round(both, 6)) + 1.0 if pre_stop else 0.0, float(math.ceil(round(twice, 6))))
    return Needs(before, tuple(after), max(both, twice), budget)
