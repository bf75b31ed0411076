"""Several processes as one app: `[process.NAME]`."""

import json
import os
import time
from pathlib import Path
from signal import SIGCONT, SIGHUP, SIGTERM, SIGTTIN, SIGUSR2

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import children, listener, python, state


def process(name: str, *command: str, keys: str = "") -> str:
    return f"[process.{name}]\ncommand = {json.dumps(command)}\n{keys}\n"


def test_they_start_together_and_a_signal_goes_to_each(init: Start) -> None:
    """With a command after -- that one is the first of them. TERM to each, the status is theirs."""
    hooks = 'pre_start = "echo pre_start"\npost_stop = "echo post_stop"\n' + process("worker", *listener("TERM=0"))
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("pre_start", "ready", "ready")
    running.send(SIGHUP)
    running.expect("HUP", "HUP")
    running.send(SIGTERM)
    lines = [line for line in running.rest() if line != "CONT"]
    assert lines == ["TERM", "TERM", "post_stop"]
    assert running.status() == 0
    assert {line.removeprefix("lifeinit: ") for line in running.stderr()} >= {"app exited 0", "worker exited 0"}


def test_without_a_command_they_are_the_app(init: Start) -> None:
    running = init(hooks=process("web", *listener("TERM=0")) + process("worker", *listener("TERM=0")))
    running.expect("ready", "ready")
    running.send(SIGTERM)
    assert running.status() == 0


@pytest.mark.parametrize(("first", "status"), [("exit 3", 3), ("exit 0", 0), ("kill -KILL $$", 137)])
def test_the_first_exit_ends_all_and_gives_the_status(init: Start, tmp_path: Path, first: str, status: int) -> None:
    """The others are stopped as by a stop request, but without pre_stop; what they make of it does not count."""
    hooks = 'pre_stop = "echo pre_stop"\npost_stop = "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE"\n'
    hooks += process("worker", "sh", "-c", f"read x < go; {first}")
    running = init(*listener("TERM=9"), hooks=hooks, fifo="go")
    running.expect("ready")
    (tmp_path / "go").write_text("go\n")
    assert [line for line in running.rest() if line != "CONT"] == ["TERM", f"exited {status}"]
    assert running.status() == status


def test_the_others_are_killed_where_they_do_not_stop(init: Start) -> None:
    """The stop that nobody asked for has a limit, here the budget's."""
    hooks = 'stop_timeout = "1s"\n' + process("worker", "sh", "-c", "read x < go; exit 3")
    running = init(*listener("TELL=go"), hooks=hooks, fifo="go")
    assert running.status() == 3
    assert "lifeinit: app exited 137 (SIGKILL)" in running.stderr()


def test_a_failure_is_not_hidden_where_all_were_asked_to_stop(init: Start, tmp_path: Path) -> None:
    """The first to exit does so with 0, the second fails: the container's status is never 0 for a failure."""
    hooks = process("worker", "sh", "-c", "trap 'read x < go; exit 4' TERM; echo ready; while :; do sleep 0.1; done")
    running = init("sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done", hooks=hooks, fifo="go")
    running.expect("ready", "ready")
    running.send(SIGTERM)
    while "lifeinit: app exited 0" not in running.stderr():
        assert running.process.poll() is None
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 4


def test_what_a_hook_is_told_of_several(init: Start) -> None:
    """The pid of the first that lives, and the end of the one whose status counts."""
    shell = "trap 'sleep 0.2; exit {0}' TERM; echo {1} $$; while :; do sleep 0.1; done"
    hooks = 'post_start = "echo told $LIFEINIT_CHILD_PID"\n'
    hooks += 'post_stop = "echo told ${LIFEINIT_CHILD_EXIT_CODE-unset} ${LIFEINIT_CHILD_EXIT_SIGNAL-unset}"\n'
    hooks += process("one", "sh", "-c", shell.format(0, "one"))
    hooks += process("two", "sh", "-c", shell.format(4, "two"))
    running = init(hooks=hooks)
    said = dict(running.line().split() for _ in range(3))
    assert said["told"] == said["one"] != said["two"]
    running.send(SIGTERM)
    assert running.rest() == ["told 4 unset"]
    assert running.status() == 4


def test_one_that_ignores_a_signal_for_its_program_outlives_it(init: Start) -> None:
    """What is ignored stays so over an exec: `trap '' HUP; exec helper`. Without it a HUP ends all. (The control.)"""
    for before, status in (("trap '' HUP; ", 0), ("", 129)):
        hooks = process("helper", "sh", "-c", f"{before}echo ready; exec sleep 60", keys="success_exit_codes = [143]")
        running = init(*listener("TERM=0"), hooks=hooks)
        running.expect("ready", "ready")
        running.send(SIGHUP)
        running.expect("HUP")
        if status == 0:  # else the helper's death stops the app
            running.send(SIGTERM)
        running.expect("TERM")
        assert running.status() == status


def test_one_that_cannot_start_stops_those_that_did(init: Start) -> None:
    hooks = 'post_stop = "echo $LIFEINIT_REASON"\n' + process("worker", "no-such-program")
    running = init(*listener("TERM=0"), hooks=hooks)
    lines = [line for line in running.rest() if line not in {"CONT", "ready"}]
    assert lines in (["TERM", "start_failed"], ["start_failed"])
    assert running.status() == 127
    assert 'lifeinit: cannot run the worker "no-such-program": not found in PATH' in running.stderr()


def test_each_has_its_own_stop_signal_and_environment(init: Start) -> None:
    """What it does not say is taken from [app]; its own environment comes on top of that one."""
    hooks = """
        app.stop_signal = "INT"
        app.environment = { A = "app", B = "app" }
    """
    keys = 'stop_signal = "QUIT"\nenvironment = { B = "own" }'
    hooks += process(
        "one", "sh", "-c", "trap 'echo one QUIT; exit' QUIT; echo one $A $B; while :; do sleep 0.1; done", keys=keys
    )
    hooks += process("two", "sh", "-c", "trap 'echo two INT; exit' INT; echo two $A $B; while :; do sleep 0.1; done")
    running = init(hooks=hooks)
    assert sorted([running.line(), running.line()]) == ["one app own", "two app app"]
    running.send(SIGTERM)
    assert sorted(running.rest()) == ["one QUIT", "two INT"]
    assert running.status() == 0


@needs.ROOT
@pytest.mark.parametrize(("option", "user"), [(0, 4711), (2, 4714)])
def test_each_has_its_own_user(init: Start, option: int, user: int) -> None:
    """--user and [app] user are for those that name none."""
    hooks = 'app.user = "4711"\npre_start = "mkfifo go never; chmod 777 . go never"\n'
    hooks += process("one", "sh", "-c", "echo one $(id -u); read x < go; exit 0", keys='user = "4712:4713"')
    hooks += process("two", "sh", "-c", "echo two $(id -u); echo > go; read x < never")
    assert sorted(init(hooks=hooks, options=["--user", "4714"][:option]).rest()) == ["one 4712", f"two {user}"]


def test_the_app_is_ready_when_all_are(init: Start, tmp_path: Path) -> None:
    hooks = 'post_start = "echo post_start"\nready = "10ms"\n'
    hooks += process("worker", *python("server", "file", f"{tmp_path}/ready"),
                     keys=f'ready = {{ file = "{tmp_path}/ready", interval = 0.02 }}')  # fmt: skip
    running = init(*listener("TERM=0"), hooks=hooks, fifo="go")
    assert sorted([running.line(), running.line()]) == ["ready", "started"]
    while not any("app is ready" in line for line in running.stderr()):
        assert running.process.poll() is None
    (tmp_path / "go").write_text("go\n")
    running.expect("serves", "post_start")


def test_success_exit_codes_of_the_one_that_decides(init: Start) -> None:
    hooks = process("worker", "sh", "-c", "exit 3", keys="success_exit_codes = [3]")
    running = init("sleep", "60", hooks=hooks)
    assert running.status() == 0


def test_restart_of_the_one_that_decides(init: Start) -> None:
    hooks = process("worker", "sh", "-c", "echo x >> lives; exit $(( $(wc -l < lives) < 2 ? 7 : 0 ))",
                    keys='restart = "on-failure"')  # fmt: skip
    running = init("sleep", "60", hooks=hooks)
    assert running.status() == 0
    assert "lifeinit: restart 1 in 0.5 s: worker exited 7" in running.stderr()


def test_no_kill_of_our_own_where_a_stop_was_asked_for(init: Start) -> None:
    """One of two exits during pre_stop, and stop_timeout is unset: the other has all the time that it wants.

    It got 10 s, as in a stop that lifeinit begins itself.
    """
    hooks = """
        pre_start = "mkfifo exit never"
        pre_stop = "echo $LIFEINIT_REMAINING > exit; read x < never"
        post_stop = { command = "echo $LIFEINIT_DEADLINE", timeout = "1h" }
        [process.worker]
        command = "read x < exit; exit 0"
    """
    running = init(
        *listener("TERM=3"),
        hooks=hooks.replace('post_stop = "', 'post_stop.timeout = "1h"\n        post_stop.command = "'),
    )
    running.expect("ready")
    running.send(SIGTERM)
    lines = [line for line in running.rest() if line != "CONT"]
    assert lines[0] == "TERM"
    assert int(lines[1]) - time.time() > 1800  # the hook's own hour, not the rest of a budget
    assert running.status() == 3


def test_of_deaths_that_come_together_the_failure_counts(init: Start) -> None:
    """The kernel hands out children in the order of their birth: a later one's failure was hidden by an earlier 0."""
    hooks = '[process.worker]\ncommand = "echo up; read x < w; exit 3"\n'
    through = ["sh", "-c", 'mkfifo a w; exec "$@"', "-"]
    running = init("sh", "-c", "echo up; read x < a; exit 0", hooks=hooks, through=through)
    running.expect("up", "up")
    running.stop()
    directory = Path(os.readlink(f"/proc/{running.process.pid}/cwd"))
    for name in ("w", "a"):
        (directory / name).write_text("go\n")
    while any(state(pid) != "Z" for pid in children(running.pid)):
        pass
    running.send(SIGCONT)
    assert running.status() == 3


def test_the_signals_of_one_process(init: Start) -> None:
    """TTIN for gunicorn stopped the Celery worker beside it. What one maps itself counts over `signals` at the top."""
    worker = listener("INT=0")
    hooks = f"""
        [signals]
        USR2 = ""
        HUP = "USR1"
        [process.worker]
        command = {worker}
        [process.worker.signals]
        TTIN = ""
        HUP = "WINCH"
        USR2 = "USR2"
        TERM = "INT"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready", "ready")
    running.send(SIGTTIN)
    running.expect("TTIN")
    running.send(SIGHUP)
    assert {running.line(), running.line()} == {"USR1", "WINCH"}
    running.send(SIGUSR2)
    running.expect("USR2")
    running.send(SIGTERM)
    assert sorted(running.rest()) == ["INT", "TERM"]
    assert running.status() == 0
