"""Texts that are no TOML: what is wrong, where, and the way out."""

import re

import pytest

from lifeinit.config.parser import examine

FORMS = 'a line of TOML is key = "text", key = 1, key = ["a", "b"] or [table]'
MISTAKES = [
    ("stop_timeout = 30s", "30s", '"30s" without quotes: write "30s"'),
    ("pre_start = python manage.py migrate", "python manage.py migrate",
     '"python manage.py migrate" without quotes: write "python manage.py migrate"'),
    ('pre_start = echo "hi"  # say it', 'echo "hi"', '"echo "hi"" without quotes: write \'echo "hi"\''),
    ("umask = 022", "022", '"022" without quotes: write "022"'),
    ('a = ["x", 30s]', "30s", '"30s" without quotes: write "30s"'),
    ("a = { x = 30s }", "30s", '"30s" without quotes: write "30s"'),
    ("pre_start: migrate", ":", '":" behind the key "pre_start": write pre_start = "..."'),
    ("a = { b: 1 }", ":", '":" behind the key "b": write b = "..."'),
    ("pre_start migrate", "m", 'no "=" behind the key "pre_start": write pre_start = "..."'),
    ("pre_start\n", "pre_start", 'nothing behind the key "pre_start": write pre_start = "..."'),
    ("- command: x", "-", '"-" begins no list: write a list as ["a", "b"], hooks as [[pre_start]]'),
    ("once = True", "True", '"True" is no value: write true'),
    ("once = yes", "yes", '"yes" is no value: write true'),
    ("once = FALSE", "FALSE", '"FALSE" is no value: write false'),
    ("user = None", "None", '"None" is no value: leave the key out'),
    ("user = null # no one", "null", '"null" is no value: leave the key out'),
    ("user =\nname = 1", "user =", 'no value behind "user": write one, or leave the key out'),
    ("a == 1", "=", 'two "=": write one'),
    ("a = \u201cx\u201d", "\u201cx\u201d", 'quotes that are none: "\u201c": write "x"'),
    ("a = \u2018x y\u2019", "\u2018x y\u2019", 'quotes that are none: "\u2018": write "x y"'),
    ('[pre_start]\na = 1\n[pre_start]', "pre_start",
     '"pre_start" a second time, first on line 1: did you mean [[pre_start]], at each of them?'),
    ("[[post_stop]]\n[post_stop]", "post_stop",
     '"post_stop" a second time, first on line 1: did you mean [[post_stop]], at each of them?'),
    ("[app]\n\n[app]", "app", '"app" a second time, first on line 1: write all its keys below the first'),
    ('user = "a"\nuser = "b"', "user", '"user" a second time, first on line 1: leave one of them out'),
    ("[app]\nx.y = 1\nx = 2", "x", '"x" a second time, first on line 2: leave one of them out'),
    ("a = {}\na.b = 1", "a.b", '"a.b", but "a" is whole since line 1: leave one of them out'),
    ("a = {b = 1, b = 2}", "}", "an inline table with two keys of one name: leave one of them out"),
    ('a = ["x" "y"]', '"', "no comma between two items of a list: write one before this"),
    ('a = [\n"x"\n"y"\n]', '"', "no comma between two items of a list: write one before this"),
    ("a = [1,, 2]", ",", "a comma without an item before it: leave it out"),
    ('a = ["x",\n', '["x",', 'no "]" up to the end of the file: write ] where it ends'),
    ("a = { b = 1", "{ b = 1", 'no "}" up to the end of the file: write } where it ends'),
    ("a = { b = 1 c = 2 }", "c", "no comma between two keys of an inline table: write one before this"),
    ("a = { b = 1, }", "}", 'a comma before the "}": leave it out'),
    ("a = { b = 1,\n  c = 2 }", "{ b = 1,",
     "an inline table of several lines: write it on one line, or as a [table] of its own"),
    ("a = 'it's'", "s'", 'text behind the single quote that ends a string: put " around it instead'),
    ('a = "say "hi""', 'hi""',
     'text behind the quote that ends a string: leave it out, or write \\" for a quote inside of the string'),
    ('a = "x" "y"', '"y"', 'two strings: write one string, or a list as ["a", "b"]'),
    ('a = "x",', ",", "a comma behind the value: leave it out"),
    ('a = "x" // c', "// c", '"// c" is no comment: begin it with "#"'),
    ("a = 1 ; c", "; c", '"; c" is no comment: begin it with "#"'),
    ("; c", "; c", '"; c" is no comment: begin it with "#"'),
    ('a = "x\nb = 1', '"x',
     'a string that does not end on its line: write " behind it, or put """ around text of several lines'),
    ("a = 'x", "'x", "a string that does not end on its line: write ' behind it"),
    ('a = """x\ny', '"""x', 'a string that begins with """ and never ends: write """ behind it'),
    ('a = "C:\\dir"', "\\d", '"\\d" is no escape: write "\\\\d", or put the text in single quotes'),
    ('a = "\x01"', "\x01", 'the character "\\x01", which no TOML may hold: remove it'),
    ("a\x00 = 1", "\x00", 'the character "\\x00", which no TOML may hold: remove it'),
    ("a = 1\rb = 2", "\r", "a carriage return without a line feed: end each line with LF or CR LF"),
    ("[program:web]", "[program:web]", '":" in the header "program:web": write [process.web]'),
    ("[app", "[app", "a header that is not closed: write ] behind it"),
    ("[[pre_start\n", "[[pre_start", "a header that is not closed: write ]] behind it"),
    ("[[pre_start]", "]", '"]" in a header: use letters, digits, _ and - only, or put it in quotes'),
    ("[app]]", "]", 'one "]" too many: write [app] or [[app]]'),
    ("[app] user = 1", "user = 1", "something behind a header: begin a new line for it"),
    ("[app] // c", "// c", '"// c" is no comment: begin it with "#"'),
    ("[]", "]", '"]" where a key has a name: write one name, or names with a dot between them'),
    ("a..b = 1", ".", '"." where a key has a name: write one name, or names with a dot between them'),
    ('{"pre_start": "x"}', "{", 'a text that begins with "{", as JSON does: ' + FORMS),
    ("= 1", "=", 'no key before the "=": write its name there'),
    ("\u00e9t\u00e9 = 1", "\u00e9", '"\u00e9" in a key without quotes: put the key in quotes'),
    ('a = "\\ud800"', '"', 'escaped character is not a Unicode scalar value: ' + FORMS),
    ("n = " + "9" * 5000, "9", "a number of more than 4,300 digits: write a smaller one"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "marked", "message"), MISTAKES)
@pytest.mark.parametrize("before", ["", "# ä字\r\n\n"], ids=["first", "later"])
def test_each_slip_is_understood(text: str, marked: str, message: str, before: str) -> None:
    whole = before + text
    (problem,) = examine(whole.encode()).problems
    shift = before.count("\n")
    expected = re.sub(r"(?<= line )\d", lambda match: str(int(match[0]) + shift), message)
    assert problem.sentence == f"invalid TOML: {expected}"
    assert problem.code == "E101"
    lines = whole.split("\n")
    place, end = problem.span
    assert end is not None
    assert end.line == place.line > shift
    assert lines[place.line - 1][place.column - 1 : end.column - 1] == marked


def test_a_place_at_the_end_of_the_file_is_inside_of_it() -> None:
    (problem,) = examine(b'[app]\nuser = "a\n\n').problems
    assert problem.span == ((2, 8), (2, 10))
