"""Which exit statuses a run may have: what the contract makes of the endings that its log tells."""

import signal

from tests import contract
from tests.chaos.scenario import Hook, Scenario, number
from tests.chaos.truth import Truth

_TIMED_OUT = contract.TIMED_OUT
_BAD_EXPORT, _CANNOT_RUN, _KILLED, _SHELL_CANNOT_FORK = 78, 126, 137, 2


def wrong_status(truth: Truth) -> str:
    """A sentence if the status does not follow from what happened; else empty."""
    status = truth.result.status
    exact = _exact(truth)
    if exact is not None and status not in exact:
        return f"exit status {status}, and by the app's own word it is {' or '.join(map(str, sorted(exact)))}"
    allowed = _allowed(truth)
    return "" if status in allowed else f"exit status {status}, and what happened allows {sorted(allowed)}"


def _exact(truth: Truth) -> set[int] | None:
    """Where one app has told its end and nothing else decided: that status, or for 0 that of an aborting hook."""
    scenario = truth.scenario
    ending = truth.ending("app:0")
    if len(scenario.apps) > 1 or scenario.restarts or ending is None or (truth.is_silent and not scenario.plain):
        return None
    if truth.said("; the app is stopped", "did not stop in time", "app exited 137"):
        return None
    status = _counted(scenario, 0, ending)
    late = {
        code
        for hook in scenario.hooks
        if hook.aborts and hook.phase in {"pre_stop", "post_stop"}
        for code in _failures(truth, hook)
    }
    return {contract.exit_status(status, code) for code in (0, *late)}


def _counted(scenario: Scenario, process: int, status: int) -> int:
    """The status as success_exit_codes makes it."""
    success: set[int] = set()
    for code in scenario.apps[process].keys.get("success_exit_codes", ()):  # type: ignore[union-attr]
        match code:
            case int():
                success.add(code)
            case str() if code.startswith("SIG"):
                success.add(128 + number(code.removeprefix("SIG")))
            case _:
                least, most = str(code).split("-")
                success.update(range(int(least), int(most) + 1))
    return contract.counted(status, success)


def _allowed(truth: Truth) -> set[int]:
    scenario = truth.scenario
    found: set[int] = set()
    for i in range(len(scenario.apps)):
        found |= {_counted(scenario, i, status) for status in _endings(truth, i)}
    for hook in scenario.hooks:
        if hook.aborts:
            found |= _failures(truth, hook)
    if any(app.ready and "warn" not in app.ready for app in scenario.apps):
        found.add(_TIMED_OUT)
    if scenario.world in {"pids", "nproc"}:
        found.add(_CANNOT_RUN)
    return found | _stopped_before(truth)


def _stopped_before(truth: Truth) -> set[int]:
    """128+n, for a stop request that may have come before the app ran."""
    last = len(truth.scenario.apps) - 1
    found = set()
    for line in truth.log:
        if line.who == f"app:{last}" and line.what == "began" and not truth.scenario.restarts:
            break
        if line.what == "sends" and truth.scenario.stops(line.words[1], app_lives=False):
            found.add(128 + number(line.words[1]))
    return found


def _endings(truth: Truth, process: int) -> set[int]:
    """How this process may have ended, in any of its lives."""
    lines = [line for line in truth.log if line.who == f"app:{process}"]
    found: set[int] = set()
    for line in lines:
        if line.what == "exits":
            found.add(int(line.words[1]))
        elif line.what == "dies":
            found.add(128 + number(line.words[1]))
    if truth.ending(f"app:{process}") is None or truth.scenario.restarts:
        found.add(_KILLED)
    if sum(line.what == "ready" for line in lines) < max(1, len(truth.lives)):
        # It blocks no signal before that line: any of them may have ended it.
        found |= {_KILLED, 143, 128 + number(str(truth.scenario.apps[process].keys.get("stop_signal", "TERM")))}
        names = {truth.scenario.goes(line.words[1]) for line in truth.log if line.what == "sends"} - {""}
        found |= {128 + number(name) for name in names}
        asking = {line.who for line in truth.log if line.what == "asks" and line.who.startswith("app:")}
        found |= {128 + _question(int(who.partition(":")[2])) for who in asking}
    return found


def _question(process: int) -> int:
    """The signal with which an app asks whether everything has come, which lifeinit passes on to all of them."""
    return int(signal.SIGRTMAX) - 1 - process


def _failures(truth: Truth, hook: Hook) -> set[int]:
    """With which statuses the hook may have failed."""
    lines = [line for line in truth.log if line.who == hook.label]
    found: set[int] = set()
    for line in lines:
        if line.what == "exits" and line.words[1] != "0":
            found.add(int(line.words[1]))
        elif line.what == "dies":
            found.add(128 + number(line.words[1]))
        elif line.what == "exports" and line.words[1] == "bad":
            found.add(_BAD_EXPORT)
    began = sum(line.what == "began" for line in lines)
    ended = sum(line.what in {"exits", "dies"} for line in lines)
    if hook.keys.get("timeout") and (not began or ended < began or truth.said(f"{hook.label}: timed out")):
        found.add(_TIMED_OUT)
    if truth.scenario.stop_timeout is not None and hook.phase in {"pre_stop", "post_stop"}:
        found.add(_TIMED_OUT)  # cut by the end of the budget, or kept from running
    if truth.scenario.world in {"pids", "nproc"}:
        found |= {_CANNOT_RUN, _SHELL_CANNOT_FORK}
    if truth.scenario.world == "memory":
        found.add(_KILLED)
    return found
