"""Ctrl-C and SIGTERM in the host program: the container is stopped, then they do what they always do."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import IO, Protocol

import pytest
from docker import DockerClient

from tests.container.docker import ROOT
from tests.docker_sdk.conftest import clear, exists, printed_ready


class Host(Protocol):
    def __call__(self, mode: str, *, ignores_term: bool = False) -> tuple[subprocess.Popen[str], IO[str], str]:
        """The program, its output, the container's name."""


@pytest.fixture
def host(client: DockerClient) -> Iterator[Host]:
    started: list[tuple[subprocess.Popen[str], str]] = []

    def start(mode: str, *, ignores_term: bool = False) -> tuple[subprocess.Popen[str], IO[str], str]:
        name = f"lifeinit-test-{uuid.uuid4().hex}"
        command = [sys.executable, "-m", "tests.docker_sdk.host", mode, name, "ignore" if ignores_term else "exit"]
        program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append((program, name))
        assert program.stdout is not None
        return program, program.stdout, name

    yield start
    for program, name in started:
        program.kill()
        program.communicate()
        clear(client, name)


@pytest.mark.parametrize("signo", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("mode", ["wait", "with"])
def test_interrupted(host: Host, client: DockerClient, mode: str, signo: signal.Signals) -> None:
    program, output, name = host(mode)
    assert [output.readline() for _ in range(3)] == ["pre_start None None\n", "post_start None None\n", "ready\n"]
    printed_ready(client.containers.get(name))
    program.send_signal(signo)
    name_of_signal = signo.name.removeprefix("SIG")
    assert output.read().splitlines() == [f"pre_stop {name_of_signal} None", f"post_stop {name_of_signal} 7"]
    assert program.wait() == -signo
    assert program.stderr is not None
    errors = program.stderr.read()
    if signo == signal.SIGTERM:
        assert errors == ""
    else:
        assert errors.endswith("KeyboardInterrupt\n")
    assert not exists(client, name)


@pytest.mark.parametrize("signo", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_pre_start(host: Host, client: DockerClient, signo: signal.Signals) -> None:
    """The callback ends, since it runs in the main thread; no container is started."""
    program, output, name = host("pre_start")
    assert [output.readline() for _ in range(2)] == ["pre_start None None\n", "ready\n"]
    program.send_signal(signo)
    assert output.read() == f"post_stop {signo.name.removeprefix('SIG')} None\n"
    assert program.wait() == -signo
    assert not exists(client, name)


def test_each_interrupt_moves_the_stop_on(host: Host, client: DockerClient) -> None:
    """Out of a hanging pre_stop, then from TERM to KILL."""
    program, output, name = host("wait", ignores_term=True)
    assert [output.readline() for _ in range(3)][-1] == "ready\n"
    container = printed_ready(client.containers.get(name))
    program.send_signal(signal.SIGINT)
    assert output.readline() == "pre_stop INT None\n"
    program.send_signal(signal.SIGINT)
    printed_ready(container, b"got TERM\n")
    program.send_signal(signal.SIGINT)
    assert output.read() == "post_stop INT 137\n"
    assert program.wait() == -signal.SIGINT


def test_a_program_that_leaves_its_container_behind_says_so(host: Host, client: DockerClient) -> None:
    program, output, name = host("abandoned")
    assert output.read().splitlines() == ["pre_start None None", "post_start None None", "ready", "end"]
    assert program.wait() == 0
    assert program.stderr is not None
    assert program.stderr.read() == (
        f'"{name}" still runs and this program ends, so its post_stop callbacks do not run: '
        'use "with", or call wait() or stop()\n'
    )
    assert client.containers.get(name).status == "running"
