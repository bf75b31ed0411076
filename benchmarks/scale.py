"""Whether ten times as much takes ten times as long, and whether PID 1 keeps any of it."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

from benchmarks import hookfiles, process
from benchmarks.contenders import Contender
from benchmarks.figures import Row, spreads
from benchmarks.measure import round_trips_us, samples, storm
from benchmarks.namespace import running, starts_ms

SIGNALS, ORPHANS = 100_000, 100_000
STORM = 10_000


def scale(lifeinit: Contender, tini: Contender | None, directory: Path, tell: Callable[[str], None]) -> dict[str, Row]:
    """A part of the work when lifeinit is fresh (or small), and the same part later (or large).

    tini's orphans too: they show what of the difference is the kernel's.
    """
    grown: dict[str, list[float]] = {}
    rows = {}
    for what, unit, measure in (("signals", "µs of CPU each", _signals), ("orphans", "µs of CPU each", _orphans)):
        tell(f"100,000 {what}")
        (few, many), grown[what] = measure(lifeinit, directory)
        rows[f"scale {what}"] = Row(f"100,000 {what}", unit, values=spreads({"few": few, "many": many}))
    if tini is not None:
        (few, many), _ = _orphans(tini, directory)
        rows["scale orphans of tini"] = Row("tini's 100,000 orphans", unit, values=spreads({"few": few, "many": many}))
    tell("1,000 hooks")
    rows["scale hooks"] = Row("1,000 hooks", "ms each", values=spreads(_hooks(lifeinit, directory)))
    tell("100 processes")
    stop, kept = _processes(lifeinit, directory)
    rows["scale processes"] = Row("100 processes: stop", "ms each", values=spreads(stop))
    rows["kept"] = Row("private memory for each of 100 processes", "KiB", values=spreads({"lifeinit": kept}))
    rows["grown"] = Row("PID 1 grown by 100,000", "KiB", values=spreads(grown))
    return rows


def _signals(lifeinit: Contender, directory: Path) -> tuple[tuple[list[float], list[float]], list[float]]:
    """The CPU time that PID 1 takes for each."""
    costs = []
    with running(lifeinit, directory, "echo") as one:
        one.settle()
        round_trips_us(one, 1000)  # warms up
        before = process.memory_kib(one.pid, "Private_Dirty")
        for _ in range(10):
            cpu_us = process.cpu_us(one.pid)
            round_trips_us(one, SIGNALS // 10)
            costs.append((process.cpu_us(one.pid) - cpu_us) / (SIGNALS // 10))
        after = process.memory_kib(one.pid, "Private_Dirty")
    return (costs[:3], costs[-3:]), [after - before]


def _orphans(lifeinit: Contender, directory: Path) -> tuple[tuple[list[float], list[float]], list[float]]:
    with running(lifeinit, directory, "storm", str(STORM)) as one:
        one.settle()
        storm(one, STORM)  # warms up
        before = process.memory_kib(one.pid, "Private_Dirty")
        costs = [storm(one, STORM)[1] for _ in range(ORPHANS // STORM)]
        after = process.memory_kib(one.pid, "Private_Dirty")
    return (costs[:3], costs[-3:]), [after - before]


def _hooks(lifeinit: Contender, directory: Path) -> dict[str, list[float]]:
    """The life of `true` with so many pre_start hooks that do nothing, without the life that has one."""
    taken = samples()
    for _ in range(3):
        one = min(_life_ms(lifeinit, directory, hookfiles.many_hooks(directory, 1)) for _ in range(3))
        for name, count in (("few", 100), ("many", 1000)):
            life = _life_ms(lifeinit, directory, hookfiles.many_hooks(directory, count))
            taken[name].append((life - one) / (count - 1))
    return taken


def _life_ms(lifeinit: Contender, directory: Path, hook_file: str) -> float:
    return starts_ms(_with(lifeinit, hook_file), directory, "life", 1, ("/bin/true",))[0][0]


def _processes(lifeinit: Contender, directory: Path) -> tuple[dict[str, list[float]], list[float]]:
    stop, kept = samples(), []
    for _ in range(5):
        sizes = []
        for name, count in (("few", 10), ("many", 100)):
            contender = _with(lifeinit, hookfiles.many_processes(directory, count))
            with running(contender, directory, "echo") as one:
                one.settle()
                sizes.append(process.memory_kib(one.pid, "Private_Dirty"))
                stop[name].append(one.stop_ms() / count)
        kept.append((sizes[1] - sizes[0]) / 90)
    return stop, kept


def _with(lifeinit: Contender, hook_file: str) -> Contender:
    command = os.fspath(lifeinit.words(())[0])
    return dataclasses.replace(lifeinit, words=lambda app: (command, "-q", "--config", hook_file, "--", *app))
