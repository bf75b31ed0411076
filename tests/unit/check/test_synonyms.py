"""Hook files as users of other tools would guess them: each wrong word is told the right one. Whole screens."""

import pytest

from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.result import Report
from lifeinit.config import keys
from lifeinit.config.parser import examine
from lifeinit.config.synonyms import _ROWS, MANY, SECTIONS, WORDS, squeezed


def screen_of(text: str) -> str:
    """What `lifeinit check` prints of a file."""
    examined = examine(text.encode())
    paint = Paint(wanted=False)
    report = Report("hooks.toml", examined.text, examined.problems)
    return snippet.problems(report, 100, paint) + snippet.verdict(report, paint)


SYSTEMD = """\
[Unit]
Description = "the shop"
After = ["postgresql.service"]

[Service]
Type = "notify"
ExecStartPre = "/srv/migrate"
ExecStart = "/srv/shop"
ExecStop = "/srv/drain"
ExecStopPost = "/srv/deregister"
TimeoutStopSec = 20
KillMode = "mixed"
Restart = "on-failure"
User = "www-data"
WorkingDirectory = "/srv"
"""
SYSTEMD_SCREEN = """\
error[E103]: unknown key "Unit.Description", systemd's word, which says nothing here
 --> hooks.toml:2:1
  |
2 | Description = "the shop"
  | ^^^^^^^^^^^
  |
  = help: write a comment, or leave it out

error[E103]: unknown key "Unit.After", which is systemd's word for wait_for
 --> hooks.toml:3:1
  |
3 | After = ["postgresql.service"]
  | ^^^^^
  |
  = help: write wait_for = "tcp://db:5432" in a [[pre_start]] hook

error[E103]: unknown key "Service.Type", which is systemd's word for ready
 --> hooks.toml:6:1
  |
6 | Type = "notify"
  | ^^^^
  |
  = help: write ready = "notify" at the top

error[E103]: unknown key "Service.ExecStartPre", which is systemd's word for pre_start
 --> hooks.toml:7:1
  |
7 | ExecStartPre = "/srv/migrate"
  | ^^^^^^^^^^^^
  |
  = help: write pre_start = "/srv/migrate" above the first [table] of the file

error[E103]: unknown key "Service.ExecStart", which is systemd's word for the app
 --> hooks.toml:8:1
  |
8 | ExecStart = "/srv/shop"
  | ^^^^^^^^^
  |
  = help: write it behind the dashes: lifeinit -- COMMAND

error[E103]: unknown key "Service.ExecStop", which is systemd's word for pre_stop
 --> hooks.toml:9:1
  |
9 | ExecStop = "/srv/drain"
  | ^^^^^^^^
  |
  = help: write pre_stop = "/srv/drain" above the first [table] of the file

error[E103]: unknown key "Service.ExecStopPost", which is systemd's word for post_stop
  --> hooks.toml:10:1
   |
10 | ExecStopPost = "/srv/deregister"
   | ^^^^^^^^^^^^
   |
   = help: write post_stop = "/srv/deregister" above the first [table] of the file

error[E103]: unknown key "Service.TimeoutStopSec", which is systemd's word for stop_timeout
  --> hooks.toml:11:1
   |
11 | TimeoutStopSec = 20
   | ^^^^^^^^^^^^^^
   |
   = help: write stop_timeout = 20 above the first [table] of the file

error[E103]: unknown key "Service.KillMode", which is systemd's word for stop_scope
  --> hooks.toml:12:1
   |
12 | KillMode = "mixed"
   | ^^^^^^^^
   |
   = help: write stop_scope = "process" or "group" below [app]

error[E104]: unknown key "Service.Restart" here
  --> hooks.toml:13:1
   |
13 | Restart = "on-failure"
   | ^^^^^^^
   |
   = help: write restart = "on-failure" below [app]

error[E104]: unknown key "Service.User" here
  --> hooks.toml:14:1
   |
14 | User = "www-data"
   | ^^^^
   |
   = help: write user = "www-data" below [app]

error[E103]: unknown key "Service.WorkingDirectory", which is systemd's word for working_dir
  --> hooks.toml:15:1
   |
15 | WorkingDirectory = "/srv"
   | ^^^^^^^^^^^^^^^^
   |
   = help: write working_dir = "/srv" below [app]

hooks.toml: 12 errors
"""

SUPERVISORD = """\
[program.shop]
command = "python shop.py"
directory = "/srv"
autorestart = true
stopsignal = "QUIT"
stopwaitsecs = 10
stopasgroup = true
startsecs = 5
exitcodes = [0, 2]
stdout_logfile = "/dev/stdout"
environment = 'A="1",B="2"'
"""
SUPERVISORD_SCREEN = """\
error[E103]: unknown key "program", which is supervisord's word for process
 --> hooks.toml:1:2
  |
1 | [program.shop]
  |  ^^^^^^^
  |
  = help: write [process.NAME]

error[E103]: unknown key "directory", which is supervisord's word for working_dir
 --> hooks.toml:3:1
  |
3 | directory = "/srv"
  | ^^^^^^^^^
  |
  = help: write working_dir = "/srv"

error[E103]: unknown key "autorestart", which is supervisord's word for restart
 --> hooks.toml:4:1
  |
4 | autorestart = true
  | ^^^^^^^^^^^
  |
  = help: write restart = "always" or "on-failure"

error[E102]: unknown key "stopsignal"
 --> hooks.toml:5:1
  |
5 | stopsignal = "QUIT"
  | ^^^^^^^^^^
  |
  = help: did you mean "stop_signal"?

error[E103]: unknown key "stopwaitsecs", which is supervisord's word for stop_timeout
 --> hooks.toml:6:1
  |
6 | stopwaitsecs = 10
  | ^^^^^^^^^^^^
  |
  = help: write stop_timeout = 10 above the first [table] of the file

error[E103]: unknown key "stopasgroup", which is supervisord's word for stop_scope
 --> hooks.toml:7:1
  |
7 | stopasgroup = true
  | ^^^^^^^^^^^
  |
  = help: write stop_scope = "group"

error[E103]: unknown key "startsecs", which is supervisord's word for ready
 --> hooks.toml:8:1
  |
8 | startsecs = 5
  | ^^^^^^^^^
  |
  = help: write ready = "5s" at the top: up when it has lived so long

error[E103]: unknown key "exitcodes", which is supervisord's word for success_exit_codes
 --> hooks.toml:9:1
  |
9 | exitcodes = [0, 2]
  | ^^^^^^^^^
  |
  = help: write success_exit_codes = [0, 2]

error[E103]: unknown key "stdout_logfile", supervisord's word, which says nothing here
  --> hooks.toml:10:1
   |
10 | stdout_logfile = "/dev/stdout"
   | ^^^^^^^^^^^^^^
   |
   = help: leave it out: what the app writes goes to the container's output

hooks.toml: 9 errors
"""

COMPOSE = """\
stop_grace_period = "30s"
stop_signal = "SIGQUIT"
entrypoint = ["python", "shop.py"]
depends_on = ["db"]
env_file = ".env"
post_start = [{ command = "announce", user = "root" }]

[healthcheck]
test = ["CMD", "curl", "-f", "http://localhost"]
"""
COMPOSE_SCREEN = """\
error[E103]: unknown key "stop_grace_period", which is Compose's word for stop_timeout
 --> hooks.toml:1:1
  |
1 | stop_grace_period = "30s"
  | ^^^^^^^^^^^^^^^^^
  |
  = help: write stop_timeout = "30s"

error[E104]: unknown key "stop_signal" here
 --> hooks.toml:2:1
  |
2 | stop_signal = "SIGQUIT"
  | ^^^^^^^^^^^
  |
  = help: write stop_signal = "SIGQUIT" below [app]

error[E103]: unknown key "entrypoint", which is Compose's word for the app
 --> hooks.toml:3:1
  |
3 | entrypoint = ["python", "shop.py"]
  | ^^^^^^^^^^
  |
  = help: write it behind the dashes: lifeinit -- COMMAND

error[E103]: unknown key "depends_on", which is Compose's word for wait_for
 --> hooks.toml:4:1
  |
4 | depends_on = ["db"]
  | ^^^^^^^^^^
  |
  = help: write wait_for = "tcp://db:5432" in a [[pre_start]] hook

error[E103]: unknown key "env_file", which is Compose's word for environment
 --> hooks.toml:5:1
  |
5 | env_file = ".env"
  | ^^^^^^^^
  |
  = help: write environment = { NAME = "value" }

error[E103]: unknown key "healthcheck", which is Compose's word for ready
 --> hooks.toml:8:2
  |
8 | [healthcheck]
  |  ^^^^^^^^^^^
  |
  = help: write ready = "http://127.0.0.1:8000/healthz" at the top, or ready = { command = "..." }

hooks.toml: 6 errors
"""

SERVICES = """\
[services.web]
image = "shop"
entrypoint = ["python", "shop.py"]
command = ["--fast"]
stop_grace_period = "30s"
"""
SERVICES_SCREEN = """\
error[E103]: unknown key "services", which is Compose's word for process
 --> hooks.toml:1:2
  |
1 | [services.web]
  |  ^^^^^^^^
  |
  = help: write [app] for the app, [process.NAME] for several

error[E103]: unknown key "image", Compose's word, which says nothing here
 --> hooks.toml:2:1
  |
2 | image = "shop"
  | ^^^^^
  |
  = help: leave it to the file that starts the container

error[E103]: unknown key "entrypoint", which is Compose's word for the app
 --> hooks.toml:3:1
  |
3 | entrypoint = ["python", "shop.py"]
  | ^^^^^^^^^^
  |
  = help: write it behind the dashes: lifeinit -- COMMAND

error[E103]: unknown key "stop_grace_period", which is Compose's word for stop_timeout
 --> hooks.toml:5:1
  |
5 | stop_grace_period = "30s"
  | ^^^^^^^^^^^^^^^^^
  |
  = help: write stop_timeout = "30s" above the first [table] of the file

hooks.toml: 4 errors
"""

KUBERNETES = """\
terminationGracePeriodSeconds = 30
args = ["shop.py"]
restartPolicy = "Always"

[[env]]
name = "A"
value = "1"

[lifecycle.postStart]
exec = { command = ["/srv/announce"] }

[lifecycle.preStop.exec]
command = ["nginx", "-s", "quit"]

[readinessProbe]
httpGet = { path = "/healthz", port = 8000 }
"""
KUBERNETES_SCREEN = """\
error[E103]: unknown key "terminationGracePeriodSeconds", which is Kubernetes' word for stop_timeout
 --> hooks.toml:1:1
  |
1 | terminationGracePeriodSeconds = 30
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write stop_timeout = 30

error[E103]: unknown key "args", which is Kubernetes' word for the app
 --> hooks.toml:2:1
  |
2 | args = ["shop.py"]
  | ^^^^
  |
  = help: write it behind the dashes: lifeinit -- COMMAND

error[E103]: unknown key "restartPolicy", which is Kubernetes' word for restart
 --> hooks.toml:3:1
  |
3 | restartPolicy = "Always"
  | ^^^^^^^^^^^^^
  |
  = help: write restart = "always" or "on-failure" below [app]

error[E103]: unknown key "env", which is Kubernetes' word for environment
 --> hooks.toml:5:3
  |
5 | [[env]]
  |   ^^^
  |
  = help: write environment = { NAME = "value" } below [app]

error[E104]: unknown key "lifecycle.postStart"
 --> hooks.toml:9:12
  |
9 | [lifecycle.postStart]
  |            ^^^^^^^^^
  |
  = help: write post_start = ["/srv/announce"] above the first [table] of the file

error[E104]: unknown key "lifecycle.preStop"
  --> hooks.toml:12:12
   |
12 | [lifecycle.preStop.exec]
   |            ^^^^^^^
   |
   = help: write pre_stop = ["nginx", "-s", "quit"] above the first [table] of the file

error[E103]: unknown key "readinessProbe", which is Kubernetes' word for ready
  --> hooks.toml:15:2
   |
15 | [readinessProbe]
   |  ^^^^^^^^^^^^^^
   |
   = help: write ready = "http://127.0.0.1:8000/healthz" at the top, or ready = { command = "..." }

hooks.toml: 7 errors
"""

CONTAINERPILOT = """\
preStart = "/srv/migrate"
postStop = ["/srv/deregister"]
stopTimeout = 5

[consul]
address = "consul:8500"

[[jobs]]
name = "migrate"
exec = "/srv/migrate"
when = { once = "healthy" }
restarts = 3
"""
CONTAINERPILOT_SCREEN = """\
error[E102]: unknown key "preStart"
 --> hooks.toml:1:1
  |
1 | preStart = "/srv/migrate"
  | ^^^^^^^^
  |
  = help: did you mean "pre_start"?

error[E102]: unknown key "postStop"
 --> hooks.toml:2:1
  |
2 | postStop = ["/srv/deregister"]
  | ^^^^^^^^
  |
  = help: did you mean "post_stop"?

error[E102]: unknown key "stopTimeout"
 --> hooks.toml:3:1
  |
3 | stopTimeout = 5
  | ^^^^^^^^^^^
  |
  = help: did you mean "stop_timeout"?

error[E103]: unknown key "consul", ContainerPilot's word, which says nothing here
 --> hooks.toml:5:2
  |
5 | [consul]
  |  ^^^^^^
  |
  = help: leave it out

error[E103]: unknown key "jobs", which is ContainerPilot's word for the hooks
 --> hooks.toml:8:3
  |
8 | [[jobs]]
  |   ^^^^
  |
  = help: write [[pre_start]], [[post_start]], [[pre_stop]] or [[post_stop]]

error[E103]: unknown key "exec", which is ContainerPilot's word for command
  --> hooks.toml:10:1
   |
10 | exec = "/srv/migrate"
   | ^^^^
   |
   = help: write command = "/srv/migrate"

error[E103]: unknown key "when", ContainerPilot's word, which says nothing here
  --> hooks.toml:11:1
   |
11 | when = { once = "healthy" }
   | ^^^^
   |
   = help: write the hook below the phase that it is for: [[pre_start]], [[pre_stop]], ...

error[E103]: unknown key "restarts", which is ContainerPilot's word for max_restarts
  --> hooks.toml:12:1
   |
12 | restarts = 3
   | ^^^^^^^^
   |
   = help: write max_restarts = 3 below [app]

hooks.toml: 8 errors
"""

GUESSES = """\
[hooks.pre_start]
run = "migrate"

[[pre_start]]
cmd = "migrate"
env = { A = "1" }
cwd = "/srv"
ignore_errors = true
attempts = 3
stop_timeout = "5s"

[[post-stop]]
exec = "upload"

[app]
command = "python shop.py"
grace = "30s"
stop_sginal = "TERM"
"""
GUESSES_SCREEN = """\
error[E104]: unknown key "hooks.pre_start"
 --> hooks.toml:1:8
  |
1 | [hooks.pre_start]
  |        ^^^^^^^^^
  |
  = help: write pre_start = "migrate" above the first [table] of the file

error[E103]: unknown key "cmd", which is Docker's word for command
 --> hooks.toml:5:1
  |
5 | cmd = "migrate"
  | ^^^
  |
  = help: write command = "migrate"

error[E103]: unknown key "env", which is Kubernetes' word for environment
 --> hooks.toml:6:1
  |
6 | env = { A = "1" }
  | ^^^
  |
  = help: write environment = { NAME = "value" }

error[E103]: unknown key "cwd", which is PM2's word for working_dir
 --> hooks.toml:7:1
  |
7 | cwd = "/srv"
  | ^^^
  |
  = help: write working_dir = "/srv"

error[E103]: unknown key "ignore_errors", which is Ansible's word for on_failure
 --> hooks.toml:8:1
  |
8 | ignore_errors = true
  | ^^^^^^^^^^^^^
  |
  = help: write on_failure = "warn"

error[E103]: unknown key "attempts", which is another tool's word for retries
 --> hooks.toml:9:1
  |
9 | attempts = 3
  | ^^^^^^^^
  |
  = help: write retries = 3

error[E104]: unknown key "stop_timeout" here
  --> hooks.toml:10:1
   |
10 | stop_timeout = "5s"
   | ^^^^^^^^^^^^
   |
   = help: write stop_timeout = "5s" above the first [table] of the file

error[E102]: unknown key "post-stop"
  --> hooks.toml:12:3
   |
12 | [[post-stop]]
   |   ^^^^^^^^^
   |
   = help: did you mean "post_stop"?

error[E103]: unknown key "command", which is Compose's word for the app
  --> hooks.toml:16:1
   |
16 | command = "python shop.py"
   | ^^^^^^^
   |
   = help: write it behind the dashes: lifeinit -- COMMAND

error[E103]: unknown key "grace", which is another tool's word for stop_timeout
  --> hooks.toml:17:1
   |
17 | grace = "30s"
   | ^^^^^
   |
   = help: write stop_timeout = "30s" above the first [table] of the file

error[E102]: unknown key "stop_sginal"
  --> hooks.toml:18:1
   |
18 | stop_sginal = "TERM"
   | ^^^^^^^^^^^
   |
   = help: did you mean "stop_signal"?

hooks.toml: 11 errors
"""


SCREENS = [
    pytest.param(SYSTEMD, SYSTEMD_SCREEN, id="systemd"),
    pytest.param(SUPERVISORD, SUPERVISORD_SCREEN, id="supervisord"),
    pytest.param(COMPOSE, COMPOSE_SCREEN, id="compose"),
    pytest.param(SERVICES, SERVICES_SCREEN, id="services"),
    pytest.param(KUBERNETES, KUBERNETES_SCREEN, id="kubernetes"),
    pytest.param(CONTAINERPILOT, CONTAINERPILOT_SCREEN, id="containerpilot"),
    pytest.param(GUESSES, GUESSES_SCREEN, id="guesses"),
]


@pytest.mark.parametrize(("text", "expected"), SCREENS)
def test_each_guess_is_told_the_right_key(text: str, expected: str) -> None:
    assert screen_of(text) == expected


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
    way_out = 'did you mean "stop_timeout", which stands above the first [table] of the file?'
    assert problem.sentence == f'unknown key "stop_timout": {way_out}'


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_word_at_the_top_names_its_tool_and_a_way_out(word: str) -> None:
    (problem,) = examine(f'{word} = "x"'.encode()).problems
    if word in {"cmd", "exec", "run"}:  # beside the phases they are the app's command
        assert "for the app" in problem.message
    elif word not in {squeezed(key) for key in (*keys.TOP, *keys.APP, *keys.HOOK, *keys.READY)}:
        assert f"{WORDS[word].whose} word" in problem.message
    assert problem.help.startswith(("write", "leave"))


def test_no_word_is_given_twice() -> None:
    words = [squeezed(word) for _, row, _, _ in _ROWS for word in row.split()]
    assert sorted(words) == sorted(set(words))
    assert not set(words) & (SECTIONS | set(MANY))


def test_every_word_leads_to_a_key_or_has_a_way_out() -> None:
    ours = {*keys.TOP, *keys.APP, *keys.HOOK, *keys.READY, "the app"}
    assert {word.key for word in WORDS.values()} - {""} <= ours
    assert all(word.help for word in WORDS.values() if not word.key)


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
    ("text", "message"),
    [
        ('[[post_start]]\ncommand = "x"\non_failure = "continue"', 'on_failure is "continue": did you mean "warn"?'),
        ('[[post_start]]\ncommand = "x"\non_failure = "fail"', 'on_failure is "fail": did you mean "abort"?'),
        ('[app]\nrestart = "unless-stopped"', 'restart is "unless-stopped": did you mean "always"?'),
        ("[app]\nrestart = true", 'restart is "true": did you mean "always"?'),
        ('[app]\nrestart = "Never"', 'restart is "Never": did you mean "no"?'),
        ('[app]\nrestart = "on_failure"', 'restart is "on_failure": did you mean "on-failure"?'),
        ('[app]\nrestart = "sometimes"', 'restart is "sometimes": write "no", "on-failure" or "always"'),
        ('[app]\nstop_scope = "control-group"', 'stop_scope is "control-group": did you mean "group"?'),
        ('[app]\nstop_signal = "SIGTREM"', 'stop_signal holds "SIGTREM", which is no signal: did you mean "TERM"?'),
        ('kill_after = "30 seconds"', 'kill_after is "30 seconds", no duration: did you mean "30s"?'),
        ('kill_after = "2min"', 'kill_after is "2min", no duration: did you mean "2m"?'),
        ('kill_after = "1.5 H"', 'kill_after is "1.5 H", no duration: did you mean "1.5h"?'),
        ('ready = "5 secs"', 'ready is "5 secs", no duration: did you mean "5s"?'),
        ("stop_on = [15]", 'stop_on holds "15", which is no signal: did you mean "TERM"?'),
        ('stop_on = ["3"]', 'stop_on holds "3", which is no signal: did you mean "QUIT"?'),
        ('stop_on = ["99"]', 'stop_on holds "99", which is no signal: write a name as "TERM" or "RTMIN+1"'),
        ('[[pre_start]]\ncommand = "x"\nretries = "3"', 'retries is "3": write 3, without quotes'),
        (
            '[[pre_start]]\nwait_for = "postgre://db"',
            'wait_for holds "postgre://db", whose scheme is unknown: did you mean "postgres"?',
        ),
        ('app.environment = ["A=1"]', 'environment is a list "["A=1"]", not a table: write { NAME = "value" }'),
    ],
)
def test_values_that_other_tools_take(text: str, message: str) -> None:
    (problem,) = examine(text.encode()).problems
    assert problem.sentence == message
