"""What can be wrong with `alive`: each problem with its place, the value and the fix, and all of them at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.config import keys
from lifeinit.config.model import Alive
from lifeinit.config.parser import examine, parse
from lifeinit.engine.plan import Restart
from lifeinit.engine.restarts import Restarts


def told(text: str) -> list[str]:
    """Code, place and sentence of each problem. That there is no `ready` has tests of its own."""
    problems = [problem for problem in examine(text.encode()).problems if problem.code != "W205"]
    return [f"{one.code} {one.span.start.line}:{one.span.start.column} {one.sentence}" for one in problems]


FORMS = (
    'write a URL, for example "http://127.0.0.1:8000/healthz" or "tcp://127.0.0.1:8000", "watchdog", or a table with '
    "a command"
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "alive = 8000",
            (
                'E105 1:9 alive is a number "8000", which may be a port: write "tcp://127.0.0.1:8000" or '
                '"http://127.0.0.1:8000/" for a port'
            ),
        ),
        (
            'alive = "9000"',
            (
                'E105 1:9 alive is a string "9000", which may be a port: write "tcp://127.0.0.1:9000" or '
                '"http://127.0.0.1:9000/" for a port'
            ),
        ),
        (
            "alive = 70000",
            (
                'E105 1:9 alive is a number "70000", which may be a port: write "tcp://127.0.0.1:8000" or '
                '"http://127.0.0.1:8000/" for a port'
            ),
        ),
        (
            'alive = "notify"',
            'E214 1:9 alive is "notify", which only reports that the app is ready: did you mean "watchdog"?',
        ),
        (
            'alive = "file:///run/x"',
            (
                'E214 1:9 alive is "file:///run/x", a file, which only ready can wait for: check the app itself, or '
                "write a table with a command that checks the file"
            ),
        ),
        ('alive = "Watchdog"', 'E214 1:9 alive is "Watchdog", which is not a target: did you mean "watchdog"?'),
        (
            'alive = "127.0.0.1:80"',
            'E214 1:9 alive is "127.0.0.1:80", which is not a target: did you mean "tcp://127.0.0.1:80"?',
        ),
        (
            'alive = "/run/x.sock"',
            'E214 1:9 alive is "/run/x.sock", which is not a target: did you mean "unix:///run/x.sock"?',
        ),
        ('alive = "redis://u:secret@x"', f'E214 1:9 alive is "redis://...@x", which is not a target: {FORMS}'),
        (
            "alive = {}",
            "E106 1:9 alive has neither http nor tcp nor unix nor command nor watchdog: write one of them",
        ),
        (
            '[alive]\nhttp = "http://a/"\nwatchdog = "5s"',
            "E107 3:1 alive has both http and watchdog: keep one of them",
        ),
        (
            '[alive]\ntcp = "a:1"\ninterval = "1s"\ntimeout = "5s"',
            (
                'E219 4:11 timeout is "5s", and interval times failures is only 3 s: write at most "3s", or a longer '
                "interval"
            ),
        ),
        (
            '[app]\nalive = "watchdog"',
            'E104 2:1 unknown key "alive" here: write alive = "watchdog" above the first [table] of the file',
        ),
        ('[process.web]\nalive = "watchdog"', 'E106 1:1 process "web" has no command: write command = "..."'),
    ],
)
def test_one_mistake_is_one_sentence_with_its_fix(text: str, sentence: str) -> None:
    assert told(text) == [sentence]


def test_every_wrong_time_is_told_at_once() -> None:
    text = '[alive]\ntcp = "a:1"\ninterval = 0\ntimeout = -1\nfailures = 0\non_failure = "abort"\ninsecure = true\n'
    assert told(text) == [
        'E202 3:12 interval is "0", which leaves no time at all: write at least "1s"',
        'E202 4:11 timeout is "-1", which is negative: write at least "1s"',
        'E208 5:12 failures is "0": write a whole number from 1 to 1000',
        'E209 6:14 on_failure is "abort": did you mean "stop"?',
        "E108 7:1 insecure has no effect without https://: remove it",
    ]


def test_a_time_that_is_wrong_by_itself_is_not_compared_with_others() -> None:
    """The default, which takes its place, is nobody's mistake."""
    (problem,) = examine(b'[alive]\ntcp = "a:1"\ntimeout = "40s"\ninterval = "x"').problems
    assert problem.code == "E202"


def test_a_watchdog_of_a_second_is_long_enough() -> None:
    assert told('alive = { watchdog = "1s" }') == []


def test_a_timeout_as_long_as_all_tries_is_fine() -> None:
    assert told('alive = { tcp = "a:1", interval = "1s", timeout = "3s" }') == []


def test_nothing_that_is_about_tries_has_a_meaning_beside_a_watchdog() -> None:
    others = [row for row in keys.TABLES["alive"].values() if not row.one_of and row.name != "on_failure"]
    text = "\n".join(["[alive]", 'watchdog = "5s"', *(f"{row.name} = {row.example}" for row in others)])
    assert told(text) == [
        f"E108 {line}:1 {row.name} cannot be combined with watchdog: remove it" for line, row in enumerate(others, 3)
    ]
    assert {row.name for row in others} == {"interval", "timeout", "failures", "insecure"}


@pytest.mark.parametrize("kind", ['tcp = "a:1"', 'unix = "/x"', 'command = "x"', 'http = "http://a/"'])
@pytest.mark.parametrize("table", ["alive", "ready"])
def test_a_certificate_is_for_https_alone(table: str, kind: str) -> None:
    """A command was once an exception."""
    assert told(f"[{table}]\n{kind}\ninsecure = true") == [
        "E108 3:1 insecure has no effect without https://: remove it"
    ]
    assert told(f'[{table}]\nhttp = "https://a/"\ninsecure = true') == []
    assert told(f'[{table}]\nhttp = "$URL"\ninsecure = true') == []


@pytest.mark.parametrize("table", ["alive", "ready"])
@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ('"lifeinit health"', True),
        ('"exec /usr/bin/lifeinit health -q || exit 1"', True),
        ('["lifeinit", "health"]', True),
        ('["lifeinit", "healthy"]', False),
        ('"curl lifeinit health"', False),
        ('["lifeinit", "wait", "tcp://a:1"]', False),
    ],
)
def test_lifeinit_does_not_ask_itself(table: str, command: str, wrong: bool) -> None:
    found = told(f"[{table}]\ncommand = {command}")
    assert [line.split()[0] for line in found] == (["E220"] if wrong else [])


def test_keys_of_ready_are_no_keys_of_alive() -> None:
    text = '[alive]\ntcp = "a:1"\nfile = "/x"\nafter = "5s"\nnotify = true\nretries = 3\n'
    assert told(text) == [
        'E104 3:1 unknown key "file" in alive: check the app itself, or write a command that checks the file',
        (
            'E104 4:1 unknown key "after" in alive: remove it: alive is first checked when the app is ready, and then '
            "every interval"
        ),
        'E104 5:1 unknown key "notify" in alive: write watchdog = "30s": notify only reports that the app is ready',
        'E104 6:1 unknown key "retries" in alive: did you mean "failures"?',
    ]


# What lifeinit sets for a watchdog.


def test_a_variable_of_the_watchdog_is_lifeinits() -> None:
    """In the table that holds it, and once where several processes have it from [app]."""
    text = """\
environment = { NOTIFY_SOCKET = "x", OTHER = "y" }
[process.a]
alive = "watchdog"
command = "a"
[process.b]
alive = { watchdog = 5 }
command = "b"
environment = { WATCHDOG_USEC = "5", WATCHDOG_PID = "1" }
[process.c]
alive = "tcp://127.0.0.1:1"
command = "c"
environment = { WATCHDOG_PID = "1" }
"""
    end = "for the watchdog of alive: remove it"
    assert told(f"[app]\n{text}") == [
        f"E108 2:17 lifeinit itself sets NOTIFY_SOCKET {end}",
        f"E108 9:17 lifeinit itself sets WATCHDOG_USEC {end}",
        f"E108 9:38 lifeinit itself sets WATCHDOG_PID {end}",
    ]


def test_the_watchdog_at_the_top_is_the_first_ones() -> None:
    text = 'alive = "watchdog"\n[process.a]\ncommand = "a"\n[process.b]\ncommand = "b"\n'
    assert told(f'{text}environment = {{ WATCHDOG_PID = "1" }}') == []
    assert len(told(f'{text}[app]\nenvironment = {{ WATCHDOG_PID = "1" }}')) == 1


# Restarts.


@pytest.mark.parametrize(
    ("app", "alive", "warns"),
    [
        ("", 'http = "http://a/"', True),  # 5 x 30 s of tries in 60 s
        ('restart_window = "5m"', 'http = "http://a/"', False),
        ("max_restarts = 1", 'http = "http://a/"', False),
        ("max_restarts = 2", 'http = "http://a/"', True),
        ("", 'http = "http://a/"\ninterval = "1s"', False),
        ("", 'watchdog = "12s"', True),
        ("", 'watchdog = "5s"', False),
        ('restart_window = "151s"', 'http = "http://a/"', True),  # the pauses between two lives count
        ('restart_window = "166s"', 'http = "http://a/"', False),
    ],
)
def test_a_window_that_ends_before_the_restarts_are_used_up(app: str, alive: str, warns: bool) -> None:
    text = f'[app]\n{app}\n[alive]\n{alive}\non_failure = "restart"'
    assert [line.split()[0] for line in told(text)] == (["W204"] if warns else [])
    assert "W204" not in "".join(told(text.replace('"restart"', '"stop"')))


def gives_up(most: int, window: float, life: float) -> bool:
    """Whether the engine ever restarts no more, where each life of an app lasts so long and ends unhealthy."""
    rule, restarts, now = Restart("always", most, window), Restarts(), 0.0
    over: dict[int, float] = {}
    for _ in range(5 * most + 50):
        now += life
        for number in [number for number, end in over.items() if end <= now]:
            restarts.window_over(number)
            del over[number]
        again, actions = restarts.next(rule, 1, None)
        if not again:
            return True
        for action in actions:
            match action:
                case ("arm", ("window", number), after, _):
                    over[number] = now + after
                case ("arm", _, after, _):
                    now += after
    return False


@given(st.integers(1, 9), st.integers(1, 200), st.integers(2, 30))
def test_the_restarts_that_never_end_are_those_of_the_engine(most: int, window: int, life: int) -> None:
    limits = f"[app]\nmax_restarts = {most}\nrestart_window = {window}.3"
    text = f'alive = {{ watchdog = {life}, on_failure = "restart" }}\n{limits}'
    assert bool(told(text)) != gives_up(most, window + 0.3, life), text


def test_the_window_that_is_proposed_is_long_enough() -> None:
    text = 'alive = { http = "http://a/", on_failure = "restart" }\n'
    (sentence,) = told(text)
    assert sentence == (
        "W204 1:44 an app that stays unhealthy is restarted forever: 5 restarts (max_restarts) take at least "
        '2 min 46 s, and restart_window is 1 min: write restart_window = "5m" below [app], or a smaller max_restarts'
    )
    assert told(f'{text}[app]\nrestart_window = "5m"') == []


def test_the_restarts_of_a_process_are_its_own() -> None:
    text = '[process.web]\ncommand = "x"\nalive = { watchdog = "1m", on_failure = "restart" }\n'
    (sentence,) = told(f'[app]\nrestart_window = "10s"\n{text}')
    assert sentence.startswith("W204 5:41 ")
    assert "below [process.web]" in sentence
    assert told(f'[app]\nrestart_window = "10s"\n{text}restart_window = "10m"') == []


@pytest.mark.parametrize(
    "text",
    [
        '[alive]\nwatchdog = "5s"\non_failure = "restart"\n[app]\nmax_restarts = 3',
        '[app]\nrestart_window = "2m"\n[process.a]\ncommand = "x"\nalive = { watchdog = "5s", on_failure = "restart" }',
        '[process.a]\ncommand = "x"\nmax_restarts = 3\nalive = { watchdog = "5s", on_failure = "restart" }',
    ],
)
def test_limits_of_restarts_have_an_effect_with_alive_alone(text: str) -> None:
    assert told(text) == []
    assert [line.split()[0] for line in told(text.replace('"restart"', '"stop"'))] == ["W201"]


# A start that is taken for a hang.


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (
            'alive = "http://127.0.0.1:8000/x"',
            (
                "W205 1:1 without ready, alive begins as soon as the app runs: a start that takes 30 s counts as a "
                'hang: add ready = "http://127.0.0.1:8000/x"'
            ),
        ),
        (
            'alive = { watchdog = "5s" }',
            (
                "W205 1:1 without ready, alive begins as soon as the app runs: a start that takes 5 s counts as a "
                'hang: add ready = "notify"'
            ),
        ),
        (
            (
                '[process.a]\ncommand = "a"\nready = "1s"\nalive = "watchdog"\n[process.b]\ncommand = "b"\n'
                'alive = { command = "x", interval = 2, on_failure = "restart" }\nrestart_window = "5m"'
            ),
            (
                "W205 7:1 without ready, alive begins as soon as the app runs: a start that takes 6 s counts as a "
                'hang: add ready = { command = "x" }'
            ),
        ),
        ('alive = { watchdog = 5, on_failure = "warn" }', ""),
        ('ready = "1s"\nalive = "watchdog"', ""),
        (
            'ready = "5x"\nalive = "watchdog"',
            'E202 1:9 ready is "5x", not a duration: write a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"',
        ),
        ('ready = "1s"\nalive = "watchdog"\n[process.a]\ncommand = "a"', ""),
    ],
)
def test_a_slow_start_is_taken_for_a_hang_without_ready(text: str, warned: str) -> None:
    problems = examine(text.encode()).problems
    found = [f"{one.code} {one.span.start.line}:{one.span.start.column} {one.sentence}" for one in problems]
    assert found == ([warned] if warned else [])


# Times.


@pytest.mark.parametrize(
    ("text", "shortest", "longest"),
    [
        ('"http://a/"', 30.0, 35.0),
        ('{ tcp = "a:1", interval = 2, timeout = 1, failures = 1 }', 2.0, 3.0),
        ('{ tcp = "a:1", interval = 2, timeout = 4, failures = 3 }', 6.0, 14.0),  # a try takes longer than the pause
        ('"watchdog"', 30.0, 30.0),
    ],
)
def test_how_long_a_hang_stays_unnoticed(text: str, shortest: float, longest: float) -> None:
    """From right after a good answer: interval times failures and a timeout, where tries do not overlap."""
    alive = parse(f"alive = {text}".encode()).app.alive
    assert isinstance(alive, Alive)
    assert (alive.shortest, alive.longest) == (shortest, longest)
