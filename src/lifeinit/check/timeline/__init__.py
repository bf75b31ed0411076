"""The plan of a hook file: its diagnostics, its table, its drawing, its picture. Knows nothing about this machine."""

from lifeinit.check.timeline import bars, stage_data, stage_table, svg_drawing
from lifeinit.check.timeline.budget_checks import diagnostics_of
from lifeinit.check.timeline.hang import diagnostics_of_hang, life_with_hang
from lifeinit.check.timeline.runtimes import ALIASES, RUNTIMES, Grace, grace_of
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile

__all__ = ["ALIASES", "RUNTIMES", "Grace", "data", "diagnostics", "drawing", "grace_of", "svg", "table"]


def diagnostics(hook_file: HookFile, grace: Grace | None) -> list[Diagnostic]:
    """Every diagnostic about the budget."""
    return [*diagnostics_of(hook_file, grace), *diagnostics_of_hang(hook_file)]


def table(hook_file: HookFile, grace: Grace | None, width: int = 80, unicode: bool = True) -> str:
    """The stages of the whole life with their limits, one on a line, without a line feed at its end."""
    return stage_table.table(life_with_hang(hook_file), grace, width, unicode)


def drawing(hook_file: HookFile, grace: Grace | None, width: int = 80, unicode: bool = True) -> str:
    """The same as bars to scale."""
    return bars.drawing(life_with_hang(hook_file), grace, width, unicode)


def svg(hook_file: HookFile, grace: Grace | None) -> str:
    """The same as a picture that stands alone."""
    return svg_drawing.picture(life_with_hang(hook_file), grace)


def data(hook_file: HookFile) -> stage_data.Data:
    """The same for programs. No grace period changes it."""
    return stage_data.data(life_with_hang(hook_file))
