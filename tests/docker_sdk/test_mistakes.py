"""What a user can get wrong, and the one sentence that follows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import docker
import pytest
from docker import DockerClient

import lifeinit
from lifeinit.docker import (
    AlreadyStartedError,
    ImageMissingError,
    ManagedContainer,
    NameInUseError,
    NoEngineError,
    StartError,
)
from tests.container.docker import BASE
from tests.docker_sdk.conftest import Make, Recorder

SOURCE = Path(lifeinit.__file__).parents[1]


def no_engine() -> DockerClient:
    """A client of an engine that does not run."""
    return docker.DockerClient(base_url="unix:///nowhere/docker.sock", version="1.41")


def sentence(what: str) -> str:
    return f"^{re.escape(what)}$"


def test_a_parameter_with_a_default_keeps_it(make: Make) -> None:
    managed = make(["true"])
    seen: list[object] = []
    for name in ("a", "b"):
        managed.pre_start(lambda name=name: seen.append(name))
    managed.pre_start(lambda event, more=3: seen.append((event.event, more)))
    managed.start()
    managed.wait()
    assert seen == ["a", "b", ("pre_start", 3)]


def test_decorating_after_start(make: Make, recorder: Recorder) -> None:
    managed = make(["true"])
    managed.start()
    managed.wait()
    with pytest.raises(AlreadyStartedError, match="was started before: register callbacks before start"):
        managed.post_stop(recorder)


def test_an_option_that_only_the_sdk_can_judge(make: Make, recorder: Recorder) -> None:
    """It does so when the container is created; nothing is left behind."""
    managed = make(mem_limit="much")
    recorder.watch(managed)
    with pytest.raises(StartError, match=r"^the Docker SDK rejects the options: .*memory"):
        managed.start()
    assert recorder.phases == ["pre_start", "post_stop"]
    assert recorder.last.reason == "start_failed"


def test_no_engine(recorder: Recorder) -> None:
    """Nothing was started: no callback runs, and start() may be tried again."""
    client = no_engine()
    managed = ManagedContainer(client, BASE)
    recorder.watch(managed)
    message = (
        'no Docker engine answers at "http+docker://localhost" (No such file or directory): '
        "start it, or set DOCKER_HOST"
    )
    for _ in range(2):
        with pytest.raises(NoEngineError, match=sentence(message)):
            managed.start()
    with pytest.raises(NoEngineError, match=sentence(message)):
        ManagedContainer.attach(client, "shop")
    assert recorder.events == []
    client.close()


def test_no_image(client: DockerClient, recorder: Recorder) -> None:
    image = "127.0.0.1:9/no-such:1"
    managed = ManagedContainer(client, image)
    recorder.watch(managed)
    message = f'the engine has no image "{image}": run "docker pull {image}", or pass pull=True'
    with pytest.raises(ImageMissingError, match=sentence(message)):
        managed.start()
    with pytest.raises(ImageMissingError, match=rf'^the image "{image}" cannot be pulled: .*refused.*: check its name'):
        ManagedContainer(client, image, pull=True).start()
    assert recorder.events == []


def test_a_name_in_use(client: DockerClient, make: Make, recorder: Recorder) -> None:
    first = make(["true"])
    assert first.start().wait() == 0
    assert first.container is not None
    name = str(first.container.name)
    second = make(name=name)
    recorder.watch(second)
    message = (
        f'the name "{name}" is in use by another container (exited): remove that one, choose a different name, '
        "or take it over with ManagedContainer.attach"
    )
    with pytest.raises(NameInUseError, match=sentence(message)):
        second.start()
    assert recorder.events == []
    third = make(name=name[:-1])
    third.pre_start(lambda: client.containers.create(BASE, ["true"], name=name[:-1]))
    with pytest.raises(NameInUseError, match=re.escape(f'"{name[:-1]}" is in use by another container: remove that')):
        third.start()
    client.containers.get(name[:-1]).remove()


def test_the_beginning_of_an_id_is_no_name(client: DockerClient, make: Make) -> None:
    first = client.containers.create(BASE, ["true"])
    try:
        assert first.id is not None
        managed = make(["true"], name=first.id[:20], remove=True)
        assert managed.start().wait() == 0
    finally:
        first.remove()


def test_all_errors_have_one_base() -> None:
    import lifeinit.docker as package  # noqa: PLC0415

    errors = [getattr(package, name) for name in package.__all__ if name.endswith("Error")]
    assert len(errors) == 16
    assert all(issubclass(error, lifeinit.LifeinitError) for error in errors)


@pytest.mark.parametrize("directory", [False, True], ids=["", "a directory of the SDK's name"])
def test_without_the_sdk(tmp_path: Path, directory: bool) -> None:
    if directory:
        (tmp_path / "docker").mkdir()
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import lifeinit, lifeinit.docker"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert done.stderr.splitlines()[-1] == (
        'ImportError: lifeinit.docker needs the Docker SDK: pip install "lifeinit[docker]"'
    )


def test_importing_lifeinit_imports_no_sdk() -> None:
    program = (
        "import sys, lifeinit; print('docker' in sys.modules); import lifeinit.docker; print('docker' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\nTrue\n"
