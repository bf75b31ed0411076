"""The connection to the engine is cut: the death is not missed, the stop not forgotten; and what can never be known."""

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import docker.errors
import pytest
from docker import DockerClient
from docker.models.containers import Container

from lifeinit.docker import LostError, ManagedContainer
from tests.container.docker import BASE
from tests.docker_sdk.conftest import SERVE, Recorder, clear, printed_ready, ready
from tests.docker_sdk.proxy import Proxy


@pytest.fixture
def proxy(client: DockerClient) -> Iterator[Proxy]:
    del client  # skips where there is no engine
    directory = Path(tempfile.mkdtemp(prefix="lifeinit-"))
    proxy = Proxy(str(directory / "engine.sock"))
    yield proxy
    proxy.close()
    shutil.rmtree(directory)


class Proxied:
    """A managed container whose client is connected through the proxy, and the same container without it."""

    def __init__(self, proxy: Proxy, client: DockerClient, recorder: Recorder, **options: object) -> None:
        self.client = docker.DockerClient(base_url=f"unix://{proxy.path}")
        self.name = f"lifeinit-test-lost-{id(self)}"
        clear(client, self.name)
        settings: dict[str, object] = {"name": self.name, "network_mode": "none", **options}
        self.managed = ManagedContainer(self.client, BASE, SERVE, **settings)  # type: ignore[arg-type]
        recorder.watch(self.managed)
        self.managed.start()
        ready(self.managed)
        self.direct: Container = client.containers.get(self.name)


@pytest.fixture
def proxied(proxy: Proxy, client: DockerClient, recorder: Recorder) -> Iterator[Callable[..., Proxied]]:
    made: list[Proxied] = []

    def make(**options: object) -> Proxied:
        made.append(Proxied(proxy, client, recorder, **options))
        return made[-1]

    yield make
    for one in made:
        one.client.close()
        clear(client, one.name)


GONE = ["pre_start", "post_start", "post_stop"]


@pytest.mark.parametrize("auto_remove", [False, True], ids=["", "auto_remove"])
def test_a_death_behind_a_cut(
    proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder, auto_remove: bool
) -> None:
    """With auto_remove the record is gone, too; the engine's last events still know."""
    one = proxied(auto_remove=auto_remove)
    proxy.cut()
    one.direct.kill("TERM")
    with contextlib.suppress(docker.errors.NotFound):  # the removal was faster
        one.direct.wait(condition="removed" if auto_remove else "not-running")
    proxy.mend()
    assert one.managed.wait() == 7
    assert recorder.phases == GONE
    assert (recorder.last.reason, recorder.last.exit_code) == ("exited", 7)


def test_a_death_and_a_new_life_behind_a_cut(proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder) -> None:
    """The new life is not ours; the old one ended with 7."""
    one = proxied()
    proxy.cut()
    one.direct.restart()
    printed_ready(one.direct)
    proxy.mend()
    assert one.managed.wait() == 7
    assert recorder.phases == GONE
    one.direct.reload()
    assert one.direct.status == "running"


def test_a_cut_ends_nothing(proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder) -> None:
    one = proxied()
    proxy.cut()
    proxy.mend()
    one.managed.stop()
    assert one.managed.wait() == 7
    assert recorder.phases == ["pre_start", "post_start", "pre_stop", "post_stop"]


def test_a_stop_during_a_cut_is_not_forgotten(
    proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder
) -> None:
    """The container gets its signal as soon as the engine answers again."""
    one = proxied()
    proxy.cut()
    mend = threading.Thread(target=proxy.mend)
    one.managed.pre_stop.closed = ""
    one.managed.pre_stop(mend.start)
    one.managed.stop()
    mend.join()
    assert one.managed.wait() == 7
    assert (recorder.phases[-1], recorder.last.reason) == ("post_stop", "stop")


def test_lost(proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder) -> None:
    """No answer for so long that it is not waited for any more. post_stop runs; there is no status."""
    one = proxied(lost_timeout=0.2)
    proxy.cut()
    with pytest.raises(LostError, match=r'^how "lifeinit-test-lost-[0-9]+" ended is unknown: the engine did not'):
        one.managed.wait()
    assert recorder.phases == GONE
    assert (recorder.last.reason, recorder.last.exit_code) == ("lost", None)
    assert one.managed.exit_code is None
    one.managed.stop()
    one.direct.reload()
    assert one.direct.status == "running"


def test_lost_while_it_is_stopped(proxied: Callable[..., Proxied], proxy: Proxy, recorder: Recorder) -> None:
    one = proxied(lost_timeout=0.2)
    proxy.cut()
    one.managed.stop()
    with pytest.raises(LostError):
        one.managed.wait()
    assert recorder.phases[-1] == "post_stop"
    assert recorder.last.reason == "lost"
