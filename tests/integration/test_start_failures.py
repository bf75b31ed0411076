"""An app or a hook that cannot be started: a sentence, a status, and what still runs."""

import os
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment
from tests.integration.strace import failing


def test_an_empty_command(init: Start) -> None:
    running = init("")
    assert running.status() == 127
    assert running.stderr() == ['lifeinit: cannot run the app "": its name is empty']


def test_words_of_a_hook_are_left_as_they_are(init: Start) -> None:
    running = init("true", hooks='pre_start = ["{elapsed}"]')
    assert running.status() == 127
    assert running.stderr()[0].startswith('lifeinit: pre_start[0]: cannot run "{elapsed}": not found')


HOOKS = 'pre_start = "true"\npost_stop = "true"\n'


def test_no_process_can_be_forked_for_the_app(init: Start) -> None:
    """EAGAIN from RLIMIT_NPROC, which does not hold for root."""
    if os.geteuid() != 0:
        pytest.skip("to become another user, whose limit counts, takes root")
    capabilities = "+dac_override,+dac_read_search"
    limited = [
        *("setpriv", "--reuid=4713", "--regid=4713", "--clear-groups"),
        *(f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}", "--bounding-set=-sys_resource,-sys_admin"),
        *("prlimit", "--nproc=1"),
    ]
    running = init("true", through=limited)
    assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "true": fork failed: Resource temporarily unavailable']


def test_a_program_that_is_being_written(init: Start, tmp_path: Path) -> None:
    program = tmp_path / "busy"
    program.write_bytes(Path("/bin/true").read_bytes())
    program.chmod(0o755)
    with program.open("ab"):
        running = init("./busy")
        assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "./busy": Text file busy']


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("hooks", "first", "sentence", "ran"),
    [
        ("", 1, 'cannot run the app "true": fork failed: Cannot allocate memory', []),
        (HOOKS, 1, "cannot run the planner: fork failed: Cannot allocate memory; nothing was started", []),
        (
            HOOKS.replace('post_stop = "true"', 'post_stop = "echo post_stop"'),
            2,
            'pre_start[0]: cannot run "/bin/sh": fork failed: Cannot allocate memory; the app is not started',
            ["post_stop"],
        ),
    ],
    ids=["app", "planner", "hook"],
)
def test_no_memory_for_a_fork(tmp_path: Path, hooks: str, first: int, sentence: str, ran: list[str]) -> None:
    """ENOMEM, put there by strace; what comes after works again."""
    if hooks:
        (tmp_path / "hooks.toml").write_text(hooks)
    inject = ["strace", "-o", "/dev/null", "-e", f"inject=fork,vfork,clone,clone3:error=ENOMEM:when={first}"]
    running = Running([*inject, str(LIFEINIT), "--", "true"], tmp_path, base_environment())
    assert running.rest() == ran
    assert running.status() == 126
    assert f"lifeinit: {sentence}" in running.stderr()
    running.end()


@needs.STRACE
@needs.ROOT
@pytest.mark.parametrize("call", ["setgroups", "setresgid", "setresuid"])
def test_an_app_that_cannot_become_its_user_does_not_run(init: Start, call: str) -> None:
    """The limit of the user's processes once made setuid fail, and programs that did not look went on as root."""
    running = init("id", "-u", hooks='[app]\nuser = "4711"\n', through=failing(f"{call}:error=EAGAIN"))
    assert running.rest() == []
    assert running.status() == 126
    sentence = "cannot become uid 4711 and gid 4711: Resource temporarily unavailable"
    assert f'lifeinit: cannot run the app "id": {sentence}' in running.stderr()


@needs.STRACE
@pytest.mark.parametrize(
    ("call", "hooks", "sentence"),
    [
        ("prctl:error=EPERM", "app.no_new_privs = true\n", "cannot set no_new_privs: Operation not permitted"),
        ("socket:error=EMFILE", 'ready = "notify"\n', "no socket for it: Too many open files"),
    ],
)
def test_an_app_that_cannot_have_what_was_asked_for_does_not_run(
    init: Start, call: str, hooks: str, sentence: str
) -> None:
    running = init("echo", "never", hooks=hooks, through=failing(call))
    assert running.rest() == []
    assert running.status() == 126
    assert f'lifeinit: cannot run the app "echo": {sentence}' in running.stderr()


@needs.STRACE
def test_no_pipe_for_the_first_child(init: Start) -> None:
    running = init("echo", "never", through=failing("pipe2:error=EMFILE", follow=False))
    assert running.rest() == []
    assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "echo": no pipe: Too many open files']
