"""What of the plan will not happen: the stop against its own budget, and against the grace period."""

import math
from collections.abc import Iterator

from lifeinit.engine.budget import CLEANUP_TIME
from lifeinit.hookfile.model import HookFile
from lifeinit.rules.rule import Finding
from lifeinit.timeline.runtimes import Grace
from lifeinit.timeline.stages import SLACK, Life, Stage, life
from lifeinit.timeline.words import at_least, at_most, less_than, more_than, spoken, written

_LEAST_FOR_THE_APP = 2.0  # seconds; a server that has to finish a request takes about as long
_A_STOP = 'a stop_timeout a little shorter than the grace period, "9s" for Docker\'s 10 s'


def findings_of(hook_file: HookFile, grace: Grace | None) -> list[Finding]:
    """Every finding about the plan, in the order of the stop."""
    planned = life(hook_file)
    return [
        *_against_grace(planned, grace),
        *_unlimited(hook_file, planned, grace),
        *_pre_stop(planned, grace),
        *_post_stop(planned, grace),
    ]


def _against_grace(planned: Life, grace: Grace | None) -> Iterator[Finding]:
    """E401: the runtime kills before lifeinit is done."""
    if grace is None or planned.budget is None or planned.budget < grace.seconds:
        return
    sentence = f'stop_timeout is "{written(planned.budget)}", and {grace.kills} after {spoken(grace.seconds)}'
    shorter = less_than(grace.seconds)
    first = f'write at most "{shorter}"' if shorter else "give the container time to stop"
    yield Finding("E401", ("stop_timeout",), sentence, _or(first, grace.longer(planned.budget)))


def _unlimited(hook_file: HookFile, planned: Life, grace: Grace | None) -> Iterator[Finding]:
    """W401: an app that hangs costs the post_stop hooks their run."""
    if planned.budget is not None or not hook_file.hooks.get("post_stop"):
        return
    kills = "the runtime kills everything" if grace is None else f"{grace.kills} after {spoken(grace.seconds)}"
    sentence = f"stop_timeout is not set: an app that hangs keeps the post_stop hooks from running until {kills}"
    shorter = None if grace is None else less_than(grace.seconds)
    way_out = f'write stop_timeout = "{shorter}"' if shorter else f"write {_A_STOP}"
    yield Finding("W401", ("post_stop",), sentence, f"{way_out}, or set LIFEINIT_STOP_TIMEOUT", at_key=True)


def _pre_stop(planned: Life, grace: Grace | None) -> Iterator[Finding]:
    """E402, W402: the first hook that reaches into the time in which the app itself has to stop. W404: nearly so."""
    border = grace.seconds if math.isinf(planned.killed_at) and grace is not None else planned.killed_at
    slept = 0.0
    for stage in planned.hooks("pre_stop"):
        slept += stage.known or 0.0
        if stage.known and slept >= border - SLACK:
            before = slept - stage.known
            yield _slept_away(planned, stage, (before, slept, border), grace)
            return
        if stage.begin + stage.tries > border + SLACK:
            yield _will_be_cut(planned, stage, border, grace)
            return
    if slept and border - slept < _LEAST_FOR_THE_APP - SLACK:
        yield _hurried(planned, slept, border, grace)


def _slept_away(planned: Life, stage: Stage, times: tuple[float, float, float], grace: Grace | None) -> Finding:
    before, until, border = times
    length = spoken(stage.known or 0.0)
    lasts = f"sleeps {length}" if not before else f"sleeps {length} until {spoken(until)} after the stop request"
    sentence = f"{stage.label} {lasts}, which leaves the app no time of its own: {_border(planned, grace)}"
    shorter = at_most(border - before - _LEAST_FOR_THE_APP)
    first = f'write sleep = "{shorter}" at most' if shorter else "leave it out"
    more = _more(planned, until + _LEAST_FOR_THE_APP, grace)
    return Finding("E402", (*stage.path, "sleep"), sentence, _or(first, more))


def _hurried(planned: Life, slept: float, border: float, grace: Grace | None) -> Finding:
    left = spoken(border - slept)
    sentence = f"pre_stop sleeps {spoken(slept)}, which leaves the app {left} until SIGKILL: {_border(planned, grace)}"
    shorter = at_most(border - _LEAST_FOR_THE_APP)
    first = f'write sleeps that add up to at most "{shorter}"' if shorter else None
    way_out = _or(first, _more(planned, slept + _LEAST_FOR_THE_APP, grace))
    return Finding("W404", ("pre_stop",), sentence, way_out, at_key=True)


def _will_be_cut(planned: Life, stage: Stage, border: float, grace: Grace | None) -> Finding:
    until = stage.begin + stage.tries
    what = f"{stage.label} may run until {spoken(until)} after the stop request"
    sentence = f"{what}, and is ended at {spoken(border)}, since {_border(planned, grace)}"
    shorter = less_than(border - stage.begin)
    first = f'write timeout = "{shorter}" at most'
    if stage.known is not None or shorter is None:
        first = "write shorter timeouts in the hooks before it"
    return Finding("W402", (*stage.path, "timeout"), sentence, _or(first, _more(planned, until, grace)))


def _border(planned: Life, grace: Grace | None) -> str:
    if planned.budget is None:
        return "" if grace is None else f"{grace.kills} after {spoken(grace.seconds)}"
    kept = spoken(planned.budget - planned.killed_at)
    return f'stop_timeout "{written(planned.budget)}" keeps {kept} back for cleanup and post_stop'


def _or(*ways: str | None) -> str:
    return ", or ".join(way for way in ways if way)


def _more(planned: Life, until: float, grace: Grace | None) -> str | None:
    """The way out by more time: the budget that has more than `until` left, and a grace period for it."""
    if planned.budget is None:
        return None if grace is None else grace.longer(until)
    return _raised(more_than(until + min(_wanted(planned), until)), grace)


def _raised(seconds: float, grace: Grace | None) -> str | None:
    """A longer budget, and the grace period that it takes; None where nobody can have that."""
    text = f'stop_timeout = "{written(seconds)}"'
    if grace is None or seconds < grace.seconds:
        return text
    longer = grace.longer(seconds)
    return f"{text} and {longer}" if longer else None


def _post_stop(planned: Life, grace: Grace | None) -> Iterator[Finding]:
    """W403: the reserve is at most half of the budget, and the first hook that reaches beyond it."""
    if planned.budget is None:
        return
    half, until = planned.budget / 2, CLEANUP_TIME
    for stage in planned.hooks("post_stop"):
        until += stage.tries
        if until > half + SLACK:
            whole = _wanted(planned)
            sentence = (
                f"{stage.label} may be cut: the post_stop hooks and cleanup may take {spoken(whole)}, and at most "
                f'half of stop_timeout "{written(planned.budget)}" is kept back for them'
            )
            most = at_most(half - CLEANUP_TIME)
            first = f'write timeouts that add up to at most "{most}"' if most else "leave hooks out"
            way_out = _or(first, _raised(at_least(2 * whole), grace))
            yield Finding("W403", (*stage.path, "timeout"), sentence, way_out)
            return


def _wanted(planned: Life) -> float:
    """What the engine's budget keeps back where it can."""
    return CLEANUP_TIME + sum(stage.tries for stage in planned.hooks("post_stop"))
