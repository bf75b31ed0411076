"""What the shell itself says of the lines that it is to run: `sh -n` reads them and runs nothing."""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from lifeinit.check.host import shell_lexer

SHELL = "/bin/sh"
_ONE, _ALL = 2.0, 10.0  # seconds: a shell that takes longer is none that can tell
_LOT = 32
_PLACE = re.compile(r"(?:^|: )(?:line )?([0-9]+): (.*)")  # dash: "sh: 2: …", bash: "sh: line 2: …", busybox: none


def complaints(scripts: Iterable[str]) -> Mapping[str, tuple[int | None, str]]:
    """The line and the message for each script that the shell refuses.

    A process takes about 1 ms, so it is not asked about those in which no shell can find fault, and about many at once
    where that is sound: a script whose quotes and brackets are known to close, within braces of its own, can neither
    take its end from the next one nor give it one. Only where a shell refuses the lot are they asked about one by one.
    """
    asked = [script for script in dict.fromkeys(scripts) if not shell_lexer.read(script).sure]
    if not asked:
        return {}
    closed = [script for script in asked if shell_lexer.read(script).whole and shell_lexer.read(script).commands]
    lots = [closed[i : i + _LOT] for i in range(0, len(closed), _LOT)]
    end = time.monotonic() + _ALL
    with ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:
        refused = pool.map(lambda lot: _shell("".join(f"{{\n{script}\n}}\n" for script in lot), end), lots)
        fine = {script for lot, said in zip(lots, refused, strict=True) if said is None for script in lot}
        doubtful = [script for script in asked if script not in fine]
        answers = pool.map(lambda script: _shell(script, end), doubtful)
        return {script: _read(said) for script, said in zip(doubtful, answers, strict=True) if said is not None}


def _shell(script: str, end: float) -> str | None:
    """What it says as it refuses; None if it does not, or cannot be asked."""
    raw, left = script.encode("utf-8", "surrogateescape"), end - time.monotonic()
    if left <= 0:
        return None
    environment = {"LC_ALL": "C", "PATH": os.defpath}  # and no ENV, no BASH_ENV
    try:
        done = subprocess.run(  # noqa: S603
            [SHELL, "-n"],
            check=False,
            input=raw,
            capture_output=True,
            timeout=min(left, _ONE),
            cwd="/",
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stderr.decode("utf-8", "replace") if done.returncode > 0 else None


def _read(said: str) -> tuple[int | None, str]:
    first = said.strip().partition("\n")[0]
    match = _PLACE.search(first)
    if match is None:
        return None, first.partition(": ")[2] or first or "no message"
    return int(match[1]), match[2]
