"""What ShellCheck says of a line, where it is installed: of its findings those that fail or do something else."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from lifeinit.check.host.shell_line import Range

_PATIENCE: Final = 5.0  # seconds
_MOST: Final = 50  # lines: each takes some milliseconds
_DIALECTS: Final = frozenset({"bash", "dash", "ksh"})
# www.shellcheck.net/wiki/SC1066 and so on. Style is a matter of taste, and quoting one of the data.
_CHOSEN: Final = frozenset(
    map(
        int,
        # Words that are not the command that they look like.
        "1066 1068 1069 1097 2065 2073 2091 2092 2093 2097 2098 2283 2284 2285 2286 2287 2288 2289"
        # Conditions that are always true, always false or an error.
        " 2050 2055 2056 2057 2058 2070 2072 2077 2078 2079 2106 2107 2108 2109 2110 2157 2158 2159 2160 2161 2170 2193"
        " 2194 2195 2252"
        # Input that nobody reads, output that goes elsewhere, what removes too much, a status that is none.
        " 2095 2114 2115 2142 2151 2152 2216 2217 2218 2238 2241 2242 2259 2260 2261".split(),
    )
)
# What dash does not have; not what the environment may set, or what depends on the version.
_OF_OTHER_SHELLS: Final = frozenset(
    map(int, "3006 3011 3012 3015 3016 3018 3024 3026 3030 3032 3033 3039 3041 3044 3045 3050".split())
) | frozenset(range(3053, 3061))


class Finding(NamedTuple):
    """`code` is ShellCheck's number, `edits` its own correction."""

    code: int
    message: str
    range: Range
    edits: tuple[tuple[int, int, str], ...]


def findings(lines: Iterable[str], shell: str) -> Mapping[str, Sequence[Finding]]:
    """The chosen findings of each line for this shell; none where ShellCheck is not there or takes too long."""
    program = shutil.which("shellcheck")
    asked = list(dict.fromkeys(lines))[:_MOST]
    if program is None or not asked:
        return {}
    dialect = shell if shell in _DIALECTS else "sh"
    files = [_file(line) for line in asked]
    try:
        answer = _run([program, "--norc", "--format=json1", f"--shell={dialect}"], files)
    finally:
        for file in files:
            os.close(file)
    found: dict[str, list[Finding]] = {line: [] for line in asked}
    by_path = dict(zip(map(_path, files), asked, strict=True))
    for comment in answer:
        line = by_path.get(str(comment.get("file")))
        if line is not None and (finding := _finding(comment, line, dialect)):
            found[line].append(finding)
    return found


def _file(line: str) -> int:
    """A file in memory: nothing is written to disk."""
    file = os.memfd_create("line")
    os.write(file, line.encode("utf-8", "replace"))
    return file


def _path(file: int) -> str:
    return f"/proc/self/fd/{file}"


def _run(command: Sequence[str], files: Sequence[int]) -> list[dict[str, object]]:
    try:
        done = subprocess.run(  # noqa: S603
            [*command, *map(_path, files)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            pass_fds=files,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
        )
        comments = json.loads(done.stdout)["comments"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return []
    return [one for one in comments if isinstance(one, dict)] if isinstance(comments, list) else []


def _finding(comment: Mapping[str, object], line: str, dialect: str) -> Finding | None:
    code, message = comment.get("code"), comment.get("message")
    is_chosen = code in _CHOSEN or (dialect != "sh" and code in _OF_OTHER_SHELLS)
    range_ = _range(comment, line)
    if not is_chosen or not isinstance(code, int) or range_ is None:
        return None
    return Finding(code, str(message), range_, tuple(_edits(comment, line)))


def _edits(comment: Mapping[str, object], line: str) -> Iterator[tuple[int, int, str]]:
    fix = comment.get("fix")
    replacements = fix.get("replacements") if isinstance(fix, dict) else None
    for one in replacements if isinstance(replacements, list) else ():
        range_ = _range(one, line) if isinstance(one, dict) else None
        if range_ is not None:
            yield (*range_, str(one.get("replacement", "")))


def _range(place: Mapping[str, object], line: str) -> Range | None:
    """Lines and columns, both from 1, as offsets."""
    numbers = [place.get(key) for key in ("line", "column", "endLine", "endColumn")]
    rows = line.split("\n")
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        return None
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    first, column, last, end_column = (int(str(number)) for number in numbers)
    if last > len(rows) or first > last:
        return None
    start, end = starts[first - 1] + column - 1, starts[last - 1] + end_column - 1
    return (start, end) if start <= end <= len(line) else None
