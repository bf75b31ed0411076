"""The command line: what it prints, and its exit statuses."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lifeinit
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener

ROOT = Path(__file__).parents[2]
WRONG = 'pre_strat = "x"\n[[post_stop]]\ntimeout = "5"\n'
PROBLEMS = [
    '1:1: error: unknown key "pre_strat": did you mean "pre_start"?',
    "2:1: error: post_stop[0] has neither command nor wait_for nor sleep: say what it is to do",
    '3:11: error: timeout is "5", a number without a unit: write "5s" for seconds or "5m" for minutes',
]


def call(cwd: Path, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a `lifeinit` that becomes no init."""
    done = subprocess.run(
        [LIFEINIT, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=base_environment() | {"LIFEINIT_CHECK_PLAN": "0"} | (env or {}),
        timeout=30,
    )
    return done.returncode, done.stdout, done.stderr


# run


def test_the_version() -> None:
    assert call(ROOT, "--version") == (0, f"lifeinit {lifeinit.__version__}\n", "")


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "lifeinit", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout == f"lifeinit {lifeinit.__version__}\n"


HELP = """\
Usage: lifeinit [OPTIONS] [--] COMMAND [ARG]...

  Run COMMAND as the app: be its init, and run the hooks of the hook file
  around its life.

  The exit status is the app's: n, or 128+n if it died of signal n; 126 or 127
  if it cannot be run; a hook's, if that kept the app from running; 78 if the
  hook file is wrong, 2 if the command line is.

Options:
  --config FILE                  The hook file; else ./hooks.toml, else
                                 /etc/lifeinit/hooks.toml.
  -g, --group                    Signals go to the app's whole process group.
  -c, --single-child             Signals go to the app's main process only
                                 (the default).
  -r, --rewrite SIG:SIG          Pass the second signal on for the first;
                                 TERM: drops it. Repeatable.
  -e, --success-exit-code CODE   An exit status of the app that counts as 0:
                                 3, 3-9 or SIGTERM. Repeatable.
  -p, --parent-death-signal SIG  Act as if this signal came when lifeinit's
                                 parent dies.
  --user USER[:GROUP]            Run the app as this user.
  --pre-start COMMAND            Run this before the app exists; a failure
                                 keeps it from starting.
  --post-start COMMAND           Run this when the app is ready.
  --pre-stop COMMAND             Run this when a stop is asked for, before the
                                 app learns of it.
  --post-stop COMMAND            Run this when the app is gone. These four are
                                 repeatable, and come after a file's hooks.
  -w, --warn-on-reap             Tell each orphan that is reaped.
  -v, --verbose                  Tell each signal, who sent it and where it
                                 went.
  -q, --quiet                    Tell errors only.
  --log-format [text|json]       Each line as text, or as a JSON object.
  -s, --subreaper                Accepted as in tini: when not PID 1, lifeinit
                                 always is one.
  --version                      Show the version and exit.
  -h, --help                     Show this message and exit.

  Each option can also be set as LIFEINIT_ and its long name: LIFEINIT_CONFIG,
  LIFEINIT_GROUP=1, LIFEINIT_REWRITE="TERM:QUIT HUP:". `lifeinit check [FILE]`
  validates a hook file.
"""


def test_the_help() -> None:
    assert call(ROOT, "--help", env={"COLUMNS": "80"}) == (0, HELP, "")


@pytest.mark.parametrize("arguments", [(), ("--",), ("--config", "x.toml"), ("--config", "x.toml", "--")])
def test_without_a_command(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, out, err = call(tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert 'Error: no command: name the app to run, as in "lifeinit -- python app.py"' in err


def test_an_unknown_option(tmp_path: Path) -> None:
    status, out, err = call(tmp_path, "--confg", "x", "--", "true")
    assert (status, out) == (2, "")
    assert "No such option" in err
    assert "--config" in err


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("soon", 'LIFEINIT_STOP_TIMEOUT is "soon", no duration: write a number of seconds, or "500ms", "30s", "2m",'),
        ("0", 'LIFEINIT_STOP_TIMEOUT is "0", which leaves no time at all: write at least "1s"'),
    ],
)
def test_a_wrong_stop_timeout_in_the_environment(tmp_path: Path, value: str, sentence: str) -> None:
    status, out, err = call(tmp_path, "echo", "never", env={"LIFEINIT_STOP_TIMEOUT": value})
    assert (status, out) == (2, "")
    assert sentence in " ".join(err.split())


def test_a_wrong_hook_file_starts_nothing(init: Start) -> None:
    running = init("echo", "never", hooks=WRONG)
    assert running.rest() == []
    assert running.status() == 78
    assert running.stderr() == [
        *(f"hooks.toml:{problem}" for problem in PROBLEMS),
        'lifeinit: the hook file "hooks.toml" is wrong; nothing was started',
    ]


def test_a_named_file_that_is_missing_starts_nothing(init: Start) -> None:
    running = init("echo", "never", options=["--config", "no.toml"])
    assert running.rest() == []
    assert running.status() == 78
    assert running.stderr() == [
        'lifeinit: cannot read the hook file "no.toml": No such file or directory; nothing was started'
    ]


def test_the_first_file_that_is_found_is_the_only_one_read(init: Start, tmp_path: Path) -> None:
    """--config, else LIFEINIT_CONFIG, else ./hooks.toml."""
    (tmp_path / "option.toml").write_text('pre_start = "echo option"')
    (tmp_path / "variable.toml").write_text('pre_start = "echo variable"')
    here = 'pre_start = "echo here"'
    env = {"LIFEINIT_CONFIG": "variable.toml"}
    assert init("echo", "app", hooks=here, options=["--config", "option.toml"], env=env).rest() == ["option", "app"]
    assert init("echo", "app", hooks=here, env=env).rest() == ["variable", "app"]
    assert init("echo", "app", hooks=here).rest() == ["here", "app"]


def test_an_empty_hook_file_is_a_hook_file(init: Start) -> None:
    """Transitions are told, as with any other."""
    running = init("sh", "-c", "exit 3", hooks="")
    assert running.status() == 3
    assert running.stderr() == ["lifeinit: app exited 3"]


def test_a_command_named_check_runs_after_the_dashes(init: Start, tmp_path: Path) -> None:
    (tmp_path / "check").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "check").chmod(0o755)
    running = init("check", env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    running.expect("mine")


def test_options_after_the_command_are_the_apps(init: Start) -> None:
    running = init("echo", "--config", "-h", "--", "x", hooks="")
    running.expect("--config -h -- x")


@pytest.mark.parametrize("hooks", [None, "stop_timeout = 5"], ids=["plain", "hooks"])
def test_an_argument_of_any_bytes_reaches_the_app(init: Start, hooks: str | None) -> None:
    """Also where the locale cannot decode it."""
    raw = os.fsdecode(b"\xff\xfe\xe9")
    running = init("printf", "%s\\n", raw, "", "ä", hooks=hooks, env={"LANG": "C", "PYTHONUTF8": "0"})
    running.expect(raw, "", "ä")


@pytest.mark.usefixtures("namespaces")
def test_a_term_that_came_before_the_engine_is_kept(tmp_path: Path) -> None:
    """While the front desk reads the hook file, here one that takes its time: the signal waits, blocked."""
    os.mkfifo(tmp_path / "slow.toml")
    command = [str(LIFEINIT), "--config", "slow.toml", "--", *listener("TERM=4")]
    running = Running(command, tmp_path, base_environment())
    with (tmp_path / "slow.toml").open("w") as slow:  # opens once lifeinit reads
        running.send(signal.SIGTERM)
        slow.write('pre_start = "echo pre_start"\npost_stop = "echo post_stop"\n')
    assert running.rest()[-1] == "post_stop"
    assert running.status() == 143
    running.end()
