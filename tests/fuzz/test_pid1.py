"""Hostile datagrams against a lifeinit that is PID 1."""

import random
import time
from pathlib import Path
from signal import SIGTERM

from tests.fuzz import notify
from tests.fuzz.mutation import mutated
from tests.integration.conftest import Start, init, namespaces  # noqa: F401  # fixtures
from tests.integration.harness import PATIENCE, python

MANY = 1500


def test_a_storm_of_hostile_datagrams(init: Start, tmp_path: Path) -> None:  # noqa: F811
    """From the app and from another user at once: lifeinit lives, keeps no descriptor, and stops as ever.

    The app's own pid among them is believed; every other one is refused.
    """
    rng = random.Random(7)
    pieces = [*notify.PIECES, b"MAINPID=$PID\n", b"MAINPID=1\n", b"MAINPID=2\n", b"MAINPID=0\n"]
    told = [mutated(rng, notify.SEEDS, pieces)[: notify.LONGEST] for _ in range(MANY)]
    told += [b"", b"\0" * 60_000, b"READY=1\n" * 8_000, b"=" * 60_000, b"STATUS=\x1b]0;owned\x07\nREADY=1"]
    (tmp_path / "datagrams").write_text("".join(f"{text.hex()}\n" for text in told))
    hooks = 'pre_start = "ls /proc/1/fd | wc -l"\npre_stop = "ls /proc/1/fd | wc -l"\npost_stop = "echo post_stop"\n'
    running = init(*python("datagrams"), hooks=f'{hooks}ready.notify = true\nready.timeout = "1h"\n')
    before = int(running.line())
    running.expect("sent")
    began = time.monotonic()
    running.send(SIGTERM)
    after = int(running.line())
    running.expect("post_stop")
    assert running.status() == 5
    assert time.monotonic() - began < PATIENCE
    assert after <= before + 2  # the notify socket, and whatever the log has opened again
    for line in running.stderr():
        assert line.isprintable()
        assert "internal error" not in line
    assert any("is ignored: it is not a process of the app" in line for line in running.stderr())


def test_what_a_hostile_status_becomes(init: Start, tmp_path: Path) -> None:  # noqa: F811
    """The state holds it cut and escaped, and is one that `status` reads."""
    status = "STATUS=\x1b[31m値\u202e".encode() + b"\xff" + b"x" * 5000
    (tmp_path / "datagrams").write_text((b"READY=1\n" + status[:3000] + b"\n").hex() + "\n")
    running = init(*python("datagrams"), hooks='ready = "notify"\n')
    running.expect("sent")
    while not (state := running.published()) or not state.processes[0].status:
        assert running.process.poll() is None
    assert len(state.processes[0].status) == notify.LONGEST_STATUS
    running.send(SIGTERM)
    assert running.status() == 5
