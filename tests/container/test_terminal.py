"""`docker run -it`: a shell, a prompt and a pager below lifeinit, through a terminal as a user has it."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.container.docker import BASE, docker
from tests.integration.harness import PROGRAMS, python
from tests.screen import CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z, Screen

IMAGE = "lifeinit-test-terminal"
# The pager's stage is made once: it does not depend on lifeinit.
DOCKERFILE = """
FROM {base} AS pager
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends less
FROM {image}
COPY --from=pager /usr/bin/less /usr/bin/less
USER root
RUN rm /etc/lifeinit/hooks.toml
"""
PROMPT = "go on> "
BASH = ("bash", "--norc", "--noprofile", "--noediting")  # readline prints its prompt once more for each new size
SIZES = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH, signal.SIGUSR1})
print("ready", flush=True)
while signal.sigwait({signal.SIGWINCH, signal.SIGUSR1}) == signal.SIGWINCH:
    print("size", *os.get_terminal_size(), flush=True)
print("end", flush=True)
os._exit(4)
"""
BOTH = pytest.mark.parametrize("hooks", [None, "stop_timeout = 20\n"], ids=["plain", "hooks"])


class Interactive(Screen):
    """A container on a terminal, at which we sit."""

    def __init__(self, image: str, command: tuple[str, ...], hooks: str | None, directory: Path) -> None:
        self.name = f"lifeinit-test-{uuid.uuid4().hex}"
        options = ["--name", self.name, "--network", "none", "-e", f"PS1={PROMPT}", "-v", f"{PROGRAMS}:/programs:ro"]
        if hooks is not None:
            directory.chmod(0o755)
            (directory / "hooks.toml").write_text(hooks)
            options += ["-v", f"{directory}/hooks.toml:/etc/lifeinit/hooks.toml:ro"]
        # The client has to be in the terminal's session: it learns of a new size by SIGWINCH.
        client = [*python("on_terminal"), "docker", "run", "-it", *options, image, *command]
        super().__init__(client, directory, os.environ)

    def run(self, line: str) -> str:
        """Type a line at the prompt. What is printed from there up to the next prompt."""
        self.type(f"{line}\n")
        return self.until(PROMPT)

    def ends_with(self, status: int) -> None:
        """The engine's status of the container, and the client's."""
        self.rest()
        assert self.status() == status, self.seen
        assert docker("inspect", "-f", "{{.State.ExitCode}}", self.name) == f"{status}\n"


class Open(Protocol):
    def __call__(self, *command: str, hooks: str | None = None) -> Interactive:
        """`docker run -it` of the image with this command, below lifeinit, with a hook file of this text or none."""


@pytest.fixture(scope="module")
def terminal_image(image: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image with less, and without the example's hook file."""
    directory = tmp_path_factory.mktemp("terminal")
    (directory / "Dockerfile").write_text(DOCKERFILE.format(base=BASE, image=image))
    docker("build", "-q", "--network", "host", "-t", IMAGE, str(directory))
    return IMAGE


@pytest.fixture
def terminal(terminal_image: str, tmp_path: Path) -> Iterator[Open]:
    screens: list[Interactive] = []

    def start(*command: str, hooks: str | None = None) -> Interactive:
        screens.append(Interactive(terminal_image, command, hooks, tmp_path))
        return screens[-1]

    yield start
    for screen in screens:
        docker("rm", "-f", screen.name, check=False)
        screen.end()


def test_lifeinit_is_pid_1(terminal: Open) -> None:
    """In every test below: no init of the engine's stands between."""
    screen = terminal("sh", "-c", "cat /proc/1/comm; exit 3")
    screen.until("lifeinit\n")
    screen.ends_with(3)


@BOTH
def test_job_control(terminal: Open, hooks: str | None) -> None:
    """A job in the background, one that wants to read there, Ctrl-Z, fg, Ctrl-C; the status is that of bash."""
    screen = terminal(*BASH, hooks=hooks)
    assert "no job control" not in screen.until(PROMPT)
    assert "[1]" in screen.run("sleep 1000 &")
    assert "[2]" in screen.run("cat &")
    screen.run("until jobs %2 | grep -q Stopped; do :; done")
    screen.type("fg\n")
    screen.answers("one")
    screen.type(CTRL_Z)
    assert "Stopped" in screen.until(PROMPT)
    assert re.search(r"\[1\]. +Running +sleep", screen.run("jobs"))
    screen.type("fg\n")
    screen.answers("two")
    screen.type(CTRL_C)
    screen.until(PROMPT)
    assert "status 130\n" in screen.run("echo status $?")
    assert "Running" in screen.run("jobs %1")
    screen.type("exit 6\n")
    screen.ends_with(6)


@BOTH
def test_ctrl_c_at_the_prompt_ends_no_shell(terminal: Open, hooks: str | None) -> None:
    screen = terminal(*BASH, hooks=hooks)
    screen.until(PROMPT)
    screen.type(f"half a line{CTRL_C}")
    screen.until(PROMPT)
    screen.type(CTRL_D)
    screen.ends_with(130)


@BOTH
@pytest.mark.parametrize(("key", "name"), [(CTRL_C, "INT"), (CTRL_BACKSLASH, "QUIT")])
def test_a_keys_signal_reaches_the_app_once(terminal: Open, hooks: str | None, key: str, name: str) -> None:
    screen = terminal("python", "/programs/listener.py", "USR1=3", hooks=hooks)
    screen.until("ready\n")
    screen.type(key)
    screen.until(f"{name}\n")
    docker("kill", "-s", "USR1", screen.name)
    assert f"{name}\n" not in screen.until("USR1\n")
    screen.ends_with(3)


@BOTH
def test_ctrl_c_ends_a_foreground_cat(terminal: Open, hooks: str | None) -> None:
    """Here cat itself is the app. Before `ready` a key would meet the engine's own program."""
    screen = terminal("sh", "-c", "echo ready; exec cat", hooks=hooks)
    screen.until("ready\n")
    screen.answers("one")
    screen.type(CTRL_C)
    screen.ends_with(130)


@BOTH
@pytest.mark.parametrize("basic", [False, True], ids=["", "basic"])
def test_the_python_prompt(terminal: Open, hooks: str | None, basic: bool) -> None:
    """Ctrl-C is one KeyboardInterrupt, and Ctrl-D leaves.

    At work that blocks nowhere: Python does not see a signal that comes just before it begins to wait.
    """
    screen = terminal("env", *(["PYTHON_BASIC_REPL=1"] if basic else []), "python", "-q", hooks=hooks)
    screen.until(">>> ")
    screen.type("print('work' 'ing', flush=True) or any(0 for _ in iter(int, 1))\n")
    screen.until("working")
    screen.type(CTRL_C)
    screen.until("KeyboardInterrupt")
    screen.until(">>> ")
    screen.type("print('ali' 've')\n")
    assert "KeyboardInterrupt" not in screen.until("alive")
    screen.until(">>> ")
    screen.type(CTRL_D)
    screen.ends_with(0)


@BOTH
def test_a_pager_leaves_the_terminal_as_it_was(terminal: Open, hooks: str | None) -> None:
    """less reads keys in raw mode: below bash, and in its place."""
    screen = terminal(*BASH, hooks=hooks)
    screen.until(PROMPT)
    before = _modes(screen)
    screen.type("less /programs/listener.py\n")
    _page(screen)
    screen.until(PROMPT)
    assert _modes(screen) == before
    screen.type("exec less /programs/listener.py\n")
    _page(screen)
    screen.ends_with(0)


@BOTH
def test_a_pager_as_the_app(terminal: Open, hooks: str | None) -> None:
    screen = terminal("less", "/programs/listener.py", hooks=hooks)
    _page(screen)
    screen.ends_with(0)


@BOTH
def test_a_resize_reaches_the_app(terminal: Open, hooks: str | None) -> None:
    """WINCH, and the new size. How often is the engine's affair: it sets sizes of its own at the start."""
    screen = terminal("python", "-c", SIZES, hooks=hooks)
    screen.until("ready\n")
    screen.resize(40, 100)
    screen.until("size 100 40\n")
    docker("kill", "-s", "USR1", screen.name)
    screen.until("end\n")
    screen.ends_with(4)


@BOTH
def test_a_resize_reaches_the_shell(terminal: Open, hooks: str | None) -> None:
    screen = terminal(*BASH, hooks=hooks)
    screen.until(PROMPT)
    screen.resize(41, 101)
    assert "41 101\n" in screen.run("until stty size | grep '41 101'; do :; done")
    screen.type("exit\n")
    screen.ends_with(0)


def _page(screen: Interactive) -> None:
    """Once the first lines are there: to the end of the text and out."""
    screen.until("Prints `ready`")
    screen.type("G")
    screen.until("os._exit")
    screen.type("q")


def _modes(screen: Interactive) -> str:
    """The terminal's modes in one word. stty(1)"""
    found = re.search(r"modes ([0-9a-f:]+)\n", screen.run("echo modes $(stty -g)"))
    assert found
    return found[1]
