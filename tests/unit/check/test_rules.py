"""The rules: each sample breaks exactly its own, and the pages that are made of them."""

import re
from pathlib import Path

import pytest

import lifeinit
from lifeinit.check.rules import registry, structure_rules, value_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.config.contents import LARGEST
from lifeinit.config.parser import examine

_OF_FILE = (*structure_rules.RULES, *value_rules.RULES)

HOOKFILE = Path(lifeinit.__file__).parent / "config"


def codes(raw: bytes) -> list[str]:
    return [problem.code for problem in examine(raw).problems]


def wrong_bytes(rule: Rule) -> bytes:
    """The wrong sample as the file that it speaks of."""
    match rule.code:
        case "E109":
            return f"{rule.wrong}\n".encode() * 30_000
        case "E221":
            return rule.wrong.replace("...", "x" * 200_000).encode()
        case "E111":
            return rule.wrong.encode("latin-1")
        case _:
            return rule.wrong.encode()


@pytest.mark.parametrize("rule", _OF_FILE, ids=lambda rule: rule.code)
def test_the_wrong_sample_breaks_the_rule_and_no_other(rule: Rule) -> None:
    assert codes(wrong_bytes(rule)) == [rule.code]


@pytest.mark.parametrize("rule", _OF_FILE, ids=lambda rule: rule.code)
def test_the_right_sample_breaks_none(rule: Rule) -> None:
    assert codes(rule.right.encode()) == []


def test_the_sample_that_is_too_large_is_only_just_so() -> None:
    """The control: the same lines are fine as long as there are fewer of them."""
    line = b"# one of 30,000 long lines of comment\n"
    assert codes(line * (LARGEST // len(line))) == []


def test_every_code_of_the_reader_is_a_rule_and_has_its_own_number() -> None:
    used = {
        code
        for path in HOOKFILE.glob("*.py")
        for code in re.findall(r'"([EW]\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == {rule.code for rule in _OF_FILE}
    assert len(used) == len({rule.name for rule in _OF_FILE}) == len(_OF_FILE)


@pytest.mark.parametrize("rule", registry.RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_reads_well(rule: Rule) -> None:
    """The first sentence fits a row of the table, the second one ends as sentences do."""
    assert re.fullmatch(r"[EWN][1-4]\d\d", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert re.fullmatch(r"[A-Za-z][^|\n]*\.( -)?", rule.summary)
    assert rule.reason.endswith(".")
    assert rule.severity == {"E": "error", "W": "warning", "N": "note"}[rule.code[0]]


def test_the_page_of_a_rule() -> None:
    assert registry.page(registry.RULES["E205"]) == (
        """\
error E205: signal-twice

One signal is mapped twice.
HUP and SIGHUP are the same signal, which can be mapped to only one other signal.

Wrong:

    [signals]
    HUP = "USR1"
    SIGHUP = "USR2"

Right:

    [signals]
    HUP = "USR2"
"""
    )


def test_the_page_of_all_rules() -> None:
    page = registry.markdown()
    assert page.startswith(
        "# The rules of `lifeinit check`\n\n| code | name | summary |\n|---|---|---|\n"
        "| [E101](#e101) | invalid-toml | The file is not valid TOML. |\n"
    )
    assert page.count("\n| [") == page.count("\n## ") == len(registry.RULES)


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("E12", "E102"),
        ("W102", "E102"),
        ("unknown-key", "E102"),
        ("E1002", "E102"),
        ("e209", "E209"),
        ("W330", "W329"),
        ("E499", "E404"),
        ("lost-failur", "W325"),
        ("shell", "E310"),
        ("W999", "W410"),
    ],
)
def test_codes_that_are_near(code: str, near: str) -> None:
    assert near in registry.near(code)
    assert len(registry.near(code)) <= 3


def test_a_code_that_is_near_none() -> None:
    assert registry.near("zzz") == []
