"""The engine itself goes away and comes back: a second one, of the test's own."""

import io
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
from tests.docker_sdk.conftest import SERVE, Diary, ready

# The SDK forgets to close a socket that could not connect.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")

IMAGE = "lifeinit-test-shell"


class Engine:
    """A dockerd with all its files in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = f"unix://{directory}/engine.sock"
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    def start(self) -> bool:
        """Whether it answers; if not, `said` tells why."""
        options = ["--iptables=false", "--bridge=none", "--live-restore", f"--host={self.url}"]
        for name in ("data-root", "exec-root", "pidfile"):
            options.append(f"--{name}={self.directory}/{name}")
        self.process = subprocess.Popen(["dockerd", *options], stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
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
    if not engine.start():
        engine.end(signal.SIGTERM)
        pytest.skip(f"a second dockerd cannot be started: {''.join(engine.said[-2:])}")
    yield engine
    engine.end(signal.SIGTERM)
    shutil.rmtree(directory)


@pytest.fixture
def second(engine: Engine) -> Iterator[DockerClient]:
    client = docker.DockerClient(base_url=engine.url)
    client.api.import_image_from_data(shell(), repository=IMAGE)
    yield client
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
    engine: Engine, second: DockerClient, diary: Diary, signo: signal.Signals
) -> None:
    """With live-restore. The new engine is asked to stop it."""
    managed = ManagedContainer(second, IMAGE, SERVE, network_mode="none")
    diary.keep(managed)
    managed.start()
    ready(managed)
    engine.end(signo)
    assert engine.start()
    managed.stop()
    assert managed.wait() == 7
    assert diary.phases == ["pre_start", "post_start", "pre_stop", "post_stop"]


def test_the_container_dies_without_its_engine(engine: Engine, second: DockerClient, diary: Diary) -> None:
    """Nobody tells; the new engine's record does."""
    managed = ManagedContainer(second, IMAGE, SERVE, network_mode="none")
    diary.keep(managed)
    managed.start()
    container = ready(managed)
    container.reload()
    pid = container.attrs["State"]["Pid"]
    engine.end(signal.SIGKILL)
    subprocess.run(["kill", "-TERM", str(pid)], check=True)
    subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], check=True)
    assert engine.start()
    assert managed.wait() == 7
    assert diary.phases == ["pre_start", "post_start", "post_stop"]
    assert diary.last.reason == "exited"
