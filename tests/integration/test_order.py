"""`after`: processes that start when others are ready, and stop before them."""

from pathlib import Path
from signal import SIGHUP, SIGTERM

import pytest

from tests.integration.conftest import Start
from tests.integration.test_processes import process

SAYS = "trap 'echo {0} TERM; exit {1}' TERM; trap 'echo {0} HUP' HUP; echo {0}; while :; do sleep 0.05; done"


def says(name: str, keys: str = "", status: int = 0) -> str:
    return process(name, "sh", "-c", SAYS.format(name, status), keys=keys)


def test_they_start_in_order_and_stop_in_reverse(init: Start, tmp_path: Path) -> None:
    """Whatever their order in the file. A signal goes to each; the second stop request to whom was asked."""
    hooks = says("web", 'after = ["db", "cache"]') + says("db", f'ready = "file://{tmp_path}/up"') + says("cache")
    running = init(hooks=hooks)
    assert {running.line(), running.line()} == {"db", "cache"}
    (tmp_path / "up").touch()
    running.expect("web")
    running.send(SIGHUP)
    assert {running.line() for _ in range(3)} == {"db HUP", "cache HUP", "web HUP"}
    running.send(SIGTERM)
    running.expect("web TERM")
    assert sorted(running.rest()) == ["cache TERM", "db TERM"]
    assert running.status() == 0


@pytest.mark.parametrize(("first", "status"), [("exit 3", 3), ("exit 0", 0), ("sleep 60", 124)])
def test_what_is_not_ready_keeps_the_others_from_starting(init: Start, first: str, status: int) -> None:
    """And what runs is stopped: the start has failed."""
    hooks = 'post_stop = "echo $LIFEINIT_REASON"\n' + says("other")
    hooks += process("db", "sh", "-c", f"sleep 0.1; {first}", keys='ready = { file = "/never", timeout = "300ms" }')
    running = init(hooks=hooks + says("web", 'after = ["db"]'))
    reason = "ready_timeout" if status == 124 else "exited"
    running.expect("other", "other TERM", reason)
    assert running.rest() == []
    assert running.status() == status


def test_one_that_does_not_stop_takes_no_more_than_its_share(init: Start) -> None:
    """The next one is asked while it still runs, and gets SIGKILL only after that."""
    stubborn = process("web", "sh", "-c", "trap '' TERM; echo web; while :; do sleep 0.05; done", keys='after = ["db"]')
    running = init(hooks='stop_timeout = "2s"\n' + says("db", status=4) + stubborn)
    assert {running.line(), running.line()} == {"db", "web"}  # db has no `ready`
    running.send(SIGTERM)
    running.expect("db TERM")
    assert running.status() == 4
    lines = running.stderr()
    assert lines.index("lifeinit: db exited 4") < lines.index("lifeinit: web exited 137 (SIGKILL)")


def test_a_command_after_the_dashes_may_be_waited_for(init: Start) -> None:
    running = init("sh", "-c", SAYS.format("app", 0), hooks=says("web", 'after = ["app"]'))
    assert {running.line(), running.line()} == {"app", "web"}  # the app has no `ready`
    running.send(SIGTERM)
    running.expect("web TERM", "app TERM")
    assert running.status() == 0
    running = init(hooks=says("web", 'after = ["app"]'), through=("sh", "-c", '"$1" ; echo $?', "sh"))
    assert running.status() == 0
    sentence = 'hooks.toml:3:10: error: after contains "app", and no command follows --: add one, or remove it'
    assert running.stderr()[0] == sentence
