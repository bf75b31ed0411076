"""What /proc tells of a process. proc(5)"""

import os
import struct
from pathlib import Path

_PRESENT, _FRAME = 1 << 63, (1 << 55) - 1


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid: int, word: str) -> bool:
    """Whether a word is in its command line."""
    return word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def switches(pid: int) -> int:
    """How often it has gone to sleep."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def status(pid: int) -> str:
    """In a word: sleeping, stopped, zombie; gone, if there is none."""
    try:
        return Path(f"/proc/{pid}/status").read_text().partition("\nState:")[2].split()[1].strip("()")
    except FileNotFoundError:
        return "gone"


def sleeps(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().rstrip("\n")


def ticks_with_children(pid: int) -> int:
    """The CPU time of a process and of its children that were reaped, in clock ticks."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))


def cpu_us(pid: int) -> float:
    """The CPU time that it has used, its own and the kernel's for it. Microseconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e3


def memory_kib(pid: int, what: str) -> int:
    """`Private_Dirty`, for example. KiB, though the kernel calls them kB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition(f"\n{what}:")[2].split()[0])


def pss_beside_kib(pid: int, other: int) -> float:
    """The proportional set size that a process would have with one other and nobody else on the machine. KiB.

    Why not the kernel's own Pss: whatever else runs the same interpreter here, the benchmark too, makes that smaller.
    """
    ours, theirs = _frames(pid), set(_frames(other))
    page_kib = os.sysconf("SC_PAGE_SIZE") / 1024
    return sum(page_kib / 2 if frame in theirs else page_kib for frame in ours)


def _frames(pid: int) -> list[int]:
    """The page frames that a process has in memory. proc_pid_pagemap(5)"""
    page, found = os.sysconf("SC_PAGE_SIZE"), []
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            first, last = (int(address, 16) // page for address in line.split()[0].split("-"))
            if line.endswith("[vsyscall]"):
                continue
            entries = os.pread(pagemap.fileno(), (last - first) * 8, first * 8)
            found += [entry & _FRAME for (entry,) in struct.iter_unpack("Q", entries) if entry & _PRESENT]
    return [frame for frame in found if frame]  # frame 0 is that of vdso and vvar, which cost nothing
