"""What the benchmarks measure on real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import hookfiles, namespace, process
from benchmarks.contenders import Contender
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


@needs.ROOT
def test_a_command_is_measured_inside_of_a_namespace(tmp_path: Path) -> None:
    """In milliseconds: the control is a program that takes a tenth of a second, and one that fails."""
    with namespace.running(Contender("no init", lambda app: app), tmp_path, "echo") as one:
        (life, cpu), *_more = namespace.inside_ms(one, 3, ("/bin/sh", "-c", "test $PPID = 0; exec sleep 0.1"))
        assert len(_more) == 2
        assert 100 <= life < 5000
        assert 0 < cpu < 100
        with pytest.raises(SystemExit, match="ended with wait status 256"):
            namespace.inside_ms(one, 1, ("/bin/false",))


@needs.ROOT
def test_a_start_is_measured_in_time_and_in_cpu_time(tmp_path: Path) -> None:
    taken = namespace.starts_ms(Contender("true alone", lambda app: app), tmp_path, "life", 2, ("/bin/sleep", "0.1"))
    assert len(taken) == 2
    assert all(life >= 100 > cpu > 0 for life, cpu in taken)


@needs.ROOT
def test_a_bash_script_with_traps_does_what_the_hook_file_does(tmp_path: Path) -> None:
    """It passes a signal on, stops the app and has its exit status."""
    script = hookfiles.entrypoint(tmp_path)
    contender = Contender("bash", lambda app: ("/bin/bash", script, *app))
    assert namespace.starts_ms(contender, tmp_path, "life", 1, ("/bin/true",))
    with namespace.running(contender, tmp_path, "echo") as one:
        one.settle()
        os.kill(one.pid, signal.SIGUSR1)
        assert one.answer() == b"x"
        assert one.stop_ms() > 0


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
    beside_same, beside_different = process.pss_beside_kib(one, same), process.pss_beside_kib(one, different)
    assert beside_different - beside_same == pytest.approx(2048, abs=256)
