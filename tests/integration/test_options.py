"""tini's and dumb-init's options, and the environment variables of each."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment, listener, python


@pytest.mark.parametrize(
    ("options", "env", "hooks"),
    [
        (("-e", "3", "-e", "143"), {}, None),
        (("-e", "1-9", "--success-exit-code", "TERM"), {}, None),
        ((), {"LIFEINIT_SUCCESS_EXIT_CODE": "3 SIGTERM"}, None),
        ((), {}, '[app]\nsuccess_exit_codes = ["SIGTERM", 3]\n'),
        (("-e", "3"), {}, '[app]\nsuccess_exit_codes = ["140-150"]\n'),
    ],
)
def test_exit_statuses_that_count_as_0(
    init: Start, options: tuple[str, ...], env: dict[str, str], hooks: str | None
) -> None:
    for app, status in (("exit 3", 0), ("kill $$", 0), ("exit 10", 10), ("kill -9 $$", 137)):
        assert init("sh", "-c", app, options=options, env=env, hooks=hooks).status() == status


def test_a_hooks_status_never_counts_as_0(init: Start) -> None:
    assert init("true", options=["-e", "3"], hooks="pre_start = 'exit 3'").status() == 3


def test_what_is_told_of_a_status_that_counts_as_0(init: Start) -> None:
    running = init("sh", "-c", "kill $$", hooks="post_stop = 'echo $LIFEINIT_EXIT_CODE $LIFEINIT_CHILD_EXIT_SIGNAL'",
                   options=["-e", "TERM"])  # fmt: skip
    running.expect("0 TERM")
    assert running.stderr()[0] == "lifeinit: app exited 143 (SIGTERM), which counts as success"


def test_w_tells_each_orphan(init: Start) -> None:
    app = "mkfifo up; (sh -c 'read x < up; exit 4' &); echo > up; exec sleep 0.3"
    running = init("sh", "-c", app, options=["-w"])
    assert running.status() == 0
    (line,) = running.stderr()
    assert re.fullmatch(r"lifeinit: reaped the orphan \d+, which exited 4", line)


@pytest.mark.parametrize(
    ("variable", "grouped"),
    [
        ({"LIFEINIT_GROUP": "1"}, True),
        ({"LIFEINIT_GROUP": "0"}, False),
        ({"TINI_KILL_PROCESS_GROUP": ""}, True),
        ({"TINI_KILL_PROCESS_GROUP": "1", "LIFEINIT_GROUP": "0"}, False),
        ({"TINI_KILL_PROCESS_GROUP": "1", "LIFEINIT_SINGLE_CHILD": "1"}, False),
    ],
    ids=str,
)
def test_the_group_from_the_environment(init: Start, variable: dict[str, str], grouped: bool) -> None:
    worker = " ".join(f"'{word}'" for word in listener("USR1=0", "URG=0"))
    running = init("sh", "-c", f"trap 'kill -URG $!' USR1; {worker} & wait; wait; echo app", env=variable)
    running.expect("ready")
    running.send(signal.SIGUSR1)
    assert ("USR1" in running.rest()) == grouped


@pytest.mark.parametrize(
    ("variable", "told"),
    [({"TINI_VERBOSITY": "2"}, True), ({"TINI_VERBOSITY": "1"}, False), ({"LIFEINIT_VERBOSE": "1"}, True)],
    ids=str,
)
def test_the_verbosity_from_the_environment(init: Start, variable: dict[str, str], told: bool) -> None:
    running = init("true", env=variable)
    assert running.status() == 0
    assert ("lifeinit: runs as PID 1" in running.stderr()) == told


def test_tinis_subreaper_is_accepted(init: Start) -> None:
    assert init("sh", "-c", "exit 4", options=["-s"]).status() == 4
    assert init("sh", "-c", "exit 4", env={"TINI_SUBREAPER": ""}).status() == 4


def test_an_image_may_name_the_version_in_its_environment(init: Start) -> None:
    """ENV LIFEINIT_VERSION=0.1.0 is no --version."""
    assert init("sh", "-c", "exit 4", env={"LIFEINIT_VERSION": "0.1.0"}).status() == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("-e", "256"),
            "'-e' / '--success-exit-code': \"256\", not an exit status: write a number from 0 to 255, a range such as",
        ),
        (("-e", "9-3"), '"9-3", not an exit status'),
        (("-r", "15"), '"15", not a rewrite: write two signals such as "TERM:QUIT", or "TERM:" to drop one'),
        (("-r", "TREM:3"), '"TREM:3", not a signal: write a name such as "TERM" or a number such as "15"'),
        (("-p", "99"), '"99", not a signal'),
        (
            ("--user", "nobody-here"),
            '"nobody-here", which does not exist on this machine: create the user in the image, or',
        ),
        (("--user", "0:nobody-here"), "whose group does not exist on this machine"),
        (("--user", "99999999999"), "whose uid is above 4294967294"),
        (("--user", "9" * 5000), f'"{"9" * 57}...", whose uid is above 4294967294: write a smaller one'),
        (("--user", "0:" + "9" * 5000), "whose gid is above 4294967294: write a smaller one"),
        (("--user", "\u0661\u0662"), '"\u0661\u0662", which does not exist on this machine'),  # digits, but not ours
        (("--log-format", "x" * 5000), f"'--log-format': '{'x' * 40}"),
        (("-g", "-c"), "--group and --single-child contradict each other: remove one"),
    ],
)
def test_a_wrong_value_starts_nothing(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = subprocess.run(
        [LIFEINIT, *arguments, "--", "echo", "never"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment() | {"COLUMNS": "500"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in " ".join(done.stderr.split())


def refused(env: dict[str, str], *arguments: str) -> str:
    """What is said of these variables, on one line. Nothing was started."""
    done = subprocess.run(
        [LIFEINIT, *(arguments or ("--", "echo", "never"))],
        check=False, capture_output=True, text=True, env=base_environment() | {"COLUMNS": "500"} | env,
    )  # fmt: skip
    assert (done.returncode, done.stdout) in {(2, ""), (78, "")}
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("LIFEINIT_VERBOSE", "much", "Error: Invalid value for LIFEINIT_VERBOSE: 'much' is not a valid integer range."),
        ("LIFEINIT_GROUP", "\udcff", "Error: Invalid value for LIFEINIT_GROUP: '\\udcff' is not a valid boolean."),
        ("LIFEINIT_LOG_FORMAT", "xml", "Error: Invalid value for LIFEINIT_LOG_FORMAT: 'xml' is not one of"),
        ("LIFEINIT_USER", "9" * 5000, f'Error: Invalid value for LIFEINIT_USER: "{"9" * 57}...", whose uid is above'),
        ("LIFEINIT_REWRITE", "15", 'Error: Invalid value for LIFEINIT_REWRITE: "15", not a rewrite'),
        ("LIFEINIT_STOP_TIMEOUT", "soon", 'Error: LIFEINIT_STOP_TIMEOUT is "soon", not a duration'),
        ("LIFEINIT_CONFIG", "no.toml", "No such file or directory: LIFEINIT_CONFIG names it; nothing was started"),
        (
            "LIFEINIT_CONFIG",
            "/etc/passwd",
            'the hook file "/etc/passwd", which LIFEINIT_CONFIG names, is invalid; nothing',
        ),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, sentence: str) -> None:
    """The sentence spoke of an option, "-v" say, that whoever wrote the manifest has never seen."""
    assert sentence in refused({variable: value})


def test_a_wrong_value_of_any_length_is_told_in_a_line() -> None:
    """100 kB of it were repeated."""
    assert len(refused({"LIFEINIT_GROUP": "x" * 100_000})) < 500


def test_the_variables_of_other_commands_are_named_too() -> None:
    """The check's --for and --format had variables of other names than the documented ones."""
    good = ("check", "/dev/null")
    assert 'Invalid value for LIFEINIT_CHECK_FOR: "moon"' in refused({"LIFEINIT_CHECK_FOR": "moon"}, *good)
    assert "Invalid value for LIFEINIT_CHECK_FORMAT: 'xml'" in refused({"LIFEINIT_CHECK_FORMAT": "xml"}, *good)
    assert "Invalid value for LIFEINIT_CHECK_GRACE" in refused({"LIFEINIT_CHECK_GRACE": "soon"}, *good)
    assert "Invalid value for LIFEINIT_PID" in refused({"LIFEINIT_PID": "x"}, "status")
    assert "Invalid value for LIFEINIT_STATUS_PID" in refused({"LIFEINIT_STATUS_PID": "x"}, "status")


def test_tinis_verbosity_of_any_length(init: Start) -> None:
    """More than 4,300 digits were an internal error, status 70."""
    running = init("sh", "-c", "exit 4", env={"TINI_VERBOSITY": "9" * 5000})
    assert running.status() == 4
    assert running.stderr()[0] == "lifeinit: runs as PID 1"


# The parent's death, and not being PID 1.


@pytest.mark.usefixtures("namespaces")
def test_the_parents_death_signal(tmp_path: Path) -> None:
    """lifeinit gets it as if the parent had sent it, so a stop request makes the whole stop."""
    (tmp_path / "hooks.toml").write_text('pre_stop = "echo pre_stop"\npost_stop = "echo post_stop"\n')
    app = " ".join(f"'{word}'" for word in listener("TERM=0", "TELL=up"))
    os.mkfifo(tmp_path / "up")
    (tmp_path / "parent").write_text(f"'{LIFEINIT}' -p TERM -- {app} &\nread x < up\n")
    running = Running(["sh", "-c", "sh parent; exec sleep 60"], tmp_path, base_environment())
    running.expect("ready", "pre_stop")
    assert running.line() in {"TERM", "CONT"}
    while running.line() != "post_stop":
        pass
    running.end()


@pytest.mark.usefixtures("namespaces")
def test_the_parent_may_be_gone_before_it_is_watched(tmp_path: Path) -> None:
    """The planner waits for a slow hook file; meanwhile the parent dies."""
    os.mkfifo(tmp_path / "slow.toml")
    os.mkfifo(tmp_path / "die")
    (tmp_path / "parent").write_text(f"'{LIFEINIT}' -p USR1 --config slow.toml -- sleep 60 &\nread x < die\n")
    running = Running(["sh", "-c", "sh parent; echo gone; exec sleep 60"], tmp_path, base_environment())
    with (tmp_path / "slow.toml").open("w") as slow:  # opens once lifeinit reads
        (tmp_path / "die").write_text("now\n")
        running.expect("gone")
        slow.write('post_stop = "echo $LIFEINIT_CHILD_EXIT_SIGNAL"')
    running.expect("USR1")
    running.end()


def test_without_being_pid_1_it_is_a_subreaper(init: Start) -> None:
    running = init(*python("orphans", "50"), subreaper=True, options=["-v"])
    assert running.rest() == ["nothing left"]
    assert running.status() == 0
    assert re.fullmatch(r"lifeinit: runs as pid \d+, a subreaper", running.stderr()[0])


@needs.program("pgrep")
@pytest.mark.usefixtures("namespaces")
def test_cleanup_ends_no_process_but_its_own(tmp_path: Path) -> None:
    """A neighbour, the parent and the parent's other children live on; a grandchild in another session does not."""
    app = "setsid sh -c 'setsid sleep 61 & sleep 62' & exec sleep 0.2"
    shell = f"sleep 63 & '{LIFEINIT}' -- sh -c \"{app}\"; echo status $?; pgrep -a sleep"
    running = Running(["sh", "-c", shell], tmp_path, base_environment())
    running.expect("status 0")
    assert [line.partition(" ")[2] for line in running.rest()] == ["sleep 63"]
    running.end()


def test_cleanup_ends_what_is_forked_while_it_runs(init: Start, tmp_path: Path) -> None:
    """A process that answers TERM with a new one, which ignores it."""
    (tmp_path / "hydra").write_text(
        'trap \'setsid sh -c "trap \\"\\" TERM; exec sleep 60" & exit\' TERM; echo > up; while :; do sleep 0.1; done'
    )
    running = init("sh", "-c", "setsid sh hydra & read x < up", subreaper=True, fifo="up")
    assert running.rest() == ["nothing left"]


def test_what_a_post_stop_hook_leaves_behind_is_ended_too(init: Start) -> None:
    """For PID 1 the kernel does it."""
    running = init(
        "true", hooks="post_stop = \"setsid sh -c 'trap : TERM; while :; do sleep 60; done' &\"", subreaper=True
    )
    assert running.rest() == ["nothing left"]
