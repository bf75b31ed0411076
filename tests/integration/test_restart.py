"""Restarts: a whole life again, as long as max_restarts and restart_window allow it."""

from pathlib import Path
from signal import SIGTERM, SIGUSR1

from tests.integration.conftest import Start
from tests.integration.harness import listener

COUNT = "echo x >> lives; exit $(( $(wc -l < lives) < 3 ? 7 : 0 ))"  # fails twice, then succeeds


def test_on_failure_repeats_the_whole_cycle_until_success(init: Start) -> None:
    """pre_start, the app, post_stop, and once more; what is `once` is done in the first life only."""
    hooks = """
        app.restart = "on-failure"
        [[pre_start]]
        command = "echo once"
        once = true
        [[pre_start]]
        command = "echo pre_start $LIFEINIT_RESTARTS"
        [[post_stop]]
        command = "echo post_stop $LIFEINIT_REASON $LIFEINIT_EXIT_CODE"
    """
    running = init("sh", "-c", COUNT, hooks=hooks)
    assert running.rest() == [
        *("once", "pre_start 0", "post_stop exited 7"),
        *("pre_start 1", "post_stop exited 7"),
        *("pre_start 2", "post_stop exited 0"),
    ]
    assert running.status() == 0
    assert "lifeinit: restart 1 in 0.5 s: app exited 7" in running.stderr()
    assert "lifeinit: restart 2 in 1 s: app exited 7" in running.stderr()


def test_no_restart_is_the_default(init: Start) -> None:
    running = init("sh", "-c", COUNT, hooks="")
    assert running.status() == 7


def test_on_failure_leaves_a_success_alone(init: Start) -> None:
    running = init("sh", "-c", "echo app; exit 3", hooks='app.restart = "on-failure"\napp.success_exit_codes = [3]\n')
    assert running.rest() == ["app"]
    assert running.status() == 0


def test_the_limit(init: Start) -> None:
    hooks = 'app.restart = "always"\napp.max_restarts = 1\npost_stop = "echo post_stop"\n'
    running = init("sh", "-c", "echo app; exit 4", hooks=hooks)
    assert running.rest() == ["app", "post_stop", "app", "post_stop"]
    assert running.status() == 4
    assert running.stderr()[-2:] == [
        "lifeinit: restarted once within 60 s: not restarting again",
        "lifeinit: exit status 4: app exited 4",
    ]


def test_a_restart_that_is_older_than_the_window_does_not_count(init: Start, tmp_path: Path) -> None:
    """Each life lasts longer than the window: there are more of them than max_restarts."""
    (tmp_path / "lives").write_text("x\n")
    hooks = 'app.restart = "on-failure"\napp.max_restarts = 1\napp.restart_window = "200ms"\n'
    running = init("sh", "-c", f"sleep 0.4; {COUNT.replace('< 3', '< 4')}", hooks=hooks)
    assert running.status() == 0
    assert (tmp_path / "lives").read_text().count("x") == 4


def test_a_failed_pre_start_hook_is_tried_again_in_the_next_life(init: Start) -> None:
    """Also one that is `once`: it has not been done yet."""
    hooks = """
        app.restart = "on-failure"
        [[pre_start]]
        command = "echo try $LIFEINIT_RESTARTS; test $LIFEINIT_RESTARTS = 1"
        once = true
    """
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["try 0", "try 1", "app"]
    assert running.status() == 0


def test_a_stop_request_is_no_reason_for_a_restart(init: Start) -> None:
    running = init(*listener("TERM=9"), hooks='app.restart = "always"\n')
    running.expect("ready")
    running.send(SIGTERM)
    assert [line for line in running.rest() if line != "CONT"] == ["TERM"]
    assert running.status() == 9


def test_a_stop_request_after_the_exit_ends_the_restarts(init: Start) -> None:
    hooks = 'app.restart = "always"\npost_stop = "echo post_stop; kill $LIFEINIT_PID"\n'
    running = init("sh", "-c", "echo app; exit 5", hooks=hooks)
    assert running.rest() == ["app", "post_stop"]
    assert running.status() == 5


def test_a_stop_request_while_post_start_is_being_ended(init: Start) -> None:
    """The app has exited by itself; the hook's own end is waited for when the stop request comes."""
    hooks = (
        'app.restart = "always"\npost_start = "trap \'kill $LIFEINIT_PID\' TERM; echo begun > go; sleep 30 & wait"\n'
    )
    running = init("sh", "-c", "read x < go; exit 5", hooks=hooks, fifo="go")
    assert running.status() == 5
    assert running.rest() == []


def test_a_stop_request_ends_the_back_off_at_once(init: Start) -> None:
    """The status is the app's: the stop found nothing to stop."""
    hooks = 'app.restart = "always"\napp.max_restarts = 9\n'
    running = init("sh", "-c", "echo app; exit 6", hooks=hooks)
    running.expect("app", "app", "app", "app")  # the next one would come after 4 s
    while not any("restart 4 in 4 s" in line for line in running.stderr()):
        assert running.process.poll() is None
    running.send(SIGUSR1)  # there is no app for it
    running.send(SIGTERM)
    assert running.status() == 6
    assert running.rest() == []
    assert "lifeinit: stop requested by SIGTERM, no restart" in running.stderr()


def test_the_restarted_app_has_what_the_first_one_had(init: Start) -> None:
    """stdin, inherited descriptors and the directory: they are kept for as long as another app may come."""
    show = "read line; echo $line; readlink /proc/self/fd/7; pwd; " + COUNT
    through = ["sh", "-c", 'printf "one\\ntwo\\nthree\\n" > input; exec "$@" < input 7< /etc/passwd', "-"]
    running = init("sh", "-c", show, hooks='app.restart = "on-failure"\n', through=through)
    lines = running.rest()
    assert lines[0::3] == ["one", "two", "three"]
    assert set(lines[1::3]) == {"/etc/passwd"}
    assert len(set(lines[2::3])) == 1


def test_what_hooks_have_exported_stays_for_the_next_life(init: Start) -> None:
    hooks = """
        app.restart = "on-failure"
        [[pre_start]]
        command = 'echo A=kept > "$LIFEINIT_ENV"'
        once = true
    """
    running = init("sh", "-c", f"echo $A; {COUNT}", hooks=hooks)
    assert running.rest() == ["kept", "kept", "kept"]


def test_restart_by_the_rule_of_the_one_that_is_not_ready(init: Start) -> None:
    """The rule of whoever exited first decided, though it was stopped for the other's sake."""
    hooks = """
        [process.web]
        command = "trap 'exit 0' TERM; echo web; while :; do sleep 0.05; done"
        [process.worker]
        command = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
        ready = { command = "false", interval = 0.02, timeout = "200ms" }
        restart = "on-failure"
        max_restarts = 1
    """
    running = init(hooks=hooks)
    assert running.rest() == ["web", "web"]
    assert running.status() == 124
