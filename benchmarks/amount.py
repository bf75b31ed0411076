"""How much of everything is measured: in a whole run, for the goals alone, or in a quick run for CI."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """`rounds` take each contender in turn, with so many `starts` and `signals`.

    `whole`: also what no goal of the summary asks for. `supervisors` are measured too, and the bash script.
    """

    rounds: int
    starts: int
    signals: int
    idle: float
    orphans: int
    storms: int
    whole: bool = False
    supervisors: bool = False


WHOLE = Amount(rounds=8, starts=5, signals=1000, idle=1.0, orphans=20000, storms=3, whole=True, supervisors=True)
SUMMARY = Amount(rounds=2, starts=5, signals=1000, idle=0.2, orphans=20000, storms=1, supervisors=True)
QUICK = Amount(rounds=4, starts=5, signals=300, idle=1.0, orphans=5000, storms=4)
