"""Tries what an app may not do to its lifeinit, and prints what it could. Nothing that succeeds does harm.

Its arguments are files that it may not write, and the directory that it may make nothing in; then it waits for TERM.
"""

import functools
import os
import resource
import signal
import sys
from collections.abc import Callable

*files, directory = sys.argv[1:]
PLANTED = os.path.join(directory, "planted")


def plant() -> None:
    os.symlink("/etc/passwd", PLANTED)
    os.unlink(PLANTED)


def move() -> None:
    for name in os.listdir(directory):
        os.rename(os.path.join(directory, name), os.path.join(directory, "moved"))
        os.rename(os.path.join(directory, "moved"), os.path.join(directory, name))


def change_state() -> None:
    for name in os.listdir("/proc/1/fd"):
        if os.readlink(f"/proc/1/fd/{name}").startswith("/memfd:lifeinit-state"):
            state = os.open(f"/proc/1/fd/{name}", os.O_RDWR)
            try:
                os.write(state, b"x")
            finally:
                os.close(state)


def write(file: str) -> None:
    os.close(os.open(file, os.O_WRONLY))


def limit() -> None:
    resource.prlimit(1, resource.RLIMIT_CORE, resource.prlimit(1, resource.RLIMIT_CORE))


TRICKS: "dict[str, Callable[[], object]]" = {
    "signal PID 1": lambda: os.kill(1, 0),
    "read its memory": lambda: os.close(os.open("/proc/1/mem", os.O_RDWR)),
    "read its environment": lambda: os.close(os.open("/proc/1/environ", os.O_RDONLY)),
    "list its descriptors": lambda: os.listdir("/proc/1/fd"),
    "take its directory": lambda: os.stat("/proc/1/cwd/."),
    "make it the first to be killed": lambda: os.close(os.open("/proc/1/oom_score_adj", os.O_WRONLY)),
    "limit it": limit,
    "slow it down": lambda: os.setpriority(os.PRIO_PROCESS, 1, os.getpriority(os.PRIO_PROCESS, 1)),
    "move it to a processor": lambda: os.sched_setaffinity(1, os.sched_getaffinity(1)),
    "become root": lambda: os.setresuid(0, 0, 0),
    "become root's group": lambda: os.setresgid(0, 0, 0),
    "choose its groups": lambda: os.setgroups(os.getgroups()),
    "plant a link": plant,
    "move files": move,
    "write the state": change_state,
    **{f"write {os.path.basename(file)}": functools.partial(write, file) for file in files},
}

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
for name, trick in TRICKS.items():
    try:
        trick()
    except PermissionError:
        pass
    else:
        print(name)
print("descriptors", *sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1])
print("done", flush=True)
signal.sigwait([signal.SIGTERM])
os._exit(5)
