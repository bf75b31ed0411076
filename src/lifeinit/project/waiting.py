"""A loop of a shell script that waits for a server, as a target of `wait_for`."""

import re
from collections.abc import Sequence
from typing import Final

from lifeinit.check.host.shell_tokens import Token
from lifeinit.project.statements import Statement

_REDIRECTIONS: Final = frozenset("> >> < >& <& &> &>> >|".split())
_SEPARATORS: Final = frozenset({";", "\n", "&&"})
IDLE: Final = frozenset("sleep echo printf : true".split())  # commands that change nothing
_COUNTING: Final = re.compile(r"\w+=(\$\(\(.*\)\)|\d+)|if|then|else|fi|\[|test|exit|let")
_SCRIPTS: Final = re.compile(r"(?:.*/)?wait-for(?:-it)?(?:\.sh)?")
_PART: Final = re.compile(r"[\w.-]+|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}", re.ASCII)
_DEV_TCP: Final = re.compile(
    r"""\(?\s*(?:(?:echo|:|cat)\s*)?[<>]+\s*["']?/dev/tcp/([^/\s"']+)/([^\s"')]+)["']?\s*\)?"""
    r"\s*(?:&?[12]?>{1,2}&?\s*\S+\s*)*"
)
# Each client, the scheme of its server, and its options for the host and the port.
_CLIENTS: Final = {
    "pg_isready": ("postgres", ("-h", "--host"), ("-p", "--port")),
    "psql": ("postgres", ("-h", "--host"), ("-p", "--port")),
    "redis-cli": ("redis", ("-h",), ("-p",)),
    "mysqladmin": ("mysql", ("-h", "--host"), ("-P", "--port")),
}


def target(statement: Statement, quiet: frozenset[str] = IDLE) -> str:
    """The target that the statement waits for; empty where it does something else, or more.

    `quiet` are the commands that may be in the loop.
    """
    found = statement.tokens
    first = found[0].text
    if first in {"while", "until"}:
        return _of_loop(statement, quiet)
    if _SCRIPTS.fullmatch(first) and not any(token.is_operator for token in found):
        return _of_script([token.text for token in found[1:]])
    return ""


def _of_loop(statement: Statement, quiet: frozenset[str]) -> str:
    found = list(statement.tokens)
    texts = [token.text for token in found]
    if texts.count("do") != 1 or texts[-1] != "done" or not _is_idle(found[texts.index("do") + 1 : -1], quiet):
        return ""
    condition = found[1 : texts.index("do")]
    while condition and condition[-1].text in {";", "\n"}:
        condition.pop()
    is_negated = bool(condition) and condition[0].text == "!"
    if not condition or is_negated != (texts[0] == "while"):
        return ""
    return _of_condition(statement, condition[is_negated:])


def _is_idle(body: Sequence[Token], quiet: frozenset[str]) -> bool:
    """Whether the body only sleeps, prints, counts and gives up."""
    starts = skips = False
    for at, token in enumerate(body):
        if token.is_operator:
            if token.text not in _SEPARATORS | _REDIRECTIONS:
                return False
            skips = token.text in _REDIRECTIONS
            starts = not skips
        elif skips:
            skips, starts = False, at == 1  # `>&2 echo`
        elif (starts or not at) and token.text not in quiet:
            if not _COUNTING.fullmatch(token.text):
                return False
            starts = token.text in {"then", "else", "if"}
        else:
            starts = False
    return True


def _of_condition(statement: Statement, condition: Sequence[Token]) -> str:
    if not condition:
        return ""
    base = statement.tokens[0].start
    connects = _DEV_TCP.fullmatch(statement.text[condition[0].start - base : condition[-1].end - base])
    if connects:
        return _place("tcp", connects[1], connects[2])
    words = words_of(condition)
    while words and re.match(r"\w+=", words[0]):
        words.pop(0)
    return _of_client(words) if words else ""


def words_of(condition: Sequence[Token]) -> list[str]:
    """The words of a simple command without redirections, as they are written but for quotes around one."""
    words: list[str] = []
    skips = False
    for at, token in enumerate(condition):
        if token.is_operator:
            if token.text not in _REDIRECTIONS:
                return []
            if words and words[-1].isdecimal() and condition[at - 1].end == token.start:
                words.pop()  # the number of a descriptor
            skips = True
        elif not skips:
            words.append(token.text.strip("\"'"))
        else:
            skips = False
    return words


def _of_client(words: list[str]) -> str:
    client, *rest = words
    if client in {"nc", "ncat", "netcat"}:
        places = [word for at, word in enumerate(rest) if word[0] != "-" and rest[at - 1][:2] != "-w"]
        listens = any(re.fullmatch(r"-[a-z]*z[a-z]*", word) for word in rest)
        return _place("tcp", *places) if listens and len(places) == 2 else ""
    if client == "curl" and any(re.fullmatch(r"-[A-Za-z]*f[A-Za-z]*|--fail", word) for word in rest):
        urls = [word for word in rest if re.fullmatch(r"https?://[\w.:/-]+", word)]
        return urls[0] if len(urls) == 1 else ""
    if client not in _CLIENTS or (client == "redis-cli" and rest[-1:] != ["ping"]):
        return ""
    scheme, hosts, ports = _CLIENTS[client]
    host = _option(rest, hosts)
    return _place(scheme, host, _option(rest, ports)) if host else ""


def _option(words: Sequence[str], names: Sequence[str]) -> str:
    """The value of an option, however it is written: `-h db`, `-hdb`, `--host=db`, `--host db`."""
    for at, word in enumerate(words):
        for name in names:
            if word == name:
                return words[at + 1] if at + 1 < len(words) else ""
            attached = f"{name}=" if name.startswith("--") else name
            if word.startswith(attached):
                return word.removeprefix(attached)
    return ""


def _of_script(words: list[str]) -> str:
    """`wait-for-it.sh db:5432 -t 30`: without a command behind it."""
    if "--" in words or not words:
        return ""
    host, colon, port = words[0].strip("\"'").rpartition(":")
    return _place("tcp", host, port) if colon else ""


def _place(scheme: str, host: str, port: str) -> str:
    if not _PART.fullmatch(host) or (port and not _PART.fullmatch(port)):
        return ""
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"
