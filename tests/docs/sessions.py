"""What the commands of a page print, in a directory with the page's files, and how it is compared with the page."""

import re
from pathlib import Path

from tests.docs.blocks import ROOT, Block, blocks_of
from tests.docs.kinds import commands_of
from tests.integration.harness import Running, base_environment

_END = "\x01"  # what the shell prints between two commands
_TIMES = re.compile(r"\b(in|after|for) \d+(\.\d+)? ?s\b")
_LEFT = re.compile(r"\b\d+ s (are )?left")
_PIDS = re.compile(r"\b(pid|orphan) \d+")


def files_of(page: str, directory: Path) -> None:
    """Write the page's files."""
    for block in blocks_of(ROOT / page):
        if block.marker == "file":
            path = directory / block.argument
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
            path.chmod(0o755 if block.text.startswith("#!") else 0o644)


def outputs_of(commands: list[str], directory: Path, environment: dict[str, str]) -> list[str]:
    """What each command prints, stdout and stderr, all of them run by one shell in a PID namespace."""
    lines = [f"{{ {command}\n}}\nstatus=$?; printf '\\001'; (exit $status)" for command in commands]
    script = "exec 2>&1\n" + "\n".join(lines) + "\n"
    (directory / ".session").write_text(script)
    running = Running(["sh", ".session"], directory, base_environment() | environment)
    try:
        text = "\n".join(running.rest())
    finally:
        running.end()
    parts = text.split(_END)
    assert len(parts) == len(commands) + 1, f"the shell ended early: {text}"
    return [part.strip("\n") for part in parts[:-1]]


def shown_in(block: Block) -> list[tuple[str, str]]:
    """Each command of a console session, and what the page says that it prints."""
    parts = re.split(r"^\$ .*\n(?:> .*\n)*", block.text, flags=re.MULTILINE)
    return list(zip(commands_of(block.text), (part.strip("\n") for part in parts[1:]), strict=True))


def comparable(text: str) -> str:
    """Without what is another number at each run. A line of three dots stands for any lines."""
    return _LEFT.sub("N s left", _PIDS.sub(r"\1 N", _TIMES.sub(r"\1 N s", text)))


def fits(shown: str, printed: str) -> bool:
    if shown == "...":
        return True
    pattern = re.escape(comparable(shown)).replace(re.escape("...\n"), r"(?:.*\n)*?")
    return re.fullmatch(pattern, comparable(printed)) is not None
