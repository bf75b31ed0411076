"""What a rule is."""

from dataclasses import dataclass

from lifeinit.config.diagnostic import severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.diagnostic import Severity

_MOST_NAMES = 4  # that a sentence lists


@dataclass(frozen=True)
class Rule:
    """One rule: `E`, `W` or `N` for an error, a warning or a note, and a number, which is never used again.

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
        return severity(self.code)


def listed(names: list[str]) -> str:
    """`A`, `A and B`, or `A, B, C and others`."""
    *before, last = names if len(names) <= _MOST_NAMES else [*names[: _MOST_NAMES - 1], "others"]
    return f"{', '.join(before)} and {last}" if before else last
