"""The app's Python world stays out of PID 1, and reaches the app unchanged."""

import sys
import venv
from pathlib import Path

import click
import pytest

import lifeinit
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment

# An agent: says that it is there, and leaves a thread running.
AGENT = """
import sys, threading, time
sys.stderr.write(f"agent in {__name__}\\n")
threading.Thread(target=lambda: time.sleep(3600), daemon=True).start()
"""
HOSTILE = "raise SystemExit('a hostile module was imported')\n"
LOOK = "grep -E '^(Threads|VmRSS)' /proc/1/status; env | grep ^PYTHON | sort"


def world(directory: Path) -> Path:
    """A PYTHONPATH that no init should look at."""
    directory.mkdir()
    for name in ("signal", "click", "tomllib", "os", "enum", "marshal", "ctypes", "dataclasses", "lifeinit_agent"):
        (directory / f"{name}.py").write_text(HOSTILE)
    (directory / "sitecustomize.py").write_text(AGENT)
    (directory / "usercustomize.py").write_text(AGENT)
    return directory


VARIABLES = {
    "PYTHONDEVMODE": "1",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSTARTUP": "/no/such/file",
    "PYTHONMALLOC": "debug",
}


@pytest.mark.parametrize("hooks", [None, 'pre_start = "true"'], ids=["plain", "hooks"])
@pytest.mark.parametrize("subreaper", [False, True], ids=["PID 1", "subreaper"])
def test_nothing_of_the_apps_python_reaches_pid_1(
    init: Start, tmp_path: Path, hooks: str | None, subreaper: bool
) -> None:
    """Not the agent's thread, nor its memory, nor a module that stands in the way of one of ours."""
    env = VARIABLES | {"PYTHONPATH": str(world(tmp_path / "world"))}
    look = LOOK.replace("/proc/1/", "/proc/$PPID/")
    running = init("sh", "-c", look, hooks=hooks, env=env, subreaper=subreaper)
    lines = [line for line in running.rest() if line != "nothing left"]
    assert "Threads:\t1" in lines, running.stderr()
    assert lines[-len(env) :] == sorted(f"{name}={value}" for name, value in env.items())
    assert running.status() == 0


def test_the_app_has_its_agent(init: Start, tmp_path: Path) -> None:
    """The control: the same world does work where it belongs."""
    env = {"PYTHONPATH": str(world(tmp_path / "world"))}
    (tmp_path / "world" / "os.py").unlink()
    running = init(sys.executable, "-c", "import lifeinit_agent", env=env)
    assert running.status() == 1
    assert "a hostile module was imported" in running.stderr()
    assert "agent in sitecustomize" in running.stderr()


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("arguments", [(), ("--config", "/dev/null")], ids=["plain", "options"])
def test_an_installed_agent_stays_out_of_pid_1(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """It comes with site-packages, and no variable tells of it. Its first line is the control: it was there.

    By a .pth file: Debian's own sitecustomize stands before any that is installed.
    """
    venv.create(tmp_path / "venv", symlinks=True, with_pip=False)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    homes = {str(Path(str(package.__file__)).parents[1]) for package in (lifeinit, click)}
    (packages / "homes.pth").write_text("\n".join(homes))
    (packages / "installed_agent.py").write_text(AGENT)
    (packages / "installed_agent.pth").write_text("import installed_agent\n")
    command = tmp_path / "venv" / "bin" / "lifeinit"
    _, _, text = LIFEINIT.read_text().partition("\n")
    command.write_text(f"#!{command.with_name('python')}\n{text}")
    command.chmod(0o755)
    app = ["sh", "-c", "grep -c . /proc/1/task/*/comm; exit 5"]
    running = Running([str(command), *arguments, "--", *app], tmp_path, base_environment())
    try:
        assert running.rest() == ["1"], running.stderr()
        assert running.status() == 5
        assert running.stderr()[0] == "agent in installed_agent"
    finally:
        running.end()


@pytest.mark.usefixtures("namespaces")
def test_modules_in_the_current_directory_are_not_ours(tmp_path: Path) -> None:
    """`python -m` puts it first on the search path."""
    world(tmp_path / "app")
    for arguments in ([], ["--config", "/dev/null"]):
        command = [sys.executable, "-m", "lifeinit", *arguments, "--", "sh", "-c", "exit 5"]
        running = Running(["sh", "-c", 'cd app && exec "$@"', "-", *command], tmp_path, base_environment())
        assert running.status() == 5, running.stderr()
        running.end()


@pytest.mark.usefixtures("namespaces")
def test_modules_beside_the_command_are_not_ours(tmp_path: Path) -> None:
    """A script puts its own directory first on the search path."""
    beside = world(tmp_path / "bin")
    (beside / "lifeinit").write_text(LIFEINIT.read_text())
    (beside / "lifeinit").chmod(0o755)
    command = [str(beside / "lifeinit"), "--config", "/dev/null", "--", "sh", "-c", "exit 5"]
    running = Running(command, tmp_path, base_environment())
    assert running.status() == 5, running.stderr()
    running.end()


@pytest.mark.parametrize(
    "env", [{"LANG": "C"}, {"LC_ALL": "C", "LANG": ""}, {"LANG": "", "LC_CTYPE": "C.UTF-8"}], ids=str
)
def test_the_locale_of_the_app_is_the_one_that_was_given(init: Start, env: dict[str, str]) -> None:
    """CPython sets LC_CTYPE in the C locale, for itself and for whomever it starts. PEP 538"""
    for hooks in (None, "stop_timeout = 5"):
        running = init("sh", "-c", 'echo "[${LC_CTYPE-unset}]"', env=env, hooks=hooks)
        running.expect(f"[{env.get('LC_CTYPE', 'unset')}]")
