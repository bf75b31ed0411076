"""The inits that are compared, and how each is started as PID 1 of a namespace of its own."""

import contextlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
HOOKS = """
stop_timeout = "30s"
pre_start = "true"
post_start = "true"
pre_stop = "true"
post_stop = "true"
"""


@dataclass(frozen=True)
class Init:
    """An init by the words that stand before the app's command; none at all for the app alone."""

    name: str
    words: tuple[str, ...]


def inits(hook_file: Path) -> list[Init]:
    """lifeinit of this interpreter, and of tini and dumb-init those that are installed."""
    lifeinit = str(Path(sys.executable).with_name("lifeinit"))
    found = [
        Init("lifeinit", (lifeinit, "--")),
        Init("lifeinit with hooks", (lifeinit, "--config", str(hook_file), "--")),
    ]
    for name, options in (("tini", ("--",)), ("dumb-init", ("--single-child", "--"))):
        path = shutil.which(name)
        if path is not None:
            found.append(Init(name, (path, *options)))
    return found


@contextlib.contextmanager
def running(init: Init, *app: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The init as PID 1 with the app, once the app has printed a line. Yields its pid, and the process around it."""
    process = subprocess.Popen(
        [*NAMESPACE, *init.words, *app], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), f"{init.name} printed nothing"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield int(children[0]), process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def python(program: str, *arguments: str) -> list[str]:
    """The command of one of the programs beside this file."""
    return [sys.executable, "-I", "-S", "-B", str(HERE / "programs" / f"{program}.py"), *arguments]
