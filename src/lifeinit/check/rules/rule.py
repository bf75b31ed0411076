"""What a rule is."""

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.diagnostic import Severity

_MOST_NAMES = 4  # that a sentence lists


@dataclass(frozen=True)
class Rule:
    """One rule: `E` and a number for an error, `W` and a number for a warning; a number is never used again.

    `name` is in kebab-case. `summary` is one sentence, `reason` a few. `wrong` and `right` are samples.
    """

    code: str
    name: str
    summary: str
    reason: str
    wrong: str
    right: str

    @property
    def severity(self) -> "Severity":
        return "error" if self.code.startswith("E") else "warning"


def listed(names: list[str]) -> str:
    """`A`, `A and B`, or `A, B, C and others`."""
    *before, last = names if len(names) <= _MOST_NAMES else [*names[: _MOST_NAMES - 1], "others"]
    return f"{', '.join(before)} and {last}" if before else last
