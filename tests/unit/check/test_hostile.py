"""Hook files that nobody would write: an answer within bounds, with its place inside of the file, and never a crash."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.formats import as_github, as_json, as_sarif
from lifeinit.check.output.result import Report
from lifeinit.check.rules.registry import RULES
from lifeinit.config.diagnostic import Place
from lifeinit.config.load import LARGEST
from lifeinit.config.parser import examine
from lifeinit.config.readers import MOST_PROBLEMS
from tests.unit.check.test_toml_errors import MISTAKES

ROOT = Path(__file__).parents[3]
HOOK = """
[[pre_start]]
name = "hook-%d"
command = "python manage.py migrate --noinput"
retries = 2
retry_delay = "3s"
timeout = "60s"
environment = { A = "b", DATABASE = "$DATABASE_URL" }
"""

HOSTILE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "10 MB": (lambda: b"# x\n" * 2_500_000, "1:1: error: more than 1 MiB of hook file"),
    "lists in lists": (lambda: b"a = " + b"[" * 10_000, "1:37: error: nested more than 32 deep"),
    "closed ones too": (lambda: b"a = " + b"[" * 10_000 + b"]" * 10_000, "1:37: error: nested more than 32 deep"),
    "tables in tables": (lambda: b"a = " + b"{a=" * 10_000, "1:101: error: nested more than 32 deep"),
    "a dotted key": (lambda: b"a." * 500_000 + b"a = 1", "1:1: error: nested more than 32 deep"),
    "a dotted header": (lambda: b"[" + b"a . " * 200_000 + b"a]", "1:2: error: nested more than 32 deep"),
    "quoted dotted keys": (lambda: b'"a".' * 200_000 + b"a = 1", "1:1: error: nested more than 32 deep"),
    "a wrong line before the depth": (lambda: b"a = x\nb = " + b"[" * 10_000, '1:5: error: invalid TOML: "x" without'),
    "a line of 1 MB": (lambda: b'pre_start = "' + b"x" * 1_000_000 + b'"', None),
    "a key of 1 MB": (lambda: b"x" * 1_000_000 + b" = 1", f'1:1: error: unknown key "{"x" * 57}...": a hook file'),
    "a list of numbers": (lambda: b"pre_start = [" + b"1," * 500_000 + b"]", "1:14: error: argument 0 is a number"),
    "a list of tables": (lambda: b"pre_start = [" + b"{}," * 300_000 + b"]", "1:14: error: pre_start[0] has neither"),
    "unknown keys": (lambda: b"".join(b"k%d=1\n" % i for i in range(100_000)), '1:1: error: unknown key "k0"'),
    "headers": (lambda: b"".join(b"[k%d]\n" % i for i in range(100_000)), '1:2: error: unknown key "k0"'),
    "a number of a million digits": (lambda: b"a = " + b"9" * 1_000_000, "1:5: error: invalid TOML: a number of more"),
    "strings that never end": (lambda: b'a = """' + b'\\"' * 500_000, "1:5: error: invalid TOML: a string that begins"),
    "quotes": (lambda: b'a = "' * 200_000, "1:11: error: invalid TOML: text behind the quote that ends a string"),
    "single quotes": (lambda: b"'" * 1_000_000, "1:3: error: invalid TOML: no"),
    "a long duration": (lambda: b'stop_timeout = "' + b"9m" * 500_000 + b'"', '1:16: error: stop_timeout is "9m9m'),
    "a long signal": (lambda: b'stop_on = ["RTMIN+' + b"9" * 1_000_000 + b'"]', '1:12: error: stop_on holds "RTMIN+9'),
    "a long target": (lambda: b'ready = "http://' + b"a:" * 500_000 + b'"', "1:9: error: ready holds a target of"),
    "many hosts": (lambda: b'[[pre_stop]]\nwait_for="mongodb://' + b"," * 1_000_000 + b'"', "2:10: error: wait_for"),
    "NULs": (lambda: b"\0" * 1_000_000, '1:1: error: invalid TOML: the character "\\x00"'),
    "comments": (lambda: b"#\n" * 500_000, None),
    "carriage returns": (lambda: b"\r" * 1_000_000, "1:1: error: invalid TOML: "),
    "every byte": (lambda: bytes(range(256)) * 4_000, '2:118: error: not UTF-8: the byte "0x80" stands here'),
    "backslashes": (lambda: b"a = " + b"\\" * 1_000_000, '1:5: error: invalid TOML: "'),
    "commas": (lambda: b"a = [" + b"," * 1_000_000, "1:6: error: invalid TOML: a comma without an item before it"),
    "equals signs": (lambda: b"=" * 1_000_000, '1:1: error: invalid TOML: no key before the "="'),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_text_has_its_answer_in_time(name: str) -> None:
    """5 s of the processor are far more than any of them takes (2 s), and far less than what is quadratic would."""
    make, sentence = HOSTILE[name]
    start = time.process_time()
    examined = examine(make())
    assert time.process_time() - start < 5
    if sentence is None:
        assert examined.hook_file is not None
    else:
        assert examined.problems[0].text("f").startswith(f"f:{sentence}")
        assert len(examined.problems) <= MOST_PROBLEMS


def test_memory_is_bounded() -> None:
    """The worst of them, one after the other, in an interpreter that may have 512 MiB of address space."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))\n"
        "from tests.unit.check.test_hostile import HOSTILE, examine\n"
        "for name in ('a list of numbers', 'a list of tables', 'headers', 'many hosts', 'a dotted key'):\n"
        "    examine(HOSTILE[name][0]())\n"
        "print('done')"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_a_file_of_the_largest_size_is_read() -> None:
    assert examine(b"#" * LARGEST).problems == []
    assert [problem.code for problem in examine(b"#" * (LARGEST + 1)).problems] == ["E109"]


def test_a_thousand_hooks_take_less_than_a_second() -> None:
    right = "".join(HOOK % i for i in range(1_000)).encode()
    wrong = right.replace(b"retries", b"retris")
    for raw, problems in ((right, 0), (wrong, 1_000)):
        start = time.process_time()
        examined = examine(raw)
        assert time.process_time() - start < 1
        assert len(examined.problems) == problems


def test_a_thousand_wrong_hooks_on_one_line_are_shown_in_time() -> None:
    raw = ("pre_start = [" + '{ command = "x", retris = 1 },' * 1_000 + "]").encode()
    examined = examine(raw)
    start = time.process_time()
    text = snippet.problems(Report("f", examined.text, examined.problems), 100, Paint(wanted=False))
    assert time.process_time() - start < 2
    assert text.count("unknown key") == 1_000


# Fuzzing.


def assert_sound(raw: bytes) -> None:
    """An answer, in every form, whose places lie inside of the file and whose text is fit for a terminal."""
    examined = examine(raw)
    problems = examined.problems
    assert (examined.hook_file is None) == any(problem.severity == "error" for problem in problems)
    lines = examined.text.split("\n")
    for problem in problems:
        assert problem.code in RULES
        assert problem.message.isprintable()
        assert problem.help.isprintable()
        assert problem.help
        start, end = problem.span
        assert Place(1, 1) <= start <= end
        for line, column in (start, end):
            assert line <= len(lines)
            assert column <= len(lines[line - 1]) + 2  # a mark of one character may stand behind the last one
    report = Report("f", examined.text, problems, "")
    told = snippet.problems(report, 60, Paint(wanted=False))
    assert told.replace("\n", "").isprintable()
    assert max(map(len, told.splitlines()), default=0) <= 2000
    assert as_json([report]).isascii()
    assert as_sarif([report]).isascii()
    assert as_github([report]).count("\n") == len(problems)


SEEDS = [
    (ROOT / "hooks.example.toml").read_text(),
    HOOK % 1,
    'pre_start = "x"\npost_stop = ["a", "b"]\nready = { http = "http://a/b" }\nready_file = "/run/r"\n',
    'stop_on = ["TERM", "RTMIN+1"]\n[signals]\nHUP = "USR1"\nTERM = ""\n',
    '[app]\nuser = "a:b"\numask = "027"\nsuccess_exit_codes = [3, "7-9", "SIGTERM"]\nrestart = "always"\n',
    'app.restart = "always"\napp.max_restarts = 3\napp.restart_window = "60s"\n',
    """[process.web]\ncommand = "x"\nready = "notify"\nenvironment = { A = '$B', C = "${D}$$" }\n""",
    '[lifecycle.preStop.exec]\ncommand = ["a"]\n[[jobs]]\nexec = "x"\n[Service]\nExecStartPre = """a\nb"""\n',
    *(text for text, _, _ in MISTAKES if len(text) < 200),
]
PIECES = [
    *("[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "=", ".", ",", "#", "\n", "\r\n", "\r", "\t", " ", "\\"),
    *("\\u", "\x00", "\x7f", "é", "値", "\u202e", "\ufeff", "$", "${", "://", "-1", "1e999", "0x", "1979-05-27", "nan"),
    *("true", "pre_start", "environment", "process", "app", "command", "sleep", "ready", "signals", "9" * 5000),
]


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at, until = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        match draw(st.sampled_from(["insert", "delete", "double", "replace"])):
            case "insert":
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
            case "delete":
                text = text[:at] + text[min(until, at + 8) :]
            case "double":
                text = text[:until] + text[at:]
            case _:
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + 1 :]
    return text.encode()


@settings(max_examples=400, deadline=None)
@given(_mutated())
def test_mutated_files(raw: bytes) -> None:
    assert_sound(raw)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_heaps_of_pieces(text: str) -> None:
    assert_sound(text.encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfea\x00")
@example(b"\xfe\xff\x00a\x00")
def test_any_bytes(raw: bytes) -> None:
    assert_sound(raw)
