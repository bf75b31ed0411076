"""The planner is a child of PID 1. Whatever becomes of it, PID 1 does not wait for ever."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import needs
from tests.integration.harness import LIFEINIT, Running, base_environment, children

pytestmark = pytest.mark.usefixtures("namespaces")


@contextmanager
def started(directory: Path, *command: str, **environment: str) -> Iterator[Running]:
    """It ends also where the test fails: one that waits for ever would outlive the whole run."""
    running = Running(command, directory, base_environment() | environment)
    try:
        yield running
    finally:
        running.end()


@contextmanager
def waiting(directory: Path, *through: str) -> Iterator[Running]:
    """A lifeinit whose planner waits for a hook file that nobody writes."""
    os.mkfifo(directory / "slow.toml")
    with started(directory, *through, str(LIFEINIT), "--config", "slow.toml", "--", "echo", "app") as running:
        yield running


def write(running: Running, path: Path) -> None:
    """Answer the planner, which is there and reads."""
    running.child()
    path.write_text("post_stop = 'echo over'\n")


def test_one_that_is_stopped_is_woken(tmp_path: Path) -> None:
    with waiting(tmp_path) as running:
        os.kill(running.child(), signal.SIGSTOP)
        write(running, tmp_path / "slow.toml")
        assert running.rest() == ["app", "over"]
        assert running.status() == 0


def test_one_that_is_stopped_again_and_again_is_given_up(tmp_path: Path) -> None:
    with waiting(tmp_path) as running:
        child = running.child()
        while running.process.poll() is None:
            try:
                os.kill(child, signal.SIGSTOP)
            except ProcessLookupError:
                break
        assert running.rest() == []
        assert running.status() == 70
        sentence = "the planner was stopped too often"
        assert running.stderr() == [f"lifeinit: internal error: {sentence}"]


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_stop_request_ends_one_that_waits_for_ever(tmp_path: Path, signo: int) -> None:
    with waiting(tmp_path) as running:
        running.child()
        running.send(signo)
        assert running.rest() == []
        assert running.status() == 128 + signo
        name = signal.Signals(signo).name
        assert running.stderr() == [f"lifeinit: stop requested by {name} before the hook file was read"]


@pytest.mark.parametrize("asked", [("--log-format", "json"), ("--log-format=json",), ("env",)])
def test_what_is_said_of_it_is_json_where_json_was_asked_for(tmp_path: Path, asked: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "slow.toml")
    of_environment = asked == ("env",)
    environment = {"LIFEINIT_LOG_FORMAT": "json"} if of_environment else {}
    options = () if of_environment else asked
    command = [str(LIFEINIT), *options, "--config", "slow.toml", "--", "echo", "--log-format=text"]
    with started(tmp_path, *command, **environment) as running:
        os.kill(running.child(), signal.SIGKILL)
        assert running.status() == 70
        (line,) = running.stderr()
        sentence = "internal error: the planner was killed by SIGKILL"
        assert json.loads(line)["message"] == sentence


@needs.program("prlimit")
def test_one_that_may_write_no_file_sends_its_plan(tmp_path: Path) -> None:
    """RLIMIT_FSIZE counted the memory file that the plan once came in. setrlimit(2)"""
    piped = f"""echo "post_stop = 'echo over'" | prlimit --fsize=0 {LIFEINIT} --config /dev/stdin -- echo app"""
    with started(tmp_path, "sh", "-c", piped) as running:
        assert running.rest() == ["app", "over"]
        assert running.status() == 0


def test_a_stop_request_where_no_option_was_given(tmp_path: Path) -> None:
    """The look for --log-format among no words at all was an internal error, and the status 70."""
    os.mkfifo(tmp_path / "slow.toml")
    with started(tmp_path, str(LIFEINIT), "--", "echo", "app", LIFEINIT_CONFIG="slow.toml") as running:
        running.child()
        running.send(signal.SIGTERM)
        assert running.status() == 143


@needs.STRACE
def test_one_that_sigkill_does_not_end_holds_nobody_up(tmp_path: Path) -> None:
    """As on a file system that does not answer any more: lifeinit waited for its death for ever."""
    kept_back = "strace -qq -o trace -e trace=kill -e inject=kill:retval=0"
    with waiting(tmp_path, "sh", "-c", f'{kept_back} "$@"; exit $?', "-") as running:  # to sh it is left
        while not (found := [pid for pid in children(running.child()) if children(pid)]):
            pass
        os.kill(found[0], signal.SIGTERM)
        assert running.status() == 143
        assert running.stderr() == ["lifeinit: stop requested by SIGTERM before the hook file was read"]
        assert re.search(r"SIGKILL\) += 0 \(INJECTED\)", (tmp_path / "trace").read_text())


LEAVES_ONE_BEHIND = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pwd.h>
#include <unistd.h>
int getpwnam_r(const char *name, struct passwd *entry, char *room, size_t size, struct passwd **found)
{
    static int done;
    if (!done++ && fork() == 0) { for (;;) pause(); }
    int (*real)(const char *, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwnam_r");
    return real(name, entry, room, size, found);
}
"""


@needs.program("cc")
@needs.ROOT
def test_what_it_leaves_behind_holds_nobody_up(tmp_path: Path) -> None:
    """A module of the name service forks without an exec, and keeps every descriptor. nsswitch.conf(5)"""
    (tmp_path / "nss.c").write_text(LEAVES_ONE_BEHIND)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "nss.so", tmp_path / "nss.c", "-ldl"], check=True)
    command = ["env", f"LD_PRELOAD={tmp_path}/nss.so", str(LIFEINIT), "--user", "nobody", "--", "echo", "app"]
    with started(tmp_path, *command) as running:
        assert running.line() == "app"
        assert running.status() == 0


def test_one_that_outlives_its_parent_ends(tmp_path: Path) -> None:
    """Not as PID 1: lifeinit is killed while a plan is made. Nobody is left to take it."""
    os.mkfifo(tmp_path / "slow.toml")
    start = f"exec {LIFEINIT} --config slow.toml -- true {'x' * 100_000}"
    (tmp_path / "start.sh").write_text(start)
    outer = (
        "import os, signal, subprocess\n"
        "first = subprocess.Popen(['sh', 'start.sh'])\n"
        "children = f'/proc/{first.pid}/task/{first.pid}/children'\n"
        "while not open(children).read(): pass\n"
        "first.kill(); first.wait()\n"
        "open('slow.toml', 'w').write('# ' + 'y' * 10 + chr(10))\n"
        "os.wait()\n"  # the orphan, which is PID 1's now
        "print('over', flush=True)\n"
    )
    with started(tmp_path, "python3", "-c", outer) as running:
        assert running.rest() == ["over"]
        assert running.status() == 0
