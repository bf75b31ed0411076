"""The life as a table: a line for each stage, and a sentence about the whole."""

import math
from collections.abc import Sequence

from lifeinit.check.output.text_width import fitted, plain, width
from lifeinit.check.timeline.runtimes import Grace
from lifeinit.check.timeline.stages import Life, Stage
from lifeinit.values.duration_text import exact

_LONGEST_NAME = 24
_LEAST_NAME = 6
_LEAST = 6
_COLUMNS = "AT MOST by its limits   KNOWN for sure   DONE BY at worst"
_ENOUGH = 10  # for what a stage does; names give way to it


def table(life: Life, grace: Grace | None, columns: int, unicode: bool) -> str:
    """The start, a hang and the stop, a line for each stage."""
    stages = life.stages
    numbers = [("AT MOST", "KNOWN", "DONE BY"), *map(_numbers, stages)]
    phases = max(len(stage.phase) for stage in stages)
    widths = [max(len(row[i]) for row in numbers) for i in range(3)]
    room = columns - phases - sum(widths) - 10
    widest = max(width(plain(stage.named, unicode)) for stage in stages)
    names = min(_LONGEST_NAME, widest, max(_LEAST_NAME, room - _ENOUGH))
    does = max(_LEAST, room - names)
    does = min(does, max(width(plain(stage.does, unicode)) for stage in stages))

    def line(cells: tuple[str, str, str], times: tuple[str, str, str]) -> str:
        left = [fitted(plain(text, unicode), size) for text, size in zip(cells, (phases, names, does), strict=True)]
        right = [fitted(text, size, right=True) for text, size in zip(times, widths, strict=True)]
        return "  ".join((*left, *right)).rstrip()

    def half(title: str, rows: Sequence[Stage]) -> list[str]:
        head = fitted(title, phases + names + does + 4) + line(("", "", ""), numbers[0])[phases + names + does + 4 :]
        return [head, *(line((row.phase, row.named, row.does), _numbers(row)) for row in rows)]

    hang = (*half("A HANG", life.hang), "") if life.hang else ()
    halves = (*half("THE START", life.start), "", *hang, *half("THE STOP", life.stop))
    return "\n".join((*halves, "", _COLUMNS, *life.hang_told, *verdict(life, grace), *_oom(life, grace)))


def _numbers(stage: Stage) -> tuple[str, str, str]:
    longest = exact(stage.longest)
    if stage.cut:
        longest = f"{longest} of {exact(stage.tries)}"
    known = "-" if stage.known is None else exact(min(stage.known, stage.longest))
    return longest, known, "-" if math.isinf(stage.end) else exact(stage.end)


def _oom(life: Life, grace: Grace | None) -> list[str]:
    if grace is None or not grace.runtime.oom_group or not life.hooks("post_stop"):
        return []
    return ["One out-of-memory kill ends the whole container (memory.oom.group): post_stop does not run."]


def verdict(life: Life, grace: Grace | None) -> list[str]:
    """The worst stop in a sentence, and whether the grace period has room for it."""
    if math.isinf(life.end):
        kills = "" if grace is None else f": {grace.ends}"
        what = "a requested stop" if life.hang else "the stop"
        return [f"Nothing in lifeinit limits {what}{kills}."]
    worst = f"At worst the stop takes {exact(life.end)}"
    if grace is None:
        return [f"{worst}."]
    left = grace.seconds - life.end
    verdict = f"{exact(left)} to spare" if left > 0 else f"{exact(-left)} too late" if left else "at the same moment"
    return [f"{worst}, and {grace.ends}: {verdict}."]
