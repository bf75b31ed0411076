"""The real thing: the image of Dockerfile.example in a Docker engine."""

import time

import pytest

from tests.container.conftest import Run
from tests.container.docker import docker

FOUR = """
pre_start = "echo pre_start"
post_start = "echo post_start"
pre_stop = "echo pre_stop"
post_stop = "echo post_stop $LIFEINIT_REASON $LIFEINIT_EXIT_CODE"
"""
APP = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("TERM", flush=True), sys.exit(3)))
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_the_example_as_it_is(run: Run) -> None:
    """The four phases around a web server; `docker stop` waits for the drain, and the status is the app's."""
    container = run()
    assert "shop: the database is up to date" in container.until("announced")
    began = time.monotonic()
    docker("stop", container.id)
    assert time.monotonic() - began < 9, "the engine had to kill it"
    said = list(container.lines())
    assert [line for line in said if line.startswith("shop")] == [
        "shop: SIGTERM, closing",
        "shop: closed",
        "shop: deregistered, reason signal, status 0",
    ]
    assert "lifeinit: pre_stop drain: slept 1 s" in said
    assert container.status() == 0
    assert container.state()["OOMKilled"] is False


@pytest.mark.parametrize(
    "options",
    [
        ("--read-only", "--tmpfs", "/tmp"),
        ("--user", "0:0"),
        ("--user", "4711"),
        ("--init",),
        ("-t",),
        ("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        ("--pids-limit", "20"),
    ],
    ids=" ".join,
)
def test_the_example_under_other_options(run: Run, options: tuple[str, ...]) -> None:
    """A read-only root, root, a uid without a passwd entry, below another init, on a terminal, without rights."""
    container = run(options=options)
    container.until("announced")
    docker("stop", container.id)
    assert "shop: deregistered, reason signal, status 0" in list(container.lines())
    assert container.status() == 0


def test_docker_stop_runs_pre_stop_then_term_then_post_stop(run: Run) -> None:
    container = run("python", "-c", APP, hooks=FOUR)
    container.until("ready")
    docker("stop", container.id)
    heard = [line for line in container.lines() if not line.startswith(("lifeinit", "post_start"))]
    assert heard == ["pre_stop", "TERM", "post_stop signal 3"]
    assert container.state()["ExitCode"] == 3


def test_docker_kill_of_another_signal_reaches_the_app(run: Run) -> None:
    app = "trap 'echo HUP' HUP; trap 'exit 4' USR1; echo ready; while :; do sleep 0.1; done"
    container = run("sh", "-c", app, hooks="")
    container.until("ready")
    docker("kill", "-s", "HUP", container.id)
    container.until("HUP")
    docker("kill", "-s", "USR1", container.id)
    assert container.status() == 4


@pytest.mark.parametrize(("app", "status"), [("exit 0", 0), ("exit 42", 42), ("kill -SEGV $$", 139)])
def test_the_engine_has_the_apps_status(run: Run, app: str, status: int) -> None:
    assert run("sh", "-c", app, hooks="post_stop = 'exit 9'").status() == status


def test_an_app_that_is_not_there(run: Run) -> None:
    assert run("no-such-program").status() == 127


def test_a_wrong_hook_file_starts_nothing(run: Run) -> None:
    container = run("echo", "never", hooks='pre_strat = "x"\n')
    assert list(container.lines()) == [
        '/etc/lifeinit/hooks.toml:1:1: error: unknown key "pre_strat": did you mean "pre_start"?',
        'lifeinit: the hook file "/etc/lifeinit/hooks.toml" is invalid; nothing was started',
    ]
    assert container.status() == 78


def test_docker_stop_during_pre_start(run: Run) -> None:
    """Also with a hook that traps TERM and exits 0: the app never starts, post_stop runs."""
    hooks = FOUR.replace("echo pre_start", "trap 'exit 0' TERM; echo waiting; while :; do sleep 0.1; done")
    container = run("echo", "never", hooks=hooks)
    container.until("waiting")
    docker("stop", container.id)
    said = list(container.lines())
    assert "post_stop signal 143" in said
    assert "never" not in said
    assert container.status() == 143


def test_an_app_that_ignores_term_is_killed_before_docker_does(run: Run) -> None:
    """Docker's grace is 10 s: a stop_timeout below it saves the post_stop hooks."""
    app = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    container = run("sh", "-c", app, hooks="stop_timeout = 2\npost_stop = 'echo post_stop $LIFEINIT_EXIT_CODE'")
    container.until("ready")
    docker("stop", container.id)
    assert "post_stop 137" in list(container.lines())
    assert container.status() == 137


def test_docker_exec_finds_no_zombies_and_pid_1_by_its_name(run: Run) -> None:
    app = "for i in 1 2 3 4 5; do (setsid sh -c 'exec sleep 0' &) done; echo ready; exec sleep 60"
    container = run("sh", "-c", app, hooks="")
    container.until("ready")
    assert docker("exec", container.id, "cat", "/proc/1/comm") == "lifeinit\n"
    states = ""
    while "sleep" not in states or "Z" in states:  # the orphans die in their own time
        states = docker(
            "exec", container.id, "sh", "-c", "grep -h . /proc/[0-9]*/comm; grep -h State /proc/[0-9]*/status"
        )
    assert states.count("sleep\n") == 1


def test_a_terminal(run: Run) -> None:
    """On a terminal of its own the app can read what is typed, and the stop works as without."""
    container = run("sh", "-c", "test -t 0 && echo terminal; exit 6", options=("-t", "-i"), hooks="")
    container.until("terminal")
    assert container.status() == 6


@pytest.mark.parametrize(("limit", "status"), [("1", 126), ("2", 4)])
def test_a_pids_cgroup_without_room(run: Run, limit: str, status: int) -> None:
    """PID 1 alone fills it: nothing can be forked, and that is a sentence and a status."""
    container = run("sh", "-c", "exit 4", options=("--pids-limit", limit), hooks="")
    said = list(container.lines())
    assert container.status() == status
    refused = "lifeinit: cannot run the planner: fork failed: Resource temporarily unavailable; nothing was started"
    assert (refused in said) == (status == 126)


def test_root_then_drop(run: Run) -> None:
    """The hooks as root, the app as a user without rights; the way back is closed."""
    hooks = 'pre_start = "id -u"\n[app]\nuser = "10001:10002"\nno_new_privs = true\n'
    show = "id -u; id -g; id -G; grep -E 'NoNewPrivs|CapEff' /proc/self/status"
    container = run("sh", "-c", show, options=("--user", "0"), hooks=hooks)
    said = [line for line in container.lines() if not line.startswith("lifeinit")]
    assert said == ["0", "10001", "10002", "10002", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"]
