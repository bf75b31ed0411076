"""What is measured, each against every init in turn, so that a machine that drifts drifts for all."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inits import Init, python, running


@dataclass(frozen=True)
class Spread:
    """A sample in one unit: its median, its quartiles and its 99th percentile."""

    median: float
    low: float
    high: float
    p99: float


def spread(sample: Sequence[float]) -> Spread:
    quarters = statistics.quantiles(sample, n=4)
    return Spread(statistics.median(sample), quarters[0], quarters[2], statistics.quantiles(sample, n=100)[98])


def start_ms(inits: Sequence[Init], rounds: int) -> dict[str, Spread]:
    """The whole life of `true` as PID 1, and of an interpreter that does nothing. Milliseconds."""
    commands = {init.name: [*init.words, "/bin/true"] for init in inits}
    commands["python -c pass"] = [sys.executable, "-c", "pass"]
    commands["true alone"] = ["/bin/true"]
    samples: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            done = subprocess.run([*python("starts", "5", *command)], check=True, capture_output=True, text=True)
            samples[name] += [float(line) for line in done.stdout.split()]
    return {name: spread(sample) for name, sample in samples.items()}


def idle_memory_kb(inits: Sequence[Init]) -> dict[str, dict[str, int]]:
    """Memory of PID 1 beside a Python app that does nothing, as smaps_rollup has it. Kilobytes. proc(5)"""
    wanted = ("Private_Dirty", "Pss", "Rss")
    found: dict[str, dict[str, int]] = {}
    for init in inits:
        with running(init, *python("echo")) as (pid, _):
            _until_idle(pid)
            values = _rollup_kb(pid)
            found[init.name] = {key: values[key] for key in wanted}
    return found


def idle_wakeups(inits: Sequence[Init], seconds: float) -> dict[str, float]:
    """How often PID 1 wakes up in a second in which nothing happens."""
    found: dict[str, float] = {}
    for init in inits:
        with running(init, *python("echo")) as (pid, _):
            _until_idle(pid)
            before = _switches(pid)
            time.sleep(seconds)
            found[init.name] = (_switches(pid) - before) / seconds
    return found


def forwarding_us(inits: Sequence[Init], signals: int) -> dict[str, Spread]:
    """From the kill to the answer of the app that the signal was forwarded to, one at a time. Microseconds.

    `no init` is the same with the signal sent to the app itself: what the app and the pipe take.
    """
    samples: dict[str, list[float]] = {init.name: [] for init in inits}
    samples["no init"] = []
    for _ in range(5):
        for init in inits:
            with running(init, *python("echo")) as (pid, process):
                _until_idle(pid)
                samples[init.name] += _round_trips(pid, process, signals // 5)
        with running(Init("no init", ("env",)), *python("echo")) as (pid, process):
            samples["no init"] += _round_trips(pid, process, signals // 5)
    return {name: spread(sample) for name, sample in samples.items()}


def reaping(inits: Sequence[Init], orphans: int) -> dict[str, dict[str, float]]:
    """Orphans that died while the init was stopped: how fast it reaps them once it goes on.

    Thousands a second, microseconds of CPU time for each, and what its private memory grew by in kilobytes.
    """
    samples: dict[str, list[tuple[float, float, float]]] = {init.name: [] for init in inits}
    for _ in range(5):
        for init in inits:
            samples[init.name] += [_storm(init, orphans)]
    return {
        name: dict(
            zip(
                ("thousands/s", "CPU us each", "grown kB"),
                map(statistics.median, zip(*sample, strict=True)),
                strict=True,
            )
        )
        for name, sample in samples.items()
    }


def _storm(init: Init, orphans: int) -> tuple[float, float, float]:
    """Twice, of which the first warms up: rate, cost and growth."""
    with running(init, *python("storm", str(orphans))) as (pid, process):
        _until_idle(pid)
        app = int(_children(pid)[0])
        for _ in range(2):
            before_kb, tasks, cpu_us = _rollup_kb(pid)["Private_Dirty"], _tasks(), _cpu_us(pid)
            os.kill(pid, signal.SIGSTOP)
            os.kill(app, signal.SIGUSR1)
            assert process.stdout is not None
            process.stdout.readline()
            began = time.perf_counter()
            os.kill(pid, signal.SIGCONT)
            while _tasks() > tasks + orphans // 100:
                pass
            rate = orphans / (time.perf_counter() - began) / 1e3
            while len(_children(pid)) > 1:
                pass
            cost = (_cpu_us(pid) - cpu_us) / orphans
        return rate, cost, _rollup_kb(pid)["Private_Dirty"] - before_kb


def _tasks() -> int:
    """How many tasks the machine has, zombies included. proc(5)"""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def _cpu_us(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e3


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _rollup_kb(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {key: int(value.split()[0]) for key, _, value in (line.partition(":") for line in lines)}


def _round_trips(pid: int, process: subprocess.Popen[bytes], count: int) -> list[float]:
    assert process.stdout is not None
    answers = process.stdout.fileno()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        os.kill(pid, signal.SIGUSR1)
        os.read(answers, 1)
        times.append((time.perf_counter() - began) * 1e6)
    return times[len(times) // 10 :]  # the first ones warm the caches


def _until_idle(pid: int) -> None:
    """Until the post_start hook of a hook file is over: PID 1 has the app as its only child."""
    while len(_children(pid)) != 1:
        pass
    time.sleep(0.2)


def _switches(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
