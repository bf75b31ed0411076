"""What reading a hook file may cost, whatever is in it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

# Each of these takes about two seconds of a processor; whatever grows faster than its text would take minutes.
PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
from tests.unit.config.test_bounds import HOSTILE, LONG, assert_answer
for make, count, sentence in LONG.values():
    assert_answer(make(count), sentence)
for make, sentence in HOSTILE.values():
    assert_answer(make(), sentence)
print("done")
"""


def test_no_hook_file_takes_more_than_bounded_memory_and_time() -> None:
    """The kernel ends a reader that takes more than 512 MiB of address space or two minutes of a processor."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("done\n", "")
