"""The page docs/how-to/testcontainers.md: its blocks run as they stand. And a start of Testcontainers that fails."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from docker import DockerClient

import lifeinit
from tests.conftest import ApplicationPython
from tests.container.docker import BASE, ROOT
from tests.docs.sessions import files_of

PAGE = "docs/how-to/testcontainers.md"
(BLOCK, PRINTS), *_ = re.findall(
    r"^```python\n(.*?)^```\n\nprints\n\n```\n(.*?)^```\n", (ROOT / PAGE).read_text(), re.MULTILINE | re.DOTALL
)
FAILS = f"""
import docker
from testcontainers.core.container import DockerContainer
from lifeinit.docker import ManagedContainer, StartError

server = DockerContainer("{BASE}").with_command(["no-such-program"]).with_kwargs(network_mode="none")
container = ManagedContainer.around(docker.from_env(), server)
container.post_stop(lambda event: print(event.reason, event.exit_code, event.container))
try:
    container.start()
except StartError as error:
    print("could not be started" in str(error), error.__cause__ is not None)
print(docker.from_env().containers.list(all=True, filters={{"label": "org.testcontainers.lang=python"}}))
"""


@pytest.fixture(scope="module")
def python(application_python: ApplicationPython, client: DockerClient) -> Path:  # noqa: ARG001  # an engine answers
    return application_python("testcontainers>=4.9,<5", "docker>=7", "pytest>=9")


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Without its helper container, which would have to be pulled.
    variables = {"TESTCONTAINERS_RYUK_DISABLED": "true", "PYTHONPATH": str(Path(lifeinit.__file__).parents[1])}
    command = [str(python), *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=cwd, env={**os.environ, **variables}
    )


@pytest.mark.parametrize(
    ("text", "prints"),
    [(BLOCK, PRINTS), (FAILS, "start_failed None None\nTrue True\n[]\n")],
    ids=["the page", "a start that fails"],
)
def test_callbacks_around_a_container_of_testcontainers(python: Path, tmp_path: Path, text: str, prints: str) -> None:
    assert BASE in text
    done = run(python, "-c", text, cwd=tmp_path)
    assert (done.stdout, done.returncode) == (prints, 0), done.stderr


def test_the_fixture(python: Path, tmp_path: Path) -> None:
    files_of(PAGE, tmp_path)
    done = run(python, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "2 passed" in done.stdout, done.stdout
