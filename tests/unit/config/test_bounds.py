"""The bounds of a hook file: whatever its size and depth, there is one answer, and a bounded number of diagnostics."""

from collections.abc import Callable

import pytest

from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.report import Report
from lifeinit.config.contents import LARGEST
from lifeinit.config.parser import examine
from lifeinit.config.reporter import MOST_PROBLEMS

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
    "10 MB": (lambda: b"# x\n" * 2_500_000, "1:1: error: the hook file is larger than 1 MiB"),
    "lists in lists": (lambda: b"a = " + b"[" * 10_000, "1:37: error: nested more than 32 levels"),
    "closed ones too": (lambda: b"a = " + b"[" * 10_000 + b"]" * 10_000, "1:37: error: nested more than 32 levels"),
    "tables in tables": (lambda: b"a = " + b"{a=" * 10_000, "1:101: error: nested more than 32 levels deep"),
    "a dotted key": (lambda: b"a." * 500_000 + b"a = 1", "1:1: error: nested more than 32 levels deep"),
    "a dotted header": (lambda: b"[" + b"a . " * 200_000 + b"a]", "1:2: error: nested more than 32 levels deep"),
    "quoted dotted keys": (lambda: b'"a".' * 200_000 + b"a = 1", "1:1: error: nested more than 32 levels deep"),
    "a wrong line before the depth": (lambda: b"a = x\nb = " + b"[" * 10_000, '1:5: error: invalid TOML: '),
    "a line of 1 MB": (lambda: b'pre_start = "' + b"x" * 1_000_000 + b'"', "1:13: error: a string has 1,000,000 bytes"),
    "a key of 1 MB": (lambda: b"x" * 1_000_000 + b" = 1", f'1:1: error: unknown key "{"x" * 57}...": a hook file'),
    "a number of a million digits": (lambda: b"a = " + b"9" * 1_000_000, "1:5: error: invalid TOML: "),
    "strings that never end": (lambda: b'a = """' + b'\\"' * 500_000, "1:5: error: invalid TOML: "),
    "mistakes": (lambda: b"a = b\n" * 170_000, "1:5: error: invalid TOML: "),
    "names twice": (lambda: b"kill_after=1\n" * 70_000, "2:1: error: invalid TOML: "),
    "tables twice": (lambda: b"[app]\n" * 150_000, "2:2: error: invalid TOML: "),
    "lists that never end": (lambda: b"a = [\n" * 170_000, "1:5: error: invalid TOML: "),
    "a mistake at the end": (lambda: b"[[pre_stop]]\nsleep = 1\n" * 40_000 + b"a", "80001:1: error: invalid TOML: "),
    "strings that may end": (lambda: b"\\\"\"\"\n" * 200_000, "1:1: error: invalid TOML: "),
    "quotes": (lambda: b'a = "' * 200_000, "1:11: error: invalid TOML: "),
    "single quotes": (lambda: b"'" * 1_000_000, "1:3: error: invalid TOML: "),
    "a long duration": (lambda: b'stop_timeout = "' + b"9m" * 500_000 + b'"', '1:16: error: stop_timeout is "9m9m'),
    "a long signal": (lambda: b'stop_on = ["RTMIN+' + b"9" * 1_000_000 + b'"]', '1:12: error: stop_on contains "RT'),
    "a long target": (lambda: b'ready = "http://' + b"a:" * 500_000 + b'"', "1:9: error: ready contains a target of"),
    "many hosts": (lambda: b'[[pre_stop]]\nwait_for="mongodb://' + b"," * 1_000_000 + b'"', "2:10: error: wait_for"),
    "NULs": (lambda: b"\0" * 1_000_000, '1:1: error: invalid TOML: '),
    "carriage returns": (lambda: b"\r" * 1_000_000, "1:1: error: invalid TOML: "),
    "every byte": (lambda: bytes(range(256)) * 4_000, '2:118: error: the file is not UTF-8: byte "0x80"'),
    "backslashes": (lambda: b"a = " + b"\\" * 1_000_000, '1:5: error: invalid TOML: '),
    "commas": (lambda: b"a = [" + b"," * 1_000_000, "1:6: error: invalid TOML: "),
    "equals signs": (lambda: b"=" * 1_000_000, '1:1: error: invalid TOML: '),
}  # fmt: skip


# What takes long in proportion to its length: the text of so many lines or items, how many fill a file, the answer.
LONG: dict[str, tuple[Callable[[int], bytes], int, str | None]] = {
    "numbers": (lambda count: b"pre_start = [" + b"1," * count + b"]", 500_000, "1:14: error: argument 0 is a number"),
    "tables": (lambda count: b"pre_start = [" + b"{}," * count + b"]", 300_000, "1:14: error: pre_start[0] has"),
    "keys": (lambda count: b"".join(b"k%d=1\n" % i for i in range(count)), 100_000, '1:1: error: unknown key "k0"'),
    "headers": (lambda count: b"".join(b"[k%d]\n" % i for i in range(count)), 100_000, '1:2: error: unknown key "k0"'),
    "comments": (lambda count: b"#\n" * count, 500_000, None),
}  # fmt: skip


def assert_answer(text: bytes, sentence: str | None) -> None:
    examined = examine(text)
    if sentence is None:
        assert examined.hook_file is not None
    else:
        assert examined.problems[0].text("f").startswith(f"f:{sentence}")
        assert len(examined.problems) <= MOST_PROBLEMS


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_has_its_answer(name: str) -> None:
    make, sentence = HOSTILE[name]
    assert_answer(make(), sentence)


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_has_its_answer(name: str) -> None:
    """A twentieth of what fits into a file; tests/integration/check/test_resources.py reads the whole of it."""
    make, count, sentence = LONG[name]
    assert_answer(make(count // 20), sentence)


def test_a_file_of_the_largest_size_is_read() -> None:
    assert examine(b"#" * LARGEST).problems == []
    assert [problem.code for problem in examine(b"#" * (LARGEST + 1)).problems] == ["E109"]


def test_hundreds_of_hooks_are_read() -> None:
    right = "".join(HOOK % i for i in range(300)).encode()
    assert examine(right).problems == []
    assert len(examine(right.replace(b"retries", b"retris")).problems) == 300


def test_hundreds_of_mistakes_on_one_line_are_shown() -> None:
    raw = ("pre_start = [" + '{ command = "x", retris = 1 },' * 300 + "]").encode()
    examined = examine(raw)
    text = snippet.problems(Report("f", examined.text, examined.problems), 100, Paint(wanted=False))
    assert text.count("unknown key") == 300
