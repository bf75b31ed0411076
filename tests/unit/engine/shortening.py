"""A story that breaks a rule, made as short as can be: fewer steps, a plainer plan.

Why not Hypothesis's own shrinking: it takes minutes for a story, and this one knows what a plan is.
"""

from collections.abc import Iterator
from typing import TypeVar

from lifeinit.engine.plan import Plan, Restart
from lifeinit.engine.record import Record
from tests.unit.engine.scenarios import BrokenStoryError, Step, Story

Kind = TypeVar("Kind", bound=Record)
Tale = tuple[Plan, bool, list[Step]]

# What each key may become instead, the plainest first.
PLAINER: dict[str, tuple[object, ...]] = {
    "timeout": (5.0,),
    "retries": (0,),
    "retry_delay": (1.0,),
    "once": (False,),
    "abort": (False,),
    "stop_signal": (None,),
    "group": (False,),
    "success": ((),),
    "ready": (None,),
    "alive": (None,),
    "restart": (Restart(),),
    "stop_timeout": (None, 10.0),
    "kill_after": (2.0,),
    "rewrite": ((),),
}
# The events that name a process first.
_OF_A_PROCESS = set(
    "started start_failed app_exited became_ready probe_failed more_time unhealthy healthy beat beat_interval".split()
)


def broken(plan: Plan, kernel_obeys: bool, steps: list[Step]) -> BrokenStoryError | None:
    """What a story breaks; None if nothing."""
    try:
        story = Story(plan, kernel_obeys)
        for step in steps:
            story.take(step)
    except BrokenStoryError as error:
        return error
    return None


def shortest(story: Story) -> BrokenStoryError | None:
    """The shortest story that comes of a broken one by leaving things out."""
    tale: Tale = (story.plan, story.kernel_obeys, story.steps)
    if broken(*tale) is None:
        return None
    shorter: Tale | None = tale
    while shorter is not None:
        tale = shorter
        shorter = next((other for other in _shorter(*tale) if broken(*other)), None)
    return broken(*tale)


def _shorter(plan: Plan, kernel_obeys: bool, steps: list[Step]) -> Iterator[Tale]:
    """Each story that is one thing shorter, those first that leave out much."""
    size = len(steps) // 2
    while size:
        for at in range(1, len(steps), size):  # the first one is the beginning
            yield plan, kernel_obeys, [*steps[:at], *steps[at + size :]]
        size //= 2
    if not kernel_obeys:
        yield plan, True, steps
    for plainer in _plainer_plans(plan):
        yield plainer, kernel_obeys, steps
    for number in range(1, len(plan.processes)):
        processes = (*plan.processes[:number], *plan.processes[number + 1 :])
        yield _with(plan, "processes", processes), kernel_obeys, [_without(number, step) for step in steps]


def _plainer_plans(plan: Plan) -> Iterator[Plan]:
    for field in ("pre_start", "post_start", "pre_stop", "post_stop", "processes"):
        records = getattr(plan, field)
        for number, record in enumerate(records):
            before, after = records[:number], records[number + 1 :]
            if field != "processes":
                yield _with(plan, field, (*before, *after))
            yield from (_with(plan, field, (*before, plainer, *after)) for plainer in _plainer(record))
    yield from _plainer(plan)


def _without(process: int, step: Step) -> Step:
    """The step with the processes behind this one moved up."""
    match step:
        case (kind, int(of), *facts) if kind in _OF_A_PROCESS and of >= process:
            return (kind, of - 1, *facts)
        case _:
            return step


def _plainer(record: Kind) -> Iterator[Kind]:
    for field in record.fields():
        for value in PLAINER.get(field, ()):
            if getattr(record, field) == value:
                break
            yield _with(record, field, value)


def _with(record: Kind, field: str, value: object) -> Kind:
    return type(record).restored(value if name == field else getattr(record, name) for name in record.fields())
