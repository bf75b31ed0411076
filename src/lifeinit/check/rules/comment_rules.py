"""The rule for the comments that ignore warnings: W1."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "W101",
        "idle-ignore",
        "A comment that ignores warnings ignores nothing.",
        "# lifeinit: ignore[W311] is about the statement on its line, or below it, and about warnings and notes: errors"
        " cannot be ignored. One that has nothing left to ignore would hide the next warning of its kind.",
        '# lifeinit: ignore[W202]\nstop_timeout = "9s"',
        'stop_timeout = "9s"',
    ),
)
