"""Whether the stop fits its own budget and the grace period of the runtime."""

import math
from collections.abc import Iterator, Sequence

from lifeinit.check.rules.rule import listed
from lifeinit.check.timeline.required_timeout import Needs, needs_of
from lifeinit.check.timeline.runtimes import Grace
from lifeinit.check.timeline.stages import SLACK, Life, Stage, life
from lifeinit.config.diagnostic import Diagnostic, Span
from lifeinit.config.model import Hook, HookFile
from lifeinit.engine.budget import CLEANUP_TIME, LEAST_FOR_THE_APP
from lifeinit.engine.plan import PHASES
from lifeinit.values import duration
from lifeinit.values.duration_text import at_most, below, exact, written

_USUAL = 9.0  # seconds: what goes into Docker's grace period
_A_STOP = 'a stop_timeout a little shorter than the grace period, "9s" for Docker\'s 10 s'


def diagnostics_of(hook_file: HookFile, grace: Grace | None) -> list[Diagnostic]:
    """Every diagnostic about the budget, in the order of the stop."""
    return list(_Budget(with_own_timeouts(hook_file), grace).diagnostics())


def with_own_timeouts(hook_file: HookFile) -> HookFile:
    """The same with no time for the commands of the stop that have no timeout of their own.

    Their default is cut to what the budget leaves, so they never make it too small: the engine's reserve counts it only
    where that cuts nobody who has a timeout of its own.
    """
    return hook_file.replaced(
        **{
            phase: tuple(
                _without_time(hook) if hook_file.has_default_timeout(hook) else hook for hook in hook_file.hooks[phase]
            )
            for phase in PHASES[2:]
        }
    )


def _without_time(hook: Hook) -> Hook:
    return hook.replaced(command=None, wait_for=(), sleep=0.0, timeout=None, retries=0)


class _Budget:
    """One file against one grace period. Every diagnostic names the same stop_timeout, that of `needs`.

    `room` is the longest stop_timeout that the grace period allows, or the file's own: what shorter hooks have to fit.
    """

    def __init__(self, hook_file: HookFile, grace: Grace | None) -> None:
        self.places = hook_file.places
        self.planned: Life = life(hook_file)
        self.needs: Needs = needs_of(hook_file)
        self.grace = grace
        self.kill_after = hook_file.kill_after
        self.before: tuple[Hook, ...] = hook_file.hooks.get("pre_stop", ())
        self.afterwards: tuple[Hook, ...] = hook_file.hooks.get("post_stop", ())
        budget = self.planned.budget
        too_long = grace is not None and (budget is None or budget >= grace.seconds)
        self.room = _below(grace.seconds) if grace is not None and too_long else budget
        self.border = self.planned.killed_at
        if math.isinf(self.border) and grace is not None:
            self.border = grace.seconds

    def diagnostics(self) -> Iterator[Diagnostic]:
        yield from self._against_grace()
        yield from self._unlimited()
        yield from self._pre_stop()
        yield from self._post_stop()

    def _against_grace(self) -> Iterator[Diagnostic]:
        """E401: the runtime kills before lifeinit is done."""
        budget, grace = self.planned.budget, self.grace
        if grace is None or budget is None or budget < grace.seconds:
            return
        message = f'{grace.limit} is "{written(budget)}", and {grace.ends}'
        if grace.said:
            message = f"{grace.said}, and the stop may take {exact(budget)} ({grace.limit})"
        shorter = below(grace.seconds)
        first = f'write at most "{shorter}"' if shorter else None
        if shorter and not self.needs.fit(self.room or 0.0):
            first = f'write shorter timeouts and at most "{shorter}"'
        more = grace.longer(budget) if self.needs.fit(budget) else self._more()
        fix = _or(first, more) or "give the container time to stop"
        yield Diagnostic("E401", self.places.span(("stop_timeout",)), message, fix)

    def _unlimited(self) -> Iterator[Diagnostic]:
        """W401: an app that hangs costs the post_stop hooks their run."""
        grace = self.grace
        if self.planned.budget is not None or not self.needs.has_post_stop:
            return
        kills = "the runtime kills everything" if grace is None else grace.ends
        message = f"stop_timeout is not set: an app that hangs keeps the post_stop hooks from running until {kills}"
        shorter = None if grace is None else below(grace.seconds)
        if grace is None and not self.needs.fit(_USUAL):
            more = self._more()
            longer = f"{more} and give the container longer than that" if more else None
            fix = f"write {_or(longer, f'shorter timeouts and {_A_STOP}')}"
        elif shorter and not self.needs.fit(self.room or 0.0):
            less = f'shorter timeouts and a stop_timeout of at most "{shorter}"'
            fix = f"write {_or(self._more(), less)}"
        else:
            fix = f'write stop_timeout = "{shorter}"' if shorter else f"write {_A_STOP}"
        yield Diagnostic("W401", self._key("post_stop"), message, f"{fix}, or set LIFEINIT_STOP_TIMEOUT")

    def _pre_stop(self) -> Iterator[Diagnostic]:
        """E402, W402: the hooks that use the time in which the app has to stop. W404: nearly so."""
        slept, stages = 0.0, self.planned.hooks("pre_stop")
        for i, stage in enumerate(stages):
            slept += stage.known or 0.0
            if stage.known and slept >= self.border - SLACK:
                yield self._slept_away(stage, slept, stages[i + 1 :])
                return
            if stage.begin + stage.tries > self.border + SLACK:
                yield self._will_be_cut(stage, self.before[i], slept, stages[i + 1 :])
                return
        if slept and self.border - slept < LEAST_FOR_THE_APP - SLACK:
            yield self._hurried(slept)

    def _slept_away(self, stage: Stage, until: float, after: tuple[Stage, ...]) -> Diagnostic:
        length, before = exact(stage.known or 0.0), until - (stage.known or 0.0)
        lasts = f"sleeps {length}" if not before else f"sleeps {length} until {exact(until)} after the stop request"
        what = f"{stage.label} {lasts}, which leaves the app no time of its own"
        if after:
            what += f" and ends pre_stop before {_run(after)}"
        left = min(self._free() - before - LEAST_FOR_THE_APP, self._free() - stage.begin)
        shorter = at_most(left)
        first = f'write sleep = "{shorter}" at most' if shorter else "remove it"
        if after or left < 0:
            first = self._all_shorter()
        return Diagnostic(
            "E402", self.places.span((*stage.path, "sleep")), f"{what}: {self._why()}", _or(first, self._more())
        )

    def _hurried(self, slept: float) -> Diagnostic:
        left = exact(self.border - slept)
        message = f"pre_stop sleeps {exact(slept)}, which leaves the app {left} until SIGKILL: {self._why()}"
        shorter = at_most(self._free() - LEAST_FOR_THE_APP)
        first = f'write sleeps that add up to at most "{shorter}"' if shorter else None
        return Diagnostic("W404", self._key("pre_stop"), message, _or(first, self._more()) or "remove them")

    def _will_be_cut(self, stage: Stage, hook: Hook, slept: float, after: tuple[Stage, ...]) -> Diagnostic:
        what = f"{stage.label} may run until {exact(stage.begin + stage.tries)} after the stop request"
        ended = f"{exact(self.border)}, before {_run(after)}" if after else exact(self.border)
        message = f"{what}, and is terminated at {ended}, since {self._why()}"
        shorter = below((self._free() - stage.begin - hook.retries * hook.retry_delay) / (1 + hook.retries))
        first = f'write timeout = "{shorter}" at most'
        if stage.known is not None or shorter is None:
            first = "write shorter timeouts in the hooks before it"
        if after or (slept and self._free() - slept < LEAST_FOR_THE_APP):
            first = self._all_shorter()
        return Diagnostic("W402", self.places.span((*stage.path, "timeout")), message, _or(first, self._more()))

    def _key(self, phase: str) -> Span:
        return self.places.span((phase,), of_key=True)

    def _free(self) -> float:
        """The seconds that the pre_stop hooks have where all of the stop has to fit into `room`."""
        if self.planned.budget is None and not self.needs.has_post_stop:
            return self.border
        room = self.room or 0.0
        return room - min(self.needs.reserve, room / 2)

    def _all_shorter(self) -> str:
        """Times between the tries, and from TERM to KILL, are not theirs to share out."""
        slept = any(hook.sleep for hook in self.before)
        commands = [hook for hook in self.before if hook.sleep is None]
        between = sum(hook.retries * hook.retry_delay for hook in commands)
        between += sum(self.kill_after * (1 + hook.retries) for hook in self.before[:-1] if hook.sleep is None)
        time = at_most(self._free() - between - (LEAST_FOR_THE_APP if slept else 0.0))
        what = "sleeps and timeouts" if slept else "timeouts"
        return f'write {what} that add up to at most "{time}"{_of_tries(commands)}' if time else "remove hooks"

    def _why(self) -> str:
        budget = self.planned.budget
        if budget is None:
            return "" if self.grace is None else self.grace.ends
        kept = exact(budget - self.planned.killed_at)
        return f'stop_timeout "{written(budget)}" reserves {kept} for cleanup and post_stop'

    def _more(self) -> str | None:
        """The fix by more time, the same in every diagnostic; None where that is impossible."""
        if self.planned.budget is None and not self.needs.has_post_stop:
            return None if self.grace is None else self.grace.longer(self.needs.before)
        if not self.needs.can_be_written:
            return None
        text = f'stop_timeout = "{written(self.needs.budget)}"'
        if self.grace is None or self.needs.budget < self.grace.seconds:
            return text
        longer = self.grace.longer(self.needs.budget)
        return f"{text} and {longer}" if longer else None

    def _post_stop(self) -> Iterator[Diagnostic]:
        """W403: the reserve is at most half of the budget, and the hooks that reach beyond it."""
        budget = self.planned.budget
        if budget is None:
            return
        cut = [stage for stage, until in self.needs.after if until > budget / 2 + SLACK]
        if cut:
            message = (
                f"{listed([stage.label for stage in cut])} may be cut: the post_stop hooks and cleanup may take "
                f'{exact(self.needs.reserve)}, and at most half of stop_timeout "{written(budget)}" is reserved for '
                "them"
            )
            between = sum(hook.retries * hook.retry_delay for hook in self.afterwards if hook.sleep is None)
            most = at_most((self.room or 0.0) / 2 - CLEANUP_TIME - between)
            slept = [stage for stage in self.planned.hooks("post_stop") if stage.known]
            if slept:
                message += f", and {listed([stage.label for stage in slept])} sleep{'s' if len(slept) == 1 else ''}"
            what = "sleeps and timeouts" if slept else "timeouts"
            first = f'write {what} that add up to at most "{most}"{_of_tries(self.afterwards)}'
            first = first if most else "remove hooks"
            yield Diagnostic("W403", self.places.span((*cut[0].path, "timeout")), message, _or(first, self._more()))


def _below(grace: float) -> float:
    """The longest stop_timeout that is proposed for a grace period of so many seconds."""
    text = below(grace)
    return duration.parse(text) if text else 0.0


def _of_tries(hooks: Sequence[Hook]) -> str:
    return ", those of all tries together" if any(hook.retries for hook in hooks) else ""


def _run(stages: tuple[Stage, ...]) -> str:
    """The hooks that do not get to run, as the end of a clause."""
    verb = "has run" if len(stages) == 1 else "have run"
    return f"{listed([stage.label for stage in stages])} {verb}"


def _or(*ways: str | None) -> str:
    return ", or ".join(way for way in ways if way)
