"""What can be wrong with `alive`: its times, and what does not go together with it."""

import math
from collections.abc import Iterator

from lifeinit.config import toml
from lifeinit.config.diagnostic import Edits, quoted
from lifeinit.config.model import Alive, HookFile, Process
from lifeinit.config.plan_fields import plan_fields
from lifeinit.config.reporter import Reporter, Table
from lifeinit.engine.budget import OWN_STOP_LIMIT
from lifeinit.engine.plan import Restart
from lifeinit.engine.restarts import FIRST_BACKOFF, LONGEST_BACKOFF
from lifeinit.values import duration
from lifeinit.values.duration_text import exact, written

_MOST_PAUSES = 10  # until they no longer grow
_OF_LIFEINIT = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


def of_table(report: Reporter, alive: Alive, table: Table) -> None:
    """The times of one table. Where one of them is wrong by itself, nothing is said of them together."""
    times = {(*alive.path, key) for key in ("interval", "timeout", "failures")}
    if "timeout" in table and alive.timeout > alive.shortest and not times & report.reported:
        message = f"timeout is {quoted(table['timeout'])}, and interval times failures is only {exact(alive.shortest)}"
        fix = f'write at most "{written(alive.shortest)}", or a longer interval'
        at = (*alive.path, "timeout")
        edits = report.edit.value(at, f'"{written(alive.shortest)}"')
        report.wrong("E219", at, message, fix, edits=edits, safe=False)


def of_file(report: Reporter, hook_file: HookFile) -> None:
    """What a process has beside its `alive`."""
    stop, is_right = hook_file.stop_timeout or OWN_STOP_LIMIT, not any(one.code[0] == "E" for one in report.problems)
    for path, process in _processes(hook_file):
        alive = process.alive
        if alive is None:
            continue
        if alive.watchdog is not None:
            _hidden_variables(report, path, process)
        if alive.on_failure != "warn" and process.ready is None and is_right:  # else it may only be misspelt
            _slow_start(report, alive)
        if alive.on_failure == "restart":
            _endless_restarts(report, path, process, alive, stop)


def _processes(hook_file: HookFile) -> Iterator[tuple[tuple[str, ...], Process]]:
    app, named = hook_file.app, hook_file.processes
    if not named:
        yield ("app",), app
    for i, (name, process) in enumerate(named.items()):
        yield ("process", name), process.below(app, is_first=i == 0)


def _slow_start(report: Reporter, alive: Alive) -> None:
    """Whether a start can be taken for a hang: `alive` begins when the app is ready, and without `ready` at once."""
    least = exact(alive.shortest)
    message = f"without ready, alive begins as soon as the app runs: a start that takes {least} counts as a hang"
    from lifeinit.config.foreign_probes import is_repeatable  # noqa: PLC0415  # only this mistake pays for it

    line = f'ready = "{alive.target}"'
    if alive.watchdog is not None:
        line = 'ready = "notify"'
    elif alive.command is not None:
        line = f"ready = {{ command = {toml.written(alive.command)} }}"
    is_short = is_repeatable(line)
    edits = report.edit.added(alive.path[:-1], line) if is_short else ()
    fix = f"add {line}" if is_short else "add ready"
    report.wrong("W205", alive.path, message, fix, at_key=True, edits=edits, safe=False)


def _hidden_variables(report: Reporter, path: tuple[str, ...], process: Process) -> None:
    """The app has these from lifeinit, whatever `environment` says."""
    for name in _OF_LIFEINIT:
        own = (*path, "environment", name)
        at = own if own in report.places.spans else ("app", "environment", name)
        if name in process.environment and at not in report.reported:
            message = f"lifeinit itself sets {name} for the watchdog of alive"
            report.wrong("E108", at, message, "remove it", at_key=True, edits=report.edit.removed(at))


def _endless_restarts(report: Reporter, path: tuple[str, ...], process: Process, alive: Alive, stop: float) -> None:
    """Whether max_restarts lives take longer than restart_window: then the first no longer counts at the last."""
    rule = Restart.filled(plan_fields(process)["Restart"])
    pauses = sum(min(FIRST_BACKOFF * 2**n, LONGEST_BACKOFF) for n in range(min(rule.most, _MOST_PAUSES)))
    pauses += LONGEST_BACKOFF * max(0, rule.most - _MOST_PAUSES)
    if rule.most * alive.shortest + pauses < rule.window:
        return
    message = (
        f"an app that stays unhealthy is restarted forever: {rule.most} restarts (max_restarts) take at least "
        f"{exact(rule.most * alive.shortest + pauses)}, and restart_window is {exact(rule.window)}"
    )
    enough = 60.0 * math.ceil((rule.most * (alive.longest + stop) + pauses) / 60)
    fix, key, edits = "write a smaller max_restarts", (*path, "restart_window"), Edits()
    if enough <= duration.LONGEST:
        line = f'restart_window = "{written(enough)}"'
        fix = f"write {line} below [{'.'.join(path)}], or a smaller max_restarts"
        edits = report.edit.statement(key, line) or report.edit.added(path, line)
    report.wrong("W204", (*alive.path, "on_failure"), message, fix, edits=edits, safe=False)
