"""A command on a terminal whose other end is the test: what it prints, and what is typed."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.integration.harness import PATIENCE

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = "\x03", "\x04", "\x1a", "\x1c"


class Screen:
    """A command whose terminal we are."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self._master, slave = os.openpty()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=dict(environment)
        )
        os.close(slave)
        self.seen = ""

    def until(self, text: str) -> str:
        """What is printed up to this text, which has to come; the rest is kept."""
        while text not in self.seen:
            assert self._read(), f"it ended before {text!r}: {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def rest(self) -> str:
        while self._read():
            pass
        return self.seen

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        assert ready, f"nothing more after {self.seen!r}"
        try:
            part = os.read(self._master, 4096)
        except OSError:
            return False  # EIO: the last one who had it open is gone. pty(7)
        self.seen = (self.seen + part.decode(errors="replace")).replace("\r\n", "\n")
        return True

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def answers(self, word: str) -> None:
        """Type a line, and wait for its echo and for the same line from cat, in whatever order other lines come."""
        self.type(f"{word}\n")
        self.until(f"{word}\n")
        self.until(f"{word}\n")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def status(self) -> int:
        code = self.process.wait(PATIENCE)
        return 128 - code if code < 0 else code

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)
