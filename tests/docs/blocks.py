"""The code blocks of the pages, each with its place and what the comment in front of it says of it.

<!-- file NAME -->    the block is a file of that name, in the directory that the page's commands run in
<!-- run -->          the commands are run, in that directory
<!-- see TEST -->     this file of the tests checks it, and has the page's name in it
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
INDENTED = "indented"

_FENCE = re.compile(r"^(?P<margin> *)(?P<fence>```+)(?P<language>[\w-]*)(?P<rest>.*)$")
_MARKER = re.compile(r"^ *<!-- (file|run|see|test)(?: (\S+))? -->$")
_ITEM = re.compile(r"^ *([-*+]|\d+\.) ")


@dataclass(frozen=True)
class Block:
    """One block: its page from the root, its first line's number, its language, its text, and its marker."""

    page: str
    line: int
    language: str
    text: str
    marker: str = ""
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(path: Path) -> list[Block]:
    return list(_blocks(str(path.relative_to(ROOT)), path.read_text().splitlines()))


def all_blocks() -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page)]


def _blocks(page: str, lines: list[str]) -> Iterator[Block]:
    at, in_list = 0, False
    while at < len(lines):
        opened = _FENCE.match(lines[at])
        if opened:
            end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == opened["fence"])
            marker, argument = _marker_above(lines, at)
            text = _without(opened["margin"], lines[at + 1 : end])
            yield Block(page, at + 2, opened["language"], text, marker, argument)
            at = end + 1
            continue
        in_list = bool(_ITEM.match(lines[at])) or (in_list and (not lines[at] or lines[at].startswith(" ")))
        if lines[at].startswith("    ") and not in_list and not lines[at - 1]:
            end = next((n for n in range(at, len(lines)) if lines[n] and not lines[n].startswith("    ")), len(lines))
            yield Block(page, at + 1, INDENTED, _without("    ", lines[at:end]).rstrip("\n") + "\n")
            at = end
            continue
        at += 1


def _marker_above(lines: list[str], at: int) -> tuple[str, str]:
    found = _MARKER.match(lines[at - 1]) if at else None
    return (found[1], found[2] or "") if found else ("", "")


def _without(margin: str, lines: list[str]) -> str:
    return "".join(f"{line.removeprefix(margin)}\n" for line in lines)
