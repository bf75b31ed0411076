"""`lifeinit status` and `lifeinit health` against a lifeinit that lives through its phases."""

import json
import os
from pathlib import Path
from signal import SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, listener
from tests.integration.test_status import NOT_ROOT

HEALTH = f"{LIFEINIT} health >&2; echo $LIFEINIT_EVENT $?"


def test_health_in_each_phase(init: Start) -> None:
    hooks = f"""
        ready = "10ms"
        [[pre_start]]
        name = "migrate"
        command = "{HEALTH}"
        [[post_start]]
        command = "{HEALTH}"
        [[pre_stop]]
        command = "{HEALTH}"
        [[post_stop]]
        command = "{HEALTH}"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("pre_start 1")
    assert sorted([running.line(), running.line()]) == ["post_start 0", "ready"]
    running.send(SIGTERM)
    assert [line for line in running.rest() if line not in {"CONT", "TERM"}] == ["pre_stop 1", "post_stop 1"]
    said = [line for line in running.stderr() if "not ready" in line or "stopping" in line]
    assert said[0].startswith("not ready: pre_start migrate has been running for ")
    assert all("SIGTERM" in line for line in said[1:])
    assert len(said) == 3


def test_status_tells_what_has_happened(init: Start) -> None:
    hooks = f"""
        [[pre_start]]
        name = "flaky"
        command = "test $LIFEINIT_ATTEMPT = 2"
        retries = 1
        retry_delay = 0
        [[pre_start]]
        name = "slow"
        command = "sleep 60"
        timeout = "100ms"
        on_failure = "warn"
        [[post_start]]
        command = "{LIFEINIT} status --json"
    """
    running = init("sleep", "60", hooks=hooks)
    text: list[str] = []
    while not text or text[-1] != "}":
        text.append(running.line())
        assert running.process.poll() is None, running.stderr()
    state = json.loads("\n".join(text))["state"]
    assert (state["phase"], state["ready"], state["restarts"], state["reason"]) == ("running", True, 0, "")
    (app,) = state["processes"]
    assert app["name"] == "app"
    assert app["pid"] > 1
    hooks_told = [(hook["hook"], hook["attempt"], hook["result"], hook["code"]) for hook in state["hooks"]]
    assert hooks_told == [
        ("flaky", 1, "failed", 1),
        ("flaky", 2, "ok", 0),
        ("slow", 1, "timed out", 124),
        ("post_start[0]", 1, "running", None),
    ]


def test_the_state_holds_no_secret(init: Start) -> None:
    hooks = 'ready = "1ms"\n[[pre_start]]\ncommand = "echo s3cret > /dev/null"\nenvironment = { P = "s3cret" }\n'
    running = init(*listener("TERM=3"), hooks=hooks)
    running.expect("ready")
    while (state := running.published()) is None or not state.ready:
        assert running.process.poll() is None, running.stderr()
    assert [hook.hook for hook in state.hooks] == ["pre_start[0]"]
    assert "s3cret" not in repr(state)


@needs.ROOT
@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_health_needs_nothing_to_write_to(init: Start, tmp_path: Path, subreaper: bool) -> None:
    """As a user without a directory of its own, on a read-only root: it said ready in pre_start, and in the drain."""
    os.chown(tmp_path, 4711, 4711)
    hooks = f"""
        ready.command = "test -e up"
        ready.interval = "10ms"
        [[pre_start]]
        command = "{HEALTH}"
        [[pre_stop]]
        command = "{HEALTH}"
        [[post_stop]]
        command = "{HEALTH}"
    """
    read_only = 'mount --bind . .; mount -o remount,bind,ro /; cd "$PWD"; exec "$@"'
    through = ["/usr/bin/unshare", "--mount", "sh", "-c", read_only, "-", *NOT_ROOT]
    unready = HEALTH.replace("$LIFEINIT_EVENT", "unready")
    app = f'trap "exit 0" TERM; {unready}; : > up; read x < go; while :; do sleep 0.05; done'
    running = init("sh", "-c", app, hooks=hooks, through=through, subreaper=subreaper, fifo="go")
    running.expect("pre_start 1", "unready 1")
    while (state := running.published()) is None or not state.ready:
        assert running.process.poll() is None, running.stderr()
    (tmp_path / "go").write_text("go\n")
    os.kill(running.child() if subreaper else running.pid, SIGTERM)
    running.expect("pre_stop 1", "post_stop 1")


def test_a_plain_init_is_healthy_while_its_app_lives(init: Start) -> None:
    assert init("sh", "-c", f"{LIFEINIT} health -q; echo $?").rest() == ["0"]


@needs.ROOT
def test_an_app_of_another_user_may_not_read_the_state(init: Start) -> None:
    """Nor the descriptors of PID 1, below which it stands. The control is root's app."""
    look = ("/bin/sh", "-c", "ls /proc/1/fd > /dev/null 2>&1; echo $?")
    assert init(*look, hooks='app.user = "65534"\n').rest() == ["2"]
    assert init(*look, hooks="").rest() == ["0"]
