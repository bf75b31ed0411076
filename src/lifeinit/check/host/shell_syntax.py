"""What the shell says about the lines that it will run: `sh -n` reads them and runs nothing."""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from lifeinit.check.host import shell_line

SHELL = "/bin/sh"
_ONE, _ALL = 2.0, 10.0  # seconds
_LOT = 32
# One without quotes, brackets or comments in it ends at its bracket, wherever it is.
_SUBSTITUTION = re.compile(r"\$\([^()'\"\\`#<]*\)")
_PLACE = re.compile(r"(?:^|: )(?:line )?([0-9]+): (.*)")  # dash: "sh: 2: …", bash: "sh: line 2: …", busybox: none


def refused(lines: Iterable[str]) -> Mapping[str, tuple[int | None, str]]:
    """The line number and the message for each line that the shell refuses.

    A process takes about 1 ms, so many lines share one, each in braces of its own. That is sound for a line whose
    quotes are known to close; where a shell refuses a lot, it is asked about each line.
    """
    asked = list(dict.fromkeys(lines))
    closed = [line for line in asked if _is_closed(line)]
    lots = [closed[i : i + _LOT] for i in range(0, len(closed), _LOT)]
    end = time.monotonic() + _ALL
    with ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:
        answers = pool.map(lambda lot: _ask("".join(f"{{\n{line}\n}}\n" for line in lot), end), lots)
        valid = {line for lot, answer in zip(lots, answers, strict=True) if answer is None for line in lot}
        doubtful = [line for line in asked if line not in valid]
        answers = pool.map(lambda line: _ask(line, end), doubtful)
        return {line: _read(answer) for line, answer in zip(doubtful, answers, strict=True) if answer is not None}


_UNEXPECTED = re.compile(r"\"([^\"]+)\" unexpected|unexpected (?:token )?[\"`']([^\"`' ]+)")


def located(line: str, number: int | None, reason: str) -> shell_line.Range:
    """The word that the reason names, or the line of this number; where none is told, the last with a word."""
    lines = line.split("\n")
    last = max((i for i, one in enumerate(lines) if one.strip()), default=0)
    at = last if number is None else min(number - 1, last)
    start = sum(len(one) + 1 for one in lines[:at])
    named = _UNEXPECTED.search(reason)
    word = next(filter(None, named.groups()), "") if named else ""
    column = _column(lines[at], word)
    if column is not None:
        return start + column, start + column + len(word)
    text = lines[at]
    begin = len(text) - len(text.lstrip())
    return start + begin, start + max(begin, len(text.rstrip()))


def _column(line: str, word: str) -> int | None:
    """Where the only such word of the line stands."""
    border = r"\b" if word.isalnum() else ""
    found = [match.start() for match in re.finditer(border + re.escape(word) + border, line)] if word else []
    return found[0] if len(found) == 1 else None


def _is_closed(line: str) -> bool:
    """Whether no quote of it can reach into the next line. A line without a command is no content for braces."""
    read = shell_line.read(line)
    is_plain = "`" not in line and "<<" not in line and "$(" not in _SUBSTITUTION.sub("", line)
    return read.whole and bool(read.commands) and is_plain


def _ask(script: str, end: float) -> str | None:
    """What the shell says as it refuses a script; None if it does not, or cannot be asked."""
    left = end - time.monotonic()
    if left <= 0:
        return None
    try:
        done = subprocess.run(  # noqa: S603
            [SHELL, "-n"],
            check=False,
            input=script.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=min(left, _ONE),
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},  # and no ENV, no BASH_ENV
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stderr.decode("utf-8", "replace") if done.returncode > 0 else None


def _read(answer: str) -> tuple[int | None, str]:
    first = answer.strip().partition("\n")[0]
    match = _PLACE.search(first)
    reason = match[2] if match else first.partition(": ")[2] or first or "no message"
    return int(match[1]) if match else None, re.sub(r"(?i)^syntax error:? ", "", reason)
