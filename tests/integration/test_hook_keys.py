"""The keys that a hook has beside its command: whose it is, where it runs, what it waits for."""

from pathlib import Path
from signal import SIGTERM

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener
from tests.integration.servers import bound


@needs.ROOT
def test_user_directory_and_environment_of_a_hook(init: Start, tmp_path: Path) -> None:
    """They are the hook's alone: the app and the next hook are as they were."""
    tmp_path.chmod(0o755)
    hooks = """
        [[pre_start]]
        user = "nobody:4711"
        working_dir = "/usr"
        environment = { A = "of $WHERE", HOME = "/own" }
        command = "echo $(id -u) $(id -g) $(id -G) $USER $HOME $(pwd) $A"
        [[pre_start]]
        command = "echo $(id -u) $HOME $(test $(pwd) = /usr || echo elsewhere) ${A-unset}"
    """
    running = init("sh", "-c", "echo $(id -u) ${A-unset}", hooks=hooks, env={"WHERE": "here"})
    uid = 65534
    assert running.rest() == [f"{uid} 4711 4711 nobody /own /usr of here", "0 / elsewhere unset", "0 unset"]


@needs.ROOT
def test_hooks_stay_as_lifeinit_when_the_app_drops(init: Start) -> None:
    hooks = 'app.user = "4711"\npre_start = "id -u"\npost_stop = "id -u"\n'
    assert init("id", "-u", hooks=hooks).rest() == ["0", "4711", "0"]


@needs.ROOT
def test_a_hook_of_a_user_that_does_not_exist(init: Start) -> None:
    """Found before anything starts, at its place."""
    running = init("echo", "app", hooks='[[post_stop]]\ncommand = "true"\nuser = "no-such-user"\n')
    assert running.rest() == []
    assert running.status() == 78
    error = 'hooks.toml:3:8: error: user is "no-such-user", which does not exist on this machine'
    assert running.stderr()[0].startswith(error)


def test_a_hook_in_a_directory_that_is_missing(init: Start) -> None:
    running = init("echo", "app", hooks='[[pre_start]]\ncommand = "true"\nworking_dir = "/nowhere"\n')
    assert running.rest() == []
    assert running.status() == 126
    assert 'cannot run "/bin/sh": cannot enter /nowhere: No such file or directory' in running.stderr()[0]


def test_the_last_sentence_names_the_hook_its_line_and_its_code(init: Start) -> None:
    hooks = '\n\n[[pre_start]]\nname = "migrate"\ncommand = "exit 3"\n[[post_stop]]\ncommand = "true"\n'
    running = init("echo", "app", hooks=hooks)
    assert running.status() == 3
    first, _, last = running.stderr()
    assert first.startswith("lifeinit: pre_start migrate: exited 3 after 0.")
    assert first.endswith("s; the app is not started")
    assert last == "lifeinit: exit status 3: pre_start migrate (hooks.toml:3) exited 3"


# wait_for


def test_wait_for_says_what_is_missing_and_goes_on_when_it_answers(init: Start) -> None:
    """Expanded where it runs; a password is neither said nor seen in /proc."""
    with bound() as (listening, port):
        hooks = """
            [[pre_start]]
            name = "services"
            wait_for = ["$DATABASE_URL", "file:///etc/hostname"]
        """
        url = f"postgresql+psycopg://me:secret@127.0.0.1:{port}/db"
        running = init("echo", "app", hooks=hooks, env={"DATABASE_URL": url})
        while not running.stderr():
            assert running.process.poll() is None
        assert "lifeinit: pre_start services: waiting for " in running.stderr()[0]
        listening.listen()
        assert running.rest() == ["app"]
        assert running.status() == 0
        assert "secret" not in "".join(running.stderr())


def test_wait_for_has_the_hooks_timeout(init: Start) -> None:
    running = init("echo", "app", hooks='[[pre_start]]\nwait_for = "tcp://127.0.0.1:1"\ntimeout = "200ms"\n')
    assert running.rest() == []
    assert running.status() == 124


def test_a_stop_request_ends_wait_for_at_once(init: Start) -> None:
    running = init("echo", "app", hooks='[[pre_start]]\nwait_for = "tcp://127.0.0.1:1"\n')
    while not running.stderr():
        assert running.process.poll() is None
    running.send(SIGTERM)
    assert running.rest() == []
    assert running.status() == 143
    assert not any("KILL" in line for line in running.stderr())


def test_wait_for_a_variable_that_is_not_set(init: Start) -> None:
    running = init("echo", "app", hooks='[[pre_start]]\nwait_for = "$NOWHERE"\n')
    assert running.rest() == []
    assert running.status() == 1
    assert '"$NOWHERE", which is not set' in running.stderr()[0]


# Hooks of the command line.


def test_hooks_of_the_command_line_without_a_file(init: Start) -> None:
    """Each phase, repeatable, in order; as environment variables a line each."""
    options = ["--pre-start", "echo 1", "--pre-start", "echo 2", "--post-stop", "echo $LIFEINIT_HOOK"]
    running = init(*listener("TERM=0"), options=options, env={"LIFEINIT_PRE_STOP": "echo 3\n\necho 4 $LIFEINIT_HOOK\n"})
    running.expect("1", "2", "ready")
    running.send(SIGTERM)
    assert [line for line in running.rest() if line != "CONT"] == ["3", "4 pre_stop[1]", "TERM", "post_stop[0]"]


def test_hooks_of_the_command_line_come_after_those_of_the_file(init: Start) -> None:
    running = init("true", hooks='pre_start = "echo file"\n', options=["--pre-start", "echo line $LIFEINIT_HOOK"])
    assert running.rest() == ["file", "line pre_start[1]"]


def test_a_failed_hook_of_the_command_line_is_named_by_its_option(init: Start) -> None:
    running = init("echo", "app", options=["--pre-start", "exit 3"])
    assert running.rest() == []
    assert running.status() == 3
    assert running.stderr()[-1] == "lifeinit: exit status 3: pre_start[0] (--pre-start) exited 3"
