"""A run of the example as a terminal shows it: each line with the time at which it came."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = "lifeinit --config ../hooks.example.toml -- python3 shop.py serve"
INTERRUPT: Final = "^C"
_LAST_OF_THE_START: Final = "post_start announce"
_PAUSE: Final = 1.5  # seconds, until somebody presses Ctrl-C


class Line(NamedTuple):
    """What was printed, and after how many seconds."""

    text: str
    at: float


def record(data: Path) -> list[Line]:
    """Run the command in examples/ until its end; `data` is a directory for the shop. Ctrl-C after the start."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "SHOP_DATA": str(data)}
    running = subprocess.Popen(
        COMMAND.split(),
        cwd=ROOT / "examples",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    began, pressed = time.monotonic(), ""
    lines: list[Line] = []
    try:
        for text in running.stdout:
            lines.append(Line(pressed + text.rstrip("\n"), round(time.monotonic() - began, 1)))
            pressed = ""
            if _LAST_OF_THE_START in text:
                time.sleep(_PAUSE)
                running.send_signal(signal.SIGINT)
                pressed = INTERRUPT
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()
    if running.returncode or not lines:
        raise RuntimeError(f"the example exited with {running.returncode}: {lines}")
    return lines
