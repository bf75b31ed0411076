"""The storm from the command line: python -m tests.chaos --runs 2000 --seed 7 [--jobs 2] [--only NUMBER]."""

import argparse
import collections
import concurrent.futures
import sys
import time

from tests.chaos.runs import Report, run
from tests.integration.harness import as_in_the_foreground


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="how many runs")
    parser.add_argument("--seed", type=int, default=7, help="the same runs again for the same seed")
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--only", type=int, help="this one run, told in full")
    parser.add_argument("--late", type=float, default=1e9, help="tell also the runs this many seconds over a budget")
    options = parser.parse_args()
    as_in_the_foreground()
    numbers = range(options.first, options.first + options.runs) if options.only is None else [options.only]
    began = time.monotonic()
    reports: list[Report] = []
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for report in pool.map(run, [options.seed] * len(numbers), numbers, chunksize=1):
            reports.append(report)
            if report.findings or options.only is not None or (report.late or 0) > options.late:
                print(report.story, flush=True)
            if len(reports) % 100 == 0:
                print(f"{len(reports)} runs, {time.monotonic() - began:.0f} s", flush=True)
    failed = [report for report in reports if report.findings]
    worlds = collections.Counter(report.world for report in reports)
    late = [report.late for report in reports if report.late is not None]
    print(
        f"{len(reports)} runs with seed {options.seed} in {time.monotonic() - began:.0f} s: {len(failed)} with findings"
    )
    print(", ".join(f"{world}: {count}" for world, count in sorted(worlds.items())))
    print(f"the latest stop: {max(late, default=0.0):.2f} s over its budget, as seen from outside")
    print(
        ", ".join(
            f"status {status}: {n}" for status, n in sorted(collections.Counter(r.status for r in reports).items())
        )
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
