"""`unless`: a hook that runs only if it is needed."""

import json

from tests.integration.conftest import Start
from tests.integration.harness import listener
from tests.integration.test_lifecycle import said


def test_a_hook_is_skipped_or_needed_or_has_failed(init: Start) -> None:
    """Each answer with its line; LIFEINIT_ENV is the hook's alone, and what is skipped has succeeded."""
    hooks = """
        [[pre_start]]
        name = "done"
        unless = "echo asked $LIFEINIT_HOOK $A ${LIFEINIT_ENV-unset}"
        command = "echo never"
        environment = { A = "own" }
        [[pre_start]]
        name = "due"
        unless = ["false"]
        command = "echo ran; echo B=2 >> $LIFEINIT_ENV"
        [[post_stop]]
        name = "broken"
        unless = "no-such-program 2> /dev/null"
        command = "echo never"
        [[post_stop]]
        name = "missing"
        unless = ["no-such-program"]
        command = "echo never"
        on_failure = "abort"
        [[post_stop]]
        name = "slow"
        unless = "sleep 60"
        command = "echo never"
        timeout = "100ms"
    """
    running = init("sh", "-c", "echo app $B", hooks=hooks)
    assert running.rest() == ["asked done own unset", "ran", "app 2"]
    assert running.status() == 127
    missing = 'unless cannot run "no-such-program": not found in PATH'
    assert said(running) == [
        "lifeinit: pre_start done: skipped (unless exited 0 after 0.0 s)",
        "lifeinit: pre_start due: needed (unless exited 1 after 0.0 s)",
        "lifeinit: pre_start due: ok in 0.0 s",
        "lifeinit: app exited 0",
        "lifeinit: post_stop broken: unless exited 127 after 0.0 s; continuing",
        f"lifeinit: post_stop missing: {missing}; continuing",
        "lifeinit: post_stop slow: unless timed out after 0.0 s; continuing",
        f"lifeinit: exit status 127: post_stop missing (hooks.toml:15) {missing}",
    ]


def test_it_is_asked_again_before_each_try(init: Start) -> None:
    """Another replica has done the work meanwhile: the second try is skipped. `status` tells both tries."""
    hooks = """
        [[pre_start]]
        unless = "test $LIFEINIT_ATTEMPT = 2"
        command = "exit 3"
        retries = 1
        retry_delay = "1ms"
    """
    running = init(*listener("TERM=0"), hooks=hooks, env={"LIFEINIT_LOG_FORMAT": "json"})
    running.expect("ready")
    events = [json.loads(line)["event"] for line in running.stderr()]
    assert events == ["hook_needed", "hook_retry", "hook_skipped"]
    while (state := running.published()) is None or state.phase != "running":
        pass
    assert [(hook.attempt, hook.result) for hook in state.hooks] == [(1, "failed"), (2, "skipped")]


def test_a_stop_request_ends_what_is_asked(init: Start) -> None:
    """The hook never runs then, nor does the app."""
    hooks = 'pre_start = { unless = "echo asked; exec sleep 60", command = "echo never" }'
    running = init("echo", "app", hooks=hooks)
    running.expect("asked")
    running.send(15)
    assert running.rest() == []
    assert running.status() == 143
