"""Fixes as edits: each rule's own, several at once, and the file that takes them."""

import os
from pathlib import Path

import pytest

from lifeinit.check import fixing
from lifeinit.check.rules import structure_rules, value_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.config.diagnostic import Diagnostic, Edit, Place, Span
from lifeinit.config.parser import examine

_OF_FILE = (*structure_rules.RULES, *value_rules.RULES)
# Nothing but their author knows what is to stand there.
_BY_HAND = {"E106", "E109", "E110", "E111", "E201", "E208", "E210", "E220", "E221", "E223"}


def found(text: str) -> list[Diagnostic]:
    return examine(text.encode()).problems


def fixed(text: str) -> str:
    return fixing.fixed(text, found)[0]


@pytest.mark.parametrize("rule", [rule for rule in _OF_FILE if rule.code not in _BY_HAND], ids=lambda rule: rule.code)
def test_the_fix_of_the_wrong_sample_leaves_nothing_wrong(rule: Rule) -> None:
    (problem,) = found(rule.wrong)
    assert problem.edits, problem.help
    changed, made = fixing.applied(rule.wrong, [problem.edits])
    assert (made, [one.sentence for one in found(changed)]) == (1, [])


@pytest.mark.parametrize("code", sorted(_BY_HAND - {"E109", "E111", "E221"}))
def test_a_fix_that_is_made_by_hand_is_a_sentence(code: str) -> None:
    (problem,) = found(next(rule.wrong for rule in _OF_FILE if rule.code == code))
    assert problem.help
    assert not problem.edits


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('stop_on = "TREM"\n[app]\nusr = 7\n', 'stop_on = ["TERM"]\n[app]\nuser = "7"\n'),
        ('[[pre_start]]\ncommand = "a"\nuser = "u"\nretris = "3"\n', None),
        ('pre_strat = "a"\npre_start_ = "b"\n', 'pre_start = "a"\npre_start_ = "b"\n'),
        ('user = "a"\nworking_dir = "/"\n', '\n[app]\nworking_dir = "/"\nuser = "a"\n'),
        ('pre_start = [["a", "b"], ["c"]]\n', 'pre_start = [{ command = ["a", "b"] }, { command = ["c"] }]\n'),
        ('[app]\nenvironment = ["A=1", "B=2"]\r\n', '[app]\nenvironment = { A = "1", B = "2" }\r\n'),
    ],
)
def test_fixes_are_made_until_none_is_left(text: str, whole: str | None) -> None:
    """One brings the next to light; two that do not go together are made one after the other, or one of them."""
    assert fixed(text) == (whole or text.replace('retris = "3"', "retries = 3"))


def test_of_edits_that_overlap_the_first_is_made() -> None:
    def edit(start: int, end: int, text: str) -> tuple[Edit, ...]:
        return (Edit(Span(Place(1, start), Place(1, end)), text),)

    assert fixing.applied("abcdef", [edit(2, 4, "X"), edit(3, 5, "Y"), edit(4, 4, "Z")]) == ("aXZdef", 2)
    assert fixing.applied("ab", [edit(1, 1, "1"), edit(1, 1, "2"), edit(3, 3, "3")]) == ("12ab3", 3)


def test_fixes_that_undo_one_another_end() -> None:
    def swap(text: str) -> list[Diagnostic]:
        whole = Span(Place(1, 1), Place(1, 2))
        return [Diagnostic("W101", whole, "x", edits=(Edit(whole, "b" if text == "a" else "a"),), safe=True)]

    assert fixing.fixed("a", swap) == ("b", 1)


def test_a_file_is_replaced_at_once_and_stays_as_it_was_else(tmp_path: Path) -> None:
    target, link = tmp_path / "hooks.toml", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o604)
    link.symlink_to(target)
    fixing.write(str(link), b"old", b"new")
    assert (target.read_bytes(), target.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o604, True)
    assert sorted(tmp_path.iterdir()) == [target, link]


@pytest.mark.parametrize("planted", ["file", "directory"])
def test_a_link_that_another_user_may_have_made_is_not_followed(planted: str, tmp_path: Path) -> None:
    """It could lead root to any file. The control is the test before, where nobody else may write."""
    own, others = tmp_path / "own", tmp_path / "others"
    own.mkdir()
    others.mkdir()
    (own / "hooks.toml").write_bytes(b"old")
    (others / "hooks.toml").symlink_to(own / "hooks.toml")
    (others / "link").symlink_to(own)
    others.chmod(0o777)
    file = others / ("hooks.toml" if planted == "file" else "link/hooks.toml")
    with pytest.raises(fixing.UnwritableError, match=r"it is reached through the link .*, and its directory can be"):
        fixing.write(str(file), b"old", b"new")
    assert (own / "hooks.toml").read_bytes() == b"old"


@pytest.mark.parametrize("reason", ["changed", "regular", "links", "writable", "exist"])
def test_a_file_that_cannot_take_its_fixes_is_left_alone(reason: str, tmp_path: Path) -> None:
    file = tmp_path / "hooks.toml"
    file.write_bytes(b"old")
    match reason:
        case "changed":
            file.write_bytes(b"other")
        case "regular":
            file = tmp_path
        case "links":
            os.link(file, tmp_path / "other")
        case "writable":
            file.chmod(0o400)
        case _:
            file = tmp_path / "none"
    with pytest.raises(fixing.UnwritableError, match="No such file" if reason == "exist" else reason):
        fixing.write(str(file), b"old", b"new")
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


def test_a_diff() -> None:
    assert fixing.diff("f", "a\nb\n", "a\nc") == (
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
    )
