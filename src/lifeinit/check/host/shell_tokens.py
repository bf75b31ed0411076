"""Where a piece of a line for the shell ends that holds others: "…", $(…) and `…`, one within another."""

import re

_DEEPEST = 10
_UNREADABLE = re.compile(r"`|<<|(?:^|[\s(])#|\bcase\b")  # what a bracket may stand in without being one
_SIMPLE = re.compile(r"\$\{[^{}\"'`\\$]*\}")


def end_of(text: str, at: int, depth: int = 0) -> int | None:
    """The position after the piece that begins at `at`; None if that cannot be said, or there is none."""
    if depth > _DEEPEST:
        return None
    if text.startswith('"', at):
        return _end_of_double(text, at + 1, depth)
    if text.startswith("$(", at):
        return _end_of_bracket(text, at + 2, depth)
    if text.startswith("`", at):
        match = re.compile(r"`[^`\\'\"]*`").match(text, at)
        return match.end() if match else None
    return None


def _end_of_double(text: str, at: int, depth: int) -> int | None:
    while at < len(text):
        char = text[at]
        if char == '"':
            return at + 1
        inner = None
        if char == "\\":
            inner = at + 2
        elif text.startswith("${", at):
            match = _SIMPLE.match(text, at)
            inner = match.end() if match else None
        elif char == "`" or text.startswith("$(", at):
            inner = end_of(text, at, depth + 1)
        else:
            inner = at + 1
        if inner is None:
            return None
        at = inner
    return None


def _end_of_bracket(text: str, at: int, depth: int) -> int | None:
    begun, open_brackets = at, 1
    while at < len(text):
        char = text[at]
        inner: int | None = at + 1
        if char == "'":
            inner = text.find("'", at + 1) + 1 or None
        elif char == '"' or text.startswith("$(", at):
            inner = end_of(text, at, depth + 1)
        elif char == "\\":
            inner = at + 2
        elif char in "()":
            open_brackets += 1 if char == "(" else -1
            if open_brackets == 0:
                return None if _UNREADABLE.search(text, begun, at) else at + 1
        if inner is None:
            return None
        at = inner
    return None
