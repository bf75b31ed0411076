"""All rules by their codes, and the pages made from them."""

import difflib

from lifeinit.check.rules import (
    comment_rules,
    drop_in_rules,
    host_rules,
    manifest_rules,
    plan_rules,
    shell_rules,
    structure_rules,
    value_rules,
)
from lifeinit.check.rules.rule import Rule

_ALL = (
    *comment_rules.RULES,
    *structure_rules.RULES,
    *value_rules.RULES,
    *host_rules.RULES,
    *shell_rules.RULES,
    *drop_in_rules.RULES,
    *plan_rules.RULES,
    *manifest_rules.RULES,
)
_LONGEST = 40  # characters that are worth comparing
RULES: dict[str, Rule] = {rule.code: rule for rule in sorted(_ALL, key=lambda rule: rule.code)}


def near(code: str) -> list[str]:
    """The codes that an unknown one may mean: by the name of a rule, by the number, by likeness. At most three."""
    wanted, name = code.strip().upper()[:_LONGEST], code.strip().lower()[:_LONGEST]
    names = {rule.name: rule.code for rule in RULES.values()}
    alike = [names[one] for one in difflib.get_close_matches(name, names, n=3, cutoff=0.7)]
    same_number = [known for known in RULES if known[1:] == wanted.lstrip("EWN")]
    with_word = [names[one] for one in names if name in one.split("-")]
    found = [names[name]] if name in names else same_number or _nearest(wanted) or alike or with_word
    return (found or difflib.get_close_matches(wanted, RULES, n=3))[:3]


def _nearest(wanted: str) -> list[str]:
    """Of a code with a number that no rule has: those of its letter whose numbers are the nearest."""
    letter, number = wanted[:1], wanted[1:]
    if letter not in {rule[0] for rule in RULES} or not (number.isascii() and number.isdecimal() and len(number) == 3):
        return []
    return sorted((one for one in RULES if one[0] == letter), key=lambda one: (abs(int(one[1:]) - int(number)), one))[
        :3
    ]


def page(rule: Rule) -> str:
    """One rule for the terminal."""
    wrong, right = (_indented(text) for text in (rule.wrong, rule.right))
    head = f"{rule.severity} {rule.code}: {rule.name}\n\n{rule.summary}\n{rule.reason}"
    return f"{head}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}\n"


def markdown() -> str:
    """The page of the documentation: a table of all rules, then each of them."""
    rows = [f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {rule.summary} |" for rule in RULES.values()]
    table = "\n".join(["| code | name | summary |", "|---|---|---|", *rows])
    return f"# The rules of `lifeinit check`\n\n{table}\n\n" + "\n".join(map(_section, RULES.values()))


def _section(rule: Rule) -> str:
    samples = f"Wrong:\n\n```toml\n{rule.wrong}\n```\n\nRight:\n\n```toml\n{rule.right}\n```\n"
    return f"## {rule.code}\n\n{rule.summary} {rule.reason}\n\n{samples}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
