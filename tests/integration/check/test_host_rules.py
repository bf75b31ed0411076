"""Each rule of the machine with its own samples: the wrong one breaks this rule alone, the right one none."""

import json
import os
import shutil
from pathlib import Path

import pytest

from lifeinit.check import fixing
from lifeinit.check.rules import host_rules, shell_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.config.diagnostic import Edit, Place, Span
from tests.integration.check.conftest import Case, Inspect
from tests.integration.check.shells import SH_HAS_PIPEFAIL

ROOT = os.geteuid() == 0
RULES = (*host_rules.RULES, *shell_rules.RULES)
FIXED = {
    "E309",
    "E317",
    "W305",
    "W310",
    "W325",
    "W326",
}  # by edits; the others need a file, a user or a program that only their author knows
NEEDS_ROOT = {"E304", "E311", "E312", "E313", "E315", "W302", "W303", "W324"}


def case(rule: Rule, text: str, machine: Path, *, wrong: bool) -> Case:
    """A sample on the machine that the rule speaks of."""
    file = machine / f"{rule.code}-{'wrong' if wrong else 'right'}.toml"
    file.write_text(text)
    file.chmod(0o666 if rule.code == "W303" and wrong else 0o644)
    settings: dict[str, Case] = {
        "E310": {"shell": "/no-such-directory/sh"},
        "E313": {"euid": 65534},
    }
    return {"hooks": text, "file": str(file), **settings.get(rule.code, {})}


@pytest.fixture(scope="module")
def found(inspected: Inspect, machine: Path) -> list[set[str]]:
    """The codes for each rule's samples, the wrong one first."""
    rules = [rule for rule in RULES if ROOT or rule.code not in NEEDS_ROOT]
    cases = [case(rule, text, machine, wrong=text is rule.wrong) for rule in rules for text in (rule.wrong, rule.right)]
    found = [{code for code, *_ in one} for one in inspected(cases)]
    if ROOT:  # what root imports may belong to another user here: only what the samples add counts
        number = 2 * [rule.code for rule in rules].index("W324")
        (exposed,) = inspected([cases[number]], python_path=str(machine / "app"))
        found[number] |= {code for code, _, message, _ in exposed if str(machine) in message}
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_the_wrong_sample_breaks_the_rule_and_the_right_one_none(rule: Rule, found: list[set[str]]) -> None:
    rules = [one for one in RULES if ROOT or one.code not in NEEDS_ROOT]
    if rule not in rules:
        pytest.skip("only root can run something as another user")
    if rule.code == "E317" and SH_HAS_PIPEFAIL:
        pytest.skip("this shell has pipefail, as in the sample")
    if rule.code == "W327" and shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    number = 2 * rules.index(rule)
    assert found[number : number + 2] == [{rule.code}, set()]


def test_each_fix_leaves_nothing_wrong(inspected: Inspect, machine: Path) -> None:
    """Every edit of every wrong sample is made, and the result is checked on the same machine."""
    rules = [rule for rule in RULES if ROOT or rule.code not in NEEDS_ROOT]
    cases = [{**case(rule, rule.wrong, machine, wrong=True), "edits": True} for rule in rules]
    fixed, codes = [], []
    for one, (rule, problems) in zip(cases, zip(rules, inspected(cases), strict=True), strict=True):
        edits = [edit for code, *_, written in problems if code == rule.code for edit in json.loads(written)]
        if edits:
            made = [Edit(Span(Place(*start), Place(*end)), text) for (start, end), text in edits]
            fixed.append({**one, "hooks": fixing.applied(rule.wrong, [tuple(made)])[0]})
            codes.append(rule.code)
    assert set(codes) == FIXED - ({"E317"} if SH_HAS_PIPEFAIL else set())
    left = {code: problems for code, problems in zip(codes, inspected(fixed), strict=True) if problems}
    assert left == {}
