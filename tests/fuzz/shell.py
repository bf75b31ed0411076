"""A line for the shell: whatever it is, its parts stand inside it, and no secret of it is shown."""

import time

from lifeinit.check.host import shell_dialect, shell_line, shell_syntax
from lifeinit.check.output.secret_text import hidden, secrets
from tests.integration.check.test_shell_truth import DIFFERENT, LOST, NOT_LOST, THE_SAME
from tests.unit.check.test_secret_text import NONE, SECRET

_TEXTS = [*(line for line, _, _ in DIFFERENT), *THE_SAME, *LOST, *NOT_LOST, *SECRET, *NONE]
_PIECES = [
    *(
        "$(",
        "${",
        "$((",
        "))",
        "`",
        '"',
        "'",
        "\\",
        "\\\n",
        "\n",
        ";",
        ";;",
        "&",
        "&&",
        "||",
        "|",
        "(",
        ")",
        "{",
        "}",
        "#",
    ),
    *(
        "<<E\n",
        "\nE\n",
        "<<-E",
        "<<<",
        "<(",
        "&>",
        ">&",
        "2>&1",
        "$'",
        "if ",
        "then ",
        "fi",
        "case a in ",
        "esac",
        "for a in ",
    ),
    *(
        "do ",
        "done",
        "function ",
        "f() ",
        "[[",
        "]]",
        "a=(",
        "+=",
        "set -e",
        "!",
        "é",
        "\u2028",
        "\x00",
        "\x0c",
        "://a:b@",
    ),
]

_REPEATED = (
    *(
        "${a/",
        "${a:1",
        "{,",
        "{a,",
        "$((",
        "$((a++",
        "x-x-",
        "curl ",
        "curl -u",
        "://",
        "://a:",
        "--a-",
        "-",
        "A=",
        "a ",
    ),
    *(
        "<<E ",
        "$(",
        '"',
        "'",
        "\\",
        "(",
        "case a in ",
        "if ",
        "f() ",
        "&> ",
        "`",
        "{1..2}",
        "$'",
        "authorization:",
        "((",
        "a=(",
    ),
)
# What grows faster than the line would take minutes for each.
LONG = [(piece * (20_000 // len(piece) + 1))[:20_000].encode() for piece in _REPEATED]

SEEDS = [text.encode() for text in _TEXTS]
PIECES = [text.encode() for text in _PIECES]


def look(raw: bytes) -> None:
    began = time.process_time()
    line = raw.decode("utf-8", "replace")
    read = shell_line.read(line)
    for simple in read.commands:
        assert simple.words
        assert len(simple.words) == len(simple.ranges)
        for (start, end), (following, _) in zip(simple.ranges, (*simple.ranges[1:], (len(line), 0)), strict=True):
            assert 0 <= start < end <= following
    for use in shell_dialect.uses(line):
        assert 0 <= use.range[0] < use.range[1] <= len(line)
        assert all(0 <= start <= end <= len(line) for start, end, _ in use.edits)
    start, end = shell_syntax.located(line, 3, '"x" unexpected')
    assert 0 <= start <= end <= len(line)
    shown = hidden(line)
    assert len(shown) == len(line)
    assert all(set(shown[slice(*one.range)]) == {"*"} for one in secrets(line))
    assert time.process_time() - began < 5
