"""The lifecycle as the contract states it (docs/reference/lifecycle.md): the one oracle of the tests.

It knows no state machine and no processes. The walk and the scenarios of tests/unit/engine hold every event and action
of the state machine to it; the storm of tests/chaos holds the log of real processes to it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from signal import SIGINT, SIGQUIT, SIGTERM
from typing import Literal, NamedTuple

from lifeinit.engine.plan import Restart

HookPhase = Literal["pre_start", "post_start", "pre_stop", "post_stop"]

USUAL_STOPS = frozenset({int(SIGTERM), int(SIGINT), int(SIGQUIT)})
SKIP_PRE_STOP = frozenset({int(SIGINT), int(SIGQUIT)})  # as a second stop request
TIMED_OUT = 124
UNHEALTHY = 1
SOFTWARE = 70


# Signals.


@dataclass(frozen=True)
class Signals:
    """What a signal is and becomes. `rewrite` is for all processes, `own` for each of them."""

    stop_on: Collection[int]
    rewrite: Mapping[int, int | None]
    own: Sequence[Mapping[int, int | None]] = ({},)
    ignored: Collection[int] = ()

    def is_stop_request(self, signo: int, app_lives: bool) -> bool:
        """What `stop_on` lists, and until the app lives the usual three; not what is dropped or was ignored."""
        named = signo in self.stop_on or (not app_lives and signo in USUAL_STOPS)
        return named and self.rewrite.get(signo, signo) is not None and signo not in self.ignored

    def goes(self, signo: int, process: int = 0) -> int | None:
        """What a process gets for a signal; None if it gets nothing."""
        return {**self.rewrite, **self.own[process]}.get(signo, signo)


# What may begin, and when.


class Facts(NamedTuple):
    """What is certain at a moment. None is not known, and breaks no rule."""

    app_began: bool | None = None
    app_lives: bool | None = None
    app_ready: bool | None = None
    stop_requested: bool | None = None
    life_ends: bool | None = None  # a stop request, a failure or the app's exit ends this life
    asked: bool | None = None  # the app, to stop
    hook_runs: bool | None = None
    cleaned_up: bool | None = None  # leftover processes are terminated
    out_of_time: bool | None = None


def broken_by(beginning: Literal["app"] | HookPhase, facts: Facts) -> str:
    """The rule that is broken if this begins now; empty if it may."""
    return next((sentence for sentence, breaks in _rules(beginning, facts) if breaks), "")


def _rules(beginning: str, facts: Facts) -> list[tuple[str, bool]]:
    one_hook = ("one hook at a time", facts.hook_runs is True)
    match beginning:
        case "app":
            return [
                ("the app never starts after a stop request", facts.stop_requested is True),
                ("the app never starts in a life that is ending", facts.life_ends is True),
                ("the app starts when no hook runs", facts.hook_runs is True),
            ]
        case "pre_start":
            return [
                one_hook,
                ("pre_start runs before the app", facts.app_began is True),
                ("no pre_start hook begins after a stop request", facts.stop_requested is True),
                ("pre_start does not begin in a life that is ending", facts.life_ends is True),
            ]
        case "post_start":
            return [
                one_hook,
                ("post_start runs while every process lives", facts.app_lives is False),
                ("post_start begins when all are ready", facts.app_ready is False),
                ("post_start does not begin in a life that is ending", facts.life_ends is True),
            ]
        case "pre_stop":
            return [
                one_hook,
                ("pre_stop runs if the app lives when a stop is requested", facts.app_lives is False),
                ("pre_stop runs if the app lives when a stop is requested", facts.stop_requested is False),
                ("pre_stop runs before the app is asked to stop", facts.asked is True),
            ]
        case _:
            return [
                one_hook,
                ("post_stop comes when the app is gone", facts.app_lives is True),
                ("post_stop comes after cleanup", facts.cleaned_up is False),
                ("no post_stop hook begins when the budget is used up", facts.out_of_time is True),
            ]


def due(count: int, begun: int, once: Collection[int]) -> list[int]:
    """Which of a phase's hooks have their turn yet: in file order, each once in a life, some in one life only."""
    return [index for index in range(begun, count) if index not in once]


def in_order(last: tuple[int, int] | None, following: tuple[int, int]) -> bool:
    """Whether this try of a hook (its index, its attempt) may come after that one of the same phase and life."""
    return last is None or following > last


def is_answer(status: int) -> bool:
    """Whether this exit status of an `unless` is one: else it could not run, or died of a signal."""
    return status < 126


# The exit status, and what follows.


def counted(status: int, success: Collection[int]) -> int:
    """The status of a process as its success_exit_codes make it."""
    return 0 if status in success else status


def status_of_app(so_far: int | None, status: int, all_asked: bool) -> int:
    """The first status decides; where all were asked to stop, a failure is not hidden by another's 0."""
    return status if so_far is None or (all_asked and so_far == 0) else so_far


def exit_status(of_app: int | None, of_stop_hooks: int, unhealthy: bool = False) -> int:
    """An aborting stop hook turns a 0 into its own status, and never masks the app's failure.

    The 0 of an app that was stopped because it was unhealthy is a 1.
    """
    of_app = UNHEALTHY if unhealthy and of_app == 0 else of_app
    return of_app or of_stop_hooks


def restarts(rule: Restart, status: int, counting: int) -> bool:
    """Whether another life follows one that ended by itself, with so many restarts in the window."""
    wanted = rule.when == "always" or (rule.when == "on-failure" and status != 0)
    return wanted and counting < rule.most


def rule_of_unhealthy(rule: Restart, on_failure: str) -> Restart:
    """An unhealthy app is restarted where its on_failure says so, whatever [app] restart says, and no more often."""
    return Restart("always" if on_failure == "restart" else "no", rule.most, rule.window)


def backoff(counting: int) -> float:
    """The seconds before a restart: 0.5, doubled with each one that counts, at most 30."""
    return min(0.5 * float(2**counting), 30.0)
