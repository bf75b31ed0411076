"""The rule for the comments that ignore warnings: W1."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "W101",
        "idle-ignore",
        "An ignore comment ignores nothing.",
        "# lifeinit: ignore[W311] applies to the statement on its line or on the next one, and to warnings"
        " and notes: errors cannot be ignored. A leftover comment would hide the next warning of that kind.",
        '# lifeinit: ignore[W202]\nstop_timeout = "9s"',
        'stop_timeout = "9s"',
    ),
)
