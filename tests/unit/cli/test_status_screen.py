"""A running lifeinit as a screen of text."""

from lifeinit.cli import status_screen
from lifeinit.status.find_init import RunningInit
from lifeinit.status.state_reader import AppProcess
from lifeinit.status.tree import Node
from tests.unit.status.states import HOUR, NOW, RUNNING, changed, hook


def test_the_screen_of_a_running_one() -> None:
    state = changed(
        RUNNING,
        restarts=2,
        processes=(
            AppProcess("web", 12, NOW - 2 * HOUR, ready=True, status="Serving, 3 busy"),
            AppProcess("worker", None, NOW - 5, ready=False, status=""),
        ),
        hooks=(
            hook("pre_start", "migrate", "failed", code=3, at=NOW - 2 * HOUR - 190),
            hook("pre_start", "migrate", attempt=2, seconds=75.2, at=NOW - 2 * HOUR - 181),
            hook("pre_start", "pre_start[1]", "timed out", code=None, signal="KILL", at=NOW - 2 * HOUR - 180),
            hook("post_start", "announce", "running", code=None, seconds=None, at=NOW - 61),
        ),
    )
    nodes = [
        Node(1, 0, 0, "lifeinit", "root", "sleeping", 3_355_443, 10_066_329, 0.04, None),
        Node(12, 1, 1, "web", "app", "sleeping", 104_857_600, 209_715_200, 3725.0, None),
        Node(14, 12, 2, "helper", "app", "zombie", None, None, 0.0, None),
        Node(13, 1, 1, "x\x1b[31m", None, "disk-sleep", None, None, None, None),
    ]
    screen = status_screen.text(RunningInit(1, state), nodes, NOW)
    assert max(map(len, screen.splitlines())) <= 80
    assert screen == (
        "lifeinit, pid 1: running for 2 h 3 min, since 2025-06-15 13:03:40 UTC\n"
        "ready: yes\n"
        "started: 2 h 3 min ago, restarts: 2\n"
        "\n"
        "APP     PID  UP   READY  STATUS\n"
        "web     12   2 h  yes    Serving, 3 busy\n"
        "worker  -    -    no\n"
        "\n"
        "HOOK                      RESULT              TOOK        WHEN\n"
        "pre_start migrate         failed, 3           2.4 s       2 h 3 min ago\n"
        "pre_start migrate, try 2  ok                  1 min 15 s  2 h 3 min ago\n"
        "pre_start[1]              timed out, SIGKILL  2.4 s       2 h 3 min ago\n"
        "post_start announce       running             -           1 min 1 s ago\n"
        "\n"
        "PID     USER  USS        RSS        CPU        STATE       NAME\n"
        "1       root  3.2 MiB    9.6 MiB    0.0 s      sleeping    lifeinit\n"
        "  12    app   100.0 MiB  200.0 MiB  1 h 2 min  sleeping    web\n"
        "    14  app   -          -          0.0 s      ZOMBIE      helper\n"
        "  13    -     -          -          -          disk-sleep  x\\x1b[31m\n"
        "4 processes, 1 zombie (not reaped by the parent)"
    )


def test_the_screen_of_a_stopping_one_whose_processes_are_not_seen() -> None:
    state = changed(
        RUNNING, phase="post_stop", since=NOW - 3, ready=False, reason="exited", exit_status=137, processes=()
    )
    assert status_screen.text(RunningInit(7, state), None, NOW) == (
        "lifeinit, pid 7: post_stop for 3 s, since 2025-06-15 15:06:37 UTC\n"
        "ready: no\n"
        "started: 2 h 3 min ago, restarts: 0\n"
        "stop: the app exited\n"
        "exit status: 137\n"
        "\n"
        "The processes cannot be shown: /proc does not show process 7 to this user (hidepid?)."
    )


def test_of_an_app_that_is_watched_it_shows_whether_it_is_alive() -> None:
    """The control is the screen above: nobody asks there."""
    processes = (
        AppProcess("web", 12, NOW - 42, ready=False, status="", alive=False, alive_detail="answered 503\x1b"),
        AppProcess("worker", 13, NOW - 42, ready=True, status="", alive=True),
        AppProcess("beat", 14, NOW - 42, ready=True, status=""),
    )
    screen = status_screen.text(RunningInit(1, changed(RUNNING, ready=False, processes=processes)), [], NOW)
    assert screen.splitlines()[3:9] == [
        "unhealthy: web: answered 503\\x1b",
        "",
        "APP     PID  UP    READY  ALIVE  STATUS",
        "web     12   42 s  no     no",
        "worker  13   42 s  yes    yes",
        "beat    14   42 s  yes    -",
    ]
