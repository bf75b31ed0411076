"""The command line: what it prints, and its exit statuses."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lifeinit
from lifeinit.cli.run import run
from lifeinit.startup.commands import COMMANDS
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener

ROOT = Path(__file__).parents[2]
WRONG = 'pre_strat = "x"\n[[post_stop]]\ntimeout = "5"\n'
PROBLEMS = [
    '1:1: error: unknown key "pre_strat": did you mean "pre_start"?',
    "2:1: error: post_stop[0] has neither command nor wait_for nor sleep: write one of them",
    '3:11: error: timeout is "5", a quoted number without a unit: write "5s" for seconds or "5m" for minutes; without quotes it is seconds',  # noqa: E501
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

  Run COMMAND as the app, with the hooks of the hook file around it.

Run:
  --config FILE                  Read this hook file (default: ./hooks.toml).
  --user USER[:GROUP]            Run the app as this user.
  -e, --success-exit-code CODE   Count these app statuses as 0: 3-9, SIGTERM.
  -s, --subreaper                Reap orphans when not PID 1 (always on).

Signals:
  -g, --group                    Signal the app's whole process group.
  -c, --single-child             Signal only its main process (the default).
  -r, --rewrite SIG:SIG          Map a signal: TERM:QUIT. TERM: drops it.
  -p, --parent-death-signal SIG  Act on this signal when the parent dies.

Hooks (shell commands, run after those of the file; repeatable):
  --pre-start COMMAND            Run before the app; a failure ends the start.
  --post-start COMMAND           Run when the app is ready.
  --pre-stop COMMAND             Run at a stop, before the app is signaled.
  --post-stop COMMAND            Run after the app, however it ended.

Output:
  -v, --verbose                  Log each signal, its sender and its target.
  -q, --quiet                    Log errors only.
  -w, --warn-on-reap             Log each orphan that is reaped.
  --log-format [text|json]       Log as text or JSON objects.
  --version                      Show the version and exit.
  -h, --help                     Show this message and exit.

Other commands, each with --help:
{}
  Each option is also a variable: LIFEINIT_GROUP=1. See man lifeinit-hooks.
""".format("".join(f"  {name:<31}{summary}\n" for name, summary in COMMANDS.items()))


def test_the_help() -> None:
    """It fits on one screen, and names each option and command."""
    assert call(ROOT, "--help", env={"COLUMNS": "80"}) == (0, HELP, "")
    assert len(HELP.splitlines()) <= 45
    assert max(map(len, HELP.splitlines())) <= 80
    for word in (*COMMANDS, *(name for option in run.params for name in option.opts if name[0] == "-")):
        assert re.search(rf"(?<![\w-]){word}(?![\w-])", HELP), word


@pytest.mark.parametrize("arguments", [(), ("--",), ("--config", "x.toml"), ("--config", "x.toml", "--")])
def test_without_a_command(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, out, err = call(tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert "Error: no command: name the app to run.\n\n  lifeinit -- python app.py   run an app" in err
    assert "\n  lifeinit init               write a hook file for this directory's app\n" in err


def test_an_unknown_option(tmp_path: Path) -> None:
    status, out, err = call(tmp_path, "--confg", "x", "--", "true")
    assert (status, out) == (2, "")
    assert "No such option" in err
    assert "--config" in err


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            "soon",
            'LIFEINIT_STOP_TIMEOUT is "soon", not a duration: write a number of seconds, or "500ms",',
        ),
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
        'lifeinit: the hook file "hooks.toml" is invalid; nothing was started',
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
def test_an_int_that_is_dropped_asks_for_nothing_then(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.toml")
    running = Running([str(LIFEINIT), "--config", "slow.toml", "--", "echo", "app"], tmp_path, base_environment())
    with (tmp_path / "slow.toml").open("w") as slow:
        running.send(signal.SIGINT)
        slow.write('[signals]\nINT = ""\n[[post_stop]]\ncommand = "echo post_stop"\n')
    assert running.rest() == ["app", "post_stop"]
    assert running.status() == 0
    running.end()


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("rewrite", ["", 'signals.TERM = "QUIT"\n'], ids=["", "rewritten"])
def test_a_term_that_came_before_the_engine_is_kept(tmp_path: Path, rewrite: str) -> None:
    """While the planner reads the hook file, here one that takes its time: the signal waits, blocked."""
    os.mkfifo(tmp_path / "slow.toml")
    command = [str(LIFEINIT), "--config", "slow.toml", "--", *listener("TERM=4")]
    running = Running(command, tmp_path, base_environment())
    with (tmp_path / "slow.toml").open("w") as slow:  # opens once lifeinit reads
        running.send(signal.SIGTERM)
        slow.write(rewrite + 'pre_start = "echo pre_start"\npost_stop = "echo post_stop"\n')
    assert running.rest() == []  # no hook has begun, so none has to clean up
    assert running.status() == 143
    assert running.stderr() == ["lifeinit: exit status 143: stop requested by SIGTERM before anything was started"]
    running.end()


# A command that is no program


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("hooks", [None, 'pre_start = "echo hook"\npost_stop = "echo hook"\n'], ids=["plain", "hooks"])
@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        ("chek", 2, 'no program "chek" in PATH: did you mean "lifeinit check"? Nothing was started'),
        ("help", 2, 'no program "help" in PATH: did you mean "lifeinit --help"? Nothing was started'),
        (
            "--log-format text helth",
            2,
            'no program "helth" in PATH: did you mean "lifeinit health"? Nothing was started',
        ),
        ("--config F check", 2, 'no program "check" in PATH: did you mean "lifeinit check"? Nothing was started'),
        ("run -- true", 2, 'no program "run" in PATH: did you mean "lifeinit -- true"? Nothing was started'),
        (
            "-c hooks.toml -- true",
            2,
            'no program "hooks.toml" in PATH: did you mean "lifeinit --config hooks.toml -- true"? Nothing was started',
        ),
        ("gunicornn app:app", 127, 'cannot run the app "gunicornn": not found in PATH; nothing was started'),
    ],
)
def test_a_mistyped_command_starts_nothing(
    tmp_path: Path, hooks: str | None, arguments: str, status: int, sentence: str
) -> None:
    """Each ran a real pre_start, such as a migration, and a post_stop."""
    (tmp_path / "F").write_text(hooks or "")
    if hooks is not None:
        (tmp_path / "hooks.toml").write_text(hooks)
    running = Running([str(LIFEINIT), *arguments.split()], tmp_path, base_environment())
    assert (running.rest(), running.status()) == ([], status)
    (line,) = running.stderr()
    assert line.startswith(f"lifeinit: {sentence}")
    running.end()


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("", 'cannot run the app "": not found in PATH; nothing was started'),
        ("app && echo b", "if a hook installs it, write \"lifeinit -- 'app && echo b'\""),
    ],
)
def test_a_word_that_no_program_is_named_after_starts_nothing(tmp_path: Path, program: str, sentence: str) -> None:
    """An empty variable in quotes is one. What is proposed is quoted for the shell that it is copied to."""
    (tmp_path / "hooks.toml").write_text('pre_start = "echo hook"\n')
    running = Running([str(LIFEINIT), program], tmp_path, base_environment())
    assert (running.rest(), running.status()) == ([], 127)
    (line,) = running.stderr()
    assert sentence in line
    running.end()


def test_after_the_dashes_a_hook_may_install_the_app(init: Start, tmp_path: Path) -> None:
    install = f"printf '#!/bin/sh\\necho installed\\n' > {tmp_path}/chek; chmod +x {tmp_path}/chek"
    running = init("chek", hooks=f'pre_start = """{install}"""', env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert running.rest() == ["installed"]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("hooks", "path"),
    [
        ('app.environment.PATH = "{}"\n', "/usr/bin:/bin"),
        ('app.working_dir = "{}"\n', "/usr/bin:/bin:"),
        ("", "{}:/usr/bin:/bin"),
    ],
    ids=["a PATH of its own", "relative to its directory", "a PATH that holds it"],
)
def test_a_program_that_may_be_found_is_not_refused(tmp_path: Path, hooks: str, path: str) -> None:
    """In doubt the exec decides. It has the name that somebody may mistype."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "chek").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "bin" / "chek").chmod(0o755)
    directory = str(tmp_path / "bin")
    (tmp_path / "hooks.toml").write_text(hooks.replace("{}", directory))
    environment = base_environment() | {"PATH": path.replace("{}", directory)}
    running = Running([str(LIFEINIT), "chek"], tmp_path, environment)
    assert running.rest() == ["mine"], running.stderr()
    running.end()


# lifeinit below lifeinit


def test_below_a_lifeinit_with_the_same_file_it_is_a_plain_init(init: Start) -> None:
    """As where the entrypoint and the command of an image are both lifeinit: each hook ran twice."""
    hooks = 'pre_start = "echo pre_start"\npost_stop = "echo post_stop"\n'
    running = init(str(LIFEINIT), "--config", "./hooks.toml", "--", "echo", "app", hooks=hooks)
    assert running.rest() == ["pre_start", "app", "post_stop"]
    sentence = 'a lifeinit above this one runs the hooks of "./hooks.toml": this one is a plain init'
    assert running.stderr().count(f"lifeinit: {sentence}") == 1


def test_below_a_lifeinit_with_another_file_its_hooks_run(init: Start, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('pre_start = "echo inner"\n')
    running = init(str(LIFEINIT), "--config", "other.toml", "--", "echo", "app", hooks='pre_start = "echo outer"\n')
    assert running.rest() == ["outer", "inner", "app"]


def test_a_hook_that_is_a_lifeinit_runs_no_hook(init: Start) -> None:
    """It ran itself, without an end."""
    running = init("echo", "app", hooks=f'pre_start = "{LIFEINIT} -- echo hook"\n')
    assert running.rest() == ["hook", "app"]
