"""Whether a lifeinit's app works, in one sentence. Light: a probe asks every few seconds. Unknown is not ready."""

import os
import time

from lifeinit.engine.printable import shortened
from lifeinit.status.find_init import NotRunningError, RunningInit, UnusableError, choose
from lifeinit.status.state_reader import STOP_PHASES, AppProcess, State
from lifeinit.values import duration
from lifeinit.values.duration_text import rough

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

READY, NOT_READY = 0, 1
NO_STATE = "publishes no state: memfd_create(2) fails, for example because a seccomp profile forbids it"
TIMEOUT = 5.0  # seconds for a new try: less than the 30 s that Docker gives a health check

_REASONS = {
    "signal": "a signal",
    "exited": "the app exited",
    "unhealthy": "the app was unhealthy",
    "pre_start_failed": "a pre_start hook failed",
    "post_start_failed": "a post_start hook failed",
    "ready_timeout": "the app was not ready in time",
    "start_failed": "the app could not be started",
    "internal_error": "lifeinit itself failed",
}


def options(words: "Sequence[str]") -> tuple[bool, float] | None:
    """Quiet, and the timeout, of a usual command line; None for one that the parser of all others has to read."""
    quiet, timeout = False, TIMEOUT
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in {"-q", "--quiet"}:
            quiet = True
        elif name == "--timeout" and (equals or rest):
            try:
                timeout = parse_timeout(value if equals else rest.pop(0))
            except ValueError:
                return None
        else:
            return None
    return quiet, timeout


def parse_timeout(text: str) -> float:
    """The seconds that a new try may take. Raises ValueError with the end of a sentence."""
    seconds = duration.parse_variable(text)
    if seconds == 0:
        raise ValueError('which leaves no time at all: write at least "100ms"')
    return seconds


def probe(pid: int | None, quiet: bool, timeout: float = TIMEOUT) -> int:
    """Print the verdict on that lifeinit, and return the exit status. Never raises, and never is it another status."""
    try:
        running = choose(pid)
        ready, sentence = verdict(running, time.time())
        if ready:
            ready, sentence = _asked_anew(running, sentence, timeout)
        if not quiet:
            _print(sentence)
    except Exception as error:  # noqa: BLE001  # a probe's reader has use for one line, not for a traceback
        from lifeinit.engine import log  # noqa: PLC0415  # 3 ms that only a failure has to pay

        if not isinstance(error, NotRunningError | UnusableError):
            log.report(error)
        elif not quiet:
            log.say(str(error))
    else:
        return READY if ready else NOT_READY
    return NOT_READY


def _print(sentence: str) -> None:
    try:
        os.write(1, f"{sentence}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # the status is the answer


def verdict(running: RunningInit, now: float) -> tuple[bool, str]:
    """Whether its state says that it works, and the sentence that says so. `now` is unix time."""
    state = running.state
    if state is None:
        return False, f"not ready: lifeinit, pid {running.pid}, {NO_STATE}"
    if state.phase in STOP_PHASES:
        within = "" if state.phase == "stopping" else f", in {state.phase}"
        because = f": {why(state)}" if state.reason else ""
        return False, f"stopping{within} for {rough(now - state.since)}{because}"
    sick = [process for process in state.processes if process.alive is False]
    if sick:
        return False, f"unhealthy: {'; '.join(_diagnosis(process, now) for process in sick)}"
    if state.ready:
        return True, f"ready: {state.phase} for {rough(now - state.since)}"
    return False, f"not ready: {_what_it_does(state, now)}"


def _asked_anew(running: RunningInit, sentence: str, timeout: float) -> tuple[bool, str]:
    """The same, after a new try of each process that has a URL in `ready`, and whom no `alive` has asked."""
    processes = () if running.state is None else running.state.processes
    unwatched = [process for process in processes if process.probe is not None and process.alive is None]
    if not unwatched:
        return True, sentence
    from lifeinit.status.new_try import failure  # noqa: PLC0415  # 10 ms that only a new try has to pay

    try:
        reason = failure(running.pid, unwatched, timeout)
    except OSError as error:
        raise UnusableError(f"cannot ask the app: {error.strerror or error}") from None
    return (True, sentence) if reason is None else (False, f"unhealthy: {reason}")


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
    fails = last is not None and last.result not in {"ok", "skipped"}
    if last is not None and fails and state.phase == last.phase == "pre_start":
        return f"{does}, {shortened(last.label)} {last.result}"
    if state.phase == "waiting":
        return f"{does} to start again, restarts so far: {state.restarts}"
    waits = [_described(process) for process in state.processes if not process.ready]
    return ", ".join([does, *waits])


def _described(process: AppProcess) -> str:
    said = f': "{shortened(process.status)}"' if process.status else ""
    return f"{shortened(process.name)} is not ready{said}"


def _diagnosis(process: AppProcess, now: float) -> str:
    since = now if process.alive_since is None else process.alive_since
    why = shortened(process.alive_detail or "does not answer", 200)
    return f"{shortened(process.name)} for {rough(now - since)}: {why}"
