"""The plan of a hook file: what it takes at worst, and what is said about that."""

import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check import timeline
from lifeinit.check.rules.plan_rules import RULES
from lifeinit.check.timeline import labels
from lifeinit.check.timeline.stages import life
from lifeinit.check.timeline.text_width import cut, fitted, width
from lifeinit.config.model import HookFile
from lifeinit.config.parser import parse
from lifeinit.config.planner import Options, make_plan
from lifeinit.engine import events as ev
from lifeinit.engine.plan import Inherited
from lifeinit.engine.signals import number_of
from lifeinit.engine.state_machine import EXIT_TIME, Machine
from lifeinit.values import duration

TERM, KILL, CONT = (number_of(name) or 0 for name in ("TERM", "KILL", "CONT"))


def file_of(text: str) -> HookFile:
    return parse(text.encode())


# The stages, against the engine itself.


class WorstStop:
    """The engine's machine in the worst of worlds: all that can be is deaf to everything but SIGKILL.

    `log` holds what was begun, and when, in seconds from the stop request.
    """

    def __init__(self, hook_file: HookFile) -> None:
        nothing = Inherited((), sigchld_ignored=False, lc_ctype_added=False, directory=None)
        self.machine = Machine(make_plan(["app"], nothing, hook_file, Options()))
        self.now = 0.0
        self.timers: dict[ev.Timer, float] = {}
        self.log: list[tuple[str, float]] = []
        self.over = False
        self.handle(ev.Begin())
        self.handle(ev.SignalCame(TERM))
        while not self.over:
            timer = min(self.timers, key=lambda timer: self.timers[timer])
            self.now = self.timers.pop(timer)
            self.handle(ev.Elapsed(timer))

    def handle(self, event: ev.Event) -> None:
        answers: list[ev.Event] = []
        for action in self.machine.handle(event):
            answers += self.act(action)
        for answer in answers:
            self.handle(answer)

    def act(self, action: ev.Action) -> list[ev.Event]:
        match action:
            case ev.Arm(timer, after):
                self.timers[timer] = self.now + after
                if timer == "sleep":
                    self.begin_hook()
            case ev.Disarm(timer):
                self.timers.pop(timer, None)
            case ev.StartApp(process):
                return [ev.Started(process)]
            case ev.RunHook():
                self.begin_hook()
            case ev.SignalHook(signo) if signo == KILL:
                return [ev.HookExited(ev.Ending(signo=KILL))]
            case ev.SignalApp(process, signo) if signo == KILL:
                self.log.append(("killed", self.now))
                return [ev.AppExited(process, ev.Ending(signo=KILL))]
            case ev.SignalApp(_, signo) if signo != CONT:
                self.log.append(("stop", self.now))
            case ev.Sweep(signo):
                self.log += [("cleanup", self.now)] if signo == TERM else []
                return [ev.Empty()] if signo == KILL else []
            case ev.Exit():
                self.log.append(("exit", self.now))
                self.over = True
            case _:
                pass
        return []

    def begin_hook(self) -> None:
        if self.machine.run.attempt == 1:
            self.log.append((self.machine.run.label, self.now))


def told(hook_file: HookFile) -> list[tuple[str, float]]:
    """The same moments as the stages of the plan have them."""
    found: list[tuple[str, float]] = []
    for stage in life(hook_file).stop:
        found.append((stage.phase if stage.phase in {"stop", "cleanup"} else stage.label, stage.begin))
        found += [("killed", stage.end)] if stage.phase == "stop" else []
    return found


seconds = st.integers(1, 12)
stop_hooks = st.lists(
    st.one_of(
        seconds.map(lambda n: f"{{ sleep = {n} }}"),
        st.builds(
            lambda timeout, retries, delay: (
                f'{{ command = "x", timeout = {timeout}, retries = {retries}, retry_delay = {delay} }}'
            ),
            seconds,
            st.integers(0, 2),
            st.integers(0, 3),
        ),
    ),
    max_size=3,
).map(lambda hooks: f"[{', '.join(hooks)}]" if hooks else '{ sleep = "0s" }')


@given(st.integers(1, 60), stop_hooks, stop_hooks, st.integers(0, 3))
def test_the_stages_begin_when_the_engine_begins_them_at_worst(
    budget: int, before: str, after: str, kill_after: int
) -> None:
    """The stop of a machine whose hooks and app end by nothing but SIGKILL, and the plan's own times."""
    text = f"stop_timeout = {budget}.37\nkill_after = {kill_after}\npre_stop = {before}\npost_stop = {after}\n"
    hook_file = file_of(text)
    ran = WorstStop(hook_file).log
    planned = [moment for moment in told(hook_file) if moment[1] < budget + 0.37 - EXIT_TIME]
    begun = [what for what, _ in ran]
    skipped = [what for what, _ in planned if what not in begun]
    assert all(what.startswith("pre_stop") for what in skipped), text
    moments = [moment for moment in planned if moment[0] in begun]
    assert [what for what, _ in moments] == begun[: len(moments)], text
    assert [at for _, at in moments] == pytest.approx([at for _, at in ran[: len(moments)]], abs=EXIT_TIME), text
    assert ran[-1][0] == "exit"
    # An app that a deaf pre_stop hook kept from being asked can cost the engine a cleanup beyond its budget.
    assert budget / 2 <= ran[-1][1] <= budget + 0.37 + 1e-6, text


def test_without_a_stop_timeout_only_the_app_has_no_limit() -> None:
    stages = life(file_of('pre_stop = "x"\npost_stop = "y"')).stop
    assert [(stage.label, stage.longest, stage.begin) for stage in stages] == [
        ("pre_stop[0]", 7.0, 0.0),
        ("stop app", math.inf, 7.0),
        ("cleanup", 1.0, math.inf),
        ("post_stop[0]", 7.0, math.inf),
    ]


def test_the_start_waits_for_the_slowest_process() -> None:
    text = """
        pre_start = { command = "x", timeout = "10s", retries = 1, retry_delay = "3s" }
        post_start = { command = "y", timeout = "1s" }
        [process.web]
        command = "web"
        ready = "tcp://localhost:80"
        [process.worker]
        command = "worker"
        ready = { after = "5s" }
        [process.other]
        command = "other"
    """
    assert [(stage.label, stage.known, stage.begin, stage.end) for stage in life(file_of(text)).start] == [
        ("pre_start[0]", None, 0.0, 27.0),
        ("start web", None, 27.0, 87.0),
        ("start worker", 5.0, 27.0, 32.0),
        ("start other", 0.0, 27.0, 27.0),
        ("post_start[0]", None, 87.0, 90.0),
    ]


# The findings.


def findings(text: str, grace: float | None = None, runtime: str | None = None) -> list[str]:
    """Each as `check` has it: code, place, sentence, way out."""
    return [
        f"{found.code} {'.'.join(map(str, found.path))}: {found.sentence}\n  {found.help}"
        for found in timeline.findings(file_of(text), grace, runtime)
    ]


KILLS_25 = 'E401 stop_timeout: stop_timeout is "25s", and '
FITS = 'stop_timeout = "9s"\npre_stop = { sleep = "2s" }\npost_stop = { command = "x", timeout = "3s" }'


@pytest.mark.parametrize(
    ("runtime", "sentence"),
    [
        (
            "docker",
            (
                'Docker kills everything after 10 s\n  write at most "9s", or give the container 26 s: docker stop -t '
                "26 / docker run --stop-timeout 26"
            ),
        ),
        (
            "compose",
            (
                'Compose kills everything after 10 s\n  write at most "9s", or give the container 26 s: '
                "stop_grace_period: 26s"
            ),
        ),
        ("cloudrun", 'Cloud Run kills everything after 10 s\n  write at most "9s"'),
    ],
)
def test_a_stop_that_does_not_fit_the_grace_period(runtime: str, sentence: str) -> None:
    assert findings('stop_timeout = "25s"', None, runtime) == [KILLS_25 + sentence]


@pytest.mark.parametrize(
    ("runtime", "way_out"),
    [
        ("kubernetes", ', or give the container 41 s: terminationGracePeriodSeconds: 41'),
        ("ecs", ', or give the container 41 s: "stopTimeout": 41'),
        ("heroku", ""),
    ],
)  # fmt: skip
def test_a_grace_period_of_30_seconds(runtime: str, way_out: str) -> None:
    assert findings('stop_timeout = "29s"', None, runtime) == []
    name = timeline.RUNTIMES[runtime].name
    sentence = f'E401 stop_timeout: stop_timeout is "40s", and {name} kills everything after 30 s'
    assert findings("stop_timeout = 40", None, runtime) == [f'{sentence}\n  write at most "29s"{way_out}']


def test_what_a_runtime_cannot_give_is_not_proposed() -> None:
    assert findings('stop_timeout = "3m"', None, "ecs") == [
        'E401 stop_timeout: stop_timeout is "3m", and ECS kills everything after 30 s\n  write at most "29s"'
    ]


def test_a_grace_period_in_seconds_goes_before_the_usual_one() -> None:
    assert findings(FITS, 10.0) == []
    assert findings(FITS, 9.5, "docker") == []
    assert findings(FITS, 9.0, "docker") == [
        (
            'E401 stop_timeout: stop_timeout is "9s", and Docker kills everything after 9 s\n'
            '  write at most "8s", or give the container 10 s: docker stop -t 10 / docker run --stop-timeout 10'
        )
    ]
    assert findings(FITS, 0.5) == [
        (
            'E401 stop_timeout: stop_timeout is "9s", and the runtime kills everything after 500 ms\n'
            '  write shorter timeouts and at most "400ms", or give the container 10 s: docker stop -t 10 / '
            "stop_grace_period: 10s / terminationGracePeriodSeconds: 10"
        )
    ]


def test_post_stop_hooks_without_a_limit_of_the_stop() -> None:
    sentence = "W401 post_stop: stop_timeout is not set: an app that hangs keeps the post_stop hooks from running until"
    assert findings('post_stop = "x"') == [
        (
            f"{sentence} the runtime kills everything\n"
            '  write stop_timeout = "12s" and give the container longer than that, or shorter timeouts and a '
            'stop_timeout a little shorter than the grace period, "9s" for Docker\'s 10 s, or set LIFEINIT_STOP_TIMEOUT'
        )
    ]
    assert findings('post_stop = { command = "x", timeout = "3s" }') == [
        (
            f"{sentence} the runtime kills everything\n"
            '  write a stop_timeout a little shorter than the grace period, "9s" for Docker\'s 10 s, or set '
            "LIFEINIT_STOP_TIMEOUT"
        )
    ]
    assert findings('post_stop = "x"', None, "docker") == [
        (
            f'{sentence} Docker kills everything after 10 s\n  write stop_timeout = "12s" and give the container 13 s: '
            "docker stop -t 13 / docker run --stop-timeout 13, or shorter timeouts and a stop_timeout of at most "
            '"9s", or set LIFEINIT_STOP_TIMEOUT'
        )
    ]
    assert findings('post_stop = "x"', None, "cloudrun") == [
        (
            f"{sentence} Cloud Run kills everything after 10 s\n  write shorter timeouts and a stop_timeout of at most "
            '"9s", or set LIFEINIT_STOP_TIMEOUT'
        )
    ]
    assert findings('post_stop = "x"', None, "kubernetes") == [
        (f"{sentence} Kubernetes kills everything after 30 s\n"
        '  write stop_timeout = "29s", or set LIFEINIT_STOP_TIMEOUT')
    ]  # fmt: skip
    assert findings('pre_stop = "x"') == []


def test_a_sleep_that_leaves_the_app_no_time() -> None:
    text = 'stop_timeout = "8s"\n[[pre_stop]]\nname = "drain"\nsleep = "7s"'
    assert findings(text) == [
        (
            "E402 pre_stop.0.sleep: pre_stop drain sleeps 7 s, which leaves the app no time of its own: "
            'stop_timeout "8s" keeps 1 s back for cleanup and post_stop\n'
            '  write sleep = "5s" at most, or stop_timeout = "11s"'
        )
    ]
    assert findings(text.replace('"7s"', '"5s"')) == []
    (in_docker,) = findings(text, None, "docker")
    assert (
        in_docker
        == f"{findings(text)[0]} and give the container 12 s: docker stop -t 12 / docker run --stop-timeout 12"
    )


def test_sleeps_that_together_leave_the_app_no_time() -> None:
    text = 'pre_stop = [{ sleep = "6s" }, { command = "x", timeout = "1s" }, { sleep = "4s" }]'
    assert findings(text) == []
    assert findings(text, None, "compose") == [
        (
            "E402 pre_stop.2.sleep: pre_stop[2] sleeps 4 s until 10 s after the stop request, which leaves the app no "
            "time of its own: Compose kills everything after 10 s\n"
            '  write sleep = "1s" at most, or give the container 14 s: stop_grace_period: 14s'
        )
    ]


def test_a_pre_stop_hook_that_may_be_cut() -> None:
    text = 'stop_timeout = "8s"\npre_stop = { command = "x", timeout = "20s" }\npost_stop = { sleep = "1s" }'
    sentence = (
        "W402 pre_stop.timeout: pre_stop[0] may run until 20 s after the stop request, and is ended at 6 s, since "
        'stop_timeout "8s" keeps 2 s back for cleanup and post_stop\n'
    )
    assert findings(text) == [f'{sentence}  write timeout = "5s" at most, or stop_timeout = "23s"']
    assert findings(text, None, "docker") == [
        (
            f'{sentence}  write timeout = "5s" at most, or stop_timeout = "23s" and give the container 24 s: '
            "docker stop -t 24 / docker run --stop-timeout 24"
        )
    ]
    assert findings(text, None, "cloudrun") == [f'{sentence}  write timeout = "5s" at most']
    assert findings(text.replace('"20s"', '"5s"')) == []


def test_a_pre_stop_hook_for_which_those_before_it_leave_no_time() -> None:
    text = 'stop_timeout = "8s"\npre_stop = [{ command = "x", timeout = "5s" }, { sleep = "1s" }]'
    assert findings(text) == [
        (
            "W402 pre_stop.1.timeout: pre_stop[1] may run until 8 s after the stop request, and is ended at 7 s, since "
            'stop_timeout "8s" keeps 1 s back for cleanup and post_stop\n'
            '  write shorter timeouts in the hooks before it, or stop_timeout = "10s"'
        )
    ]


def test_a_pre_stop_hook_that_the_grace_period_cuts() -> None:
    text = 'pre_stop = { command = "x", timeout = "20s" }'
    assert findings(text) == []
    assert findings(text, None, "heroku") == []
    assert findings(text, None, "docker") == [
        (
            "W402 pre_stop.timeout: pre_stop[0] may run until 20 s after the stop request, and is ended at 10 s, since "
            "Docker kills everything after 10 s\n"
            '  write timeout = "9s" at most, or give the container 21 s: docker stop -t 21 / '
            "docker run --stop-timeout 21"
        )
    ]


def test_post_stop_hooks_that_want_more_than_half_of_the_stop() -> None:
    text = (
        'stop_timeout = "8s"\n[[post_stop]]\ncommand = "x"\ntimeout = "3s"\n'
        '[[post_stop]]\nname = "upload"\ncommand = "y"\n'
    )
    sentence = (
        "W403 post_stop.1.timeout: post_stop upload may be cut: the post_stop hooks and cleanup may take 9 s, and at "
        'most half of stop_timeout "8s" is kept back for them\n'
    )
    assert findings(text) == [f'{sentence}  write timeouts that add up to at most "3s", or stop_timeout = "18s"']
    assert findings(text, None, "heroku") == findings(text)
    assert findings(text, None, "cloudrun") == [f'{sentence}  write timeouts that add up to at most "3s"']
    assert findings(text.partition("[[post_stop]]\nname")[0]) == []


def test_sleeps_that_leave_the_app_little_time() -> None:
    text = 'stop_timeout = "8s"\npre_stop = [{ sleep = "1s" }, { sleep = "%s" }]\n'
    text += 'post_stop = { command = "x", timeout = "3s" }'
    assert findings(text % "2s") == [
        (
            "W404 pre_stop: pre_stop sleeps 3 s, which leaves the app 1 s until SIGKILL: "
            'stop_timeout "8s" keeps 4 s back for cleanup and post_stop\n'
            '  write sleeps that add up to at most "2s", or stop_timeout = "10s"'
        )
    ]
    assert findings(text % "1s") == []
    assert findings((text % "2s").replace("8s", "10s")) == []
    without = 'stop_timeout = "1s"\npre_stop = { command = "x", timeout = "100ms" }'
    assert findings(without) == []  # a short budget is somebody's choice; that a sleep eats it up may not be


def test_each_rule_has_a_wrong_sample_that_breaks_it_and_a_right_one() -> None:
    assert [rule.code for rule in RULES] == ["E401", "E402", "W401", "W402", "W403", "W404"]
    for rule in RULES:
        grace = "docker" if rule.code == "E401" else None
        assert rule.code in [found.code for found in timeline.findings(file_of(rule.wrong), None, grace)]
        assert timeline.findings(file_of(rule.right), None, grace) == []


stop_times = st.sampled_from(["", *(f'stop_timeout = "{n}"\n' for n in ("300ms", "2s", "8s", "45s"))])


@given(stop_times, stop_hooks, stop_hooks, st.sampled_from([None, 0.2, 5.0, 61.5]), st.sampled_from([None, "docker"]))
def test_whatever_is_proposed_can_be_written(
    stop: str, before: str, after: str, grace: float | None, runtime: str | None
) -> None:
    """Every duration in quotes is one that a hook file takes; nothing ends with an empty way out."""
    hook_file = file_of(f"{stop}pre_stop = {before}\npost_stop = {after}")
    for found in timeline.findings(hook_file, grace, runtime):
        for text in quotes(found.help):
            assert duration.parse(text) > 0
        assert found.help.strip(), found


CUT = """
stop_timeout = "9s"
pre_stop = [{ command = "a" }, { sleep = "1s" }, { name = "drain", command = "b", timeout = "3s" }]
post_stop = [{ command = "c", timeout = "3s" }, { command = "d" }, { name = "upload", command = "e", timeout = "1s" }]
"""


def test_all_hooks_that_are_cut_are_named_and_one_number_is_enough_for_all() -> None:
    """W402 proposed 15 s, then W403 20 s, then W402 22 s: each number led to the next warning."""
    assert findings(CUT) == [
        (
            "W402 pre_stop.0.timeout: pre_stop[0] may run until 5 s after the stop request, and is ended at 4.5 s, "
            'before pre_stop[1] and pre_stop drain have run, since stop_timeout "9s" keeps 4.5 s back for cleanup and '
            "post_stop\n"
            '  write sleeps and timeouts that add up to at most "500ms", or stop_timeout = "22s"'
        ),
        (
            "W403 post_stop.1.timeout: post_stop[1] and post_stop upload may be cut: the post_stop hooks and cleanup "
            'may take 10 s, and at most half of stop_timeout "9s" is kept back for them\n'
            '  write timeouts that add up to at most "3s", or stop_timeout = "22s"'
        ),
    ]
    assert findings(CUT.replace('"9s"', '"22s"')) == []
    assert [found.partition("\n")[2] for found in findings(CUT, None, "cloudrun")] == [
        '  write sleeps and timeouts that add up to at most "500ms"',
        '  write timeouts that add up to at most "3s"',
    ]


def test_a_stop_that_is_too_long_for_the_runtime_and_too_short_for_its_hooks() -> None:
    text = CUT.replace('"9s"', '"12s"')
    more = 'stop_timeout = "22s" and give the container 23 s: stop_grace_period: 23s'
    ways = [found.partition("\n")[2] for found in findings(text, None, "compose")]
    assert ways == [
        f'  write shorter timeouts and at most "9s", or {more}',
        f'  write sleeps and timeouts that add up to at most "500ms", or {more}',
        f'  write timeouts that add up to at most "3s", or {more}',
    ]


def test_a_timeout_that_is_proposed_counts_for_every_try() -> None:
    text = 'stop_timeout = "9s"\npre_stop = { command = "x", retries = 2, timeout = "%s" }'
    (found,) = findings(text % "5s")
    assert found.endswith('write timeout = "1s" at most, or stop_timeout = "19s"')
    assert findings(text % "1s") == []


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
    found = timeline.findings(file_of(text.format(stop, phase, hooks_of(hooks, share))), grace, None)
    proposed = set(re.findall(r'add up to at most "([^"]+)"', "".join(one.help for one in found)))
    for one in proposed:
        tries = sum(1 if is_sleep else 1 + retries for is_sleep, retries in hooks)
        share = math.floor(duration.parse(one) / tries * 1e4) / 1e4
        room = 9 if in_docker and stop >= 10 else stop
        again = timeline.findings(file_of(text.format(room, phase, hooks_of(hooks, share))), grace, None)
        assert again == [], (one, share)


graces = st.sampled_from([None, 0.2, 5.0, 10.0, 61.5])
runtimes = st.sampled_from([None, "docker", "compose", "kubernetes", "ecs", "cloudrun"])
kill_after = st.sampled_from(["", 'kill_after = "0s"\n', 'kill_after = "7s"\n'])
any_stop_time = st.just("") | st.integers(1, 90).map(lambda n: f"stop_timeout = {n}\n")


@given(st.builds("{}{}".format, any_stop_time, kill_after), stop_hooks, stop_hooks, graces, runtimes)
def test_the_number_that_is_proposed_is_one_and_leaves_nothing_to_find(
    top: str, before: str, after: str, grace: float | None, runtime: str | None
) -> None:
    hooks = f"pre_stop = {before}\npost_stop = {after}"
    found = timeline.findings(file_of(top + hooks), grace, runtime)
    text = "\n".join(one.help for one in found)
    proposed = set(re.findall(r'stop_timeout = "([^"]+)"', text))
    longer = set(re.findall(r"give the container ([0-9]+) s", text))
    assert len(proposed) <= 1
    assert len(longer) <= 1
    if found and (proposed or longer):
        for one in proposed:
            top = f'stop_timeout = "{one}"\n' + re.sub("stop_timeout.*\n", "", top)
        new_grace = next(map(float, longer), grace)
        assert timeline.findings(file_of(top + hooks), new_grace, runtime) == []
    elif found:
        usual = grace is None and runtime is None and [one.code for one in found] == ["W401"]
        assert usual or runtime in {"cloudrun", "ecs"}  # nobody can have more there
        assert not usual or timeline.findings(file_of(f'stop_timeout = "9s"\n{top}{hooks}'), None, None) == []


def quotes(text: str) -> Sequence[str]:
    return text.split('"')[1::2]


# Words.


@given(st.floats(0.001, 3e7))
def test_a_written_duration_is_read_back(seconds: float) -> None:
    read = duration.parse(labels.written(seconds))
    assert read == pytest.approx(seconds, abs=0.0006 if seconds < 60 else 0.51)


@pytest.mark.parametrize(
    ("seconds", "spoken", "written"),
    [
        (0.0, "0 s", "0s"),
        (0.25, "250 ms", "250ms"),
        (0.9999, "1 s", "999.9ms"),
        (2.5, "2.5 s", "2.5s"),
        (59.999, "1 min", "59.999s"),
        (90.0, "1 min 30 s", "1m30s"),
        (3600.0, "1 h", "1h"),
        (90061.0, "25 h 1 min 1 s", "25h1m1s"),
        (4.0 / 6, "667 ms", "666.667ms"),
    ],
)
def test_durations_in_words(seconds: float, spoken: str, written: str) -> None:
    assert (labels.spoken(seconds), labels.written(seconds)) == (spoken, written)


@pytest.mark.parametrize(
    ("seconds", "less"), [(10.0, "9s"), (9.5, "9s"), (1.0, "900ms"), (0.5, "400ms"), (0.1, "90ms"), (0.0, None)]
)
def test_the_next_round_duration_below(seconds: float, less: str | None) -> None:
    assert labels.less_than(seconds) == less


def test_text_is_cut_by_its_cells() -> None:
    assert (width("a起é"), width("e\u0301")) == (4, 1)
    assert cut("起動起動", 7) == "起動..."
    assert cut("起動起動", 6) == "起..."
    assert cut("abc", 2) == ".."
    assert (fitted("起", 4), fitted("起", 4, right=True)) == ("起  ", "  起")
