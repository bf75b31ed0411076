"""Secrets in the text of a command: passwords of URLs and options, headers, variables that are set for one command."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

SECRET_NAME: Final = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_KEY$|_PWD$|(?:^|_)PASS$"
)
# Names that look like a secret's and are not.
HARMLESS_NAME: Final = re.compile(
    r"_(?:FILE|PATH|DIR|TTL|AGE|LIFETIME|EXPIR\w*|TIMEOUT|LENGTH|SIZE|COUNT|LIMIT|ALGORITHM|ALG|HEADER|NAME|TYPE|ENABLED"
    r"|REQUIRED|HASHERS?|URL|URI|HOST|ENDPOINT|ISSUER|POLICY|ID)$|PUBLIC|CACHE_KEY|SORT_KEY|PRIMARY_KEY|PARTITION_KEY"
    r"|ROUTING_KEY|TOKENIZER|TOKENS$"
)
PLAIN_VALUE: Final = re.compile(r"|true|false|yes|no|on|off|none|null|0|1|[./~].*|file:.*", re.IGNORECASE | re.DOTALL)

# A value, in quotes or not, as a shell or a list in TOML has it. Escaped quotes are those of a TOML string.
_VALUE = r"(?:\\?[\"'])?(?P<secret>[^\s\"'\\,;&|<>()\]}]+)"
_BETWEEN = r"(?:=|\s+|[\"']\s*,\s*(?=[\"']))"
_COMMA: Final = '", "'  # between the items of a list
_OPTION = r"(?:[a-z0-9]+-)*(?:password|passwd|passphrase|pass|secret|token|api-?key|access-key|secret-key|private-key)"
_HEADER = r"(?<![\w-])(?:(?:proxy-)?authorization|private-token|api-?key|x-[a-z-]{0,40}(?:key|token|secret))"
_PROGRAM = r"(?<![\w-])(?:{})\b[^\n]{{0,300}}?[\s\"']"
_KINDS: Final = (
    ("a URL with a password", re.compile(r"://[^/?#\s:@\"']*:(?P<secret>[^/?#\s@\"']+)@")),
    ("a header with a secret", re.compile(rf"(?i:{_HEADER}\s*:\s*(?:(?:bearer|basic|token)\s+)?){_VALUE}")),
    ("an option with a secret", re.compile(rf"(?i:(?<![\w-])--?{_OPTION}){_BETWEEN}{_VALUE}")),
    ("a password of curl", re.compile(rf"{_PROGRAM.format('curl')}(?:-u|--user){_BETWEEN}[\"']?[^\s:\"']+:{_VALUE}")),
    ("an option with a secret", re.compile(rf"{_PROGRAM.format('(?:mysql|mariadb)[a-z-]*')}-p(?![\"']){_VALUE}")),
    ("an option with a secret", re.compile(rf"{_PROGRAM.format('redis-cli|valkey-cli')}-a{_BETWEEN}{_VALUE}")),
    ("an option with a secret", re.compile(rf"{_PROGRAM.format('sshpass')}-p(?:{_BETWEEN})?{_VALUE}")),
    (
        "a printed secret",
        re.compile(rf"(?:echo|printf)\s+(?:-n\s+)?{_VALUE}[\"'\\]*\s*\|[^|\n]*\s(?:login\b|--password-stdin)"),
    ),
    ("a variable with a secret", re.compile(rf"(?<![\w$-])(?P<name>[A-Z][A-Z0-9_]*)={_VALUE}")),
)


class Secret(NamedTuple):
    """`range` is the secret itself."""

    what: str
    range: tuple[int, int]


def secrets(text: str) -> Iterator[Secret]:
    """Every secret in a text. A variable is none, nor is a path."""
    for what, pattern in _KINDS:
        for match in pattern.finditer(text):
            value, name = match["secret"], match.groupdict().get("name")
            is_plain = "$" in value or "`" in value or "*" in value or value.startswith("-")
            if is_plain or PLAIN_VALUE.fullmatch(value) or (name is not None and not is_a_secret_name(name)):
                continue
            yield Secret(what, match.span("secret"))


def secrets_of_list(words: Sequence[str]) -> Iterator[tuple[int, Secret]]:
    """The same for the items of a list, which are read as they are written: an option and its value may be two."""
    starts = [1]
    for word in words:
        starts.append(starts[-1] + len(word) + len(_COMMA))
    for what, (start, end) in secrets(f'"{_COMMA.join(words)}"'):
        i = bisect_right(starts, start) - 1
        yield i, Secret(what, (start - starts[i], end - starts[i]))


def is_a_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return SECRET_NAME.search(name.upper()) is not None and HARMLESS_NAME.search(name.upper()) is None


@lru_cache(maxsize=4)  # of a long line with many mistakes it is asked for each
def hidden(text: str) -> str:
    """The text with stars in the place of each secret, at its own width."""
    for _, (start, end) in secrets(text):
        text = f"{text[:start]}{'*' * (end - start)}{text[end:]}"
    return text
