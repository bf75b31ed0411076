"""What a hostile app, or a neighbor in the container, tries: in real containers, hardened and not."""

import subprocess
import time

import pytest

from tests.container.conftest import Run
from tests.container.docker import PATIENCE, Container, docker

UID = 10001  # the image's user
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
WAITS = "trap 'echo TERM; exit 0' TERM; echo ready; while :; do sleep 0.1; done"

# What Python reads from the app's environment and home: it writes down who has run it.
PLANTED = """
post_start = "echo open"

[app]
user = "10001:10001"

[app.environment]
HOME = "/tmp/home"
PYTHONPATH = "/tmp/home"

[ready]
command = ["python3", "-c", "pass"]
interval = "200ms"

[[pre_start]]
name = "plant"
user = "10001:10001"
command = '''
mkdir -p -m 777 /tmp/home
echo 'import os; print(os.getuid(), os.geteuid(), file=open("/tmp/home/who", "a"))' >/tmp/home/sitecustomize.py
'''
"""


def test_a_probe_of_a_root_lifeinit_runs_nothing_of_the_apps_as_root(run: Run) -> None:
    """The probe once ran as uid 0 with the app's HOME and PYTHONPATH: a sitecustomize.py was enough to become root."""
    container = run("sh", "-c", WAITS, options=("--user", "0"), hooks=PLANTED)
    container.until("open")
    who = docker("exec", container.id, "cat", "/tmp/home/who").splitlines()
    docker("kill", container.id)
    assert set(who) == {f"{UID} {UID}"}  # the probe has run it, as the app's user


@pytest.mark.parametrize("options", [(), HARDENED, ("--init",), ("--user", "4711")], ids=" ".join)
def test_health_fails_until_the_app_is_ready_and_again_in_the_drain(run: Run, options: tuple[str, ...]) -> None:
    """Without a writable /run it once said "ready" during the migration, while the probe failed, and in the drain."""
    hooks = (
        "pre_start = 'echo migrating; while ! test -e /dev/shm/migrated; do sleep 0.05; done'\n"
        "ready = 'file:///dev/shm/open'\n"
        "post_start = 'echo open'\n"
        "pre_stop = 'echo draining; while ! test -e /dev/shm/drained; do sleep 0.05; done'\n"
    )
    container = run("sh", "-c", WAITS, options=options, hooks=hooks)
    container.until("migrating")
    assert _health(container) == 1
    docker("exec", container.id, "touch", "/dev/shm/migrated")
    container.until("ready")
    assert _health(container) == 1
    docker("exec", container.id, "touch", "/dev/shm/open")
    container.until("open")
    assert _health(container) == 0
    docker("kill", "-s", "TERM", container.id)
    container.until("draining")
    assert _health(container) == 1
    docker("exec", container.id, "touch", "/dev/shm/drained")
    assert container.status() == 0


def test_health_of_a_state_that_this_user_may_not_read(run: Run) -> None:
    """It fails closed, with a sentence."""
    container = run("sh", "-c", WAITS, options=("--user", "0"), hooks="post_start = 'echo open'")
    container.until("open")
    assert _health(container) == 0
    done = subprocess.run(
        ["docker", "exec", "--user", "4711", container.id, "lifeinit", "health"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


LEAVES_MANY = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(400):
    if os.fork() == 0:
        os.setsid()
        while True:
            signal.pause()
print("left", flush=True)
"""


@pytest.mark.parametrize("options", [(), ("--init",)], ids=["as PID 1", "below an init"])
def test_400_leftovers_that_ignore_sigterm_leave_post_stop_its_time(run: Run, options: tuple[str, ...]) -> None:
    """Below another init each of them once cost a scan of /proc: 5.6 s of a budget of 10 s, and post_stop was lost."""
    hooks = "stop_timeout = '8s'\npost_stop = 'echo over'"
    container = run("python", "-c", LEAVES_MANY, options=options, hooks=hooks)
    container.until("left")
    began = time.monotonic()
    container.until("over")
    assert time.monotonic() - began < 8, "longer than the whole budget"
    assert container.status() == 0


def test_a_restart_leaves_a_docker_exec_session_alone(run: Run) -> None:
    """Each restart once sent SIGTERM to everything in the container: to a debugging shell, and to the health check."""
    hooks = "[app]\nrestart = 'on-failure'\n"
    app = (
        "if test -e /dev/shm/again; then echo second life; exec sleep 1000; fi; touch /dev/shm/again; sleep 1000 &\n"
        "echo first life; while ! test -e /dev/shm/crash; do sleep 0.05; done; exit 3"
    )
    container = run("sh", "-c", app, hooks=hooks)
    container.until("first life")
    session = subprocess.Popen(
        ["docker", "exec", "-i", container.id, "sh", "-c", "sleep 1000 & echo session; cat; echo survived; kill $!"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert session.stdout is not None
        assert session.stdout.readline() == "session\n"
        docker("exec", container.id, "touch", "/dev/shm/crash")
        container.until("second life")
        output, _ = session.communicate("", timeout=PATIENCE)
        assert output == "survived\n"
        assert session.returncode == 0
    finally:
        session.kill()
        session.wait()
    docker("kill", container.id)


def test_a_neighbor_in_a_shared_pid_namespace_survives(run: Run) -> None:
    """lifeinit is not PID 1 there: what belongs to the other container is not its own to clean up."""
    neighbor = run("sh", "-c", WAITS, hooks="")
    neighbor.until("ready")
    namespace = ("--pid", f"container:{neighbor.id}")
    container = run("sh", "-c", "sleep 1000 & echo started", options=namespace, hooks="post_stop = 'echo over'")
    assert "over" in list(container.lines())
    assert container.status() == 0
    docker("stop", neighbor.id)
    assert "TERM" in list(neighbor.lines())
    assert neighbor.status() == 0


def _health(container: Container) -> int:
    return subprocess.run(
        ["docker", "exec", container.id, "lifeinit", "health"], check=False, capture_output=True
    ).returncode
