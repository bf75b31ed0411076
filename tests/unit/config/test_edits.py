"""The edits of a text: what they leave of it, in each form that a key or value can have."""

import pytest

from lifeinit.check.fixing import applied
from lifeinit.config.edits import Editor
from lifeinit.config.spans import Path, Places

APP = '# a comment\n[app]\nuser = "a"\n'


def edited(text: str, method: str, *arguments: object) -> str | None:
    """The text after the edits that a method of Editor makes; None where it makes none."""
    edits = getattr(Editor(Places(text)), method)(*arguments)
    return applied(text, [edits])[0] if edits else None


@pytest.mark.parametrize(
    ("text", "path", "left"),
    [
        ("a = 1 # why\nb = 2\n", ("a",), "b = 2\n"),
        ("a = 1", ("a",), ""),
        ("a = [\n  1, # one\n  2,\n]\n", ("a", 0), "a = [\n  2,\n]\n"),
        ("a = [1, 2, 3]", ("a", 0), "a = [2, 3]"),
        ("a = [1, 2, 3]", ("a", 2), "a = [1, 2]"),
        ("a = [1]", ("a", 0), "a = []"),
        ("a = { b = 1, c.d = 2 }", ("a", "b"), "a = { c.d = 2 }"),
        ("a = { b = 1, c.d = 2 }", ("a", "c", "d"), "a = { b = 1 }"),
        ('[t]\n  a = """\nx\n""" # y\r\nb = 1\r\n', ("t", "a"), "[t]\nb = 1\r\n"),
        ("[a]\nb = 1\n", ("a",), None),
        ("a.b = 1\n", ("a",), None),
        ("a = 1\n", ("b",), None),
    ],
)
def test_what_is_removed(text: str, path: Path, left: str | None) -> None:
    assert edited(text, "removed", path) == left


@pytest.mark.parametrize(
    ("text", "table", "whole"),
    [
        ("", (), "k = 1\n"),
        ("a = 1", (), "a = 1\nk = 1\n"),
        ("a = 1 # x\n\n[app]\nb = 2\n", (), "a = 1 # x\nk = 1\n\n[app]\nb = 2\n"),
        (f"# head\n\n{APP}", (), f"# head\n\nk = 1\n{APP}"),
        (APP, ("app",), '# a comment\n[app]\nk = 1\nuser = "a"\n'),
        ("app = { b = 1 }\n", ("app",), "app = { k = 1, b = 1 }\n"),
        ("app = {}\n", ("app",), "app = { k = 1 }\n"),
        ("a = 1\r\n", ("app",), "a = 1\r\n\r\n[app]\r\nk = 1\r\n"),
        ("app.b = 1\n", ("app",), None),
        ("", ("process", "a b"), None),
    ],
)
def test_what_is_added(text: str, table: Path, whole: str | None) -> None:
    assert edited(text, "added", table, "k = 1") == whole


def test_a_statement_is_moved_unless_its_key_is_there_already() -> None:
    moved = edited('[app]\nuser = "a"\nstop = 1 # x\n', "moved", ("app", "stop"), (), "stop_timeout = 1")
    assert moved == 'stop_timeout = 1\n[app]\nuser = "a"\n'
    assert edited("stop_timeout = 2\n[app]\nstop = 1\n", "moved", ("app", "stop"), (), "stop_timeout = 1") is None


def test_a_key_and_a_value_are_replaced() -> None:
    assert edited("ab = 1\n", "key", ("ab",), "abc") == "abc = 1\n"
    assert edited("ab = 1\nabc = 2\n", "key", ("ab",), "abc") is None
    assert edited("a.b = [1]\n", "value", ("a", "b", 0), '"x"') == 'a.b = ["x"]\n'
    assert edited("t = { a.b = 1 }\n", "statement", ("t", "a", "b"), "c = 2") == "t = { c = 2 }\n"
    assert edited("a = [1, 2]\n", "quoted", ("a", 1)) == 'a = [1, "2"]\n'
    assert edited('a = "x"\n', "listed", ("a",)) == 'a = ["x"]\n'


@pytest.mark.parametrize(
    ("literal", "text", "whole"),
    [
        ('"a b"', "exec b", '"a exec b"'),
        ('"a b"', 'x"\n', '"a x\\"\\u000a"'),
        ('"""\na b"""', 'x"\n', '"""\na x\\"\n"""'),
        ("'a b'", '"x"', "'a \"x\"'"),
        ("'a b'", "x\n", None),
        ("'''a b'''", "x\n", "'''a x\n'''"),
        ("'a b'", "it's", None),
    ],
)
def test_characters_of_a_string_are_replaced(literal: str, text: str, whole: str | None) -> None:
    found = edited(f"k = {literal}", "within", ("k",), 2, 3, text)
    assert found == (whole and f"k = {whole}")


def test_a_list_of_assignments_becomes_a_table() -> None:
    text = "e = [\"A=1\", 'B=x=y']\n"
    assert edited(text, "assigned", ("e",), ["A=1", "B=x=y"]) == "e = { A = \"1\", B = 'x=y' }\n"
