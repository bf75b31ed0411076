"""Holds the log of a run against the contract. Judges only what the order of the log's lines makes certain."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import lifeinit
from tests.chaos.scenario import Hook, Scenario
from tests.chaos.statuses import wrong_status
from tests.chaos.storm import Line, Result
from tests.chaos.truth import Truth
from tests.contract import Facts, broken_by, in_order

SLACK = 2.5  # seconds that a busy machine may add to a budget
_NOTHING = "before anything was started"


@dataclass(frozen=True)
class Verdict:
    """Every sentence is one breach of the contract. `late` is by how many seconds a budget was overrun, if any was."""

    findings: list[str]
    late: float | None


def judge(scenario: Scenario, result: Result) -> Verdict:
    truth = Truth(scenario, result)
    late = _late(truth)
    findings = ["it did not end"] if result.hung else []
    if late is not None and late > SLACK:
        findings.append(f"the stop took {late:.1f} s longer than its budget")
    if not result.hung:
        for rule in _RULES:
            findings += rule(truth)
    return Verdict(findings, late)


def _late(truth: Truth) -> float | None:
    """Why only what outside has sent: what an app sends might come before the budget of a life that is over already."""
    if truth.scenario.stop_timeout is None:
        return None
    for i, line in enumerate(truth.log):
        if line.who == "outside" and line.what == "sent" and truth.scenario.stops(line.words[1]):
            return truth.result.ended - line.at - truth.paused(i) - truth.scenario.stop_timeout / 1000
    return None


def no_error_of_its_own(truth: Truth) -> Iterator[str]:
    """A traceback may be an actor's, which was interrupted before it had blocked the signals: not by its place."""
    own = str(Path(lifeinit.__file__).parent)
    for line in truth.result.stderr:
        if "internal error" in line or (line.startswith("  File ") and own in line):
            yield f"lifeinit said: {line}"


def nothing_is_left(truth: Truth) -> Iterator[str]:
    """As a subreaper: below PID 1 of another kind that counts what remains."""
    if truth.scenario.world == "subreaper" and truth.result.stdout[-1:] != ["nothing left"]:
        yield f"left behind: {truth.result.stdout}"


def nothing_where_it_says_so(truth: Truth) -> Iterator[str]:
    """A stop request that came before everything else."""
    if truth.said(_NOTHING):
        yield from (f"nothing was started, but {line.who} {line.what}" for line in truth.log if line.who != "outside")


def post_stop_once_in_each_life(truth: Truth) -> Iterator[str]:
    for hook in truth.scenario.of_phase("post_stop"):
        for life in truth.lives:
            times = truth.began(hook.label, life, attempt=1)
            if len(times) > 1:
                yield f"{hook.label} began {len(times)} times in life {life}"
            if not times and not _is_excused(truth, hook, life):
                yield f"{hook.label} did not run in life {life}"


def _is_excused(truth: Truth, hook: Hook, life: int) -> bool:
    """Whether its first try may have left no line: it never came to it, or it was ended before it could write one."""
    if hook.silent or truth.is_silent or truth.scenario.world in {"pids", "nproc", "memory"}:
        return True
    if truth.said(_NOTHING) or (hook.keys.get("once") and life > 0):
        return True
    said = (
        f"{hook.label}: cannot run",
        f"{hook.label}: timed out",
        f"{hook.label}: cut",
        f"{hook.label}: skipped",
        "budget is used up",
    )
    return truth.said(*said)


def hooks_in_order_one_at_a_time(truth: Truth) -> Iterator[str]:
    place: dict[tuple[int, str], tuple[int, int]] = {}
    pids: set[int] = set()
    current: Line | None = None
    for line in truth.log:
        if not truth.is_hook(line.who):
            continue
        if line.what == "began":
            phase, index = line.who[:-1].split("[")
            life, attempt = truth.life(line), truth.attempt(line)
            last = place.get((life, phase))
            if not in_order(last, (int(index), attempt)) and last is not None:
                yield f"{line.who} began for try {attempt} of life {life} after {phase}[{last[0]}], try {last[1]}"
            place[life, phase] = (int(index), attempt)
            current = line
            pids.add(line.pid)
        elif current is not None and line.pid in pids and line.pid != current.pid:
            yield f"{line.who} (pid {line.pid}) still ran after {current.who} had begun: {line}"


def nothing_before_post_stop_outlives_it(truth: Truth) -> Iterator[str]:
    begun: Line | None = None
    for line in truth.log:
        if line.who.startswith("post_stop") and line.what == "began":
            begun = line
        elif line.who.startswith(("app", "pre_stop", "post_start", "left-by-app", "left-by-pre")) and begun is not None:
            if line.what == "began" and not line.who.startswith("left"):
                begun = None  # the next life
            else:
                yield f"{line.who} still lived after {begun.who} had begun: {line}"
        elif line.who.startswith("pre_start"):
            begun = None


def nothing_starts_after_a_stop_request(truth: Truth) -> Iterator[str]:
    """A hook's last line comes before its death, so lifeinit has read what was sent before that line."""
    asked: Line | None = None
    certain: Line | None = None
    for line in truth.log:
        if line.what == "sent" and truth.scenario.stops(line.words[1]):
            asked = asked or line
        elif asked is not None and line.what in {"exits", "dies"} and line.who.startswith(("pre_start", "post_stop")):
            certain = certain or line
        elif certain is not None and line.what == "began" and line.who.startswith(("app", "pre_start")):
            broken = broken_by("app" if line.who.startswith("app") else "pre_start", Facts(stop_requested=True))
            came = asked.words[1] if asked else ""
            yield f"{broken}: {line.who} began at {line.at:.3f}, but {came} came before {certain}"


def pre_stop_only_beside_a_living_app(truth: Truth) -> Iterator[str]:
    asked = False
    gone: Line | None = None
    for line in truth.log:
        if line.what == "sent" and truth.scenario.stops(line.words[1]):
            asked = True
        elif line.who == "app:0":
            gone = line if line.what in {"exits", "dies"} else None
        elif line.who.startswith("pre_stop") and line.what == "began":
            requested = asked or any(said.what == "sends" and said.at < line.at for said in truth.log)
            dead = gone is not None and line.at - gone.at > 1.0 + truth.paused(truth.log.index(gone))
            broken = broken_by("pre_stop", Facts(app_lives=False if dead else None, stop_requested=requested))
            if broken:
                yield f"{broken}: {line.who} began at {line.at:.3f} {'after the app was gone' if dead else ''}"


def pre_stop_after_the_app_is_one_command(truth: Truth) -> Iterator[str]:
    """A command may be what stopped the app and runs to its end. A sleep ends with the app; no other hook begins."""
    if len(truth.scenario.apps) > 1:
        return
    gone, told = "", 0
    for line in truth.result.stderr:
        if line.startswith("lifeinit: app exited"):
            gone, told = line, 0
        elif "restart 1 in" in line:
            gone = ""
        elif gone and (found := re.match(r"lifeinit: pre_stop\[\d\]: (ok|slept|exited|timed out)", line)):
            told += 1
            if found[1] == "slept" or told > 1:
                yield f"{gone!r} was followed by {line!r}"


def nobody_is_here_when_post_stop_begins(truth: Truth) -> Iterator[str]:
    """No zombie, and nobody of the life that is over: only the first hook can say so, before it does anything."""
    seen: set[int] = set()
    pid = -1
    for line in truth.log:
        if not line.who.startswith("post_stop"):
            continue
        if line.what == "began" and truth.life(line) not in seen:
            seen.add(truth.life(line))
            pid = line.pid
        elif line.what == "not-alone" and line.pid == pid and not truth.said("leftover processes did not stop"):
            yield f"{line.who} was not alone: {' '.join(line.words[1:])}"


def signals_reach_the_app(truth: Truth) -> Iterator[str]:
    """Of each kind the last one that was sent while the app was certainly up.

    The app asks before it exits whether everything has come: its question takes the same way through lifeinit.
    """
    for i, app in enumerate(truth.scenario.apps):
        if "group" in app.deeds and (app.keys.get("stop_scope") == "group" or "-g" in truth.scenario.options):
            continue  # it has left the group that the signals go to
        for ready, asks in truth.spans(f"app:{i}"):
            for at in range(ready, asks):
                line = truth.log[at]
                if line.who != "outside" or line.what != "sends" or truth.log.index(truth.sent(at)) > asks:
                    continue
                goes = truth.scenario.goes(line.words[1])
                if not goes or "CHLD" in {goes, line.words[1]} or truth.scenario.stops(line.words[1]):
                    continue
                stops = bool({goes, line.words[1]} & {"TTIN", "TTOU"})
                if stops and (truth.is_continued_soon(at) or truth.is_stopped(f"app:{i}", at)):
                    continue  # the kernel throws away a pending one when a CONT comes. signal(7)
                if not truth.got(f"app:{i}", goes, at):
                    yield f"app:{i} did not get the {goes} for the {line.words[1]} that was sent at {line.at:.3f}"


def no_signal_out_of_nothing(truth: Truth) -> Iterator[str]:
    for i, app in enumerate(truth.scenario.apps):
        sent = {line.words[1] for line in truth.log if line.what == "sends"}
        known = {truth.scenario.goes(name) for name in sent} | {"TERM", "CONT", str(app.keys.get("stop_signal", ""))}
        if "group" in app.deeds:
            known.add("HUP")  # the kernel's, to a stopped group that becomes orphaned
        for line in truth.log:
            if line.who == f"app:{i}" and line.what == "got" and line.words[1] not in known:
                yield f"{line.who} got a {line.words[1]} that nobody had sent: {line}"


def a_serving_app_is_told_to_stop(truth: Truth) -> Iterator[str]:
    """Before it is killed, where the budget leaves a moment for that."""
    limit = truth.scenario.stop_timeout
    if limit is not None and limit < 1200:
        return
    for i, app in enumerate(truth.scenario.apps):
        lines = [line for line in truth.log if line.who == f"app:{i}"]
        if not lines or truth.scenario.world == "memory" or "group" in app.deeds or truth.scenario.restarts:
            continue
        if app.deeds[-1].startswith("serve") and lines[-1].what in {"ready", "got"}:
            ends = app.deeds[-1].split(":")[2].split(",")
            if lines[-1].what == "ready" or lines[-1].words[1] not in {*ends, "CONT"}:
                yield f"app:{i} was ended without a word: its last line is {lines[-1]}"


def what_was_exported_arrives(truth: Truth) -> Iterator[str]:
    value: str | None = None
    exported: dict[int, str] = {}
    for line in truth.log:
        if line.what == "exports" and line.words[1].startswith("EXPORTED="):
            exported[line.pid] = line.words[1].partition("=")[2]
        elif line.what == "exits" and line.words[1] == "0" and line.pid in exported and truth.said(f"{line.who}: ok"):
            value = exported[line.pid]
        elif line.who == "app:0" and line.what == "began" and value is not None and value not in line.words:
            yield f"the app began without the exported {value}: {line}"


def its_words_are_true(truth: Truth) -> Iterator[str]:
    """`app exited N` against what the app has said of itself, and the last line against the status."""
    told = [int(found[1]) for line in truth.result.stderr if (found := re.match(r"lifeinit: app exited (\d+)", line))]
    if len(truth.scenario.apps) == 1 and not truth.scenario.restarts and len(told) > 1:
        yield f"the app exited {len(told)} times: {told}"
    ending = truth.ending("app:0")
    if len(told) == 1 and ending is not None and told[0] not in {ending, 137}:
        yield f"it said that the app exited {told[0]}, which exited {ending}"
    last = truth.result.stderr[-1] if truth.result.stderr else ""
    found = re.match(r"lifeinit: exit status (\d+): ", last)
    if found and int(found[1]) != truth.result.status:
        yield f"it exited {truth.result.status} and said {last!r}"


def the_status_is_what_happened(truth: Truth) -> Iterator[str]:
    wrong = wrong_status(truth)
    if wrong:
        yield wrong
    if truth.result.status == 126 and not truth.is_silent and not truth.said("cannot run"):
        yield "status 126, and no sentence says what could not run"


_RULES: tuple[Callable[[Truth], Iterator[str]], ...] = (
    no_error_of_its_own,
    nothing_is_left,
    nothing_where_it_says_so,
    post_stop_once_in_each_life,
    hooks_in_order_one_at_a_time,
    nothing_before_post_stop_outlives_it,
    nothing_starts_after_a_stop_request,
    pre_stop_only_beside_a_living_app,
    pre_stop_after_the_app_is_one_command,
    nobody_is_here_when_post_stop_begins,
    signals_reach_the_app,
    no_signal_out_of_nothing,
    a_serving_app_is_told_to_stop,
    what_was_exported_arrives,
    its_words_are_true,
    the_status_is_what_happened,
)
