"""`lifeinit status` and `lifeinit health` against a lifeinit that lives through its phases."""

import json
import os
from pathlib import Path
from signal import SIGTERM

import pytest

from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, listener

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user takes root")
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


def test_the_state_is_gone_at_the_end_and_holds_no_secret(init: Start, tmp_path: Path) -> None:
    hooks = '[[pre_start]]\ncommand = "echo s3cret > /dev/null; cp run/1.json kept"\nenvironment = { P = "s3cret" }\n'
    running = init("sh", "-c", "exit 3", hooks=hooks)
    assert running.status() == 3
    assert "pre_start[0]" in (tmp_path / "kept").read_text()
    assert "s3cret" not in (tmp_path / "kept").read_text()
    assert not list((tmp_path / "run").iterdir())


def test_a_plain_init_writes_no_state_and_is_healthy_while_its_app_lives(init: Start) -> None:
    """In a /run of its own: whatever else is PID 1 of a namespace on this machine writes to the machine's."""
    own_run = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run; exec "$@"', "-"]
    look = f"ls /run/lifeinit/1.json 2>&1 | grep -c No; {LIFEINIT} health -q; echo $?"
    assert init("sh", "-c", look, through=own_run).rest() == ["1", "0"]
    written = init("sh", "-c", "ls /run/lifeinit", through=[*own_run, "env", "LIFEINIT_POST_STOP=true"])
    assert written.rest() == ["1.json"]


def test_a_run_directory_that_cannot_be_written(init: Start) -> None:
    running = init("echo", "app", hooks='post_stop = "echo post_stop"\n', env={"LIFEINIT_RUN_DIR": "/proc/nowhere"})
    assert running.rest() == ["app", "post_stop"]
    assert running.status() == 0


@ROOT_ONLY
def test_another_user_may_ask(init: Start, tmp_path: Path) -> None:
    """As a probe does that runs as the app's user."""
    tmp_path.chmod(0o755)
    ask = "cat run/1.json > /dev/null && echo read"
    running = init("sh", "-c", ask, hooks='app.user = "65534"\n')
    assert running.rest() == ["read"]
