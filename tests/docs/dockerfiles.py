"""What can be wrong in a Dockerfile: stages, lists in JSON, shell lines, command lines of lifeinit."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.docs.commandlines import check_arguments, check_shell

_INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$", re.DOTALL)
_KNOWN = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)


class Instruction(NamedTuple):
    name: str
    value: str


def check_dockerfile(text: str) -> None:
    instructions = list(_instructions(text))
    stages: list[str] = []
    for name, value in instructions:
        assert name in _KNOWN, f"{name} is no instruction"
        if name == "FROM":
            stages.append(value.split()[-1] if " AS " in value else "")
        elif name == "COPY" and (source := re.search(r"--from=(\S+)", value)):
            assert source[1] in stages or "/" in source[1] or ":" in source[1], f"no stage {source[1]}"
        elif name == "RUN":
            check_shell(re.sub(r"^(--\S+\s+)+", "", value))
        elif name == "HEALTHCHECK":
            _check_health(value)
    _check_start(instructions)


def _check_start(instructions: list[Instruction]) -> None:
    """ENTRYPOINT and CMD of the last stage, put together as the engine does it."""
    last = max((at for at, found in enumerate(instructions) if found.name == "FROM"), default=0)
    ends = {found.name: found.value for found in instructions[last:] if found.name in {"ENTRYPOINT", "CMD"}}
    words = [word for name in ("ENTRYPOINT", "CMD") if name in ends for word in words_of(ends[name])]
    if "ENTRYPOINT" in ends and words[0] == "lifeinit":
        check_arguments(words[1:], complete=False)  # the command may come from the hook file, or from `docker run`


def words_of(value: str) -> list[str]:
    """Of the form with brackets; the other one is a line for the shell."""
    if not value.startswith("["):
        check_shell(value)
        return ["/bin/sh", "-c", value]
    words = json.loads(value)
    assert isinstance(words, list)
    return [str(word) for word in words]


def _check_health(value: str) -> None:
    _, _, command = value.partition("CMD ")
    assert command or value == "NONE"
    words = words_of(command)
    if words[0] == "lifeinit":
        check_arguments(words[1:])


def _instructions(text: str) -> Iterator[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").split("\n"):
        found = _INSTRUCTION.match(line)
        assert found, f"no instruction: {line}"
        yield Instruction(found[1], found[2].strip())
