"""Fixes as edits: each rule's own, several at once, and the file that takes them."""

import pytest

from lifeinit.check import fixing
from lifeinit.check.rules import structure_rules, value_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.parser import examine

_OF_FILE = (*structure_rules.RULES, *value_rules.RULES)
# Nothing but their author knows what is to stand there.
_BY_HAND = {"E101", "E106", "E109", "E110", "E111", "E201", "E208", "E210", "E220"}


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


@pytest.mark.parametrize("code", sorted(_BY_HAND - {"E109", "E111"}))
def test_a_fix_that_is_made_by_hand_is_a_sentence(code: str) -> None:
    (problem,) = found(next(rule.wrong for rule in _OF_FILE if rule.code == code))
    assert problem.help
    assert not problem.edits
