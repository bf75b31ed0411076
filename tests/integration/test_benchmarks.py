"""What the benchmarks measure on real processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import process
from tests import needs

REPOSITORY = Path(__file__).parents[2]
MAPS_A_FILE = (
    "import mmap, sys; file = open(sys.argv[1], 'r+b'); memory = mmap.mmap(file.fileno(), 0); memory[::4096];"
    "print(flush=True); sys.stdin.read()"
)


def test_a_missing_file_ends_the_plot_with_a_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    command = [sys.executable, "-m", "benchmarks.plot", str(missing), "-o", str(tmp_path / "picture.svg")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (
        1,
        f"benchmarks.plot: cannot read {str(missing)!r}: No such file or directory\n",
    )


@pytest.fixture
def mapping(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Starts a program that maps 4 MB of a file of this name; its pid."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> int:
        file = tmp_path / name
        if not file.exists():
            file.write_bytes(b"x" * 4096 * 1024)
        command = [sys.executable, "-I", "-S", "-c", MAPS_A_FILE, str(file)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert started[-1].stdout is not None
        started[-1].stdout.readline()
        return started[-1].pid

    try:
        yield start
    finally:
        for program in started:
            program.communicate()


@needs.ROOT
def test_memory_that_two_share_counts_half(mapping: Callable[[str], int]) -> None:
    """4 MB of a file that the other has too are 2 MB; the control is another file, of which all 4 MB count."""
    one, same, different = mapping("a"), mapping("a"), mapping("b")
    beside_same, beside_different = process.pss_beside_kb(one, same), process.pss_beside_kb(one, different)
    assert beside_different - beside_same == pytest.approx(2048, abs=256)
