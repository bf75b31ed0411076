"""Texts that are not TOML: tomllib's reason, the span, and a hint at the usual slips."""

import pytest

from lifeinit.config.parser import examine

FORMS = 'write key = "text", key = 1, key = ["a", "b"], [table] or # comment'
QUOTE = 'end the string on its line, or put """ around text of several lines'
SLIPS = [
    ("stop_timeout = 30s", "30s", 'put the value in quotes: stop_timeout = "30s"'),
    (
        "pre_start = python manage.py  # x",
        "python manage.py",
        'put the value in quotes: pre_start = "python manage.py"',
    ),
    ("pre_start: migrate", ":", "write pre_start = ..."),
    ("pre_start:", ":", "write [[pre_start]], and its keys below it"),
    ("app:  ", ":", "write [app], and its keys below it"),
    ("pre_start migrate", "m", FORMS),
    ("once = True", "True", "write true"),
    ("once = no", "no", "write false"),
    ("user = null # no one", "null", "remove the key"),
    ("[pre_start]\na = 1\n[pre_start]", "pre_start", "write [[pre_start]] for each of several hooks"),
    ("[app]\n\n[app]", "app", "move its keys below the first [app]"),
    ('user = "a"\nuser = "b"', "user", "keep one of them"),
    ("a = {b = 1, b = 2}", "}", "keep one of them"),
    ('user = "a', "a", QUOTE),
    ("a = {\nb = 1 }", "{", "write an inline table on one line, without a comma at its end"),
    ('{"pre_start": "x"}', "{", FORMS),
    ("s\ttop_timeout = 30s", "t", "put the key in quotes"),
    ("stop\ttimeout = 30s", "t", "write stop_timeout"),
    ("[program:web]", ":", "write a dot for the colon: [program.web]"),
    ("pre_start = “true”", "“true”", 'write straight quotes: pre_start = "true"'),
    (r'pre_start = "C:\path"', "\\", r"write \\ for a backslash, or put the text in single quotes"),
    (r'pre_start = "C:\Users\x"', "\\", r"write \\ for a backslash, or put the text in single quotes"),
    ("= 1", "=", FORMS),
    ("[app", "p", "write [app]"),
    ('a = "\x01"', "\x01", "remove it, or write it as an escape, \\t for a tab"),
    ("n = " + "9" * 5000, "9", "write a smaller number"),
]


@pytest.mark.parametrize(("text", "marked", "fix"), SLIPS)
@pytest.mark.parametrize("before", ["", "# ä字\r\n\n"], ids=["first", "later"])
def test_a_slip_has_its_place_and_a_hint(text: str, marked: str, fix: str, before: str) -> None:
    whole = before + text
    (problem,) = [one for one in examine(whole.encode()).problems if one.code == "E101"]
    start, end = problem.span
    assert (problem.code, problem.help) == ("E101", fix)
    assert problem.message.startswith("invalid TOML: ")
    assert end.line == start.line > before.count("\n")
    assert whole.split("\n")[start.line - 1][start.column - 1 : end.column - 1] == marked


def test_a_place_at_the_end_of_the_file_is_inside_of_it() -> None:
    (problem,) = examine(b'[app]\nuser = "a\n\n').problems
    assert problem.span.start.line == 2
