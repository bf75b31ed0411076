"""What lifeinit does once an app that was ready stops working. The prober by itself: test_alive_prober.py."""

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE, Running, children, python
from tests.integration.test_ready import supervisor

HOOKS = """
pre_stop = "echo pre_stop $LIFEINIT_REASON"
post_stop = "echo post_stop $LIFEINIT_REASON $LIFEINIT_EXIT_CODE"
"""


@pytest.fixture
def tell(tmp_path: Path) -> Callable[[str], None]:
    """Writes a line to the fifo that the app reads."""

    def write(line: str) -> None:
        (tmp_path / "go").write_text(f"{line}\n")

    return write


def asks(port: int, **keys: str) -> str:
    """The table of a prober that asks often."""
    table = {"interval": "50ms", "timeout": "500ms", "failures": "10", **keys}
    lines = [f"{key} = {value if value.isdigit() else json.dumps(value)}" for key, value in table.items()]
    return "\n".join(["[alive]", f'http = "http://127.0.0.1:{port}/"', *lines, ""])


def sick(port: int) -> str:
    return f"app is unhealthy: answered 503 (http://127.0.0.1:{port}/, 10 times in a row)"


def wait_for_line(running: Running, text: str) -> None:
    """Until lifeinit has said it."""
    deadline = time.monotonic() + PATIENCE
    while not any(text in line for line in running.stderr()):
        assert time.monotonic() < deadline, running.stderr()


def prober(running: Running, after: int = 0) -> int:
    """The pid of the prober, in our own namespace, that is another than this one."""
    deadline = time.monotonic() + PATIENCE
    running.child()
    while time.monotonic() < deadline:
        for pid in children(running.pid):
            try:
                name = Path(f"/proc/{pid}/comm").read_text()
            except OSError:
                continue
            if pid != after and name == "lifeinit-probe\n":
                return pid
    raise AssertionError(f"no prober runs; stderr: {running.stderr()}")


def switches(pid: int) -> list[str]:
    """How often a process has slept, or was put aside."""
    return re.findall(r"ctxt_switches:\t(\d+)", Path(f"/proc/{pid}/status").read_text())


# on_failure


def test_an_unhealthy_app_is_stopped(init: Start, port: int, tell: Callable[[str], None]) -> None:
    """As by a stop request, but the status is 1 where the app exits with 0, and the last line says why."""
    running = init(*python("answering", str(port)), hooks=HOOKS + asks(port), fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503", "pre_stop unhealthy", "TERM", "post_stop unhealthy 1")
    assert running.status() == 1
    lines = running.stderr()
    assert f"lifeinit: {sick(port)}; the app is stopped" in lines
    assert lines[-1] == f"lifeinit: exit status 1: {sick(port)}"


def test_its_own_exit_status_counts(init: Start, port: int, tell: Callable[[str], None]) -> None:
    running = init(*python("answering", str(port), "5"), hooks=asks(port), fifo="go")
    running.expect("serves")
    tell("503")
    assert running.status() == 5


def test_a_success_exit_code_is_none_for_an_unhealthy_app(init: Start, port: int, tell: Callable[[str], None]) -> None:
    """The control is the test above: 5 counts as 0 here, and a 0 becomes 1."""
    hooks = f"[app]\nsuccess_exit_codes = [5]\n{asks(port)}"
    running = init(*python("answering", str(port), "5"), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    assert running.status() == 1


def test_stop_signal_tells_a_hung_app_apart(init: Start, port: int, tell: Callable[[str], None]) -> None:
    """SIGABRT: with faulthandler a Python app prints where it hangs."""
    hooks = f'app.stop_signal = "ABRT"\n{asks(port)}'
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    assert running.status() == 134


def test_always_restarts_no_app_that_alive_stops(init: Start, port: int, tell: Callable[[str], None]) -> None:
    hooks = f'app.restart = "always"\n{asks(port)}'
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    assert running.rest() == ["503", "TERM"]
    assert running.status() == 1


def test_a_restart_of_an_unhealthy_app_counts_against_max_restarts(
    init: Start, port: int, tell: Callable[[str], None]
) -> None:
    """Whatever [app] restart says. Each life has its post_stop."""
    hooks = f"{HOOKS}[app]\nmax_restarts = 1\n{asks(port, on_failure='restart')}"
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503", "pre_stop unhealthy", "TERM", "post_stop unhealthy 1", "serves")
    tell("503")
    running.expect("503", "pre_stop unhealthy", "TERM", "post_stop unhealthy 1")
    assert running.status() == 1
    lines = running.stderr()
    assert f"lifeinit: {sick(port)}; the app is restarted" in lines
    assert f"lifeinit: restart 1 in 0.5 s: {sick(port)}" in lines
    assert f"lifeinit: {sick(port)}; the app is stopped" in lines
    assert "lifeinit: restarted once within 60 s: not restarting again" in lines


def test_a_warning_and_the_recovery(init: Start, tmp_path: Path, port: int, tell: Callable[[str], None]) -> None:
    """Meanwhile the app is not ready, and so says everything that tells."""
    hooks = f'ready_file = "{tmp_path}/ready"\n{HOOKS}{asks(port, on_failure="warn")}'
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    wait_until(lambda: told(running) == (True, True, None) and (tmp_path / "ready").exists())
    tell("503")
    running.expect("503")
    detail = f"answered 503 (http://127.0.0.1:{port}/, 10 times in a row)"
    wait_until(lambda: told(running) == (False, False, detail) and not (tmp_path / "ready").exists())
    tell("204")
    running.expect("204")
    wait_until(lambda: told(running) == (True, True, None) and (tmp_path / "ready").exists())
    assert running.stderr() == [f"lifeinit: {sick(port)}; continuing", "lifeinit: app is healthy again"]
    tell("500")
    running.expect("500")
    wait_until(lambda: told(running)[:2] == (False, False))
    running.send(signal.SIGTERM)
    running.expect("pre_stop signal", "TERM", "post_stop signal 0")
    assert running.status() == 0


def told(running: Running) -> tuple[bool, bool | None, str | None]:
    """Whether the whole app is ready, and what is known of its only process."""
    state = running.published()
    assert state is not None
    (process,) = state.processes
    assert process.ready == state.ready
    return state.ready, process.alive, process.alive_detail


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline


# Hung apps, and what else happens meanwhile.


def test_a_frozen_app_is_unhealthy_though_its_port_still_connects(init: Start, port: int) -> None:
    """The kernel accepts for it. It is woken for its signal."""
    hooks = HOOKS + asks(port, timeout="100ms")
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    os.kill(app(running), signal.SIGSTOP)
    running.expect("pre_stop unhealthy", "TERM", "post_stop unhealthy 1")
    reason = f"no answer within 0.1 s (http://127.0.0.1:{port}/, 10 times in a row)"
    assert f"lifeinit: app is unhealthy: {reason}; the app is stopped" in running.stderr()
    assert running.status() == 1


def app(running: Running) -> int:
    """The pid of the app, in our own namespace."""
    return next(pid for pid in children(running.pid) if Path(f"/proc/{pid}/comm").read_text() != "lifeinit-probe\n")


def test_an_app_that_does_not_stop_is_killed(init: Start, port: int, tell: Callable[[str], None]) -> None:
    hooks = f'stop_timeout = "1s"\napp.stop_signal = "WINCH"\n{asks(port)}'
    early = ["env", "--ignore-signal=TERM"]
    running = init(*early, *python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    assert running.status() == 137
    assert running.stderr()[-1] == f"lifeinit: exit status 137: {sick(port)}"


def test_a_stop_request_during_a_try(init: Start, port: int, tell: Callable[[str], None]) -> None:
    """The prober waits for an answer and ends at once; a life's end does not wait for it."""
    hooks = HOOKS + asks(port, timeout="50s", failures="1000")
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("hang")
    running.expect("hang", "held")
    running.send(signal.SIGTERM)
    assert running.rest() == ["pre_stop signal", "TERM", "post_stop signal 0"]
    assert running.status() == 0
    assert "unhealthy" not in "".join(running.stderr())


def test_a_stop_request_ends_a_command_that_will_not(init: Start) -> None:
    """Its whole tree: SIGTERM, then SIGKILL after kill_after, while pre_stop still runs."""
    command = "trap '' TERM; echo $$ > try; while :; do sleep 60; done"
    hooks = f"""
        kill_after = "100ms"
        pre_stop = "while kill -0 $(cat try) 2>&-; do sleep 0.01; done; echo gone"
        alive = {{ command = "{command}", interval = "50ms", timeout = "50s", failures = 1000 }}
        post_start = "until [ -s try ]; do sleep 0.01; done; echo tried"
    """
    running = init(*python("listener", "TERM=0"), hooks=hooks)
    assert sorted([running.line(), running.line()]) == ["ready", "tried"]
    running.send(signal.SIGTERM)
    running.expect("gone", "TERM")
    assert running.status() == 0


def test_a_stop_request_in_the_back_off(init: Start, port: int, tell: Callable[[str], None]) -> None:
    hooks = HOOKS + asks(port, on_failure="restart")
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503", "pre_stop unhealthy", "TERM", "post_stop unhealthy 1")
    running.send(signal.SIGTERM)
    assert running.rest() == []
    assert running.status() == 1


def test_the_first_stop_request_during_pre_stop_is_no_second_one(
    init: Start, tmp_path: Path, port: int, tell: Callable[[str], None]
) -> None:
    """SIGINT would skip the hooks. There is no restart any more."""
    os.mkfifo(tmp_path / "on")
    hooks = f"""
        [[pre_stop]]
        command = "echo draining; cat on"
        {asks(port, on_failure="restart")}
    """
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503", "draining")
    running.send(signal.SIGINT)
    wait_for_line(running, "already stopping")
    (tmp_path / "on").write_text("drained\n")
    assert running.rest() == ["drained", "TERM"]
    assert running.status() == 1
    assert "lifeinit: stop requested by SIGINT: already stopping" in running.stderr()


def test_the_app_exits_while_it_is_unhealthy(init: Start, port: int, tell: Callable[[str], None]) -> None:
    hooks = HOOKS + asks(port, on_failure="warn")
    running = init(*python("answering", str(port)), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503")
    wait_for_line(running, "continuing")
    os.kill(app(running), signal.SIGKILL)
    assert running.rest() == ["post_stop exited 137"]
    assert running.status() == 137


def test_the_second_process_is_unhealthy(init: Start, port: int, tell: Callable[[str], None]) -> None:
    """The others are stopped with it. Its restart rule counts, its name is in the line."""
    worker = json.dumps(python("answering", str(port)))
    table = asks(port).replace("[alive]", "[process.worker.alive]")
    hooks = f"{HOOKS}[process.worker]\ncommand = {worker}\n{table}"
    running = init(*python("listener", "TERM=0"), hooks=hooks, fifo="go")
    assert sorted([running.line(), running.line()]) == ["ready", "serves"]
    tell("503")
    running.expect("503", "pre_stop unhealthy")
    assert sorted([running.line(), running.line()]) == ["TERM", "TERM"]
    running.expect("post_stop unhealthy 1")
    assert running.status() == 1
    assert running.stderr()[-1] == f"lifeinit: exit status 1: {sick(port).replace('app', 'worker')}"


def test_an_app_that_is_not_ready_yet_is_not_asked(
    init: Start, tmp_path: Path, port: int, tell: Callable[[str], None]
) -> None:
    """The prober begins with the state running, and so does the count of its failures."""
    hooks = f'{asks(port)}[ready]\ncommand = "test -e ready"\ninterval = "20ms"\n'
    running = init(*python("answering", str(port), "0", "1"), hooks=hooks, fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503")
    (tmp_path / "ready").touch()
    assert running.rest()[-1] == "TERM"
    assert running.status() == 1


# The prober.


def test_a_prober_that_is_killed_says_nothing_about_the_app(
    init: Start, port: int, tell: Callable[[str], None]
) -> None:
    """It is started again, after a pause, and finds what there is to find."""
    running = init(*python("answering", str(port)), hooks=HOOKS + asks(port), fifo="go")
    running.expect("serves")
    first = prober(running)
    os.kill(first, signal.SIGKILL)
    wait_for_line(running, "the health of app is unknown: its probe was killed by SIGKILL; trying again in 1 s")
    assert prober(running, after=first)
    wait_until(lambda: told(running) == (True, True, None))
    tell("503")
    running.expect("503", "pre_stop unhealthy", "TERM", "post_stop unhealthy 1")


def test_a_prober_that_is_killed_leaves_no_command_beside_the_next_ones(init: Start, tmp_path: Path) -> None:
    """Nobody else would end it at its timeout. What it started holds the lock too."""
    command = "exec 9>lock; flock -n 9 || echo both >>tries; echo one >>tries; setsid tail -f /dev/null & wait"
    hooks = f'alive = {{ command = "{command}", interval = "50ms", timeout = "50s", failures = 1000 }}'
    running = init(*python("listener", "TERM=0"), hooks=hooks)
    running.expect("ready")
    first = prober(running)
    wait_until(lambda: (tmp_path / "tries").exists() and (tmp_path / "tries").read_text() == "one\n")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len((tmp_path / "tries").read_text().splitlines()) > 1)
    assert (tmp_path / "tries").read_text() == "one\none\n"


# Ends with 3 once a prober watches it. In its second life it has that prober's pid, prints so, and ends with 0.
TAKES_THE_PID = """
if [ -e last ]; then echo "it has $$"; exit 0; fi
until [ "$prober" ]; do read first prober rest </proc/1/task/1/children; done
echo $((prober - 1)) >last
echo "the prober has $prober"
exit 3
"""


@needs.ROOT
def test_an_app_with_the_pid_of_an_earlier_prober_is_heard_of(init: Start, port: int) -> None:
    """Its end was once taken for the prober's: for as long as kill_after PID 1 knew that pid as a terminated one."""
    hooks = f"""
        kill_after = "50s"
        post_stop = "cat last >/proc/sys/kernel/ns_last_pid"
        app.restart = "on-failure"
        {asks(port, interval="50s")}
    """
    running = init("sh", "-c", TAKES_THE_PID, hooks=hooks)
    assert running.line().replace("the prober", "it") == running.line()
    assert running.status() == 0


def test_a_stop_request_while_no_prober_runs(init: Start, port: int) -> None:
    """In the pause after one that was lost."""
    running = init(*python("answering", str(port)), hooks=HOOKS + asks(port), fifo="go")
    running.expect("serves")
    os.kill(prober(running), signal.SIGKILL)
    wait_for_line(running, "the health of app is unknown")
    running.send(signal.SIGTERM)
    assert running.rest() == ["pre_stop signal", "TERM", "post_stop signal 0"]
    assert running.status() == 0


@needs.ROOT
def test_the_prober_shows_the_apps_user_nothing_of_pid_1(init: Start, tmp_path: Path, port: int) -> None:
    """It is a fork of PID 1 with the app's user: neither its memory nor its descriptors can be opened by that user.

    And of PID 1's descriptors it has the standard streams and the pipe for its reason alone. The control is the app.
    """
    hooks = f'app.user = "nobody"\nready_file = "{tmp_path}/ready"\n{asks(port, failures="1000")}'
    running = init("sleep", "60", hooks=hooks)
    pid = prober(running)
    links = links_of(pid)
    assert [link for link in links if link.startswith("pipe:")]
    assert not [link for link in links if link.startswith(("/memfd", "socket:", str(tmp_path / "ready")))]
    assert len(links) <= 3  # the report, the log's own, a try's
    child = os.fork()
    if child == 0:
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        os._exit(opens(app(running)) * 1 + opens(pid) * 2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def links_of(pid: int) -> set[str]:
    """What the descriptors of a process above 2 are. It may close one meanwhile."""
    links = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            links |= {os.readlink(f"/proc/{pid}/fd/{fd}")} if int(fd) > 2 else set()
    return links


def opens(pid: int) -> bool:
    """Whether this process may read the memory of that one."""
    try:
        os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))
    except OSError:
        return False
    return True


def test_a_healthy_app_never_wakes_pid_1(init: Start, port: int) -> None:
    """Between two of the app's lines the prober asks a hundred times."""
    running = init(
        *python("answering", str(port), "0", "50"), hooks=asks(port, interval="2ms", failures="1000"), fifo="go"
    )
    running.expect("serves", "asked")
    before = switches(running.pid)
    running.expect("asked", "asked")
    assert switches(running.pid) == before


def test_without_alive_there_is_no_prober_and_no_wake_up(init: Start, tell: Callable[[str], None]) -> None:
    running = init(*python("notifier"), hooks=HOOKS, env={"NOTIFY_SOCKET": "/nowhere"}, fifo="go")
    running.expect("started")
    tell("nap 0")
    running.expect("nap 0")
    before = switches(running.pid)
    tell("nap 0.5")
    running.expect("nap 0.5")
    assert switches(running.pid) == before
    assert len(children(running.pid)) == 1


# What tells.


def test_a_line_as_json(init: Start, port: int, tell: Callable[[str], None]) -> None:
    hooks = asks(port, on_failure="warn")
    running = init(*python("answering", str(port)), hooks=hooks, options=["--log-format", "json"], fifo="go")
    running.expect("serves")
    tell("503")
    running.expect("503")
    wait_for_line(running, "app_unhealthy")
    tell("200")
    running.expect("200")
    wait_for_line(running, "app_healthy")
    events = [json.loads(line) for line in running.stderr()]
    assert [(event["event"], event["level"], event["process"]) for event in events] == [
        ("app_unhealthy", "warning", "app"),
        ("app_healthy", "info", "app"),
    ]
    assert events[0]["message"] == f"{sick(port)}; continuing"


def test_a_supervisor_of_lifeinit_learns_of_a_warning(
    init: Start, tmp_path: Path, port: int, tell: Callable[[str], None]
) -> None:
    """By a STATUS=: to a STOPPING=1 systemd would add a SIGKILL."""
    hooks = f'ready = "10ms"\n{asks(port, on_failure="warn")}'
    with supervisor(tmp_path / "notify") as receiver:
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        running = init(*python("answering", str(port)), hooks=hooks, env=env, fifo="go")
        running.expect("serves")
        assert receiver.recv(200) == b"READY=1"
        tell("503")
        assert receiver.recv(200) == f"STATUS={sick(port)}".encode()
        tell("200")
        assert receiver.recv(200) == b"READY=1\nSTATUS="
        tell("503")
        assert receiver.recv(200) == f"STATUS={sick(port)}".encode()
        running.send(signal.SIGTERM)
        assert receiver.recv(200) == b"STOPPING=1"
        assert running.status() == 0
