"""Whether a lifeinit's app is ready, in one sentence. Light: a probe asks every few seconds. Unknown is not ready."""

import os
import time

from lifeinit.engine import log
from lifeinit.engine.printable import shortened
from lifeinit.status.find_init import NotRunningError, RunningInit, UnusableError, choose
from lifeinit.status.state_reader import STOP_PHASES, AppProcess, State
from lifeinit.values.duration_text import rough

READY, NOT_READY = 0, 1
NO_STATE = "publishes no state: memfd_create(2) fails, for example because a seccomp profile forbids it"

_REASONS = {
    "signal": "a signal",
    "exited": "the app exited",
    "pre_start_failed": "a pre_start hook failed",
    "post_start_failed": "a post_start hook failed",
    "ready_timeout": "the app was not ready in time",
    "start_failed": "the app could not be started",
    "unhealthy": "the app was unhealthy",
    "internal_error": "lifeinit itself failed",
}


def probe(pid: int | None, quiet: bool) -> int:
    """Print the verdict on that lifeinit, and return the exit status. Never raises, and never is it another status."""
    try:
        ready, sentence = verdict(choose(pid), time.time())
        if not quiet:
            _print(sentence)
    except (NotRunningError, UnusableError) as error:
        if not quiet:
            log.say(str(error))
    except Exception as error:  # noqa: BLE001  # a probe's reader has use for one line, not for a traceback
        log.report(error)
    else:
        return READY if ready else NOT_READY
    return NOT_READY


def _print(sentence: str) -> None:
    try:
        os.write(1, f"{sentence}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # the status is the answer


def verdict(running: RunningInit, now: float) -> tuple[bool, str]:
    """Whether it is ready, and the sentence that says so. `now` is unix time."""
    state = running.state
    if state is None:
        return False, f"not ready: lifeinit, pid {running.pid}, {NO_STATE}"
    if state.phase in STOP_PHASES:
        within = "" if state.phase == "stopping" else f", in {state.phase}"
        because = f": {why(state)}" if state.reason else ""
        return False, f"stopping{within} for {rough(now - state.since)}{because}"
    if state.ready:
        return True, f"ready: {state.phase} for {rough(now - state.since)}"
    return False, f"not ready: {_what_it_does(state, now)}"


def why(state: State) -> str:
    """What began the stop."""
    if state.reason == "signal" and state.signal is not None:
        return f"SIG{shortened(state.signal)}"
    return _REASONS.get(state.reason) or shortened(state.reason)


def _what_it_does(state: State, now: float) -> str:
    last = state.hooks[-1] if state.hooks else None
    if last is not None and last.result == "running":
        return f"{shortened(last.label)} has been running for {rough(now - last.at)}"
    does = f"{state.phase} for {rough(now - state.since)}"
    if state.phase == "pre_start" and last is not None and last.phase == "pre_start" and last.result != "ok":
        return f"{does}, {shortened(last.label)} {last.result}"
    if state.phase == "waiting":
        return f"{does} to start again, restarts so far: {state.restarts}"
    waits = [_described(process) for process in state.processes if not process.ready]
    return ", ".join([does, *waits])


def _described(process: AppProcess) -> str:
    said = f': "{shortened(process.status)}"' if process.status else ""
    return f"{shortened(process.name)} is not ready{said}"
