"""Whether a text nests deeper than a parser can be asked to follow: found without following it."""

import re

from lifeinit.hookfile.locate import STRING

DEEPEST = 32  # a hook file needs four

_PART = r"(?:[A-Za-z0-9_-]++|\"(?>(?:[^\"\\\n]++|\\.)*)\"|'[^'\n]*+')"
_TOKEN = re.compile(
    rf"\#[^\n]*+ | (?P<key>(?:{_PART}[ \t]*+\.[ \t]*+){{{DEEPEST}}}) | {STRING} | [A-Za-z0-9_-]++"
    r"| (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<stray>[\"'])",
    re.DOTALL | re.VERBOSE,
)


def too_deep(text: str) -> int | None:
    """The offset of the first bracket or dotted key that stands too deep; None if all is well.

    tomllib keeps every prefix of a dotted key, and calls itself for each bracket: a short text can cost it gigabytes,
    or more recursion than Python has. As long as the text is valid this sees the same strings and comments as tomllib.
    """
    depth = 0
    for match in _TOKEN.finditer(text):
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
