"""The engine itself goes away and comes back: a second one, of the test's own."""

import io
import os
import select
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker import DockerClient

from lifeinit.docker import ManagedContainer
from tests.docker_sdk.conftest import SERVE, Recorder, ready

IMAGE = "lifeinit-test-shell"


class Engine:
    """A dockerd with all its files in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = f"unix://{directory}/engine.sock"
        self.process: subprocess.Popen[str] | None = None
        self.log: list[str] = []

    def start(self, *, live_restore: bool = True) -> bool:
        """Whether it answers; if not, `log` says why."""
        # Where orphans are not reaped, the containerd of a killed dockerd stays a zombie, which the next one waits for.
        (self.directory / "exec-root/containerd/containerd.pid").unlink(missing_ok=True)
        options = ["--iptables=false", "--bridge=none", f"--live-restore={live_restore}", f"--host={self.url}"]
        options += [f"--{name}={self.directory}/{name}" for name in ("data-root", "exec-root", "pidfile")]
        self.process = subprocess.Popen(["dockerd", *options], stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if "API listen on" in line:
                return True
        return False

    def end(self, signo: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(signo)
            self.process.communicate()
            self.process = None


@pytest.fixture
def engine() -> Iterator[Engine]:
    if shutil.which("dockerd") is None:
        pytest.skip("dockerd is not installed")
    directory = Path(tempfile.mkdtemp(prefix="lifeinit-"))
    engine = Engine(directory)
    try:
        if not engine.start():
            pytest.skip(f"a second dockerd cannot be started: {''.join(engine.log[-2:])}")
        yield engine
    finally:
        engine.end(signal.SIGTERM)
        # With live-restore the engine leaves its mount to the next one. umount(8)
        subprocess.run(["umount", directory / "data-root"], check=False, capture_output=True)
        shutil.rmtree(directory)


@pytest.fixture
def second(engine: Engine) -> Iterator[DockerClient]:
    client = docker.DockerClient(base_url=engine.url)
    client.api.import_image_from_data(shell(), repository=IMAGE)
    yield client
    if engine.process is None or engine.process.poll() is not None:
        engine.start()
    for container in client.containers.list(all=True):
        container.remove(force=True)
    client.close()


def shell() -> bytes:
    """An image of a shell and tail, from this machine: the base image would take long to copy."""
    programs = ["/bin/sh", "/usr/bin/tail"]
    linked = subprocess.run(["ldd", *programs], check=True, capture_output=True, text=True).stdout
    libraries = {word for word in linked.split() if word.startswith("/") and not word.endswith(":")}
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w", dereference=True) as tar:
        for path in {*programs, *libraries}:
            tar.add(path)
        null = tarfile.TarInfo("tmp")
        null.type = tarfile.DIRTYPE
        tar.addfile(null)
    return image.getvalue()


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGKILL])
def test_the_container_outlives_its_engine(
    engine: Engine, second: DockerClient, recorder: Recorder, signo: signal.Signals
) -> None:
    """With live-restore. The new engine is asked to stop it."""
    managed = ManagedContainer(second, IMAGE, SERVE, network_mode="none")
    recorder.watch(managed)
    managed.start()
    ready(managed)
    engine.end(signo)
    assert engine.start()
    managed.stop()
    assert managed.wait() == 7
    assert recorder.phases == ["pre_start", "post_start", "pre_stop", "post_stop"]


def test_the_container_dies_without_its_engine(engine: Engine, second: DockerClient, recorder: Recorder) -> None:
    """There is no event; the new engine's record has the status."""
    managed = ManagedContainer(second, IMAGE, SERVE, network_mode="none")
    recorder.watch(managed)
    managed.start()
    container = ready(managed)
    container.reload()
    pid: int = container.attrs["State"]["Pid"]
    engine.end(signal.SIGKILL)
    process = os.pidfd_open(pid)
    signal.pidfd_send_signal(process, signal.SIGTERM)
    select.select([process], [], [])
    os.close(process)
    assert engine.start()
    assert managed.wait() == 7
    assert recorder.phases == ["pre_start", "post_start", "post_stop"]
    assert recorder.last.reason == "exited"


def test_the_engine_takes_its_containers_along(engine: Engine, second: DockerClient, recorder: Recorder) -> None:
    """Without live-restore it stops them before it goes."""
    engine.end(signal.SIGTERM)
    assert engine.start(live_restore=False)
    managed = ManagedContainer(second, IMAGE, SERVE, network_mode="none")
    recorder.watch(managed)
    managed.start()
    ready(managed)
    engine.end(signal.SIGTERM)
    assert engine.start()
    assert managed.wait() == 7
    assert recorder.phases == ["pre_start", "post_start", "post_stop"]
    assert (recorder.last.reason, recorder.last.exit_code) == ("exited", 7)
