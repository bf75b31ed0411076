"""Speed and memory against tini and dumb-init in the same run: `python -m benchmarks [--quick] [--json FILE]`."""

import argparse
import dataclasses
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import measure
from benchmarks.inits import HOOKS, Init, inits


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds: a look, not a measurement")
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE too")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("benchmarks: a PID namespace takes root: run this as root")
    with tempfile.TemporaryDirectory() as directory:
        hook_file = Path(directory) / "hooks.toml"
        hook_file.write_text(HOOKS)
        figures = _measure(inits(hook_file), 0.1 if options.quick else 1.0)
    _print(figures)
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")


def _measure(compared: list[Init], share: float) -> dict[str, dict[str, dict[str, float]]]:
    starts = measure.start_ms(compared, int(30 * share))
    forwarding = measure.forwarding_us(compared, int(20000 * share))
    return {
        "start, ms": {name: dataclasses.asdict(spread) for name, spread in starts.items()},
        "idle memory, kB": {name: dict(values) for name, values in measure.idle_memory_kb(compared).items()},
        "idle wake-ups, 1/s": {
            name: {"wake-ups": rate} for name, rate in measure.idle_wakeups(compared, 10 * share).items()
        },
        "forwarding round trip, us": {name: dataclasses.asdict(spread) for name, spread in forwarding.items()},
        "reaping orphans": measure.reaping(compared, int(20000 * share)),
    }


def _print(figures: dict[str, dict[str, dict[str, float]]]) -> None:
    print(f"CPython {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores")
    for title, rows in figures.items():
        columns = list(next(iter(rows.values())))
        print(f"\n{title:28}" + "".join(f"{column:>15}" for column in columns))
        for name, values in rows.items():
            print(f"  {name:26}" + "".join(f"{values[column]:15.2f}" for column in columns))


if __name__ == "__main__":
    main()
