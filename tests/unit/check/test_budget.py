"""Whether the stop fits its budget and the grace period: each rule, its place, and the numbers that it proposes."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check import timeline
from lifeinit.check.rules.plan_rules import RULES
from lifeinit.check.timeline.stages import SLACK, life, work_order
from lifeinit.engine.budget import needed_before
from lifeinit.values import duration
from tests.unit.check.test_stages import ANY_STOP_HOOKS, STOP_HOOKS, file_of


def look(text: str, grace: float | None = None, runtime: str | None = None) -> list[str]:
    """Code, place, the durations that the help proposes, and the grace period that it asks for, as `+26`."""
    found = []
    for one in timeline.diagnostics(file_of(text), timeline.grace_of(grace, runtime)):
        longer = [f"+{seconds}" for seconds in re.findall(r"give the container ([0-9]+) s", one.help)]
        numbers = re.findall(r'"([0-9][0-9hms.]*)"', one.help)
        place = f"{one.span.start.line}:{one.span.start.column}"
        found.append(" ".join([one.code, place, *numbers, *longer]))
    return found


DRAIN = 'stop_timeout = "8s"\n[[pre_stop]]\nname = "drain"\nsleep = "%s"'
CUT = 'stop_timeout = "8s"\npre_stop = { command = "x", timeout = "%s" }\npost_stop = { sleep = "1s" }'
UPLOAD = 'stop_timeout = "8s"\npost_stop = [{ command = "x", timeout = "3s" }, { command = "y", timeout = "%s" }]'
SLEEPS = 'stop_timeout = "%s"\npre_stop = [{ sleep = "1s" }, { sleep = "2s" }]\npost_stop = { sleep = "3s" }'
THREE = 'pre_stop = [{ sleep = "6s" }, { command = "x", timeout = "1s" }, { sleep = "4s" }]'
LAST = 'post_stop = { command = "x", timeout = "%s" }'
SEVERAL = """stop_timeout = "%s"
pre_stop = [{ command = "a", timeout = "5s" }, { sleep = "1s" }, { name = "drain", command = "b", timeout = "3s" }]
post_stop = [{ command = "c", timeout = "3s" }, { command = "d", timeout = "5s" }, { command = "e", timeout = "1s" }]
"""


@pytest.mark.parametrize(
    ("text", "grace", "runtime", "expected"),
    [
        ('stop_timeout = "25s"', None, None, []),
        ('stop_timeout = "25s"', None, "docker", ["E401 1:16 9s +26"]),
        ('stop_timeout = "25s"', None, "compose", ["E401 1:16 9s +26"]),
        ('stop_timeout = "25s"', None, "cloudrun", ["E401 1:16 9s"]),
        ('stop_timeout = "25s"', None, "kubernetes", []),
        ('stop_timeout = "40s"', None, "kubernetes", ["E401 1:16 29s +41"]),
        ('stop_timeout = "40s"', None, "ecs", ["E401 1:16 29s +41"]),
        ('stop_timeout = "3m"', None, "ecs", ["E401 1:16 29s"]),  # ECS gives at most two minutes
        ('stop_timeout = "40s"', None, "heroku", ["E401 1:16 29s"]),
        ('stop_timeout = "9s"', 9.5, "docker", []),  # a grace period in seconds takes precedence
        ('stop_timeout = "9s"', 9.0, "docker", ["E401 1:16 8s +10"]),
        ('stop_timeout = "9s"', 0.5, None, ["E401 1:16 400ms +10"]),
        (LAST % "3s", None, None, ["W401 1:1 9s"]),
        (LAST % "5s", None, None, ["W401 1:1 12s 9s"]),
        (LAST % "5s", None, "docker", ["W401 1:1 12s 9s +13"]),
        (LAST % "5s", None, "cloudrun", ["W401 1:1 9s"]),
        (LAST % "5s", None, "kubernetes", ["W401 1:1 29s"]),
        (DRAIN % "5s", None, None, []),
        (DRAIN % "7s", None, None, ["E402 4:9 5s 11s"]),
        (DRAIN % "7s", None, "docker", ["E402 4:9 5s 11s +12"]),
        (THREE, None, None, []),
        (THREE, None, "compose", ["E402 1:76 1s +14"]),
        (CUT % "5s", None, None, []),
        (CUT % "20s", None, None, ["W402 2:39 5s 23s"]),
        (CUT % "20s", None, "docker", ["W402 2:39 5s 23s +24"]),
        (CUT % "20s", None, "cloudrun", ["W402 2:39 5s"]),
        ('pre_stop = { command = "x", timeout = "20s" }', None, None, []),
        ('pre_stop = { command = "x", timeout = "20s" }', None, "heroku", []),
        ('pre_stop = { command = "x", timeout = "20s" }', None, "docker", ["W402 1:39 9s +21"]),
        (UPLOAD % "10ms", None, None, ["W403 2:76 3s 9s"]),
        (UPLOAD % "5s", None, None, ["W403 2:76 3s 18s"]),
        (UPLOAD % "5s", None, "heroku", ["W403 2:76 3s 18s"]),
        (UPLOAD % "5s", None, "cloudrun", ["W403 2:76 3s"]),
        (SLEEPS % "8s", None, None, ["W404 2:1 2s 10s"]),
        (SLEEPS % "10s", None, None, []),
        (SEVERAL % "9s", None, None, ["W402 2:40 500ms 22s", "W403 3:76 3s 22s"]),  # one number is enough for all
        (SEVERAL % "22s", None, None, []),
        (SEVERAL % "9s", None, "cloudrun", ["W402 2:40 500ms", "W403 3:76 3s"]),
        (SEVERAL % "12s", None, "compose", ["E401 1:16 9s 22s +23", "W402 2:48 500ms 22s +23", "W403 3:76 3s 22s +23"]),
    ],
)
def test_each_rule_and_the_numbers_that_it_proposes(
    text: str, grace: float | None, runtime: str | None, expected: list[str]
) -> None:
    assert look(text, grace, runtime) == expected


@pytest.mark.parametrize(
    "hooks",
    [
        'stop_timeout = "2s"\npre_stop = ["x"]\npost_stop = ["y"]',
        'stop_timeout = "2s"\npre_stop = { wait_for = "tcp://a:1", retries = 3 }',
        'stop_timeout = "5s"\npre_stop = [{ command = "x" }, { command = "x", timeout = "4s" }]\npost_stop = "y"',
    ],
)
def test_a_hook_without_a_timeout_of_its_own_never_makes_the_budget_too_small(hooks: str) -> None:
    """Its default is cut to what the budget leaves."""
    assert look(hooks) == []
    assert look(hooks, None, "docker") == []


@given(st.integers(1, 90), ANY_STOP_HOOKS, ANY_STOP_HOOKS)
def test_what_is_said_of_pre_stop_is_what_the_engine_does(stop: int, before: str, after: str) -> None:
    """The engine reserved five seconds for each default timeout, and the check none: it said nothing of such a cut."""
    hook_file = file_of(f"stop_timeout = {stop}\npre_stop = {before}\npost_stop = {after}")
    said = {one.code for one in timeline.diagnostics(hook_file, None)} & {"E402", "W402", "W404"}
    assert bool(said) == (needed_before(work_order(hook_file)) > life(hook_file).killed_at + SLACK)


@pytest.mark.parametrize("sleeps", [True, False])
def test_the_sleep_that_takes_the_reserve_is_named(sleeps: bool) -> None:
    """Without it nobody would look for the cause there: its time is not one of the timeouts."""
    first = 'sleep = "6s"' if sleeps else 'command = "x"\ntimeout = "6s"'
    hooks = (f'name = "settle"\n{first}', 'name = "upload"\ncommand = "y"')
    text = 'stop_timeout = "10s"\n' + "".join(f"[[post_stop]]\n{hook}\n" for hook in hooks)
    (one,) = [one for one in timeline.diagnostics(file_of(text), None) if one.code == "W403"]
    assert ("post_stop settle sleeps" in one.message) is sleeps
    assert ("sleeps and timeouts" in one.help) is sleeps


def test_each_rule_has_a_wrong_sample_that_breaks_it_and_a_right_one() -> None:
    assert [rule.code for rule in RULES] == ["E401", "E402", "W401", "W402", "W403", "W404", "W405"]
    for rule in RULES:
        grace = "docker" if rule.code == "E401" else None
        assert rule.code in [
            found.code for found in timeline.diagnostics(file_of(rule.wrong), timeline.grace_of(None, grace))
        ]
        assert timeline.diagnostics(file_of(rule.right), timeline.grace_of(None, grace)) == []


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ('alive = "watchdog"\npre_stop = { sleep = "15s" }', ['write stop_timeout = "19s"']),
        ('alive = "watchdog"\npre_stop = { command = "x", timeout = "12s" }', ['write stop_timeout = "14s"']),
        ('alive = "watchdog"\npre_stop = { sleep = "6s" }', []),
        ('alive = "watchdog"\npre_stop = "x"', []),  # its default timeout is cut to what there is
        ('stop_timeout = "19s"\nalive = "watchdog"\npre_stop = { sleep = "15s" }', []),
        ('alive = { watchdog = 5, on_failure = "warn" }\npre_stop = { sleep = "15s" }', []),
        ('pre_stop = { sleep = "15s" }', []),
        ('alive = "watchdog"\npre_stop = { sleep = "15s" }\npost_stop = "x"', []),  # W401 asks for a stop_timeout
    ],
)
def test_the_stop_of_a_hang_is_limited_even_without_a_stop_timeout(text: str, warned: list[str]) -> None:
    found = [one for one in timeline.diagnostics(file_of(text), None) if one.code == "W405"]
    assert [one.help for one in found] == warned
    assert all(one.span.start == (1, 1) for one in found)


STOP_TIMES = st.sampled_from(["", *(f'stop_timeout = "{n}"\n' for n in ("300ms", "2s", "8s", "45s"))])


@given(STOP_TIMES, STOP_HOOKS, STOP_HOOKS, st.sampled_from([None, 0.2, 5.0, 61.5]), st.sampled_from([None, "docker"]))
def test_whatever_is_proposed_can_be_written(
    stop: str, before: str, after: str, grace: float | None, runtime: str | None
) -> None:
    for found in timeline.diagnostics(
        file_of(f"{stop}pre_stop = {before}\npost_stop = {after}"), timeline.grace_of(grace, runtime)
    ):
        assert all(duration.parse(text) > 0 for text in found.help.split('"')[1::2])
        assert found.help.strip()


def hooks_of(hooks: list[tuple[bool, int]], share: float) -> str:
    """Sleeps, and commands with so many retries; each sleep and each try takes `share` seconds."""
    sleep, command = (
        "{{ sleep = {:.4f} }}",
        '{{ command = "x", timeout = {:.4f}, retries = {}, retry_delay = "200ms" }}',
    )
    return ", ".join(sleep.format(share) if is_sleep else command.format(share, retries) for is_sleep, retries in hooks)


some_hooks = st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=4)


@given(st.sampled_from(["pre_stop", "post_stop"]), some_hooks, st.integers(1, 20), st.integers(4, 60), st.booleans())
def test_times_that_add_up_to_what_is_proposed_leave_nothing_to_find(
    phase: str, hooks: list[tuple[bool, int]], share: float, stop: int, in_docker: bool
) -> None:
    """The time from TERM to KILL of the hooks before was forgotten, and the delay between the tries."""
    text = 'stop_timeout = {}\nkill_after = "1s"\n{} = [{}]'
    grace = 10.0 if in_docker else None
    found = timeline.diagnostics(
        file_of(text.format(stop, phase, hooks_of(hooks, share))), timeline.grace_of(grace, None)
    )
    proposed = set(re.findall(r'add up to at most "([^"]+)"', "".join(one.help for one in found)))
    for one in proposed:
        tries = sum(1 if is_sleep else 1 + retries for is_sleep, retries in hooks)
        share = math.floor(duration.parse(one) / tries * 1e4) / 1e4
        room = 9 if in_docker and stop >= 10 else stop
        again = timeline.diagnostics(
            file_of(text.format(room, phase, hooks_of(hooks, share))), timeline.grace_of(grace, None)
        )
        assert again == [], (one, share)


graces = st.sampled_from([None, 0.2, 5.0, 10.0, 61.5])
runtimes = st.sampled_from([None, "docker", "compose", "kubernetes", "ecs", "cloudrun"])
kill_after = st.sampled_from(["", 'kill_after = "0s"\n', 'kill_after = "7s"\n'])
any_stop_time = st.just("") | st.integers(1, 90).map(lambda n: f"stop_timeout = {n}\n")


@given(st.builds("{}{}".format, any_stop_time, kill_after), STOP_HOOKS, STOP_HOOKS, graces, runtimes)
def test_the_number_that_is_proposed_is_one_and_leaves_nothing_to_find(
    top: str, before: str, after: str, grace: float | None, runtime: str | None
) -> None:
    hooks = f"pre_stop = {before}\npost_stop = {after}"
    found = timeline.diagnostics(file_of(top + hooks), timeline.grace_of(grace, runtime))
    text = "\n".join(one.help for one in found)
    proposed = set(re.findall(r'stop_timeout = "([^"]+)"', text))
    longer = set(re.findall(r"give the container ([0-9]+) s", text))
    assert len(proposed) <= 1
    assert len(longer) <= 1
    if found and (proposed or longer):
        for one in proposed:
            top = f'stop_timeout = "{one}"\n' + re.sub("stop_timeout.*\n", "", top)
        new_grace = next(map(float, longer), grace)
        assert timeline.diagnostics(file_of(top + hooks), timeline.grace_of(new_grace, runtime)) == []
    elif found:
        usual = grace is None and runtime is None and [one.code for one in found] == ["W401"]
        assert usual or runtime in {"cloudrun", "ecs"}  # nobody can have more there
        assert not usual or timeline.diagnostics(file_of(f'stop_timeout = "9s"\n{top}{hooks}'), None) == []
