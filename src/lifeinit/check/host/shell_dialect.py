"""Where a line uses what bash has and another shell may not have."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.shell_constructs import ARGUMENTS, EXPANDED, OPERATORS, UNQUOTED, Construct, bash_word
from lifeinit.check.host.shell_tokens import Token, UnreadableError, tokens

Edits = tuple[tuple[int, int, str], ...]


class Use(NamedTuple):
    """One use in a line: `edits` are the replacements that avoid it. `reached`: the shell is certain to come there."""

    construct: Construct
    range: reader.Range
    edits: Edits = ()
    reached: bool = False


_FILE = r"[\w./-]*[A-Za-z./][\w./-]*"
_QUOTES = re.compile(r"\"(?>(?:\\.|[^\"\\])*)\"?|'[^']*+'?|\\.", re.DOTALL)
_HIDDEN = re.compile(rf"(\$'[^']*+'?)|{_QUOTES.pattern}|\$\{{[^}}]*+\}}?|\$\([^)]*+\)?", re.DOTALL)


def uses(line: str) -> list[Use]:
    """Every use in a line, each place once. One that asks which shell it is knows what that has."""
    if "BASH_VERSION" in line or "ZSH_VERSION" in line:
        return []
    read = reader.read(line)
    found, certain = [*_of_commands(read), *_of_tokens(line)], _certain(read)
    return [use._replace(reached=use.range[0] < certain) for use in found if not _is_tried(use.construct, found)]


def _certain(read: reader.Line) -> float:
    """The offset up to which everything runs, whatever the commands answer."""
    for simple in read.commands:
        if simple.nested or simple.end in {"&&", "||", "?"}:
            return simple.ranges[-1][1]
    return math.inf if read.whole else 0


def _is_tried(construct: Construct, found: list[Use]) -> bool:
    """`(set -o pipefail) 2>/dev/null && set -o pipefail` asks the shell first."""
    return construct.pattern == "pipefail" and sum(use.construct is construct for use in found) > 1


def _of_commands(read: reader.Line) -> Iterator[Use]:
    for i, simple in enumerate(read.commands):
        name = simple.words[0]
        if name is None or name in read.defined:
            continue
        if name in reader.BASH_WORDS and simple.end != "||":
            yield Use(bash_word(name), simple.ranges[0], _other_word(simple))
        for construct in ARGUMENTS.get(name, ()):
            for at, word in enumerate(simple.words[1:], 1):
                if word is not None and re.fullmatch(construct.pattern, word):
                    edits = _other_argument(construct, simple, at) or _without(construct, read.commands[i : i + 2])
                    yield Use(construct, simple.ranges[at], edits)


def _other_word(simple: reader.Simple) -> Edits:
    """`source ./x`; without a slash "." would look for it in PATH."""
    is_path = len(simple.words) == 2 and "/" in (simple.words[1] or "")
    return ((*simple.ranges[0], "."),) if simple.words[0] == "source" and is_path else ()


def _other_argument(construct: Construct, simple: reader.Simple, at: int) -> Edits:
    word, (start, end) = simple.words[at] or "", simple.ranges[at]
    if construct.pattern == "==":
        return ((start, end, "="),)
    if "SIG" in construct.pattern:
        return ((start, end, word.replace("SIG", "", 1)),)
    before = simple.words[at - 1] or ""
    if word == "pipefail" and re.fullmatch("-[a-z]+o", before):
        return ((simple.ranges[at - 1][0], end, before[:-1]),)
    return ()


def _without(construct: Construct, commands: Sequence[reader.Simple]) -> Edits:
    """`set -o pipefail` alone, which another command follows."""
    alone = construct.pattern == "pipefail" and commands[0].words == ("set", "-o", "pipefail")
    return ((commands[0].ranges[0][0], commands[1].ranges[0][0], ""),) if alone and commands[1:] else ()


def _of_tokens(line: str) -> Iterator[Use]:
    first = before = Token("", 0, 0)
    try:
        for token in tokens(line):
            if first.text == "for" and before.text == token.text == "(":
                yield Use(OPERATORS["for (("], (first.start, token.end))
            else:
                yield from _of_pair(before, token)
            if not token.is_operator and not token.body:
                yield from _of_word(token)
            first, before = before, token
    except UnreadableError:
        return


def _of_pair(before: Token, token: Token) -> Iterator[Use]:
    """What two tokens side by side are, and the words that only a place makes special."""
    adjacent = before.end == token.start
    both = before.text + token.text if adjacent else ""
    if token.is_operator and token.text in {"<<<", "|&"}:
        pipe: Edits = ((token.start, token.end, "2>&1 |"),) if token.text == "|&" else ()
        yield Use(OPERATORS[token.text], (token.start, token.end), pipe)
    elif before.is_operator and (
        before.text in {"&>", "&>>"} or (before.text == ">&" and re.fullmatch(_FILE, token.text))
    ):
        edits = ((before.start, before.end, before.text.strip("&")), (token.end, token.end, " 2>&1"))
        yield Use(OPERATORS[before.text], (before.start, before.end), edits)
    elif both in {"<(", ">(", "(("} and before.is_operator:
        yield Use(OPERATORS[both], (before.start, token.end))
    elif before.text.endswith("=") and not before.is_operator and adjacent and token.text == "(":
        yield Use(OPERATORS["=("], (before.start, token.end))
    elif (before.is_operator or not before.text) and not token.is_operator:
        if token.text == "function":
            yield Use(OPERATORS["function"], (token.start, token.end))
        elif re.match(r"[A-Za-z_]\w*\+=", token.text):
            yield Use(OPERATORS["+="], (token.start, token.end))


def _of_word(token: Token) -> Iterator[Use]:
    """Expansions in a word, with what is quoted out of the way."""
    if "{" not in token.text and "$" not in token.text:
        return
    expanded = _QUOTES.sub(lambda quote: _seen_in_quotes(quote[0]), token.text)
    plain = _HIDDEN.sub(lambda quote: quote[1] or "\0" * len(quote[0]), token.text)
    for text, constructs in ((plain, UNQUOTED), (expanded, EXPANDED)):
        for construct in constructs:
            for match in re.finditer(construct.pattern, text):
                yield Use(construct, (token.start + match.start(), token.start + match.end()))


def _seen_in_quotes(text: str) -> str:
    """What of a quoted part the shell expands, at the same offsets."""
    return re.sub(r"\\.", "\0\0", text, flags=re.DOTALL) if text.startswith('"') else "\0" * len(text)
