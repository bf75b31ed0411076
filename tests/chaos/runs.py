"""One run from its number to its report, and a failed one as a story to read."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.hookfile import drop_ins, hook_file
from tests.chaos.oracle import Verdict, judge
from tests.chaos.scenario import Scenario, draw
from tests.chaos.storm import Result, strike


@dataclass(frozen=True)
class Report:
    number: int
    world: str
    status: int
    findings: tuple[str, ...]
    late: float | None
    story: str


def run(seed: int, number: int) -> Report:
    scenario = draw(seed, number)
    with tempfile.TemporaryDirectory(prefix="lifeinit-storm-", ignore_cleanup_errors=True) as directory:
        result = strike(scenario, Path(directory))
        verdict = judge(scenario, result)
        told = story(scenario, result, verdict, Path(directory))
    return Report(number, scenario.world, result.status, tuple(verdict.findings), verdict.late, told)


def story(scenario: Scenario, result: Result, verdict: Verdict, directory: Path) -> str:
    """The hook file, the app, what happened and what was said, and how to see it again."""
    options = " ".join(scenario.options)
    limit = f" {scenario.limit or scenario.closed or ''}".rstrip()
    return "\n".join(
        [
            f"==== run {scenario.number} of seed {scenario.seed}: {'; '.join(verdict.findings) or 'nothing found'}",
            f"again: python -m tests.chaos --seed {scenario.seed} --only {scenario.number}",
            f"-- world: {scenario.world}{limit}; options: {options or 'none'}; rewrite: {scenario.rewrite or 'none'}",
            *(
                f"-- app:{i}: {' '.join(app.deeds)}  {app.keys or ''} {app.ready}"
                for i, app in enumerate(scenario.apps)
            ),
            *([] if scenario.plain else ["-- hook file:", _short(_files(scenario, directory))]),
            "-- log:",
            *map(str, result.log),
            "-- stderr:",
            *result.stderr,
            f"-- exit status {result.status} after {result.ended:.3f} s{', it hung' if result.hung else ''}",
            "",
        ]
    )


def _files(scenario: Scenario, directory: Path) -> str:
    """The hook file and its drop-ins."""
    added = drop_ins(scenario, directory).items()
    return "".join((hook_file(scenario, directory), *(f"# hooks.d/{name}\n{text}" for name, text in added)))


def _short(text: str) -> str:
    """The hook file without what is the same in every command."""
    kept = []
    for line in text.splitlines():
        start, found, rest = line.partition("/actor.py")
        kept.append(f"{start.partition('= ')[0]}= ACTOR{rest}" if found else line)
    return "\n".join(kept)
