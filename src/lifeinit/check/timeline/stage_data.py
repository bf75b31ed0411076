"""The life for programs: each stage with its times in seconds, and null where there is no limit."""

import math

from lifeinit.check.timeline.stages import Life, Stage

Data = dict[str, object]


def data(life: Life) -> Data:
    """The start, a hang and the stop. `stop_timeout` is the file's."""
    halves = {"start": life.start, "hang": life.hang, "stop": life.stop}
    return {**{half: list(map(_stage, stages)) for half, stages in halves.items()}, "stop_timeout": life.budget}


def _stage(stage: Stage) -> Data:
    return {
        "phase": stage.phase,
        "name": stage.name,
        "does": stage.does,
        "at_most": _limited(stage.longest),
        "known": stage.known,
        "done_by": _limited(stage.end),
        "file": stage.file or None,
    }


def _limited(seconds: float) -> float | None:
    return None if math.isinf(seconds) else round(seconds, 3)
