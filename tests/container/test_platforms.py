"""What an engine's options make of the place that lifeinit runs in."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.container.conftest import Run
from tests.container.docker import PATIENCE, Container, docker

UID = 10001  # the image's user
SAYS_ITS_SIGNALS = "trap 'echo TERM; exit 3' TERM; trap 'echo USR1' USR1; echo ready; while :; do sleep 0.1; done"
# A daemon in a session of its own, whose parent is gone; it says who its new parent is, and when it is told to stop.
LEAVES_ONE = """
import os, signal
ours, other = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    while "PPid:\\t%d\\n" % os.getpgid(0) in open("/proc/self/status").read():
        pass
    print("the orphan's parent:", open("/proc/%d/comm" % os.getppid()).read().strip(), flush=True)
    os.write(other, b"x")
    signal.sigwait({signal.SIGTERM})
    print("the orphan: TERM", flush=True)
    os._exit(0)
os.wait()
os.read(ours, 1)
os._exit(5)
"""
EATS_MEMORY = "eaten = []\nwhile True:\n    eaten.append(b'x' * (1 << 20))\n"


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process outside all containers, which their user might signal."""
    process = subprocess.Popen(["sleep", "1000"], user=UID, group=UID)
    yield process
    process.kill()
    process.wait()


def test_orphans_below_the_engines_own_init(run: Run) -> None:
    """tini is PID 1, and lifeinit not: what the app leaves behind comes to lifeinit all the same, and gets its TERM."""
    container = run("python", "-c", LEAVES_ONE, options=("--init",), hooks="pre_start = 'cat /proc/1/comm'")
    said = list(container.lines())
    assert {"docker-init", "tini"} & set(said)
    assert [line for line in said if "orphan" in line] == ["the orphan's parent: lifeinit", "the orphan: TERM"]
    assert container.status() == 5


def test_stop_and_status_below_the_engines_own_init(run: Run) -> None:
    """The image's user can write no state file: lifeinit once was found as PID 1 or by its state alone."""
    container = run("sh", "-c", SAYS_ITS_SIGNALS, options=("--init",), hooks="post_stop = 'echo over'")
    container.until("ready")
    assert "sleep" in docker("exec", container.id, "lifeinit", "status")
    assert docker("exec", container.id, "lifeinit", "health").startswith("ready: ")
    docker("stop", container.id)
    assert [line for line in container.lines() if not line.startswith("lifeinit")] == ["TERM", "over"]
    assert container.status() == 3


def test_the_hosts_pid_namespace(run: Run, bystander: subprocess.Popen[bytes]) -> None:
    """There `kill(-1)` would reach the whole machine: only what lives below lifeinit is signalled."""
    container = run("python", "-c", LEAVES_ONE, options=("--pid", "host"), hooks="pre_start = 'echo $LIFEINIT_PID'")
    said = list(container.lines())
    assert int(next(line for line in said if line.isdecimal())) > 1
    assert [line for line in said if "orphan" in line] == ["the orphan's parent: lifeinit", "the orphan: TERM"]
    assert container.status() == 5
    assert bystander.poll() is None


def test_a_stop_in_the_hosts_pid_namespace(run: Run, bystander: subprocess.Popen[bytes]) -> None:
    container = run("sh", "-c", SAYS_ITS_SIGNALS, options=("--pid", "host"), hooks="post_stop = 'echo over'")
    container.until("ready")
    docker("stop", container.id)
    assert [line for line in container.lines() if not line.startswith("lifeinit")] == ["TERM", "over"]
    assert container.status() == 3
    assert bystander.poll() is None


@pytest.mark.parametrize("namespace", ["host", "private"])
def test_out_of_memory(run: Run, namespace: str) -> None:
    """The kernel kills the app in the container's cgroup; lifeinit lives, names the cause, and tells the hooks."""
    options = ("--memory", "64m", "--cgroupns", namespace)
    hooks = "post_stop = 'echo out of memory: $LIFEINIT_OOM_KILLED, signal $LIFEINIT_CHILD_EXIT_SIGNAL'"
    container = run("python", "-c", EATS_MEMORY, options=options, hooks=hooks)
    said = list(container.lines())
    assert "out of memory: 1, signal KILL" in said
    assert "lifeinit: app exited 137 (SIGKILL; out of memory)" in said
    assert container.status() == 137
    assert container.state()["OOMKilled"] is True


def test_a_kill_that_is_not_for_memory(run: Run) -> None:
    """The control."""
    hooks = "post_stop = 'echo out of memory: $LIFEINIT_OOM_KILLED.'"
    container = run("sh", "-c", "kill -KILL $$", options=("--memory", "64m"), hooks=hooks)
    said = list(container.lines())
    assert "out of memory: ." in said
    assert "lifeinit: app exited 137 (SIGKILL)" in said


@pytest.mark.parametrize("options", [("--read-only",), ("--user", "12345")], ids=" ".join)
def test_status_and_health_need_no_writable_directory(run: Run, options: tuple[str, ...]) -> None:
    """PID 1 keeps its state in memory."""
    container = run("sh", "-c", SAYS_ITS_SIGNALS, options=options, hooks="post_stop = 'echo over'")
    container.until("ready")
    healthy = docker("exec", container.id, "lifeinit", "health")
    assert re.fullmatch(r"ready: running for \d+ s\n", healthy)
    assert "sleep" in docker("exec", container.id, "lifeinit", "status")
    docker("stop", container.id)
    assert "over" in list(container.lines())
    assert container.status() == 3


def test_health_decides_the_engines_health(run: Run) -> None:
    """A container is unhealthy until the app is ready."""
    options = ("--health-cmd", "lifeinit health", "--health-interval", "1s", "--health-retries", "1")
    hooks = "ready = 'file:///tmp/open'\n"
    container = run("sh", "-c", SAYS_ITS_SIGNALS, options=(*options, "--user", "0"), hooks=hooks)
    watching = ["docker", "events", "--since", "0", "--filter", f"container={container.id}", "--format", "{{.Status}}"]
    with subprocess.Popen([*watching, "--filter", "event=health_status"], stdout=subprocess.PIPE, text=True) as events:
        assert events.stdout is not None
        try:
            assert events.stdout.readline() == "health_status: unhealthy\n"
            docker("exec", container.id, "touch", "/tmp/open")
            assert events.stdout.readline() == "health_status: healthy\n"
        finally:
            events.kill()
    docker("kill", container.id)


@pytest.mark.parametrize(("policy", "app", "status", "restarts"), [
    ("on-failure:2", "exit 3", 3, 2),
    ("on-failure:2", "exit 0", 0, 0),
    ("on-failure:1", "kill -SEGV $$", 139, 1),
])  # fmt: skip
def test_a_restart_policy_sees_the_apps_status(run: Run, policy: str, app: str, status: int, restarts: int) -> None:
    """Each time a whole life, with its post_stop hook."""
    hooks = "post_stop = 'echo over'"
    container = run("sh", "-c", app, options=("--restart", policy), hooks=hooks)
    deadline = time.monotonic() + PATIENCE
    while _inspected(container, ".State.Status") != "exited":
        assert time.monotonic() < deadline
    assert container.state()["ExitCode"] == status
    assert _inspected(container, ".RestartCount") == restarts
    assert docker("logs", container.id).splitlines().count("over") == restarts + 1


def _inspected(container: Container, what: str) -> object:
    found: object = json.loads(docker("inspect", "-f", f"{{{{json {what}}}}}", container.id))
    return found


def test_a_frozen_container_goes_on(run: Run) -> None:
    container = run("sh", "-c", SAYS_ITS_SIGNALS, hooks="stop_timeout = '8s'\npost_stop = 'echo over'")
    container.until("ready")
    docker("pause", container.id)
    docker("unpause", container.id)
    docker("kill", "-s", "USR1", container.id)
    container.until("USR1")
    docker("pause", container.id)
    docker("unpause", container.id)
    docker("stop", container.id)
    assert [line for line in container.lines() if not line.startswith("lifeinit")] == ["TERM", "over"]
    assert container.status() == 3


def test_a_grace_shorter_than_the_budget(run: Run) -> None:
    """Nobody can help it: the engine's SIGKILL takes lifeinit too. With a budget below the grace the hook runs."""
    deaf = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    for budget, status, ran in (("20s", 137, False), ("1s", 137, True)):
        container = run("sh", "-c", deaf, hooks=f"stop_timeout = '{budget}'\npost_stop = 'echo over'")
        container.until("ready")
        docker("stop", "-t", "2", container.id)
        assert ("over" in list(container.lines())) is ran
        assert container.status() == status


def test_without_a_log(run: Run) -> None:
    container = run("sh", "-c", "echo unheard; exit 3", options=("--log-driver", "none"), hooks="")
    assert container.status() == 3


def test_root_without_capabilities_cannot_become_another(run: Run) -> None:
    """A sentence, and the app does not run as root instead."""
    options = ("--user", "0", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    container = run("echo", "never", options=options, hooks="[app]\nuser = '10001:10002'\n")
    said = list(container.lines())
    assert 'lifeinit: cannot run the app "echo": cannot become uid 10001 and gid 10002: Operation not permitted' in said
    assert "never" not in said
    assert container.status() == 126


def test_every_signal_that_an_engine_can_send(run: Run) -> None:
    """By name and by number, realtime ones too; STOP and KILL are the kernel's."""
    numbers = [signo for signo in range(1, 65) if signo not in {signal.SIGKILL, signal.SIGSTOP, 32, 33}]
    app = (
        "import signal\nevery = signal.valid_signals()\nsignal.pthread_sigmask(signal.SIG_BLOCK, every)\n"
        "print('ready', flush=True)\nwhile True:\n    print('got', int(signal.sigwait(every)), flush=True)\n"
    )
    container = run("python", "-c", app, hooks="")
    container.until("ready")
    stops = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
    for signo in [number for number in numbers if number not in {*stops, signal.SIGCHLD}]:
        docker("kill", "-s", str(int(signo)), container.id)
        assert container.until("got") == [f"got {signo:d}"]
    docker("kill", "-s", "QUIT", container.id)
    assert [line for line in container.until("got") if line.startswith("got")] == ["got 3"]
    docker("kill", container.id)
    assert container.status() == 137
