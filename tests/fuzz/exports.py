"""What a hook may write to LIFEINIT_ENV: variables that execve(2) takes, or a sentence without a word of what it wrote.

A second reading of the rules, written for clearness, has to come to the same variables.
"""

import re
import time

from lifeinit.engine.env_file import ExportError
from lifeinit.engine.env_text import LONGEST, MOST, parse

NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
REASONS = (
    r"is not KEY=VALUE",
    r"begins a text that has no end",
    r'begins with "(?:export|declare)", which must be removed',
    r"has no name of letters, digits and _ before the =",
    r'sets "LIFEINIT_[A-Za-z0-9_]{0,31}", and LIFEINIT_ names are lifeinit\'s own',
    r"has a value with a NUL character",
    rf"has a value of more than {LONGEST} bytes",
)
LINE = rf"line [1-9][0-9]*(?: \(and [1-9][0-9]* more\))? (?:{'|'.join(REASONS)})"
SENTENCE = re.compile(
    rf"LIFEINIT_ENV: (?:{LINE}|more than {MOST} variables)(?:, (?:{LINE}|more than {MOST} variables))*"
    r": write KEY=VALUE, or KEY<<END, lines, END"
)

SEEDS = [
    b"A=1\nB=two words\n# a comment\n\nC=\n",
    b"KEY<<END\none\n\n two=2\nEND\nCRLF=x\r\nLAST<<E\nE\n",
    b"URL=postgres://me:secret@db/x?a=b<<c\n_x9==<<\n",
    b"A<<\nx\n\nB<<=\n=\n",
    b"LIFEINIT_PID=7\nLIFEINIT_=\nPATH=/bin\n",
    b"export A=secret\nexport B=secret\ndeclare -x C=secret\n2B=3\nno assignment\n=1\n",
    b"A=" + b"x" * (LONGEST - 1) + b"\n",
    b"".join(b"V%d=%d\n" % (i, i) for i in range(MOST)),
]
PIECES = [
    *(b"=", b"<<", b"\n", b"\r\n", b"\r", b"\0", b"#", b" ", b"\t", b"END", b"A", b"_", b"9", b"LIFEINIT_", b"\xff"),
    *("é".encode(), b"A=1\n", b"A<<A\n", b"A\n", b"E<<END\n", b"\x0b", b"\x0c", b"\x85", b"=\n", b"<<\n", b"<"),
]


def look(data: bytes) -> None:
    began = time.process_time()
    found, sentence = _parsed(data)
    assert time.process_time() - began < 2
    assert found == _plainly(data)
    assert found is not None or SENTENCE.fullmatch(sentence), sentence


def _parsed(data: bytes) -> tuple[dict[bytes, bytes] | None, str]:
    try:
        return parse(data), ""
    except ExportError as error:
        return None, str(error)


def _plainly(data: bytes) -> dict[bytes, bytes] | None:
    """None where anything is wrong."""
    lines = [line[:-1] if line.endswith(b"\r") else line for line in data.split(b"\n")]
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if line.strip() == b"" or line.strip().startswith(b"#"):
            continue
        text = re.fullmatch(rb"([^=]*?)<<(.*)", line, re.DOTALL)
        if text:
            try:
                end = lines.index(text[2], at)
            except ValueError:
                return None
            name, value, at = text[1], b"\n".join(lines[at:end]), end + 1
        elif b"=" in line:
            name, value = line.split(b"=", 1)
        else:
            return None
        if not NAME.fullmatch(name) or name.startswith(b"LIFEINIT_") or b"\0" in value:
            return None
        if len(name) + len(value) > LONGEST:
            return None
        found[name] = value
    return found if len(found) <= MOST else None
