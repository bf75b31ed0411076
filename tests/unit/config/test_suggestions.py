# ruff: noqa: E501  # a case is a line
"""Keys and values as users of other tools would guess them: each is pointed to the right one."""

import pytest

from lifeinit.check import fixing
from lifeinit.config import keys
from lifeinit.config.parser import examine
from lifeinit.config.synonyms import ROWS, SECTIONS, WORDS, squeezed

OWN = {key for rows in keys.TABLES.values() for key in rows}


def fixed(text: str) -> str:
    return fixing.fixed(text, lambda changed: examine(changed.encode()).problems)[0]


def told(text: str) -> list[str]:
    """Code and place of each problem, and its fix."""
    problems = examine(text.encode()).problems
    return [f"{one.code} {one.span.start.line}:{one.span.start.column} {one.help}" for one in problems]


SYSTEMD = """\
[Unit]
Description = "the shop"
After = ["postgresql.service"]
[Service]
ExecStartPre = "/srv/migrate"
ExecStart = "/srv/shop"
TimeoutStopSec = 20
Restart = "on-failure"
User = "www-data"
Bogus = 1
"""
COMPOSE = """\
entrypoint = ["/srv/shop"]
stop_grace_period = "20s"
environment = { A = "1" }
depends_on = ["db"]
[services.web]
image = "shop"
"""


def test_a_unit_of_systemd() -> None:
    assert told(SYSTEMD) == [
        "E103 2:1 write a comment, or remove it",
        'E103 3:1 write wait_for = "tcp://db:5432" in a [[pre_start]] hook',
        'E103 5:1 write pre_start = "/srv/migrate" above the first [table] of the file',
        "E103 6:1 write it after the dashes: lifeinit -- COMMAND",
        "E103 7:1 write stop_timeout = 20 above the first [table] of the file",
        'E104 8:1 write restart = "on-failure" below [app]',
        'E104 9:1 write user = "www-data" below [app]',
        f"E102 10:1 a hook file takes {', '.join(keys.TABLES['top'])}",
    ]


def test_a_pod_of_kubernetes() -> None:
    text = "terminationGracePeriodSeconds = 30\n[lifecycle]\nreadinessProbe = 1\nlivenessProbe = 1\n"
    assert told(text) == [
        "E103 1:1 write stop_timeout = 30",
        'E103 3:1 write ready at the top with the URL of the app, for example ready = "http://127.0.0.1:8000/healthz"',
        'E103 4:1 write alive at the top with the URL of the app, for example alive = "http://127.0.0.1:8000/healthz"',
    ]


def test_a_service_of_compose() -> None:
    assert told(COMPOSE) == [
        "E103 1:1 write it after the dashes: lifeinit -- COMMAND",
        'E103 2:1 write stop_timeout = "20s"',
        "E104 3:1 write environment below [app]",
        'E103 4:1 write wait_for = "tcp://db:5432" in a [[pre_start]] hook',
        "E103 5:2 write [app] for the app, [process.NAME] for several",
    ]


SUPERVISORD = """\
[program.web]
command = "gunicorn shop"
autostart = true
directory = "/srv"
[program.web.environment]
A = "1"
[program.worker]
command = "celery worker"
stopwaitsecs = 20
"""


def test_the_programs_of_supervisord() -> None:
    """Each header, and the keys in them."""
    assert told(SUPERVISORD) == [
        "E103 1:2 write [process.web] and [process.worker]",
        "E103 3:1 remove it",
        'E103 4:1 write working_dir = "/srv"',
        "E103 9:1 write stop_timeout = 20 above the first [table] of the file",
    ]
    assert fixed(SUPERVISORD) == (
        'stop_timeout = 20\n[process.web]\ncommand = "gunicorn shop"\nworking_dir = "/srv"\n'
        '[process.web.environment]\nA = "1"\n[process.worker]\ncommand = "celery worker"\n'
    )


@pytest.mark.parametrize(
    ("text", "fix", "whole"),
    [
        ('environment = { A = "1" }\n', "write environment below [app]", '\n[app]\nenvironment = { A = "1" }\n'),
        ('[environment]\nA = "1"\n', "write [app.environment]", '[app.environment]\nA = "1"\n'),
        ('restart = "no"\n[app]\nrestart = "no"\n', "keep one of them: restart is already below [app]", None),
        ('pre_stop = "x"\n[app]\npre_stop = "y"\n', "keep one of them: pre_stop is already above the first [table] of the file", None),
        ('[app]\nafter = ["db"]\n', 'write after = ["db"] below the [process.NAME] that waits', None),
        ('after = "db"\n', 'write after = ["db"] below the [process.NAME] that waits', None),
        ('after = "5s"\n', 'write after = "5s" in a table: ready = { ... }', None),
        ('[lifecycle.preStop.exec]\ncommand = ["a", "b"]\n', 'write pre_stop = ["a", "b"] above the first [table] of the file', None),
    ],
)  # fmt: skip
def test_a_misplaced_key_keeps_its_value(text: str, fix: str, whole: str | None) -> None:
    """A sample took the place of the variables."""
    (problem,) = examine(text.encode()).problems
    assert (problem.code, problem.help) == ("E104", fix)
    assert fixed(text) == (whole or text)


@pytest.mark.parametrize(
    ("variant", "key"),
    [
        ("post-stop", "post_stop"),
        ("preStart", "pre_start"),
        ("PRE_STOP", "pre_stop"),
        ("PostStart", "post_start"),
        ("stop.timeout", "stop_timeout"),
        ("pre_strat", "pre_start"),
        ("procces", "process"),
    ],
)
def test_variants_and_misspellings(variant: str, key: str) -> None:
    (problem,) = examine(f'"{variant}" = "x"'.encode()).problems
    assert problem.text("f") == f'f:1:1: error: unknown key "{variant}": did you mean "{key}"?'


def test_a_key_that_stands_elsewhere_and_is_misspelt() -> None:
    (problem,) = examine(b'[app]\nstop_timout = "5s"').problems
    assert problem.help == 'did you mean "stop_timeout", which goes above the first [table] of the file?'


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_word_at_the_top_names_its_tool_and_a_fix(word: str) -> None:
    (problem,) = examine(f'{word} = "x"'.encode()).problems
    if word in {"cmd", "exec", "run"}:  # beside the phases they are the app's command
        assert "for the app" in problem.message
    elif word not in map(squeezed, OWN):
        assert f"{WORDS[word].whose} word" in problem.message
    assert problem.help.startswith(("write", "remove", "keep"))


def test_every_word_stands_once_and_leads_to_a_key_or_a_fix() -> None:
    words = [squeezed(word) for _, row, _, _ in ROWS for word in row.split()]
    assert sorted(words) == sorted(set(words))
    assert not set(words) & SECTIONS
    assert {word.key for word in WORDS.values()} - {""} <= OWN | {"the app"}
    assert all(word.fix for word in WORDS.values() if not word.key)


def test_a_value_is_repeated_only_if_it_is_short_and_plain() -> None:
    """Otherwise the line would be no line to copy."""
    values = {
        "'it is'": ' = "it is"',
        '"it\'s \\"x\\""': "",
        f'"{"x" * 41}"': "",
        '"a\\u001b"': "",
        "[1]": "",
        "1": "",
        '["a", "b c"]': ' = ["a", "b c"]',
    }
    for value, written in values.items():
        (problem,) = examine(f"ExecStartPre = {value}".encode()).problems
        expected = f"write pre_start{written}" if value != "[1]" else "write [[pre_start]]"
        assert problem.help == expected


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('[[post_start]]\ncommand = "x"\non_failure = "continue"', 'did you mean "warn"?'),
        ('[[post_start]]\ncommand = "x"\non_failure = "fail"', 'did you mean "abort"?'),
        ('alive = { watchdog = 5, on_failure = "fail" }', 'did you mean "stop"?'),
        ('alive = { watchdog = 5, on_failure = "abort" }', 'did you mean "stop"?'),
        ('alive = { watchdog = 5, on_failure = "always" }', 'did you mean "restart"?'),
        ('alive = { watchdog = 5, on_failure = "on-failure" }', 'did you mean "restart"?'),
        ('alive = { watchdog = 5, on_failure = "ignore" }', 'did you mean "warn"?'),
        ('[app]\nrestart = "unless-stopped"', 'did you mean "always"?'),
        ('[app]\nrestart = "on-abnormal"', 'did you mean "on-failure"?'),
        ("[app]\nrestart = true", 'did you mean "always"?'),
        ('[app]\nrestart = "Never"', 'did you mean "no"?'),
        ('[app]\nrestart = "on_failure"', 'did you mean "on-failure"?'),
        ('[app]\nrestart = "sometimes"', 'write "no", "on-failure" or "always"'),
        ('[app]\nstop_scope = "control-group"', 'did you mean "group"?'),
        ('[app]\nstop_signal = "SIGTREM"', 'did you mean "TERM"?'),
        ('kill_after = "30 seconds"', 'did you mean "30s"?'),
        ('kill_after = "2min"', 'did you mean "2m"?'),
        ('kill_after = "1.5 H"', 'did you mean "1.5h"?'),
        ('ready = "5 secs"', 'did you mean "5s"?'),
        ('ready = "127.0.0.1:80"', 'did you mean "tcp://127.0.0.1:80"?'),
        ("stop_on = [15]", 'did you mean "TERM"?'),
        ('stop_on = ["3"]', 'did you mean "QUIT"?'),
        ('stop_on = ["99"]', 'write a name, for example "TERM" or "RTMIN+1"'),
        ('[[pre_start]]\ncommand = "x"\nretries = "3"', "write 3, without quotes"),
        ('[app]\noom_score_adj = "-30"', "write -30, without quotes"),
        ('[[pre_start]]\nwait_for = "postgre://db"', 'did you mean "postgres"?'),
        ('app.environment = ["A=1"]', 'write { NAME = "value" }'),
    ],
)
def test_a_value_that_another_tool_takes(text: str, fix: str) -> None:
    (problem,) = examine(text.encode()).problems
    assert problem.help == fix
