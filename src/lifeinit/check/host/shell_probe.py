"""Asks the shell what it has, by lines of our own: each changes nothing, and runs without rights."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from lifeinit.check.host import shell_syntax

Answer = Literal["yes", "no", "dies"]  # "dies": the shell itself exits, whatever is written behind it

_PATIENCE: Final = 2.0  # seconds
_NOBODY: Final = 65534
# Each line runs in a subshell, whose answer is empty where that exits.
_SCRIPT: Final = """
for line do
    answer=$(eval "$line" >/dev/null 2>&1 && echo yes || echo no)
    echo "${answer:-dies}"
done
"""


def answers(lines: Iterable[str]) -> Mapping[str, Answer]:
    """What the shell answers to each line; none where it cannot be asked. One process for all of them."""
    asked = list(dict.fromkeys(lines))
    if not asked:
        return {}
    as_nobody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
            [shell_syntax.SHELL, "-c", _SCRIPT, "sh", *asked],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},  # and no ENV, no BASH_ENV
            **as_nobody,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    said = done.stdout.decode("utf-8", "replace").split()
    return dict(zip(asked, said, strict=True)) if len(said) == len(asked) else {}
