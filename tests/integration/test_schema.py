"""`lifeinit schema`, `example` and `completion`: the commands, completion in the shells themselves, what is shipped."""

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from lifeinit.cli.completion import _rejoined
from lifeinit.config import schema
from lifeinit.project import hook_file
from lifeinit.project.findings import Findings
from lifeinit.startup.commands import COMMANDS
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, PATIENCE, base_environment
from tests.integration.test_command_line import call

ROOT = Path(__file__).parents[2]


# schema and example


def test_the_schema_is_printed(tmp_path: Path) -> None:
    assert call(tmp_path, "schema") == (0, schema.schema(), "")


def test_the_example_is_printed_and_valid(tmp_path: Path) -> None:
    status, out, err = call(tmp_path, "example")
    assert (status, out, err) == (0, hook_file.text(Findings()), "")
    (tmp_path / "hooks.toml").write_text(out)
    assert call(tmp_path, "check")[0] == 0


@pytest.mark.parametrize("command", ["schema", "example"])
def test_they_take_no_argument(tmp_path: Path, command: str) -> None:
    status, out, err = call(tmp_path, command, "x")
    assert (status, out) == (2, "")
    assert "Error: Got unexpected extra argument (x)" in err


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [LIFEINIT, "schema"], check=False, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
    assert (done.returncode, done.stderr) == (2, "lifeinit: cannot write the output: No space left on device\n")


SCHEMA_HELP = """\
Usage: lifeinit schema [OPTIONS]

  Print the JSON Schema (draft-07) of the hook file.

  Save it next to hooks.toml, and begin hooks.toml with the line `#:schema
  ./lifeinit.schema.json`. Editors then complete and check its keys.

Options:
  -h, --help  Show this message and exit.
"""
EXAMPLE_HELP = """\
Usage: lifeinit example [OPTIONS]

  Print a commented hook file that is valid on every machine.

  `lifeinit init` writes one that fits the app in this directory.

Options:
  -h, --help  Show this message and exit.
"""
COMPLETION_HELP = """\
Usage: lifeinit completion [OPTIONS] {bash|zsh|fish}

  Print the script that makes SHELL complete lifeinit's command line.

  Bash: eval "$(lifeinit completion bash)" in ~/.bashrc. Zsh: the same with
  zsh in ~/.zshrc. Fish: lifeinit completion fish | source in config.fish.

Options:
  -h, --help  Show this message and exit.
"""


@pytest.mark.parametrize(
    ("command", "text"), [("schema", SCHEMA_HELP), ("example", EXAMPLE_HELP), ("completion", COMPLETION_HELP)]
)
def test_the_help_of_each(tmp_path: Path, command: str, text: str) -> None:
    assert call(tmp_path, command, "--help", env={"COLUMNS": "80"}) == (0, text, "")


# What is shipped.


def test_the_hook_of_pre_commit(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["language"]) == ("lifeinit-check", "python")
    for name, wanted in (
        ("hooks.toml", True),
        ("a/b/hooks.toml", True),
        ("a/hooks.d/10-x.toml", True),
        ("hooks.d/a/b.toml", False),
        ("hooks.toml.bak", False),
        ("xhooks.toml", False),
    ):
        assert bool(re.search(hook["files"], name)) == wanted
    program, *arguments = hook["entry"].split()
    assert program == "lifeinit"
    (tmp_path / "hooks.toml").write_text("")
    assert call(tmp_path, *arguments, "hooks.toml")[0] == 0
    (tmp_path / "hooks.toml").write_text("zz = 1")
    assert call(tmp_path, *arguments, "hooks.toml")[0] == 1


# completion


def answers(cwd: Path, shell: str, *words: str, at: int | None = None) -> list[str]:
    """What the script of a shell is told for these words, the last of which is being written."""
    position = len(words) if at is None else at
    env = {
        "_LIFEINIT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "\n".join(("lifeinit", *words)),
        "COMP_CWORD": str(position) if shell != "fish" else words[-1],
    }
    status, out, err = call(cwd, "completion", shell, env=env)
    assert (status, err) == (0, "")
    return out.splitlines()


def test_the_first_word_is_a_command_of_ours(tmp_path: Path) -> None:
    assert answers(tmp_path, "bash", "") == [f"plain,{name}" for name in COMMANDS]


def test_the_first_word_may_be_a_program(tmp_path: Path) -> None:
    (tmp_path / "schemer").write_text("")
    (tmp_path / "schemes").write_text("")
    (tmp_path / "schemer").chmod(0o755)
    env = {"_LIFEINIT_COMPLETE": "bash_complete", "COMP_WORDS": "lifeinit\nsche", "COMP_CWORD": "1"}
    path = f"/nowhere:{tmp_path}:{base_environment()['PATH']}"
    assert call(tmp_path, "completion", "bash", env={**env, "PATH": path})[1] == "plain,schema\nplain,schemer\n"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--rew"], ["plain,--rewrite"]),
        (["-p", "TE"], ["plain,TERM"]),
        (["-p", "SIGTE"], ["plain,SIGTERM"]),
        (["-r", "US"], ["plain,USR1", "plain,USR2"]),
        (["-r", "TERM", ":", "QU"], ["plain,QUIT"]),
        (["--rewrite", "=", "TERM", ":", "QU"], ["plain,QUIT"]),
        (["--log-format", "=", "j"], ["plain,json"]),
        (["--log-format=j"], ["plain,--log-format=json"]),
        (["--user", "roo"], ["plain,root"]),
        (["--user", "root", ":", "roo"], ["plain,root"]),
        (["check", "--he"], ["plain,--help"]),
        (["wait", "--ins"], ["plain,--insecure"]),
        (["check", "hoo"], ["file,hoo"]),
        (["--config", "hoo"], ["file,hoo"]),
        (["--config=hoo"], ["plain,--config=hooks.toml"]),
        (["--config=/none/hoo"], []),
        (["--", "./x"], ["file,./x"]),
        (["--", "cat", "hoo"], ["file,hoo"]),
        (["completion", "z"], ["plain,zsh"]),
        (["--nothing"], []),
    ],
)
def test_what_is_offered(tmp_path: Path, words: list[str], wanted: list[str]) -> None:
    (tmp_path / "hooks.toml").write_text("")
    assert [line for line in answers(tmp_path, "bash", *words) if line] == wanted


def test_words_that_bash_took_apart() -> None:
    assert _rejoined(["-r", "TERM", ":", "QUIT", "--", "x"]) == ["-r", "TERM:QUIT", "--", "x"]
    assert _rejoined(["-r", "TERM", ":"]) == ["-r", "TERM:"]
    assert _rejoined(["--config", "=", "a", "b"]) == ["--config", "a", "b"]
    assert _rejoined(["--config", "="]) == ["--config", ""]
    assert _rejoined(["-r", "", "x"]) == ["-r", "", "x"]


def test_a_shell_that_is_not_known(tmp_path: Path) -> None:
    status, out, err = call(tmp_path, "completion", "tcsh")
    assert (status, out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'." in " ".join(err.split())


# In the shells themselves. Each line is written, completed, and put behind an echo with the keys Home and End.

LINES = {
    "lifeinit sch\t": "lifeinit schema",
    "lifeinit -p TER\t": "lifeinit -p TERM",
    "lifeinit -r TERM:QU\t": "lifeinit -r TERM:QUIT",
    "lifeinit --log-format=j\t": "lifeinit --log-format=json",
    "lifeinit --user roo\t": "lifeinit --user root",
    "lifeinit check hoo\t": "lifeinit check hooks.toml",
    "lifeinit --config=hoo\t": "lifeinit --config=hooks.toml",
    "lifeinit -- lifeini\t": "lifeinit -- lifeinit",
}
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(lifeinit completion bash)"'),
    "fish": (["fish", "--no-config", "-i"], "lifeinit completion fish | source"),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u -D; eval "$(lifeinit completion zsh)"'),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_in_the_shell_itself(tmp_path: Path, shell: str) -> None:
    command, setup = SHELLS[shell]
    skip_without(shell)
    (tmp_path / "hooks.toml").write_text("")
    typed = "".join(f"{line}\x01echo +\x05+\r" for line in LINES)
    screen = on_terminal(command, f"{setup}\r{typed}exit\r", tmp_path)
    for wanted in LINES.values():
        # bash leaves a space behind a word that is complete; zsh takes it back before a sign
        assert re.search(rf"^\+{re.escape(wanted)} ?\+\r?$", screen, re.MULTILINE), screen


def skip_without(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def on_terminal(command: Sequence[str], typed: str, cwd: Path) -> str:
    """All that the screen shows, of a shell that finds this typed and leaves by itself."""
    ours, theirs = pty.openpty()
    env = {**base_environment(), "HOME": str(cwd), "TERM": "dumb", "PS1": "$ "}
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=env,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # fish wants a terminal of its own
    )
    os.close(theirs)
    try:
        os.write(ours, typed.encode())
        return read_all(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_all(terminal: int) -> str:
    screen = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        assert ready, f"the shell did not leave: {screen.decode()}"
        try:
            part = os.read(terminal, 65536)
        except OSError:  # EIO: nobody has the other side open any more
            return screen.decode()
        if not part:
            return screen.decode()
        screen += part


# A variable of the app's environment never has lifeinit print a script instead of running the app.


@pytest.mark.parametrize("value", ["bash_source", "zsh_source", "bash_complete", "fish_complete", "x"])
@pytest.mark.parametrize("options", [[], ["-v"], ["--config", "hooks.toml"]])
def test_the_variable_of_completion_never_keeps_an_app_from_running(
    init: Start, options: list[str], value: str
) -> None:
    env = {"_LIFEINIT_COMPLETE": value, "COMP_WORDS": "lifeinit x", "COMP_CWORD": "1"}
    running = init("sh", "-c", "echo $_LIFEINIT_COMPLETE; exit 3", hooks="", options=options, env=env)
    assert running.rest() == [value]
    assert running.status() == 3


def test_nor_the_processes_of_a_hook_file(init: Start) -> None:
    """`lifeinit` alone is what click's own scripts would call; here it runs an app."""
    env = {"_LIFEINIT_COMPLETE": "bash_complete", "COMP_WORDS": "lifeinit x", "COMP_CWORD": "1"}
    assert init(hooks='process.web.command = "echo web"', env=env).rest() == ["web"]


@pytest.mark.parametrize("command", ["check", "schema", "wait"])
def test_nor_another_command(tmp_path: Path, command: str) -> None:
    (tmp_path / "hooks.toml").write_text("")
    for word in (command, f"lifeinit {command}"):
        name = f"_{word.replace(' ', '_')}_COMPLETE".upper()
        env = {name: "bash_source", "_LIFEINIT_COMPLETE": "bash_source"}
        assert call(tmp_path, command, env=env) == call(tmp_path, command)


def test_only_a_whole_request_is_answered(tmp_path: Path) -> None:
    """A variable that is left over has the script printed, as without it."""
    script = call(tmp_path, "completion", "bash")
    assert script[0] == 0
    assert call(tmp_path, "completion", "bash", env={"_LIFEINIT_COMPLETE": "bash_complete"}) == script
    assert call(tmp_path, "completion", "bash", env={"_LIFEINIT_COMPLETE": "zsh_complete"}) == script
