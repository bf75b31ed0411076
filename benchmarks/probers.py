"""The prober of `alive`, which lives as long as the app: its memory, its wake-ups, and the CPU time of a try."""

import dataclasses
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks import hookfiles, process
from benchmarks.contenders import Contender
from benchmarks.figures import Row, spreads
from benchmarks.measure import samples
from benchmarks.namespace import Running, running

KINDS = ("http", "tcp", "unix", "command")
ROUNDS = 3
_TRIES = 3.0  # seconds after which a prober with an interval of one has what it needs
_IDLE = 10.0
_TICK_MS = 1e3 / os.sysconf("SC_CLK_TCK")


def probers(lifeinit: Contender, directory: Path, tell: Callable[[str], None]) -> dict[str, Row]:
    """One of each kind, beside an app that answers at once."""
    private, pss, wakeups, cpu = samples(), samples(), samples(), samples()
    for i in range(ROUNDS):
        tell(f"probers, round {i + 1} of {ROUNDS}")
        for kind in KINDS:
            with _watched(lifeinit, directory, kind, "1s") as one:
                pid = _prober(one)
                time.sleep(_TRIES)
                before = process.switches(pid)
                time.sleep(_IDLE)
                wakeups[kind].append((process.switches(pid) - before) * 60 / _IDLE)
                private[kind].append(process.memory_kib(pid, "Private_Dirty"))
                pss[kind].append(process.pss_beside_kib(pid, one.pid))
            with _watched(lifeinit, directory, kind, "20ms") as one:
                pid = _prober(one)
                cpu[kind].append(_cpu_of_a_try_ms(pid))
    return {
        "prober private": Row("private dirty memory", "KiB", values=spreads(private)),
        "prober pss": Row("PSS beside PID 1", "KiB", values=spreads(pss)),
        "prober wakeups": Row("wake-ups, one try in a second", "1/min", values=spreads(wakeups)),
        "prober cpu": Row("CPU time of a try", "ms", values=spreads(cpu)),
    }


def _watched(lifeinit: Contender, directory: Path, kind: str, interval: str) -> AbstractContextManager[Running]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    path = directory / "app.sock"
    path.unlink(missing_ok=True)
    asked = {
        "http": f'"http://127.0.0.1:{port}/"',
        "tcp": f'"127.0.0.1:{port}"',
        "unix": f'"{path}"',
        "command": '["/bin/true"]',
    }
    file = hookfiles.watched(directory, f"{kind} = {asked[kind]}", interval)
    contender = dataclasses.replace(lifeinit, variables={"LIFEINIT_CONFIG": file})
    return running(contender, directory, "serve", port, str(path))


def _prober(one: Running) -> int:
    until = time.monotonic() + _IDLE
    while time.monotonic() < until:
        for pid in process.children(one.pid):
            if process.name(pid) == "lifeinit-probe":
                return pid
    sys.exit(f"benchmarks: {one.name} has started no prober")


def _cpu_of_a_try_ms(pid: int) -> float:
    """Its own and its children's, over many tries: each wakes it twice, when it is due and when it is over."""
    time.sleep(1)
    ticks, switches = process.ticks_with_children(pid), process.switches(pid)
    time.sleep(_IDLE)
    spent = (process.ticks_with_children(pid) - ticks) * _TICK_MS
    return spent / max(1.0, (process.switches(pid) - switches) / 2)
