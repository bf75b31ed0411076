"""Inspects hook files, each in the directory of the samples: a process of its own, since the host checks fork.

Stdin is a JSON list of cases; stdout a JSON list of the diagnostics of each.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator

from lifeinit.check.host import inspect, shell_syntax
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.parser import parse

Case = dict[str, object]


@contextlib.contextmanager
def machine(case: Case) -> Iterator[None]:
    """The state of the machine that a case asks for."""
    shell = shell_syntax.SHELL
    shell_syntax.SHELL = str(case.get("shell", shell))
    os.seteuid(int(str(case.get("euid", os.geteuid()))))
    try:
        yield
    finally:
        if os.geteuid() != os.getuid():
            os.seteuid(os.getuid())
        shell_syntax.SHELL = shell


def answer(case: Case) -> list[list[str]]:
    """Code, place, message and help of each diagnostic; where the case wants them its edits, as JSON."""
    words = case.get("command") or []
    assert isinstance(words, list)
    file = case.get("file")
    hook_file = parse(str(case["hooks"]).encode())
    with machine(case):
        found = inspect(hook_file, words, () if file is None else (str(file),))
    return [[*described(one), *([json.dumps(one.edits)] if case.get("edits") else [])] for one in found]


def described(one: Diagnostic) -> list[str]:
    return [one.code, "--" if one.of_command else where(*one.span), one.message, one.help]


def where(start: tuple[int, int], end: tuple[int, int]) -> str:
    return f"{start[0]}:{start[1]}-{end[1]}" if start[0] == end[0] else f"{start[0]}:{start[1]}-{end[0]}:{end[1]}"


if __name__ == "__main__":
    print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
