"""One run: starts lifeinit in the scenario's world, lets the blows fall, and brings home what was logged."""

import os
import re
import select
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.hookfile import app_command, drop_ins, hook_file
from tests.chaos.scenario import Scenario, number
from tests.chaos.worlds import surrounded
from tests.integration.harness import LIFEINIT, NAMESPACE, base_environment

HUNG_AFTER = 30.0  # seconds from the last stop request; nothing in a scenario takes longer than a few
_NUDGED_AFTER = 5.0
_DROP_IN = re.compile(r"(?<=\]) \(\d0\.toml\)")  # behind a hook's name
_USR1_BLOCKED = 1 << (signal.SIGUSR1 - 1)


@dataclass(frozen=True)
class Line:
    """One line of the log. `at` is in seconds from the first line."""

    at: float
    who: str
    pid: int
    words: tuple[str, ...]

    @property
    def what(self) -> str:
        return self.words[0]

    def __str__(self) -> str:
        return f"{self.at:8.3f} {self.who:16} {' '.join(self.words)}"


@dataclass
class Result:
    """What happened. `status` is as a shell has it; `ended` in seconds on the log's clock."""

    status: int
    ended: float
    hung: bool
    log: list[Line] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    stdout: list[str] = field(default_factory=list)


class Outside:
    """Whoever sends signals from outside the namespace, and says so in the log."""

    def __init__(self, log: Path, process: subprocess.Popen[bytes], below: int) -> None:
        self._path = log
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND)
        self._process = process
        self._target = self._find(below)

    def _find(self, below: int) -> int | None:
        """A descriptor of lifeinit, once it has blocked the signals; None if it ended before.

        While it waits for a signal the kernel shows none as blocked: then something has begun already.
        """
        while self._process.poll() is None:
            pid = self._process.pid
            try:
                for _ in range(below):
                    pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
                descriptor = os.pidfd_open(pid)
            except (OSError, IndexError):
                time.sleep(0.001)
                continue
            if self._blocks_signals(pid) or b" began" in self._path.read_bytes():
                return descriptor
            os.close(descriptor)
            time.sleep(0.001)
        return None

    def _blocks_signals(self, pid: int) -> bool:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return False
        if status.startswith(("Name:\tsh\n", "Name:\tunshare\n")):
            return False  # they block everything while they fork, and so does the child until its exec
        blocked = status.partition("SigBlk:")[2].split()
        return bool(blocked) and bool(int(blocked[0], 16) & _USR1_BLOCKED)

    def say(self, *words: str) -> None:
        os.write(self._log, f"{time.monotonic_ns()} outside 0 {' '.join(words)}\n".encode())

    def send(self, name: str) -> None:
        self.say("sends", name)
        self.say("sent" if self._signal(number(name)) else "missed", name)

    def pause(self, milliseconds: int) -> None:
        self.say("pauses")
        self._signal(signal.SIGSTOP)
        self.wait(milliseconds / 1000)
        self._signal(signal.SIGCONT)
        self.say("continued")

    def _signal(self, signo: int) -> bool:
        if self._target is None:
            return False
        try:
            signal.pidfd_send_signal(self._target, signo)
        except ProcessLookupError:
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        if self._target is None:
            return True
        return bool(select.select([self._target], [], [], seconds)[0])

    def wait_for_app(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while b" app:0 " not in self._path.read_bytes() and time.monotonic() < end and not self.wait(0.005):
            pass

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        os.close(self._log)
        if self._target is not None:
            os.close(self._target)


def strike(scenario: Scenario, directory: Path) -> Result:
    """Carry out the scenario in this directory, which is empty."""
    directory.chmod(0o777)  # another user may be lifeinit's
    log = directory / "log"
    log.touch()
    log.chmod(0o666)
    options = list(scenario.options)
    environment = base_environment() | {"TMPDIR": str(directory / "full")}
    if not scenario.plain:
        options += ["--config", str(_write(scenario, directory))]
    with surrounded(scenario, directory) as through, (directory / "out").open("wb") as out:
        with (directory / "err").open("wb") as err:
            process = subprocess.Popen(
                [*NAMESPACE, *through, str(LIFEINIT), *options, "--", *app_command(scenario.apps[0], directory)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=directory, env=environment,
            )  # fmt: skip
        hung = _beat(scenario, log, process, below=2 if scenario.world == "subreaper" else 1)
        ended = time.monotonic()
    code = process.returncode
    lines, first = _read(log)
    return Result(
        status=128 - code if code < 0 else code,
        ended=ended - first,
        hung=hung,
        log=lines,
        stderr=_DROP_IN.sub("", (directory / "err").read_text(errors="replace")).splitlines(),
        stdout=(directory / "out").read_text(errors="replace").splitlines(),
    )


def _write(scenario: Scenario, directory: Path) -> Path:
    """The hook file and its drop-ins, in a directory that nobody else may write to: only there these count."""
    path = directory / "config" / "hooks.toml"
    (path.parent / "hooks.d").mkdir(parents=True)
    path.write_text(hook_file(scenario, directory))
    for name, text in drop_ins(scenario, directory).items():
        (path.parent / "hooks.d" / name).write_text(text)
    return path


def _beat(scenario: Scenario, log: Path, process: subprocess.Popen[bytes], below: int) -> bool:
    """Whether it hung."""
    outside = Outside(log, process, below)
    outside.say("watches")
    try:
        if scenario.head_start:
            outside.wait_for_app(1.5)
        for blow in scenario.blows:
            if outside.wait(blow.after / 1000):
                break
            if blow.pause:
                outside.pause(blow.pause)
            else:
                outside.send(blow.signal)
        outside.wait(scenario.rest / 1000)
        outside.send(scenario.last)
        if scenario.stop_timeout is None and not outside.wait(_NUDGED_AFTER):
            outside.send("CONT")  # an app that has stopped itself after its stop request waits for whoever wakes it
        hung = not outside.wait(HUNG_AFTER)
        if hung:
            outside.kill()
        process.wait()
        outside.say("ended")
        return hung
    finally:
        outside.kill()
        process.kill()
        process.wait()
        outside.close()


def _read(log: Path) -> tuple[list[Line], float]:
    found = []
    first = 0.0
    for text in log.read_text().splitlines():
        moment, who, pid, *words = text.split()
        first = first or int(moment) / 1e9
        found.append(Line(int(moment) / 1e9 - first, who, int(pid), tuple(words)))
    return found, first
