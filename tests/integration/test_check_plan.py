"""`lifeinit check` shows the life that a hook file makes, and holds it against the runtime's grace period."""

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lifeinit.check.output.text_width import width
from tests.integration.harness import LIFEINIT, base_environment

HOOKS = """\
stop_timeout = "8s"
[[pre_start]]
command = "true"
[[pre_stop]]
sleep = "1s"
[[post_stop]]
command = "true"
timeout = "3s"
"""
PLAN = """\
THE START                                       AT MOST  KNOWN  DONE BY
pre_start  [0]  true                           no limit      -        -
start      app  ready as soon as it runs            0 s    0 s        -

THE STOP                                        AT MOST  KNOWN  DONE BY
pre_stop   [0]  sleep 1 s                           1 s    1 s      1 s
stop       app  the stop signal, then SIGKILL       3 s      -      4 s
cleanup         SIGTERM, then SIGKILL               1 s      -      5 s
post_stop  [0]  true                                3 s      -      8 s

AT MOST by its limits   KNOWN for sure   DONE BY at worst
At worst the stop takes 8 s, and Docker kills everything after 10 s: 2 s
  to spare.
"""


def check(directory: Path, *arguments: str, hooks: str = HOOKS, columns: str = "72") -> tuple[int, str]:
    (directory / "hooks.toml").write_text(hooks)
    directory.chmod(0o755)
    done = subprocess.run(
        [LIFEINIT, "check", *arguments],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        cwd=directory,
        env=base_environment() | {"COLUMNS": columns},
        timeout=30,
    )
    return done.returncode, done.stdout


SICK = """\
alive = { http = "http://127.0.0.1:8000/", on_failure = "warn" }
[process.worker]
command = ["sleep", "60"]
alive = { command = ["true"], interval = "20s" }
"""


def test_how_long_a_hang_stays_unnoticed(tmp_path: Path) -> None:
    """The command after the dashes is the first process, which `alive` at the top asks about."""
    status, said = check(tmp_path, "--plan", "--", "sleep", "60", hooks=SICK)
    assert status == 0
    rows = [line.split()[:2] for line in said.partition("A HANG")[2].partition("THE STOP")[0].splitlines()[1:4]]
    assert rows == [["alive", "app"], ["alive", "worker"], ["stop", "app,"]]
    assert "A hang of app is noticed within 35 s, and only logged.\n" in said
    follows = "the stop then takes at most 10 s (stop_timeout is not set)"
    assert f"A hang of worker is noticed within 1 min 5 s, and {follows}.\n" in said.replace("\n  ", " ")
    status, said = check(tmp_path, "--format", "json", "--", "sleep", "60", hooks=SICK)
    (plan,) = json.loads(said)["plans"]
    assert [(stage["phase"], stage["name"], stage["done_by"]) for stage in plan["hang"]] == [
        ("alive", "app", 35.0),
        ("alive", "worker", 65.0),
        ("stop", "app, worker", 75.0),
    ]


def test_the_table_and_the_drawing(tmp_path: Path) -> None:
    status, said = check(tmp_path, "--plan", "--for", "docker", "--no-preflight")
    assert status == 0
    assert said.startswith(PLAN), said
    assert "┃ 10 s  Docker kills everything" in said
    assert said.endswith("\nhooks.toml: ok: 1 pre_start, 1 pre_stop, 1 post_stop\n")


def test_a_stop_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    """And says which numbers to change to what, below the plan, which comes by itself."""
    status, said = check(tmp_path, "--grace", "5s", "--no-preflight")
    assert status == 1
    assert "error[E401]" in said
    assert "hooks.toml:1:16" in said
    assert said.startswith("THE START")
    assert said.index("THE STOP") < said.index("help: ")
    assert said.endswith("\nhooks.toml: 1 error\n")
    assert "THE STOP" not in check(tmp_path, "-q", "--grace", "5s", "--no-preflight")[1]


@pytest.mark.parametrize("options", [(), ("--plan", "-q"), ("--plan", "--format=github")])
def test_where_no_plan_is_wanted(tmp_path: Path, options: tuple[str, ...]) -> None:
    status, said = check(tmp_path, *options, "--no-preflight")
    assert status == 0
    assert said == ("" if options else "hooks.toml: ok: 1 pre_start, 1 pre_stop, 1 post_stop\n")


def test_nothing_is_wider_than_the_terminal(tmp_path: Path) -> None:
    """Not the plan, and not a finding; a wide character takes two columns."""
    hooks = HOOKS.replace(
        'sleep = "1s"', f'sleep = "7s"\nname = "x"\n[[pre_stop]]\ncommand = "echo {"値" * 90} | no-such"'
    )
    for columns in ("40", "72", "100"):
        status, said = check(tmp_path, "--plan", "--for", "docker", hooks=hooks, columns=columns)
        assert (status, "W301" in said) == (1, True)
        assert max(map(width, said.splitlines())) <= int(columns)


def test_the_picture(tmp_path: Path) -> None:
    status, _ = check(tmp_path, "--svg", "life.svg", "--no-preflight")
    assert status == 0
    assert ET.parse(tmp_path / "life.svg").getroot().tag.endswith("svg")


def test_the_apps_command_is_looked_at_too(tmp_path: Path) -> None:
    """Against this machine: what cannot be found is an error before production."""
    assert check(tmp_path, "--", "sh", "-c", "exec sleep 1")[0] == 0
    status, said = check(tmp_path, "--", "no-such-program")
    assert status == 1
    assert '"no-such-program"' in said
    assert check(tmp_path, "--no-preflight", "--", "no-such-program")[0] == 0


def test_a_hook_that_this_machine_cannot_run(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('stop_timeout = "8s"\npre_start = ["no-such-program"]\n')
    status, said = check(tmp_path, "other.toml")
    assert status == 1
    assert "other.toml:2:14" in said
    assert check(tmp_path, "other.toml", "--no-preflight")[0] == 0


def test_an_option_that_cannot_be(tmp_path: Path) -> None:
    assert check(tmp_path, "--grace", "0")[0] == 2
    assert check(tmp_path, "--grace", "soon")[0] == 2
    assert check(tmp_path, "--svg", "x.svg", "hooks.toml", "hooks.toml")[0] == 2
    command = (LIFEINIT, "check", "--svg", "none/x.svg")
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment())
    assert (done.returncode, done.stderr) == (2, 'lifeinit: cannot write "none/x.svg": No such file or directory\n')
    assert not os.path.exists(tmp_path / "x.svg")


def test_the_command_is_the_first_of_several_processes(tmp_path: Path) -> None:
    """And `ready` at the top is its own."""
    (tmp_path / "two.toml").write_text('ready = "5s"\n[process.helper]\ncommand = ["true"]\n')
    _, text = check(tmp_path, "--plan", "two.toml", "--", "true")
    assert [row[:2] for row in starts(text)] == [["start", "app"], ["start", "helper"]]
    assert starts(text)[0][2:6] == ["ready", "after", "5", "s"]
    _, text = check(tmp_path, "--plan", "two.toml")
    assert [row[:2] for row in starts(text)] == [["start", "helper"]]


def starts(text: str) -> list[list[str]]:
    """The words of each row of the table that is about a start."""
    return [line.split() for line in text.partition("THE STOP")[0].splitlines() if line.startswith("start ")]
