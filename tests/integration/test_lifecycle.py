"""The promises of the hook file, each shown by real processes."""

import platform
import re
import signal
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIBC_OWN, Running, listener, python

FOUR = """
pre_start = "echo pre_start"
post_start = "echo post_start"
pre_stop = "echo pre_stop"
post_stop = "echo post_stop"
"""
# A shell that does not act on TERM, and has a child that does not either.
STUBBORN = "trap '' TERM; echo stubborn; sh -c \\\"trap '' TERM; echo child; while :; do sleep 60; done\\\"; echo never"

SLACK = 3.0  # seconds that a busy machine may add to a budget; what a hook takes for itself is an hour


def said(running: Running) -> list[str]:
    """What it has said, with every hook's time as if the machine had nothing else to do."""
    return [re.sub(r"(in|after) \d+\.\d s", r"\1 0.0 s", line) for line in running.stderr()]


def test_the_four_phases_around_an_app(init: Start) -> None:
    """pre_start is done before the app exists; pre_stop before it is signalled; post_stop when it is gone."""
    running = init(*listener("TERM=3"), hooks=FOUR)
    assert running.line() == "pre_start"
    assert {running.line(), running.line()} == {"ready", "post_start"}  # these two run beside each other
    running.send(signal.SIGTERM)
    running.expect("pre_stop", "TERM", "post_stop")
    assert running.status() == 3


def test_hooks_of_a_phase_run_one_after_the_other_in_file_order(init: Start) -> None:
    hooks = "\n".join(f'[[pre_start]]\ncommand = "sleep 0.0{9 - i}; echo {i}"' for i in range(5))
    running = init("echo", "app", hooks=hooks)
    running.expect("0", "1", "2", "3", "4", "app")
    assert running.status() == 0


def test_what_is_said(init: Start) -> None:
    hooks = FOUR + 'stop_timeout = "25s"\n[app]\nstop_signal = "INT"\n'
    running = init(*listener("INT=0"), hooks=hooks.replace('pre_stop = "echo pre_stop"', "pre_stop = { sleep = 0 }"))
    assert running.line() == "pre_start"
    assert {running.line(), running.line()} == {"ready", "post_start"}
    while len(running.stderr()) < 2:
        assert running.process.poll() is None
    running.send(signal.SIGTERM)
    running.expect("INT", "post_stop")
    assert running.status() == 0
    assert said(running) == [
        "lifeinit: pre_start[0]: ok in 0.0 s",
        "lifeinit: post_start[0]: ok in 0.0 s",
        "lifeinit: stop requested by SIGTERM, 25 s budget",
        "lifeinit: pre_stop[0]: slept 0 s",
        "lifeinit: app exited 0",
        "lifeinit: post_stop[0]: ok in 0.0 s",
    ]


# pre_start.


def test_a_failing_pre_start_hook_keeps_the_app_from_running(init: Start) -> None:
    """Its status is the container's; no later hook runs but post_stop."""
    hooks = """
        [[pre_start]]
        name = "migrate"
        command = "echo migrate; exit 7"
        [[pre_start]]
        command = "echo never"
        [[post_stop]]
        command = "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE ${LIFEINIT_CHILD_EXIT_CODE-unset}"
    """
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["migrate", "pre_start_failed 7 unset"]
    assert running.status() == 7
    assert "lifeinit: pre_start migrate: exited 7 after 0.0 s; the app is not started" in said(running)


def test_a_pre_start_hook_that_may_fail(init: Start) -> None:
    hooks = '[[pre_start]]\ncommand = "exit 7"\non_failure = "warn"\n[[pre_start]]\ncommand = "echo second"'
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["second", "app"]
    assert running.status() == 0
    assert "lifeinit: pre_start[0]: exited 7 after 0.0 s; continuing" in said(running)


@pytest.mark.parametrize(
    ("command", "status", "what"),
    [
        ('["no-such-program"]', 127, 'cannot run "no-such-program": not found in PATH'),
        ('["/etc"]', 126, 'cannot run "/etc": Permission denied'),
        ('"no-such-program"', 127, "exited 127 after 0.0 s"),
        ('"kill -SEGV $$"', 139, "killed by SIGSEGV after 0.0 s"),
    ],
)
def test_each_way_of_a_hook_to_fail(init: Start, command: str, status: int, what: str) -> None:
    running = init("echo", "app", hooks=f"pre_start = {command}\npost_stop = 'echo post_stop'")
    assert running.rest() == ["post_stop"]
    assert running.status() == status
    assert f"lifeinit: pre_start[0]: {what}; the app is not started" in said(running)


def test_retries(init: Start) -> None:
    """The first try and two more; the third one succeeds."""
    hooks = """
        [[pre_start]]
        command = "echo try $LIFEINIT_ATTEMPT; test $LIFEINIT_ATTEMPT = 3"
        retries = 2
        retry_delay = "1ms"
    """
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["try 1", "try 2", "try 3", "app"]
    assert "lifeinit: pre_start[0]: exited 1 after 0.0 s; try 2 of 3 in 0.001 s" in said(running)


@pytest.mark.parametrize("phase", ["pre_start", "post_start"])
def test_a_hook_that_ignores_term_and_has_a_child_that_does(init: Start, phase: str) -> None:
    """Both are gone at timeout + kill_after: the hook is its process group, and post_stop finds it empty."""
    hooks = f"""
        kill_after = "50ms"
        post_stop = "pgrep -c sleep; echo $LIFEINIT_REASON"
        [[{phase}]]
        command = "{STUBBORN}"
        timeout = "300ms"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    lines = running.rest()
    assert [line for line in lines if line in {"stubborn", "child", "never"}] == ["stubborn", "child"]
    assert lines[-2:] == ["0", f"{phase}_failed"]
    assert running.status() == 124
    assert any("timed out after 0.3 s" in line for line in running.stderr())


def test_what_a_hook_leaves_behind_is_left_alone(init: Start) -> None:
    """A hook may start a daemon on purpose: its output goes on after the hook, and it is reaped like any orphan."""
    hooks = 'pre_start = "mkfifo go stop; (read x < go; echo daemon) & echo hook"\n'
    running = init("sh", "-c", "echo > go; read y < stop", hooks=hooks)
    running.expect("hook", "daemon")


def test_the_hooks_status_is_never_lost_among_500_orphans(init: Start) -> None:
    """SIGCHLDs coalesce. The second hook finds no zombie."""
    orphans = " ".join(f"'{word}'" for word in python("orphans", "500"))
    watch = " ".join(f"'{word}'" for word in python("orphans", "0", "watch"))
    hooks = f"""
        [[pre_start]]
        command = "{orphans}; exit 3"
        on_failure = "warn"
        [[pre_start]]
        command = "{watch}"
    """
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["no zombies", "app"]
    assert "exited 3" in running.stderr()[0]


# A stop request before the app runs.


@pytest.mark.parametrize("name", ["TERM", "INT", "QUIT"])
def test_a_stop_request_during_pre_start(init: Start, name: str) -> None:
    """The app never starts, pre_stop does not run, post_stop does."""
    hooks = FOUR + '[[post_stop]]\ncommand = "echo $LIFEINIT_REASON $LIFEINIT_SIGNAL $LIFEINIT_EXIT_CODE"\n'
    hooks = hooks.replace('post_stop = "echo post_stop"', "").replace("echo pre_start", "echo pre_start; sleep 60")
    running = init("echo", "app", hooks=hooks)
    running.expect("pre_start")
    running.send(signal.Signals[f"SIG{name}"])
    status = 128 + signal.Signals[f"SIG{name}"]
    assert running.rest() == [f"signal {name} {status}"]
    assert running.status() == status


def test_a_pre_start_hook_that_traps_term_and_exits_0(init: Start) -> None:
    """Still the app does not start. In under a second beyond kill_after (2 s)."""
    hooks = "pre_start = \"trap 'echo trapped; exit 0' TERM; echo waiting; while :; do sleep 0.1; done\"\n"
    running = init("echo", "app", hooks=hooks + 'post_stop = "echo post_stop"')
    running.expect("waiting")
    began = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.rest() == ["trapped", "post_stop"]
    assert running.status() == 143
    assert time.monotonic() - began < 3.0


def test_a_pre_start_hook_that_ignores_term(init: Start) -> None:
    hooks = f'kill_after = "50ms"\npre_start = "{STUBBORN}"\npost_stop = "pgrep -c sleep"\n'
    running = init("echo", "app", hooks=hooks)
    running.expect("stubborn", "child")
    running.send(signal.SIGTERM)
    assert running.rest() == ["0"]
    assert running.status() == 143


def test_a_stop_request_ends_the_wait_for_the_next_try(init: Start) -> None:
    hooks = """
        [[pre_start]]
        command = "echo try; kill -TERM $LIFEINIT_PID; trap '' TERM; exit 1"
        retries = 5
        retry_delay = "1h"
    """
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["try"]
    assert running.status() == 143


def test_another_signal_during_pre_start_is_dropped(init: Start) -> None:
    """Its default action would end the hook. Neither the hook nor the app gets it."""
    hooks = 'pre_start = "kill -USR1 $LIFEINIT_PID; echo hook"\n'
    running = init(*listener("USR2=0"), hooks=hooks)
    running.expect("hook", "ready")
    running.send(signal.SIGUSR2)
    running.expect("USR2")
    assert running.status() == 0


# post_start.


def test_a_failing_post_start_hook_stops_the_app(init: Start) -> None:
    """Without pre_stop: the start never completed. The status is the hook's, not the app's."""
    hooks = """
        pre_stop = "echo never"
        post_stop = "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE $LIFEINIT_CHILD_EXIT_CODE ${LIFEINIT_SIGNAL-unset}"
        post_start = "read line < up; exit 6"
    """
    running = init(*listener("TERM=0", "TELL=up"), hooks=hooks, fifo="up")
    running.expect("ready")
    assert [line for line in running.rest() if line != "CONT"] == ["TERM", "post_start_failed 6 0 unset"]
    assert running.status() == 6


def test_the_app_may_exit_while_a_post_start_hook_runs(init: Start) -> None:
    """The hook is ended, and the life goes on to its end."""
    hooks = 'pre_start = "mkfifo go"\npost_start = "echo > go; echo started; sleep 60"\npost_stop = "echo post_stop"\n'
    running = init("sh", "-c", "read x < go; exit 5", hooks=hooks)
    assert running.rest()[-1] == "post_stop"
    assert running.status() == 5


def test_a_stop_request_ends_a_post_start_hook(init: Start) -> None:
    hooks = 'post_start = "echo post_start; sleep 60; echo never"\npre_stop = "echo pre_stop"\n'
    running = init(*listener("TERM=0"), hooks=hooks)
    assert {running.line(), running.line()} == {"ready", "post_start"}
    running.send(signal.SIGTERM)
    running.expect("pre_stop", "TERM")
    assert running.status() == 0


# The stop.


def test_an_app_that_exits_by_itself(init: Start) -> None:
    """No pre_stop: there is nothing to drain. post_stop is told why."""
    hooks = """
        pre_stop = "echo never"
        post_stop = "echo $LIFEINIT_REASON $LIFEINIT_CHILD_EXIT_CODE ${LIFEINIT_CHILD_PID-no} ${LIFEINIT_SIGNAL-no}"
    """
    running = init("sh", "-c", "exit 3", hooks=hooks)
    assert running.rest() == ["exited 3 no no"]
    assert running.status() == 3


def test_an_app_that_dies_of_a_signal(init: Start) -> None:
    hooks = 'post_stop = "echo $LIFEINIT_CHILD_EXIT_SIGNAL $LIFEINIT_EXIT_CODE ${LIFEINIT_CHILD_EXIT_CODE-unset}"'
    running = init("sh", "-c", "kill -SEGV $$", hooks=hooks)
    assert running.rest() == ["SEGV 139 unset"]
    assert running.status() == 139
    assert "lifeinit: app exited 139 (SIGSEGV)" in running.stderr()


def test_an_app_that_cannot_be_run_still_has_its_post_stop(init: Start) -> None:
    hooks = FOUR.replace("echo post_stop", "echo $LIFEINIT_REASON $LIFEINIT_EXIT_CODE")
    running = init("no-such-program", hooks=hooks)
    assert running.rest() == ["pre_start", "start_failed 127"]
    assert running.status() == 127


def test_an_app_that_ignores_term_is_killed_before_the_reserve(init: Start) -> None:
    """post_stop still has its time, and the whole lies within stop_timeout."""
    hooks = 'stop_timeout = "2s"\npost_stop = "echo $LIFEINIT_CHILD_EXIT_SIGNAL; sleep 0.3; echo done"\n'
    running = init(*listener(), hooks=hooks)
    running.expect("ready")
    began = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.rest() == ["TERM", "KILL", "done"]
    assert running.status() == 137
    assert time.monotonic() - began < 2.0 + SLACK


def test_a_hung_pre_stop_hook_costs_neither_the_app_nor_post_stop_their_turn(init: Start) -> None:
    hooks = """
        stop_timeout = "2s"
        post_stop = "echo post_stop"
        [[pre_stop]]
        command = "trap '' TERM; echo hung; while :; do sleep 60; done"
        timeout = "1h"
        [[pre_stop]]
        command = "echo never"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    began = time.monotonic()
    running.send(signal.SIGTERM)
    assert running.rest() == ["hung", "TERM", "post_stop"]
    assert running.status() == 0
    assert time.monotonic() - began < 2.0 + SLACK


def test_a_hung_post_stop_hook_is_cut_at_the_end_of_the_budget(init: Start) -> None:
    hooks = """
        stop_timeout = "1s"
        [[post_stop]]
        command = "trap '' TERM; echo hung; while :; do sleep 60; done"
        timeout = "1h"
        [[post_stop]]
        command = "echo never"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    began = time.monotonic()
    running.send(signal.SIGTERM)
    assert [line for line in running.rest() if line != "CONT"] == ["TERM", "hung"]
    assert running.status() == 0
    assert time.monotonic() - began < 1.0 + SLACK
    assert "lifeinit: post_stop[0]: cut short, the 1 s budget is used up" in running.stderr()


@pytest.mark.parametrize("signo", [signal.SIGINT, signal.SIGQUIT])
def test_a_second_sigint_or_sigquit_skips_the_rest_of_pre_stop(init: Start, signo: int) -> None:
    hooks = '[[pre_stop]]\ncommand = "echo first; sleep 60"\n[[pre_stop]]\ncommand = "echo never"\n'
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("first")
    running.send(signo)
    assert running.rest() == ["TERM"]
    assert running.status() == 0


def test_a_second_sigterm_during_pre_stop_changes_nothing(init: Start, tmp_path: Path) -> None:
    """The kubelet repeats its SIGTERM: the drain was gone."""
    hooks = '[[pre_stop]]\ncommand = "echo first; read x < go"\n[[pre_stop]]\ncommand = "echo second"\n'
    running = init(*listener("TERM=0"), hooks=hooks, fifo="go")
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("first")
    running.send(signal.SIGTERM)
    running.send(signal.SIGUSR1)
    running.expect("USR1")  # lifeinit has read the other one by now
    (tmp_path / "go").write_text("\n")
    assert running.rest() == ["second", "TERM"]
    assert "lifeinit: stop requested again by SIGTERM: already stopping" in running.stderr()


def test_a_pre_stop_command_that_stops_the_app_itself_runs_to_its_end(init: Start) -> None:
    """Quit, wait, flush: the flush was killed with the app's exit; a later hook has nothing left to do."""
    hooks = """
        post_stop = "echo $LIFEINIT_REASON $LIFEINIT_CHILD_EXIT_CODE"
        [[pre_stop]]
        command = "kill -USR1 $LIFEINIT_CHILD_PID; while kill -0 $LIFEINIT_CHILD_PID; do :; done 2> err; echo flushed"
        [[pre_stop]]
        command = "echo never"
    """
    running = init(*listener("USR1=4"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    assert running.rest() == ["USR1", "flushed", "signal 4"]
    assert running.status() == 4


@pytest.mark.parametrize("waits", ['sleep = "1h"', 'wait_for = "file:/nowhere"\ntimeout = "1h"'])
def test_a_pre_stop_hook_that_only_waits_ends_with_the_app(init: Start, waits: str) -> None:
    hooks = f'post_stop = "echo post_stop"\n[[pre_stop]]\n{waits}\n'
    running = init(*listener("USR1=4"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.send(signal.SIGUSR1)
    assert running.rest() == ["USR1", "post_stop"]
    assert running.status() == 4


def test_a_hook_without_a_timeout_of_its_own_has_what_the_budget_leaves(init: Start) -> None:
    """The default of 5 s is more than this stop has: the hook is told, and costs neither app nor post_stop a turn."""
    hooks = """
        stop_timeout = "3s"
        pre_stop = "trap '' TERM; echo $LIFEINIT_REMAINING; while :; do sleep 60; done"
        post_stop = "echo $LIFEINIT_REMAINING"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    first, term, last = running.rest()
    assert (first, term) == ("1", "TERM")
    assert int(last) <= 2
    assert running.status() == 0


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_until_the_app_lives_the_usual_stop_signals_count_whatever_stop_on_says(init: Start, signo: int) -> None:
    """An image with STOPSIGNAL WINCH was deaf to a SIGTERM while its migration ran."""
    running = init("echo", "app", hooks='stop_on = ["WINCH"]\npre_start = "echo pre_start; sleep 60"\n')
    running.expect("pre_start")
    running.send(signo)
    assert running.rest() == []
    assert running.status() == 128 + signo


def test_an_inherited_ignored_sigint_is_no_stop_request(init: Start, tmp_path: Path) -> None:
    """As a shell's background job and nohup have it: a Ctrl-C for the foreground stopped the background."""
    hooks = 'pre_start = "echo pre_start; read x < go; echo go"\npre_stop = "echo $LIFEINIT_SIGNAL"\n'
    ignoring = ["sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh"]
    running = init(*listener("TERM=0"), hooks=hooks, fifo="go", through=ignoring)
    running.expect("pre_start")
    running.send(signal.SIGINT)
    (tmp_path / "go").write_text("\n")
    running.expect("go", "ready")
    running.send(signal.SIGQUIT)
    running.expect("QUIT")
    running.send(signal.SIGTERM)
    assert running.rest() == ["TERM", "TERM"]
    assert running.status() == 0


def test_another_signal_during_pre_stop_reaches_the_app(init: Start) -> None:
    hooks = 'pre_stop = "echo pre_stop; sleep 60"\n'
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("pre_stop")
    running.send(signal.SIGHUP)
    running.expect("HUP")
    running.send(signal.SIGTERM)
    running.expect("TERM")


def test_failing_stop_hooks_never_stop_the_stop(init: Start) -> None:
    hooks = """
        [[pre_stop]]
        command = ["no-such-program"]
        [[pre_stop]]
        command = "echo second; exit 1"
        [[post_stop]]
        command = "exit 1"
        [[post_stop]]
        command = "echo last"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    assert running.rest() == ["second", "TERM", "last"]
    assert running.status() == 0


@pytest.mark.parametrize(("app_status", "status"), [(0, 8), (3, 3)])
def test_an_aborting_stop_hook_turns_a_zero_into_its_status(init: Start, app_status: int, status: int) -> None:
    """And never masks the app's own failure."""
    hooks = '[[post_stop]]\ncommand = "exit 8"\non_failure = "abort"\n'
    assert init("sh", "-c", f"exit {app_status}", hooks=hooks).status() == status


def test_stop_on_names_what_asks_for_a_stop(init: Start) -> None:
    """An image with STOPSIGNAL WINCH: WINCH is the stop, and TERM is a signal like any other."""
    hooks = 'stop_on = ["WINCH"]\npre_stop = "echo pre_stop"\n'
    running = init(*listener("WINCH=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    running.expect("TERM")
    running.send(signal.SIGWINCH)
    running.expect("pre_stop")
    assert [line for line in running.rest() if line != "CONT"] == ["WINCH"]
    assert running.status() == 0


@pytest.mark.parametrize("scope", ["process", "group"])
def test_stop_scope(init: Start, scope: str) -> None:
    """With "group" a worker in the app's process group gets the signal too; that is how Celery loses its tasks."""
    worker = " ".join(f"'{word}'" for word in listener("TERM=0", "URG=0"))
    app = f"trap 'kill -URG $!; wait; echo app; exit' TERM; {worker} & wait; wait"
    running = init("sh", "-c", app, hooks=f'[app]\nstop_scope = "{scope}"\n')
    running.expect("ready")
    running.send(signal.SIGTERM)
    lines = running.rest()
    assert lines[-1] == "app"
    assert ("TERM" in lines) == (scope == "group")


def test_stop_timeout_can_be_set_from_a_manifest(init: Start) -> None:
    """LIFEINIT_STOP_TIMEOUT goes before the file's, and works without a file."""
    for hooks in (None, "stop_timeout = 3600"):
        running = init(*listener(), hooks=hooks, env={"LIFEINIT_STOP_TIMEOUT": "500ms"})
        running.expect("ready")
        running.send(signal.SIGTERM)
        assert running.status() == 137


# What a hook is told and given.


def test_what_a_hook_is_told(init: Start) -> None:
    show = "env | grep ^LIFEINIT_ | grep -v -e DEADLINE -e HOOK_FILE | sort; echo"
    hooks = f"""
        stop_timeout = "30s"
        [[pre_start]]
        name = "a"
        command = "{show}"
        [[post_start]]
        command = "{show}; kill -TERM $LIFEINIT_PID"
        [[pre_stop]]
        command = "{show}"
        [[post_stop]]
        name = "z"
        command = "{show}"
        timeout = "3s"
    """
    outer = {"LIFEINIT_SIGNAL": "QUIT", "LIFEINIT_CHILD_PID": "77"}  # of a lifeinit further up
    running = init("sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.1; done", hooks=hooks, env=outer)
    blocks = [block.split("\n") for block in "\n".join(running.rest()).split("\n\n")]
    told = [dict(line.split("=") for line in block if line) for block in blocks]
    pid = told[1].pop("LIFEINIT_CHILD_PID")
    assert int(pid) > 1
    assert told[0].pop("LIFEINIT_ENV").startswith("/")
    common = {"LIFEINIT_PID": "1", "LIFEINIT_ATTEMPT": "1", "LIFEINIT_RESTARTS": "0"}
    stop = {"LIFEINIT_REASON": "signal", "LIFEINIT_SIGNAL": "TERM"}
    assert told == [
        common | {"LIFEINIT_EVENT": "pre_start", "LIFEINIT_HOOK": "a"},
        common | {"LIFEINIT_EVENT": "post_start", "LIFEINIT_HOOK": "post_start[0]", "LIFEINIT_REMAINING": "60"},
        common
        | stop
        | {
            "LIFEINIT_EVENT": "pre_stop",
            "LIFEINIT_HOOK": "pre_stop[0]",
            "LIFEINIT_REMAINING": "5",
            "LIFEINIT_CHILD_PID": pid,
        },
        common
        | stop
        | {
            "LIFEINIT_EVENT": "post_stop",
            "LIFEINIT_HOOK": "z",
            "LIFEINIT_REMAINING": "3",
            "LIFEINIT_EXIT_CODE": "5",
            "LIFEINIT_CHILD_EXIT_CODE": "5",
        },
    ]


def test_the_deadline_is_unix_time_and_the_budget_counts(init: Start) -> None:
    """The reserve of a 6 s budget with a 1 s hook is 2 s: a pre_stop hook has 4 s, whatever its own limit."""
    hooks = """
        stop_timeout = "6s"
        pre_stop = "echo $LIFEINIT_REMAINING $(($LIFEINIT_DEADLINE - $(date +%s)))"
        [[post_stop]]
        command = "true"
        timeout = "1s"
    """
    running = init(*listener("TERM=0"), hooks=hooks)
    running.expect("ready")
    running.send(signal.SIGTERM)
    remaining, until = running.line().split()
    assert remaining == "4"
    assert until in {"3", "4"}


def test_the_deadline_to_the_second(init: Start) -> None:
    """Each of twenty hooks with 7 s notes when it begins: between the hook before it and this moment 7 s were left.

    Where the two fall into the same second, there is only one answer.
    """
    hook = """
        [[pre_start]]
        command = "echo $LIFEINIT_DEADLINE $(date +%s)"
        timeout = "7s"
    """
    before = int(time.time())
    only_one_answer = False
    for line in init("true", hooks=20 * hook).rest():
        deadline, now = map(int, line.split())
        assert before + 7 <= deadline <= now + 7
        only_one_answer |= before == now
        before = now
    assert only_one_answer


def test_what_a_hook_is_given(init: Start) -> None:
    """stdin is /dev/null, of the descriptors only stdout and stderr; mask and ignored signals as at the start."""
    commands = (
        ["readlink", "/proc/self/fd/0"],
        ["ls", "/proc/self/fd"],
        ["grep", "-E", "SigBlk|SigIgn", "/proc/self/status"],
        ["pwd", "-P"],
    )
    hooks = "\n".join(f"[[{phase}]]\ncommand = {words}" for phase in ("pre_start", "post_stop") for words in commands)
    running = init("true", hooks=hooks, through=python("launcher"))
    lines = running.rest()
    assert lines[:8] == lines[8:]
    assert lines[0] == "/dev/null"
    assert lines[1:5] == ["0", "1", "2", "3"]  # 3 is the listing's own
    blocked, ignored = (int(line.split()[1], 16) for line in lines[5:7])
    assert blocked == 1 << (signal.SIGUSR1 - 1) | 1 << (signal.SIGTERM - 1)
    assert ignored & ~LIBC_OWN == 1 << (signal.SIGHUP - 1) | 1 << (signal.SIGCHLD - 1)
    assert lines[7] != "/"


def test_each_hook_leads_a_process_group_of_its_own(init: Start) -> None:
    show = "ps -o pid= -o pgid= -p $$"
    running = init("true", hooks=f'pre_start = "{show}"\npost_stop = "{show}"')
    first, second = (line.split() for line in running.rest())
    assert first[0] == first[1]
    assert second[0] == second[1]


# A stop request at every transition.

_ASK = "kill -TERM $LIFEINIT_PID"
_READY = "read x < up"  # until the app is up
_APP = "exec " + " ".join(f"'{word}'" for word in listener("TERM=0", "TELL=up"))
_ASKING = "exec " + " ".join(f"'{word}'" for word in listener("TERM=0", "SELF=TERM"))
_STUBBORN_APP = """
    trap 'echo one; trap "echo two; exit 0" TERM; kill -TERM $PPID; while :; do sleep 0.1; done' TERM
    echo ready
    echo > up
    while :; do sleep 0.1; done
"""
_LEAVES_ONE_BEHIND = """
    setsid sh -c "trap 'kill -TERM $PPID; exit' TERM; echo > up; while :; do sleep 0.1; done" &
    read x < up
    exit 4
"""


class Point(NamedTuple):
    """Where in the lifecycle the stop request comes, and what is to be seen then, post_stop aside."""

    where: str
    hooks: dict[str, str]
    app: str
    status: int
    ran: list[str]


POINTS = [
    Point("first pre_start", {"pre_start": f"{_ASK}; sleep 60"}, _APP, 143, []),
    Point("end of pre_start", {"pre_start": f"trap '' TERM; {_ASK}; exit 0"}, _APP, 143, []),
    Point("failure of pre_start", {"pre_start": f"trap '' TERM; {_ASK}; exit 9"}, _APP, 143, []),
    Point("start of the app", {}, _ASKING, 0, ["pre_stop", "TERM"]),
    Point("post_start", {"post_start": f"{_READY}; {_ASK}; sleep 60"}, _APP, 0, ["pre_stop", "TERM"]),
    Point("end of post_start", {"post_start": f"{_READY}; {_ASK}"}, _APP, 0, ["pre_stop", "TERM"]),
    Point(
        "pre_stop",
        {"post_start": f"{_READY}; {_ASK}", "pre_stop": "kill -INT $LIFEINIT_PID; sleep 60"},
        _APP,
        0,
        ["TERM"],
    ),
    Point("stopping", {"post_start": f"{_READY}; {_ASK}"}, _STUBBORN_APP, 0, ["pre_stop", "one", "two"]),
    Point("cleanup", {}, _LEAVES_ONE_BEHIND, 4, []),
    Point("post_stop", {"post_stop": f"{_ASK}; echo post_stop"}, "exit 6", 6, []),
]


@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
@pytest.mark.parametrize("budget", ["", 'stop_timeout = "10s"\n'], ids=["no budget", "budget"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.where)
def test_a_stop_request_at_every_transition(init: Start, point: Point, budget: str, subreaper: bool) -> None:
    """It ends in the right status, after post_stop, and leaves no process."""
    whole = {"pre_stop": "echo pre_stop", "post_stop": "echo post_stop"} | point.hooks
    text = budget + "".join(f"[{phase}]\ncommand = '''{command}'''\n" for phase, command in whole.items())
    running = init("sh", "-c", point.app, hooks=text, subreaper=subreaper, fifo="up")
    lines = [line for line in running.rest() if line not in {"CONT", "ready"}]
    assert lines == [*point.ran, "post_stop", *(["nothing left"] if subreaper else [])], running.stderr()
    assert running.status() == point.status, running.stderr()


@needs.STRACE
def test_a_stop_request_from_a_hook_that_is_reaped_at_a_wake_up_for_another(init: Start) -> None:
    """The orphan wakes lifeinit; before it reaps, the hook sends the request and fails. It exited 9, not 143."""
    wait4 = {"x86_64": 61, "aarch64": 260}[platform.machine()]
    until = f"until read n rest < /proc/$LIFEINIT_PID/syscall && test $n = {wait4}; do :; done"
    command = f"trap '' TERM; (true &); {until}; {_ASK}; exit 9"
    through = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=wait4:delay_enter=500000"]
    running = init("true", hooks=f'[pre_start]\ncommand = """{command}"""\n', through=through)
    assert running.status() == 143
