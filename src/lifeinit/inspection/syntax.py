"""What the shell itself says of the lines that it is to run: `sh -n` reads them and runs nothing."""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from lifeinit.inspection import shelltext

SHELL = "/bin/sh"
_ONE, _ALL = 2.0, 10.0  # seconds: a shell that takes longer is none that can tell
_LONGEST = 1 << 17  # bytes; no argument is longer. execve(2)
_PLACE = re.compile(r"(?:^|: )(?:line )?([0-9]+): (.*)")  # dash: "sh: 2: …", bash: "sh: line 2: …", busybox: none


def complaints(scripts: Iterable[str]) -> Mapping[str, tuple[int | None, str]]:
    """The line and the message for each script that the shell refuses.

    Each script takes a process of its own, about 1 ms: after an error a shell reads no further, and a script that
    lacks its end would take it from the next. So those in which no shell can find fault are not asked about.
    """
    asked = [script for script in dict.fromkeys(scripts) if not shelltext.read(script).sure]
    if not asked:
        return {}
    end = time.monotonic() + _ALL
    with ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:
        answers = pool.map(lambda script: _complaint(script, end), asked)
        return {script: answer for script, answer in zip(asked, answers, strict=True) if answer is not None}


def _complaint(script: str, end: float) -> tuple[int | None, str] | None:
    raw, left = os.fsencode(script), end - time.monotonic()
    if len(raw) >= _LONGEST or left <= 0:
        return None
    said = _shell(raw, min(left, _ONE))
    return None if said is None else _read(said)


def _shell(raw: bytes, limit: float) -> str | None:
    """What it says as it refuses; None if it does not, or cannot be asked."""
    environment = {"LC_ALL": "C", "PATH": os.defpath}  # and no ENV, no BASH_ENV
    try:
        done = subprocess.run(  # noqa: S603
            [SHELL, "-n"], check=False, input=raw, capture_output=True, timeout=limit, cwd="/", env=environment
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
