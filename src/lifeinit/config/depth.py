"""Whether a text nests deeper than a parser can be asked to follow: found without following it."""

import re

from lifeinit.config.spans import STRING

DEEPEST = 32  # a hook file needs four

_PART = r"(?:[A-Za-z0-9_-]++|\"(?>(?:[^\"\\\n]++|\\.)*)\"|'[^'\n]*+')"
_TOKEN = (
    rf"(?sx) \#[^\n]*+ | (?P<key>(?:{_PART}[ \t]*+\.[ \t]*+){{{DEEPEST}}}) | {STRING} | [A-Za-z0-9_-]++"
    r"| (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<stray>[\"'])"
)


def too_deep(text: str) -> int | None:
    """The offset of the first bracket or dotted key that stands too deep; None if all is well.

    tomllib keeps every prefix of a dotted key, and calls itself for each bracket: a short text can cost it gigabytes,
    or more recursion than Python has. As long as the text is valid this sees the same strings and comments as tomllib.
    """
    if text.count("[") + text.count("{") <= DEEPEST and all(line.count(".") < DEEPEST for line in text.split("\n")):
        return None  # as nearly every hook file: the pattern takes longer to compile than such a file to read
    depth = 0
    for match in re.finditer(_TOKEN, text):
        match match.lastgroup:
            case "key":
                return match.start()
            case "open":
                depth += 1
                if depth > DEEPEST:
                    return match.start()
            case "close":
                depth = max(0, depth - 1)
            case "stray":
                return None  # a string that does not end: tomllib gets no further either
    return None
