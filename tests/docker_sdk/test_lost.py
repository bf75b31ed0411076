"""The way to the engine is cut: the death is not missed, the stop not forgotten; and what can never be known."""

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
from tests.docker_sdk.conftest import SERVE, Diary, clear, printed_ready, ready
from tests.docker_sdk.cutting import Way


@pytest.fixture
def way(client: DockerClient) -> Iterator[Way]:
    del client  # skips where there is no engine
    directory = Path(tempfile.mkdtemp(prefix="lifeinit-"))
    way = Way(str(directory / "engine.sock"))
    yield way
    way.close()
    shutil.rmtree(directory)


class Far:
    """A managed container whose client goes the way that can be cut, and the same one seen directly."""

    def __init__(self, way: Way, client: DockerClient, diary: Diary, **options: object) -> None:
        self.client = docker.DockerClient(base_url=f"unix://{way.path}")
        self.name = f"lifeinit-test-lost-{id(self)}"
        clear(client, self.name)
        settings: dict[str, object] = {"name": self.name, "network_mode": "none", **options}
        self.managed = ManagedContainer(self.client, BASE, SERVE, **settings)  # type: ignore[arg-type]
        diary.keep(self.managed)
        self.managed.start()
        ready(self.managed)
        self.near: Container = client.containers.get(self.name)


@pytest.fixture
def far(way: Way, client: DockerClient, diary: Diary) -> Iterator[Callable[..., Far]]:
    made: list[Far] = []

    def make(**options: object) -> Far:
        made.append(Far(way, client, diary, **options))
        return made[-1]

    yield make
    for one in made:
        one.client.close()
        clear(client, one.name)


GONE = ["pre_start", "post_start", "post_stop"]


@pytest.mark.parametrize("auto_remove", [False, True], ids=["", "auto_remove"])
def test_a_death_behind_a_cut(far: Callable[..., Far], way: Way, diary: Diary, auto_remove: bool) -> None:
    """With auto_remove the record is gone, too; the engine's last events still know."""
    one = far(auto_remove=auto_remove)
    way.cut()
    one.near.kill("TERM")
    with contextlib.suppress(docker.errors.NotFound):  # the removal was faster
        one.near.wait(condition="removed" if auto_remove else "not-running")
    way.mend()
    assert one.managed.wait() == 7
    assert diary.phases == GONE
    assert (diary.last.reason, diary.last.exit_code) == ("exited", 7)


def test_a_death_and_a_new_life_behind_a_cut(far: Callable[..., Far], way: Way, diary: Diary) -> None:
    """The new life is not ours; the old one ended with 7."""
    one = far()
    way.cut()
    one.near.restart()
    printed_ready(one.near)
    way.mend()
    assert one.managed.wait() == 7
    assert diary.phases == GONE
    one.near.reload()
    assert one.near.status == "running"


def test_a_cut_ends_nothing(far: Callable[..., Far], way: Way, diary: Diary) -> None:
    one = far()
    way.cut()
    way.mend()
    one.managed.stop()
    assert one.managed.wait() == 7
    assert diary.phases == ["pre_start", "post_start", "pre_stop", "post_stop"]


def test_a_stop_during_a_cut_is_not_forgotten(far: Callable[..., Far], way: Way, diary: Diary) -> None:
    """The container gets its signal as soon as the engine answers again."""
    one = far()
    way.cut()
    mend = threading.Thread(target=way.mend)
    one.managed.pre_stop.closed = ""
    one.managed.pre_stop(mend.start)
    one.managed.stop()
    mend.join()
    assert one.managed.wait() == 7
    assert (diary.phases[-1], diary.last.reason) == ("post_stop", "stop")


def test_lost(far: Callable[..., Far], way: Way, diary: Diary) -> None:
    """No answer for so long that it is not waited for any more. post_stop runs; there is no status."""
    one = far(lost_timeout=0.2)
    way.cut()
    with pytest.raises(LostError, match=r'^how "lifeinit-test-lost-[0-9]+" ended is unknown: the engine did not'):
        one.managed.wait()
    assert diary.phases == GONE
    assert (diary.last.reason, diary.last.exit_code) == ("lost", None)
    assert one.managed.exit_code is None
    one.managed.stop()
    one.near.reload()
    assert one.near.status == "running"


def test_lost_while_it_is_stopped(far: Callable[..., Far], way: Way, diary: Diary) -> None:
    one = far(lost_timeout=0.2)
    way.cut()
    one.managed.stop()
    with pytest.raises(LostError):
        one.managed.wait()
    assert diary.phases[-1] == "post_stop"
    assert diary.last.reason == "lost"
