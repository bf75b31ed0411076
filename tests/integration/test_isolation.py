"""The app's Python world stays out of PID 1, and reaches the app unchanged."""

import os
import shutil
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


# Where others may write, and root looks


def planted(tmp_path: Path, command: str, change: str, **environment: str) -> list[str]:
    """The lines about the search path, where root runs the command after the change."""
    text = f"mount -t tmpfs -o mode=755 none /mnt; {change}; exec {command}"
    running = Running(["unshare", "--mount", "sh", "-c", text], tmp_path, base_environment() | environment)
    try:
        running.rest()
        assert running.status() == 0, running.stderr()
        return [line for line in running.stderr() if "search path" in line]
    finally:
        running.end()


ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="to give a directory away takes root")
READ = "+dac_read_search"  # the interpreter may lie in a home of root's
RUN = f"{LIFEINIT} --config /dev/null -- true"


@ROOT_ONLY
@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("change", "environment", "said"),
    [
        ("mkdir /mnt/x; chown 4711 /mnt/x", {"PYTHONPATH": "/mnt/x"}, '"/mnt/x", which belongs to uid 4711'),
        ("mkdir /mnt/x; chmod 777 /mnt/x", {"PYTHONPATH": "/mnt/x"}, '"/mnt/x", which can be written by others'),
        ("mkdir -p /mnt/x/y; chown 4711 /mnt/x", {"PYTHONPATH": "/mnt/x/y"}, '"/mnt/x", which belongs to uid 4711'),
        ("mkdir /mnt/x; chmod 1777 /mnt/x", {"PYTHONPATH": "/mnt/x/y"}, '"/mnt/x", which can be written by others'),
        ("mkdir /mnt/x; chown 4711 /mnt/x", {"HOME": "/mnt/x"}, '"/mnt/x", which belongs to uid 4711'),
        ("mkdir -p /mnt/x/y; chmod 1777 /mnt/x", {"PYTHONPATH": "/mnt/x/y"}, ""),
        (
            "mkdir /mnt/x; chgrp 4711 /mnt/x; chmod 775 /mnt/x",
            {"PYTHONPATH": "/mnt/x"},
            '"/mnt/x", which can be written',
        ),
        ("mkdir /mnt/x; chmod 775 /mnt/x", {"PYTHONPATH": "/mnt/x"}, ""),
        (
            "mkdir /mnt/x; cd /mnt/x; touch a.pth; chown 4711 a.pth",
            {"PYTHONPATH": "/mnt/x"},
            '"/mnt/x/a.pth", which',
        ),
        ("true", {"PYTHONPATH": "/nowhere"}, ""),
    ],
    ids=str,
)
def test_a_search_path_that_others_may_write_to_is_told(
    tmp_path: Path, change: str, environment: dict[str, str], said: str
) -> None:
    """What lies there runs as root before lifeinit's first statement: nothing in lifeinit can keep it from that."""
    python = shutil.which("python3", path="/usr/bin:/bin")
    if "HOME" in environment:  # in a virtual environment there is no user site
        if python is None:
            pytest.skip("there is no system Python to look for a user site")
        packages = ":".join({str(Path(str(package.__file__)).parents[1]) for package in (lifeinit, click)})
        program = f"import sys; sys.path += {packages.split(':')!r}; sys.argv[1:] = {RUN.split()[1:]!r}"
        command = f'{python} -c "{program}; from lifeinit.__main__ import main; main()"'
    else:
        command = RUN
    lines = planted(tmp_path, command, change, **environment)
    assert [said in line for line in lines] == ([True] if said else []), lines


@ROOT_ONLY
@pytest.mark.usefixtures("namespaces")
def test_the_current_directory_of_python_m_is_told(tmp_path: Path) -> None:
    command = f"{sys.executable} -m lifeinit --config /dev/null -- true"
    (line,) = planted(tmp_path, command, "mkdir /mnt/x; chown 4711 /mnt/x; cd /mnt/x")
    assert '"/mnt/x", which belongs to uid 4711' in line
    assert planted(tmp_path, command, "cd /mnt") == []
    assert planted(tmp_path, RUN, "mkdir /mnt/x; chown 4711 /mnt/x; cd /mnt/x") == []


@ROOT_ONLY
@pytest.mark.usefixtures("namespaces")
def test_nobody_but_root_is_told_of_the_search_path(tmp_path: Path) -> None:
    """Whoever may write there gains nothing."""
    change = "mkdir /mnt/x; chown 4711 /mnt/x"
    command = f"setpriv --reuid=4712 --regid=4712 --clear-groups --inh-caps={READ} --ambient-caps={READ} {RUN}"
    assert planted(tmp_path, command, change, PYTHONPATH="/mnt/x") == []
