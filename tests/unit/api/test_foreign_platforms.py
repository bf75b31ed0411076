"""A program for a container can be imported, and its callbacks tested, on macOS and Windows."""

import asyncio.sslproto
import importlib
import os
import re
import signal
import subprocess
import sys
from typing import Any

import pytest

import lifeinit

# What Windows does not have, or macOS does not; both are hidden at once.
MODULES = "_posixsubprocess fcntl grp posix pwd resource select syslog termios".split()
OF_OS = """
    environb fork forkpty getegid geteuid getgid getgrouplist getgroups getpgid getpgrp getresgid getresuid getsid
    getuid initgroups killpg memfd_create mkfifo pidfd_open posix_spawn posix_spawnp prctl register_at_fork
    sched_getaffinity sched_setaffinity setgid setgroups setpgid setresgid setresuid setsid setuid sysconf tcgetpgrp
    tcsetpgrp ttyname uname wait wait3 wait4 waitid CLD_EXITED CLD_KILLED EX_CONFIG MFD_CLOEXEC O_CLOEXEC O_DIRECTORY
    O_NOCTTY O_NOFOLLOW O_PATH O_SYNC P_ALL P_PID P_PIDFD WCONTINUED WEXITED WNOHANG WNOWAIT WUNTRACED
""".split()
OF_SIGNAL = """
    SIG_BLOCK SIG_SETMASK SIG_UNBLOCK SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGHUP SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL
    SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSTKFLT SIGSTOP SIGSYS SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1
    SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ Sigmasks alarm pause pthread_kill pthread_sigmask setitimer sigpending
    sigtimedwait sigwait sigwaitinfo
""".split()
PROGRAM = """
from lifeinit import Container, Event, FlaskCeleryContainer

container = Container(stop_timeout="25s", alive={"watchdog": "30s"})

@container.pre_start(retries=2)
def migrate(event: Event) -> None:
    event.setenv("RELEASE", "7")

@container.post_stop
async def last() -> None: ...

shop = FlaskCeleryContainer(None, None)

@shop.pre_stop
def drain() -> None: ...
"""


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another platform, with no part of lifeinit imported yet; everything is as before at the end."""
    assert {asyncio.sslproto.__name__, subprocess.__name__} <= sys.modules.keys()  # they need what is hidden
    for name in [name for name in sys.modules if name.partition(".")[0] == "lifeinit"]:
        monkeypatch.delitem(sys.modules, name)
    for name in MODULES:
        monkeypatch.setitem(sys.modules, name, None)
    for name in OF_OS:
        monkeypatch.delattr(os, name, raising=False)
    for module in (signal, importlib.import_module("_signal")):
        for name in OF_SIGNAL:
            monkeypatch.delattr(module, name, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("foreign")
def test_a_program_can_be_imported() -> None:
    """Every name of the API is there, and the decorators and options do what they do on Linux."""
    package = importlib.import_module("lifeinit")
    assert package is not lifeinit
    names: dict[str, object] = {name: getattr(package, name) for name in package.__all__}
    exec(compile(PROGRAM, "shop.py", "exec"), names)
    assert repr(names["container"]) == "<Container: pre_start migrate; post_stop last>"
    with pytest.raises(package.UsageError, match=r'^stop_timeout is "0"'):
        package.Container(stop_timeout=0)
    testing = importlib.import_module("lifeinit.testing")
    container: Any = names["container"]
    assert testing.call_phase(container.pre_start) == {"RELEASE": "7"}


@pytest.mark.usefixtures("foreign")
def test_start_needs_linux() -> None:
    package = importlib.import_module("lifeinit")
    sentence = 'start() needs Linux, and this is "win32": run the program in a container'
    with pytest.raises(package.UsageError, match=f"^{re.escape(sentence)}$"):
        package.Container().start("true")


@pytest.mark.usefixtures("foreign")
def test_signals_have_their_names_and_numbers_of_linux() -> None:
    signals = importlib.import_module("lifeinit.engine.signals")
    assert signals.number_of("SIGQUIT") == 3
    assert signals.name_of(17) == "CHLD"
    assert signals.number_of("RTMIN+1") == 35


def test_the_table_for_other_platforms_is_that_of_this_one() -> None:
    ours = importlib.import_module("lifeinit.engine.signals")
    theirs = importlib.import_module("lifeinit.engine.linux_signals")
    assert ours.NUMBERS.items() >= theirs.NUMBERS.items() - {("STKFLT", 16)}
    assert (ours.RTMIN, ours.RTMAX) == (theirs.RTMIN, theirs.RTMAX)
