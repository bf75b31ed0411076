"""The lines about processes that have `alive`. Loaded only where a plan has one: see messages.py for all others."""

from lifeinit.engine.signals import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.log import Level
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import Plan

_CONSEQUENCES: "dict[str, tuple[str, Level]]" = {
    "continuing": ("continuing", "warning"),
    "app_stopped": ("the app is stopped", "error"),
    "app_restarted": ("the app is restarted", "error"),
}


def line(notice: "Notice", plan: "Plan") -> "tuple[str, str, Level, int | None]":
    """The text, the event, the level, and the process that it is about."""
    match notice[1]:
        case ("app_unhealthy", process, _, consequence):
            then, level = _CONSEQUENCES[consequence]
            return f"{cause(notice, plan)}; {then}", "app_unhealthy", level, process
        case ("app_healthy", process):
            return f"{plan.processes[process].name} is healthy again", "app_healthy", "info", process
        case ("stop_joined", signo):
            return f"stop requested by SIG{name_of(signo)}: already stopping", "stop_requested", "info", None
        case ("prober_lost", process, detail, delay):
            text = f"the health of {plan.processes[process].name} is unknown: {detail}; trying again in {delay:g} s"
            return text, "prober_lost", "warning", process
        case _:
            raise AssertionError(f"{notice} has no line")


def cause(notice: "Notice", plan: "Plan") -> str:
    """The sentence that says why lifeinit exits with a failure."""
    match notice[1]:
        case ("app_unhealthy", process, detail, _):
            return f"{plan.processes[process].name} is unhealthy: {detail}"
        case _:
            raise AssertionError(f"{notice} is never a cause")
