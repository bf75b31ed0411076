"""The watchdog of sd_notify(3): the app proves by its own messages that it works."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import python
from tests.integration.test_alive import told, wait_for_line, wait_until
from tests.integration.test_ready import notify_address, wait_for_status

NEVER = 'alive.watchdog = "1h"\n'
SILENT = "lifeinit: app is unhealthy: no WATCHDOG=1 for {} s; the app is stopped"
TRIGGERED = "lifeinit: app is unhealthy: it reported WATCHDOG=trigger; the app is stopped"


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., None]:
    """Writes lines to the fifo that the app reads."""

    def write(*lines: str) -> None:
        (tmp_path / "go").write_text("".join(f"{line}\n" for line in lines))

    return write


# What the app is told.

TELLS = "echo ${WATCHDOG_USEC-unset} ${WATCHDOG_PID-unset}"
OF_SYSTEMD = {"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1", "NOTIFY_SOCKET": "/nowhere"}


def test_the_app_learns_its_interval_and_whom_it_is_for(init: Start) -> None:
    """Whatever lifeinit's own supervisor wants of lifeinit. Nothing of either is a hook's."""
    hooks = f"pre_start = '{TELLS}'\n{NEVER}"
    running = init("sh", "-c", f"{TELLS} $$; echo $NOTIFY_SOCKET", hooks=hooks, env=OF_SYSTEMD)
    running.expect("unset unset")
    interval, of, own = running.line().split()
    assert (interval, of) == ("3600000000", own)
    assert running.line().startswith("@lifeinit-1-")


@pytest.mark.parametrize("hooks", [None, "", "ready = '1s'\n"], ids=["plain", "no keys", "ready"])
def test_what_lifeinit_is_watched_by_is_not_the_apps(init: Start, hooks: str | None) -> None:
    """systemd's WatchdogSec= names lifeinit's pid. The control: that of somebody else is passed on."""
    warning = "lifeinit: WatchdogSec= is set for lifeinit, which sends no WATCHDOG=1: remove it, and use alive"
    meant = init("sh", "-c", TELLS, hooks=hooks, env=OF_SYSTEMD)
    assert meant.rest() == ["unset unset"]
    assert warning in meant.stderr()
    other = init("sh", "-c", TELLS, hooks=hooks, env=OF_SYSTEMD | {"WATCHDOG_PID": "99"})
    assert other.rest() == ["5000000 99"]
    assert warning not in other.stderr()


# What it says.


def test_an_app_that_never_reports_is_unhealthy(init: Start) -> None:
    """It counts from when the app is ready. Without `ready = "notify"` it need not say READY=1."""
    running = init(*python("notifier"), hooks='alive.watchdog = "300ms"\n', fifo="go")
    assert running.rest() == ["started"]
    assert SILENT.format(0.3) in running.stderr()
    assert running.status() == 143


def test_each_report_begins_the_interval_anew(init: Start, tell: Callable[..., None]) -> None:
    """Also where another process is the main one by now."""
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    said = ["WATCHDOG_USEC=1500000", "MAINPID=$PID", *["WATCHDOG=1", "nap 0.5"] * 4]
    tell(*said)
    assert running.rest() == said
    assert SILENT.format(1.5) in running.stderr()


def test_a_trigger_is_at_once(init: Start, tell: Callable[..., None]) -> None:
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    tell("WATCHDOG=trigger")
    assert running.status() == 143
    assert TRIGGERED in running.stderr()


def test_no_later_report_takes_a_trigger_back(init: Start, tell: Callable[..., None]) -> None:
    """lifeinit reads both at the same wake-up."""
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    running.stop()
    tell("WATCHDOG=trigger", "WATCHDOG=1")
    running.expect("WATCHDOG=trigger", "WATCHDOG=1")
    running.send(signal.SIGCONT)
    assert running.status() == 143
    assert TRIGGERED in running.stderr()


def test_the_app_chooses_another_interval(init: Start, tell: Callable[..., None]) -> None:
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    tell("WATCHDOG_USEC=100000")
    assert running.status() == 143
    assert SILENT.format(0.1) in running.stderr()


@pytest.mark.parametrize("interval", ["0", "infinity", str(2**64 - 1)])
def test_the_app_wants_no_watchdog(init: Start, tell: Callable[..., None], interval: str) -> None:
    """The control is the app that never reports. It still has its trigger."""
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    said = ["WATCHDOG_USEC=500000", f"WATCHDOG_USEC={interval}", "nap 0.8", "WATCHDOG=1"]
    tell(*said, "WATCHDOG=trigger")
    running.expect(*said)
    assert running.status() == 143
    assert TRIGGERED in running.stderr()


def test_a_report_ends_a_warning(init: Start, tell: Callable[..., None]) -> None:
    hooks = 'alive = { watchdog = "300ms", on_failure = "warn" }\n'
    running = init(*python("notifier"), hooks=hooks, fifo="go")
    running.expect("started")
    wait_until(lambda: told(running) == (False, False, "no WATCHDOG=1 for 0.3 s"))
    tell("WATCHDOG_USEC=0", "WATCHDOG=1")
    running.expect("WATCHDOG_USEC=0", "WATCHDOG=1")
    wait_until(lambda: told(running) == (True, True, None))
    assert running.stderr() == [
        "lifeinit: app is unhealthy: no WATCHDOG=1 for 0.3 s; continuing",
        "lifeinit: app is healthy again",
    ]


def test_ready_means_nothing_where_something_else_says_so(init: Start, tell: Callable[..., None]) -> None:
    """No more does EXTEND_TIMEOUT_USEC, and nothing is said about either."""
    hooks = f'{NEVER}ready = {{ command = "false", timeout = "1h" }}\n'
    running = init(*python("notifier"), hooks=hooks, fifo="go")
    running.expect("started")
    tell("READY=1\\nEXTEND_TIMEOUT_USEC=1000", "STATUS=yes")
    running.expect("READY=1\\nEXTEND_TIMEOUT_USEC=1000", "STATUS=yes")
    wait_for_status(running, "yes")
    assert told(running) == (False, None, None)
    assert running.stderr() == []


def test_an_app_that_is_about_to_stop_need_not_report(init: Start, tell: Callable[..., None]) -> None:
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    tell("WATCHDOG_USEC=500000", "STOPPING=1", "nap 0.8", "end")
    assert running.rest() == ["WATCHDOG_USEC=500000", "STOPPING=1", "nap 0.8"]
    assert running.status() == 0


@needs.ROOT
@pytest.mark.parametrize("word", ["trigger", "1"])
def test_of_another_process_no_word_counts(init: Start, tell: Callable[..., None], word: str) -> None:
    """Root's even, in the same container: neither ends it the app, nor does it keep it alive."""
    hooks = 'alive = { watchdog = "300ms", on_failure = "warn" }\n' if word == "1" else NEVER
    running = init(*python("notifier"), hooks=hooks, fifo="go")
    running.expect("started")
    if word == "1":
        wait_for_line(running, "unhealthy")
    send = f"import socket; socket.socket(1, 2).sendto(b'WATCHDOG={word}', {notify_address(running)!r})"
    enter = ["nsenter", f"--target={running.pid}", "--pid"]
    subprocess.run([*enter, sys.executable, "-I", "-S", "-c", send], check=True)
    tell("STATUS=yes")
    running.expect("STATUS=yes")
    wait_for_status(running, "yes")
    assert told(running)[1] is (word == "trigger")
    assert any("a notification is ignored" in line for line in running.stderr())


# lifeinit itself.


def test_who_was_frozen_with_lifeinit_gets_its_time_once_more(init: Start, tell: Callable[..., None]) -> None:
    """As `docker pause` freezes both: the time in which nobody could report does not count."""
    running = init(*python("notifier"), hooks='alive = { watchdog = "1h", on_failure = "warn" }\n', fifo="go")
    running.expect("started")
    tell("WATCHDOG_USEC=2000000", "WATCHDOG=1")
    running.expect("WATCHDOG_USEC=2000000", "WATCHDOG=1")
    running.stop()
    tell("nap 2.8")
    running.expect("nap 2.8")
    running.send(signal.SIGCONT)
    tell("WATCHDOG=1", "STATUS=yes")
    running.expect("WATCHDOG=1", "STATUS=yes")
    wait_for_status(running, "yes")
    assert running.stderr() == []
    wait_for_line(running, "no WATCHDOG=1 for 2 s")


def test_a_pause_that_ends_when_a_report_is_due(init: Start, tell: Callable[..., None]) -> None:
    """lifeinit wakes hardly late then, and the report is on its way. Once the app was unhealthy at once."""
    running = init(*python("notifier"), hooks='alive = { watchdog = "1s", on_failure = "warn" }\n', fifo="go")
    running.expect("started")
    tell("WATCHDOG=1", "STATUS=yes")
    running.expect("WATCHDOG=1", "STATUS=yes")
    wait_for_status(running, "yes")
    running.stop()
    tell("nap 1.2")
    running.expect("nap 1.2")
    running.send(signal.SIGCONT)
    tell("WATCHDOG=1", "STATUS=again")
    running.expect("WATCHDOG=1", "STATUS=again")
    wait_for_status(running, "again")
    assert running.stderr() == []
    wait_for_line(running, "no WATCHDOG=1 for 1 s")


def test_a_flood_of_reports_costs_no_memory(init: Start, tell: Callable[..., None]) -> None:
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    tell("#2000 WATCHDOG=1")
    running.expect("#2000 WATCHDOG=1")
    before = resident(running.pid)
    tell("#20000 WATCHDOG=1", "STATUS=yes")
    running.expect("#20000 WATCHDOG=1", "STATUS=yes")
    wait_for_status(running, "yes")
    assert resident(running.pid) - before < 1 << 18


def resident(pid: int) -> int:
    """Its resident memory, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_watchdog_wakes_pid_1_for_its_reports_alone(init: Start, tell: Callable[..., None]) -> None:
    running = init(*python("notifier"), hooks=NEVER, fifo="go")
    running.expect("started")
    tell("nap 0")
    running.expect("nap 0")
    status = Path(f"/proc/{running.pid}/status")
    before = [line for line in status.read_text().splitlines() if "ctxt" in line]
    tell("nap 0.5")
    running.expect("nap 0.5")
    assert [line for line in status.read_text().splitlines() if "ctxt" in line] == before
