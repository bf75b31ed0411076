"""What is measured, each against every contender in turn, so that a machine that drifts drifts for all."""

import contextlib
import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import process
from benchmarks.amount import Amount
from benchmarks.contenders import Contender, interpreter
from benchmarks.figures import Row, spreads
from benchmarks.namespace import Running, inside_ms, running, starts_ms

Samples = defaultdict[str, list[float]]
REAP_LIMIT = 5.0  # seconds: after that the rate is of what has been reaped by then
WAITS = "import os, sys; os.fork() or os.execv(sys.argv[1], sys.argv[1:]); os.wait()"
BLOCKS_TERM = "import _signal; _signal.pthread_sigmask(_signal.SIG_BLOCK, {15}); _signal.pause()"


def samples() -> Samples:
    return defaultdict(list)


def starts(found: Sequence[Contender], directory: Path, amount: Amount, tell: Callable[[str], None]) -> dict[str, Row]:
    """From the exec of each to the end of `true`, to its app's first word, and to the moment when TERM is kept."""
    nothing = Contender("true alone", lambda app: app)
    word = ("/bin/sh", "-c", "echo > FIFO")
    life, cpu, app, hooks = samples(), samples(), samples(), samples()
    for i in range(amount.rounds):
        tell(f"starts, round {i + 1} of {amount.rounds}")
        for contender in (nothing, interpreter("python -c pass", "pass"), *(one for one in found if one.init)):
            taken = starts_ms(contender, directory, "life", amount.starts, ("/bin/true",))
            life[contender.name] += [each[0] for each in taken]
            cpu[contender.name] += [each[1] for each in taken]
        for contender in (Contender("no init", nothing.words), *found):
            taken = starts_ms(contender, directory, "app", amount.starts if contender.init else 1, word)
            (hooks if contender.has_hooks else app)[contender.name] += [each[0] for each in taken]
    return {
        "life": Row("whole life of `true`", "ms", values=spreads(life)),
        "life CPU": Row("its CPU time, the app's and the hooks' too", "ms", values=spreads(cpu)),
        "app": Row("from the exec to the app's first word", "ms", values=spreads(app)),
        "hooks": Row("start with hooks, to the app's first word", "ms", values=spreads(hooks)),
    }


def deafness(
    found: Sequence[Contender], directory: Path, amount: Amount, tell: Callable[[str], None]
) -> dict[str, Row]:
    """From the exec of each to the moment from which TERM is kept."""
    deaf = samples()
    for i in range(amount.rounds):
        tell(f"deafness, round {i + 1} of {amount.rounds}")
        for contender in (interpreter("python -c pass", BLOCKS_TERM), *found):
            count = 1 if contender in found and not contender.init else amount.starts
            taken = starts_ms(contender, directory, "deaf", count, ("/bin/sleep", "1000000"))
            deaf[contender.name] += [each[0] for each in taken]
    return {"deaf": Row("window in which a signal to PID 1 is lost", "ms", values=spreads(deaf))}


def health(found: Sequence[Contender], directory: Path, amount: Amount, tell: Callable[[str], None]) -> dict[str, Row]:
    """What a probe runs every few seconds, beside an interpreter that does nothing in the same namespaces."""
    life, cpu, lifeinit = samples(), samples(), found[0]
    nothing = interpreter("python -c pass", "pass")
    tell("health")
    with running(lifeinit, directory, "echo") as one:
        one.settle()
        for _ in range(amount.rounds):
            for name, command in ((nothing.name, nothing.words(())), ("lifeinit", (lifeinit.words(())[0], "health"))):
                taken = inside_ms(one, amount.starts, command)
                life[name] += [each[0] for each in taken]
                cpu[name] += [each[1] for each in taken]
    return {
        "health": Row("`lifeinit health`", "ms", values=spreads(life)),
        "health CPU": Row("its CPU time", "ms", values=spreads(cpu)),
    }


def visits(found: Sequence[Contender], directory: Path, amount: Amount, tell: Callable[[str], None]) -> dict[str, Row]:
    """Each with an app that does nothing: its memory, its wake-ups, a signal there and back, and its stop."""
    private, pss, wakeups, forward, stop = samples(), samples(), samples(), samples(), samples()
    for i in range(amount.rounds):
        tell(f"idle, signals and stop, round {i + 1} of {amount.rounds}")
        for contender in found:
            if contender.started_only:
                continue
            with running(contender, directory, "echo") as one:
                one.settle()
                private[contender.name].append(process.memory_kib(one.pid, "Private_Dirty"))
                pss[contender.name].append(process.pss_beside_kib(one.pid, one.app))
                wakeups[contender.name].append(_wakeups(one, amount.idle))
                if contender.init and contender.forwards:
                    forward[contender.name] += round_trips_us(one, amount.signals)
                stop[contender.name].append(one.stop_ms())
        with running(Contender("no init", lambda app: app), directory, "echo") as one:
            forward["no init"] += round_trips_us(one, amount.signals)
        with running(interpreter("python that waits", WAITS), directory, "echo") as one:
            one.settle()
            private[one.name].append(process.memory_kib(one.pid, "Private_Dirty"))
            pss[one.name].append(process.pss_beside_kib(one.pid, one.app))
    return {
        "private": Row("private dirty memory, idle", "KiB", values=spreads(private)),
        "pss": Row("PSS beside a Python app, idle", "KiB", values=spreads(pss)),
        "wakeups": Row("wake-ups, idle", "1/s", values=spreads(wakeups)),
        "forward": Row("a forwarded signal, there and back", "µs", values=spreads(forward)),
        "stop": Row("from TERM to the exit", "ms", values=spreads(stop)),
    }


def orphans(found: Sequence[Contender], directory: Path, amount: Amount, tell: Callable[[str], None]) -> dict[str, Row]:
    """Orphans that died while the init was stopped: how fast it reaps them once it goes on, and at what cost."""
    rate, cost, grown = samples(), samples(), samples()
    for i in range(amount.storms):
        tell(f"orphans, round {i + 1} of {amount.storms}")
        for contender in found:
            if contender.started_only or contender.name == "lifeinit, all features":
                continue
            if not amount.whole and contender.name not in {"lifeinit", "tini"}:
                continue
            # A supervisor reaps a few in a second; and what it leaves would use up the machine's pids.
            count = amount.orphans if contender.init else amount.orphans // 10
            with running(contender, directory, "storm", str(count)) as one:
                one.settle()
                if contender.init:
                    storm(one, count)  # warms up
                before = process.memory_kib(one.pid, "Private_Dirty")
                thousands, cpu_us = storm(one, count)
                rate[contender.name].append(thousands)
                cost[contender.name].append(cpu_us)
                grown[contender.name].append(process.memory_kib(one.pid, "Private_Dirty") - before)
    return {
        "reap": Row(f"reaping {amount.orphans:,} orphans", "thousands/s", "more", spreads(rate)),
        "reap CPU": Row("CPU time for each orphan", "µs", values=spreads(cost)),
        "reap memory": Row("private memory grown by them", "KiB", values=spreads(grown)),
    }


def round_trips_us(one: Running, count: int) -> list[float]:
    """From the kill to the app's answer, one at a time; the first tenth warms up. Microseconds.

    All of it on one core: where the kernel puts the three changes during a run, and doubles the time for any init.
    """
    taken = []
    with on_one_core(os.getpid(), one.pid, one.app):
        for _ in range(count):
            began = time.perf_counter()
            os.kill(one.pid, signal.SIGUSR1)
            one.answer()
            taken.append((time.perf_counter() - began) * 1e6)
    return taken[count // 10 :]


@contextlib.contextmanager
def on_one_core(*pids: int) -> Iterator[None]:
    """Keep these processes on one core. sched_setaffinity(2)"""
    allowed = os.sched_getaffinity(0)
    try:
        for pid in pids:
            os.sched_setaffinity(pid, {max(allowed)})
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, allowed)


def storm(one: Running, count: int) -> tuple[float, float]:
    """Thousands of orphans in a second, and microseconds of CPU time for each."""
    cpu_us = process.cpu_us(one.pid)
    os.kill(one.pid, signal.SIGSTOP)
    os.kill(one.app, signal.SIGUSR1)
    one.answer()
    began = time.perf_counter()
    os.kill(one.pid, signal.SIGCONT)
    left = count
    while left and time.perf_counter() - began < REAP_LIMIT:
        if process.sleeps(one.pid):  # counting takes the kernel's own time: only when it has nothing more to do
            taken = time.perf_counter() - began
            left = max(0, len(process.children(one.pid)) - 1)
            if left:
                time.sleep(0.05)  # a supervisor reaps a few at each wake-up
    if left:
        taken = time.perf_counter() - began
        left = len(process.children(one.pid)) - 1
    reaped = count - left
    return reaped / taken / 1e3, (process.cpu_us(one.pid) - cpu_us) / max(1, reaped)


def _wakeups(one: Running, seconds: float) -> float:
    before = process.switches(one.pid)
    time.sleep(seconds)
    return (process.switches(one.pid) - before) / seconds
