"""Speed and memory of lifeinit, against other inits and supervisors in the same run.

python -m benchmarks [--quick | --summary] [--runs N] [--json FILE]
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import goals, measure
from benchmarks.amount import QUICK, SUMMARY, WHOLE, Amount
from benchmarks.contenders import contenders
from benchmarks.figures import Figures, merged, write
from benchmarks.priority import first_in_line
from benchmarks.probers import probers
from benchmarks.scale import scale
from benchmarks.table import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="half a minute; fails where a wide limit is passed")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures to FILE too")
    parser.add_argument("--summary", action="store_true", help="only what the first goals ask for: a minute for a run")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="so many whole runs, told as one (default: 1)")
    options = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        sys.exit("benchmarks: each init gets a PID namespace: run this as root, with unshare (util-linux)")
    amount = QUICK if options.quick else SUMMARY if options.summary else WHOLE
    with first_in_line():
        runs = [_run(amount) for _ in range(options.runs)]
    figures = merged(runs)
    print(table(figures))
    if options.json:
        try:
            write(options.json, runs)
        except OSError as error:
            sys.exit(f"benchmarks: cannot write {str(options.json)!r}: {error.strerror}")
    if options.quick:
        sys.exit("\n".join(f"benchmarks: {sentence}" for sentence in goals.broken(figures)) or None)


def _run(amount: Amount) -> Figures:
    with tempfile.TemporaryDirectory(prefix="lifeinit-benchmarks-") as name:
        directory = Path(name)
        _tell("environments")
        found, versions = contenders(directory, amount)
        figures = Figures(_machine(), versions)
        for part in (measure.starts, measure.health, measure.visits, measure.orphans):
            figures.rows.update(part(found, directory, amount, _tell))
        if amount.whole:
            figures.rows.update(measure.deafness(found, directory, amount, _tell))
            figures.rows.update(probers(found[0], directory, _tell))
            tini = next((it for it in found if it.name == "tini"), None)
            figures.rows.update(scale(found[0], tini, directory, _tell))
        _tell("")
    return figures


def _machine() -> dict[str, str]:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return {
        "CPU": cpu,
        "cores": str(os.cpu_count()),
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _tell(what: str) -> None:
    """What is going on, on a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
