"""Lines and branches of the engine that the tests reach: python -m tests.coverage [PYTEST ARGUMENT]...

Without arguments it runs all tests that reach the engine and need no containers. Needs `pip install coverage` beside
them. The engine is measured in every process: in the bare interpreter that lifeinit execs, and in the children that it
forks. Each line costs time, so a test that holds a limit of time may fail here.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import coverage

from tests.coverage import interpreter

ROOT = Path(__file__).parents[2]
UNIT = [str(file) for file in sorted((ROOT / "tests/unit").glob("test_*.py")) if "lifeinit.engine" in file.read_text()]
TESTS = [*UNIT, "tests/integration", "tests/chaos", "tests/faults", "tests/fuzz"]
NOT_RUN = [r"if TYPE_CHECKING:", r"@overload"]  # for the type checker's eyes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
    parser.add_argument("--html", metavar="DIRECTORY", help="write the report as pages too")
    parser.add_argument("--data", metavar="DIRECTORY", help="report what an earlier run has left there; run nothing")
    parser.add_argument("--keep", metavar="DIRECTORY", help="where to run, and to leave what was noted")
    options, arguments = parser.parse_known_args()
    if options.data:
        return report(Path(options.data), options.html)
    directory = Path(options.keep or tempfile.mkdtemp(prefix="lifeinit-coverage-", dir="/var/tmp"))
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    python = interpreter.make(directory)
    tests = subprocess.run([python, "-m", "pytest", *(arguments or TESTS)], check=False, cwd=ROOT)
    return report(directory, options.html) or tests.returncode


def report(directory: Path, html: str | None) -> int:
    """Print what was noted, and what is missing. 1 where anything is."""
    arcs: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for file in interpreter.data_of(directory).iterdir():
        for line in file.read_text().splitlines():
            if line.count("\t") == 2:  # else its process was killed, or met its limit, while it wrote
                name, start, end = line.split("\t")
                arcs[name].add((int(start), int(end)))
    data = directory / "coverage"
    data.unlink(missing_ok=True)
    noted = coverage.CoverageData(str(data))
    noted.add_arcs(arcs)
    noted.write()
    whole = coverage.Coverage(data_file=str(data), branch=True, source=[str(interpreter.ENGINE)], config_file=False)
    for pattern in NOT_RUN:
        whole.exclude(pattern)
    for line in {"if not TYPE_CHECKING:", *last_cases()}:
        whole.exclude(rf"^\s*{re.escape(line)}\s*(#.*)?$", which="partial")
    whole.load()
    percent = whole.report(show_missing=True)
    if html is not None:
        whole.html_report(directory=html)
    print(f"{os.linesep}what was noted lies in {directory}: --data shows it again")
    return 0 if percent == 100 else 1


def last_cases() -> set[str]:
    """The last case of each match. That one of them fits is for the type checker to prove: no test can refute it."""
    lines: set[str] = set()
    for file in interpreter.ENGINE.glob("*.py"):
        text = file.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Match):
                lines.add(text.splitlines()[node.cases[-1].pattern.lineno - 1].partition("#")[0].strip())
    return lines


if __name__ == "__main__":
    sys.exit(main())
