"""Under seccomp profiles that refuse what lifeinit would like to use: a feature may be lost, with a sentence, no life.

An old engine's profile answers EPERM to every call that it does not know, a newer one ENOSYS, as an old kernel does.
"""

import errno
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.container.conftest import Run
from tests.container.docker import docker
from tests.integration.harness import LEAVES_AN_ORPHAN

SET_PDEATHSIG, SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS = 1, 36, 38  # prctl(2)
F_SETSIG = 10  # fcntl(2)
ERRORS = pytest.mark.parametrize("error", [errno.EPERM, errno.ENOSYS], ids=["EPERM", "ENOSYS"])
# What kernels have learnt since 4.8, as far as a C library or an interpreter tries it. Why not clone3: with EPERM there
# glibc starts no thread, and the app of this test has some.
NEW = (
    "close_range copy_file_range epoll_pwait2 faccessat2 futex_waitv io_uring_setup landlock_create_ruleset"
    " membarrier openat2 pidfd_getfd pidfd_open pidfd_send_signal preadv2 process_madvise pwritev2 rseq".split()
)
NOTIFY = """
import os, signal, socket, subprocess, sys
def tell(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text, "\\0" + os.environ["NOTIFY_SOCKET"][1:])
signal.signal(signal.SIGTERM, lambda *_: (print("TERM", flush=True), os._exit(3)))
"""


def denied(directory: Path, error: int, *names: str, **argument: int) -> Sequence[str]:
    """docker's options for a profile that allows all but these calls; only with this argument, `second=10` say."""
    directory.mkdir(exist_ok=True)
    rule: dict[str, object] = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error}
    for name, value in argument.items():
        place = ("first", "second", "third").index(name)
        rule["args"] = [{"index": place, "value": value, "op": "SCMP_CMP_EQ"}]
    profile = directory / "seccomp.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}))
    return ("--security-opt", f"seccomp={profile}")


@ERRORS
def test_without_a_memfd(run: Run, tmp_path: Path, error: int) -> None:
    """The plan goes to the engine through something else. With a PYTHONPATH the engine is an interpreter of its own."""
    options = ("-e", "PYTHONPATH=/app", *denied(tmp_path, error, "memfd_create"))
    container = run("sh", "-c", "exit 3", options=options, hooks='post_stop = "echo $LIFEINIT_EXIT_CODE"')
    assert "3" in list(container.lines())
    assert container.status() == 3


@ERRORS
def test_without_a_memfd_for_a_long_plan(run: Run, tmp_path: Path, error: int) -> None:
    """Longer than a pipe holds of itself."""
    options = ("-e", "PYTHONPATH=/app", *denied(tmp_path, error, "memfd_create"))
    container = run("sh", "-c", f"exit 3 # {'x' * 100_000}", options=options, hooks="")
    assert container.status() == 3


@ERRORS
@pytest.mark.parametrize("call", ["pidfd_open", "pidfd_send_signal"])
def test_leftovers_without_pidfds(run: Run, tmp_path: Path, call: str, error: int) -> None:
    """Not as PID 1, where one signal reaches all: what the app leaves behind gets its TERM all the same."""
    container = run("python", "-c", LEAVES_AN_ORPHAN, options=("--init", *denied(tmp_path, error, call)), hooks="")
    assert "the orphan: TERM" in list(container.lines())
    assert container.status() == 5


@ERRORS
def test_another_main_process_without_pidfds(run: Run, tmp_path: Path, error: int) -> None:
    """MAINPID is what needs them. The sentence tells the cause, and the process that was started stays the main one."""
    app = f"{NOTIFY}child = os.fork() or signal.pause()\ntell(b'MAINPID=%d' % child)\nsignal.pause()\n"
    container = run("python", "-c", app, options=denied(tmp_path, error, "pidfd_open"), hooks='ready = "notify"\n')
    assert container.until("MAINPID")[-1].endswith(f" is ignored: pidfd_open: {os.strerror(error)}")
    docker("stop", container.id)
    assert "TERM" in list(container.lines())
    assert container.status() == 3


@ERRORS
def test_below_another_init_without_a_subreaper(run: Run, tmp_path: Path, error: int) -> None:
    options = ("--init", *denied(tmp_path, error, "prctl", first=SET_CHILD_SUBREAPER))
    container = run("sh", "-c", "exit 4", options=options, hooks="")
    assert f"lifeinit: cannot become a subreaper, so orphans go to PID 1: {os.strerror(error)}" in list(
        container.lines()
    )
    assert container.status() == 4


@ERRORS
def test_without_a_parent_death_signal(run: Run, tmp_path: Path, error: int) -> None:
    options = ("-e", "LIFEINIT_PARENT_DEATH_SIGNAL=TERM", *denied(tmp_path, error, "prctl", first=SET_PDEATHSIG))
    container = run("sh", "-c", "exit 4", options=("--init", *options), hooks="")
    assert f"lifeinit: cannot watch for the parent's death: {os.strerror(error)}" in list(container.lines())
    assert container.status() == 4


@ERRORS
def test_no_new_privs_is_not_given_up(run: Run, tmp_path: Path, error: int) -> None:
    """Here a feature is a safeguard: the app does not run without."""
    options = denied(tmp_path, error, "prctl", first=SET_NO_NEW_PRIVS)
    container = run("echo", "never", options=options, hooks="[app]\nno_new_privs = true\n")
    said = list(container.lines())
    assert f'lifeinit: cannot run the app "echo": cannot set no_new_privs: {os.strerror(error)}' in said
    assert "never" not in said
    assert container.status() == 126


@ERRORS
def test_notify_without_a_signal_of_its_own(run: Run, tmp_path: Path, error: int) -> None:
    """Then the kernel says SIGIO. One that a process sends is the app's as before."""
    app = f"{NOTIFY}signal.signal(signal.SIGIO, lambda *_: os.write(1, b'IO\\n'))\n"
    app += "tell(b'STATUS=warm\\nREADY=1')\nwhile True:\n    signal.pause()\n"
    hooks = 'ready = "notify"\npost_start = "echo ready"\n'
    container = run("python", "-c", app, options=denied(tmp_path, error, "fcntl", second=F_SETSIG), hooks=hooks)
    container.until("post_start[0]: ok")
    assert docker("exec", container.id, "lifeinit", "health").startswith("ready: ")
    docker("kill", "-s", str(int(signal.SIGIO)), container.id)
    container.until("IO")
    docker("stop", container.id)
    assert "IO" not in list(container.lines())
    assert container.status() == 3


@ERRORS
def test_without_anything_new(run: Run, tmp_path: Path, error: int) -> None:
    """The example under what an old engine allows, on an old kernel or not."""
    container = run(options=denied(tmp_path, error, *NEW, "memfd_create"))
    container.until("announced")
    docker("stop", container.id)
    assert "shop: deregistered, reason signal, status 0" in list(container.lines())
    assert container.status() == 0
