"""The plan of a hook file stage by stage, with the longest time of each. Pure."""

import math
import shlex
from dataclasses import dataclass

from lifeinit.check.output.secret_text import hidden as hidden_in_command
from lifeinit.config.model import Command, Hook, HookFile, Process, Ready
from lifeinit.config.spans import Path
from lifeinit.engine import budget, plan
from lifeinit.engine.printable import escaped
from lifeinit.probes.targets import hidden
from lifeinit.values.duration_text import exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifeinit.engine.plan import HookPhase

INF = math.inf
SLACK = 1e-9  # two sums of the same times may differ by as much


@dataclass(frozen=True)
class Stage:
    """One row of the life. Times are seconds; infinite is no limit.

    `known` is what it takes for sure (None: not known), `limit` the most by its own rules. It begins at `begin`
    and ends at `end` at the latest, both counted from the first stage or from the stop request, and infinite once
    something before has no limit. After `tries` seconds its own timeouts are over; what may follow is `kill_after`.
    `beside`: it begins together with the row above. `file` is the drop-in that it is from.
    """

    phase: str
    name: str
    does: str
    known: float | None
    limit: float
    begin: float = INF
    end: float = INF
    tries: float = INF
    beside: bool = False
    path: Path = ()
    file: str = ""

    @property
    def longest(self) -> float:
        return self.limit if math.isinf(self.begin) else self.end - self.begin

    @property
    def cut(self) -> bool:
        """Whether the budget ends it before its own timeout does."""
        return not math.isinf(self.end) and self.begin + self.tries > self.end + SLACK

    @property
    def label(self) -> str:
        """`pre_start migrate`, or `pre_start[0]` for a hook without a name; behind it its drop-in."""
        return f"{self.phase}{self.named}" if self.name.startswith("[") else f"{self.phase} {self.named}".rstrip()

    @property
    def named(self) -> str:
        """The name, and the drop-in that it is from."""
        return f"{self.name} ({escaped(self.file)})" if self.file else self.name


@dataclass(frozen=True)
class Life:
    """The whole life. `killed_at`: when nothing but the reserve is left of `budget`; infinite where there is none.

    `hang` begins when the app stops working: what notices it and what follows, and `hang_told` says so in sentences.
    """

    start: tuple[Stage, ...]
    stop: tuple[Stage, ...]
    budget: float | None
    killed_at: float
    hang: tuple[Stage, ...] = ()
    hang_told: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (*self.start, *self.hang, *self.stop)

    def hooks(self, phase: "HookPhase") -> tuple[Stage, ...]:
        return tuple(stage for stage in (*self.start, *self.stop) if stage.phase == phase)

    @property
    def border(self) -> str:
        """What happens at `killed_at`: to an app that pre_stop kept from being asked, nothing that bad yet."""
        gone = next(stage.end for stage in self.stop if stage.phase == "stop")
        return "SIGKILL for the app" if gone <= self.killed_at else "pre_stop is cut, the app is stopped"

    @property
    def end(self) -> float:
        """The stop's end at the latest; infinite where nothing but the runtime ends it."""
        return self.stop[-1].end


def life(hook_file: HookFile) -> Life:
    """The stages of the life that this file plans."""
    limit, order = hook_file.stop_timeout, work_order(hook_file)
    killed_at = INF if limit is None else limit - budget.reserve(order, limit)
    cleanup = budget.cleanup_time(order, limit)
    return Life(tuple(_start(hook_file)), tuple(_stop(hook_file, killed_at, cleanup)), limit, killed_at)


def work_order(hook_file: HookFile) -> plan.Plan:
    """As much of the engine's plan as its budget looks at: the rules of the budget stand there alone."""
    nothing = plan.Inherited((), sigchld_ignored=False, lc_ctype_added=False, directory=None)
    hooks = {
        phase: tuple(_planned(hook, hook_file.has_default_timeout(hook)) for hook in hook_file.hooks.get(phase, ()))
        for phase in plan.PHASES[2:]
    }
    return plan.Plan((), nothing, (), kill_after=hook_file.kill_after).replaced(**hooks)


def _planned(hook: Hook, default_timeout: bool) -> plan.Hook:
    whole = plan.Hook(hook.name, None, hook.sleep, hook.timeout, hook.retries, hook.retry_delay, abort=False)
    return whole.replaced(default_timeout=default_timeout)


def _start(hook_file: HookFile) -> list[Stage]:
    before = _in_a_row(hook_file, "pre_start", 0.0, INF)
    processes = _processes(hook_file, before[-1].end if before else 0.0)
    return [*before, *processes, *_in_a_row(hook_file, "post_start", max(stage.end for stage in processes), INF)]


def _stop(hook_file: HookFile, killed_at: float, cleanup: float) -> list[Stage]:
    """Where pre_stop takes all of its time, the app has not been asked yet, and shares the time of cleanup."""
    end = INF if hook_file.stop_timeout is None else hook_file.stop_timeout
    before = _in_a_row(hook_file, "pre_stop", 0.0, killed_at)
    asked = before[-1].end if before else 0.0
    cut = asked >= killed_at
    gone = min(asked + cleanup, end) if cut else killed_at
    left = 0.0 if cut else cleanup
    clean = min(gone + left, end)
    return [
        *before,
        Stage("stop", names(hook_file), _of_stop(hook_file, killed_at), None, gone - asked, asked, gone, 0.0),
        Stage("cleanup", "", "SIGTERM, then SIGKILL", None, left, gone, clean, 0.0),
        *_in_a_row(hook_file, "post_stop", clean, end),
    ]


def _in_a_row(hook_file: HookFile, phase: "HookPhase", at: float, end: float) -> list[Stage]:
    """The hooks of a phase that begins at `at`, and is over by `end` whatever its hooks do."""
    rows = []
    for hook in hook_file.hooks.get(phase, ()):
        tries = budget.longest(_planned(hook, False))
        limit = tries if hook.sleep is not None else tries + hook_file.kill_after * (1 + hook.retries)
        until, name = min(at + limit, end), hook.name
        if name.startswith(f"{phase}["):
            name = name.removeprefix(phase)
        rows.append(
            Stage(phase, name, _of_hook(hook), hook.sleep, limit, at, until, tries, path=hook.path, file=hook.file)
        )
        at = until
    return rows


def _processes(hook_file: HookFile, at: float) -> list[Stage]:
    """All start together, but for `after`. `ready` at the top is about the first, unless that has its own."""
    app, rows, first = hook_file.app, list[Stage](), next(iter(hook_file.processes), "app")
    for name, process in _in_order(hook_file.processes).items() or (("app", app),):
        ready = process.below(app, is_first=name == first).ready
        limit = 0.0 if ready is None else ready.timeout if ready.after is None else ready.after
        known = 0.0 if ready is None else ready.after
        does = _of_ready(ready)
        before = [row.end for row in rows if row.name in (process.after or ())]
        begin = max(before, default=at)
        does = f"after {', '.join(process.after)}: {does}" if process.after else does
        beside = bool(rows) and rows[-1].begin == begin
        rows.append(Stage("start", name, does, known, limit, begin, begin + limit, limit, beside=beside))
    return rows


def _in_order(processes: "Mapping[str, Process]") -> "dict[str, Process]":
    """Each behind those that it is after, as they start."""
    left, found = dict(processes), dict[str, Process]()
    while left:
        name = next(name for name, one in left.items() if left.keys().isdisjoint(one.after or ()))
        found[name] = left.pop(name)
    return found


def names(hook_file: HookFile) -> str:
    """The processes of the app."""
    return ", ".join(hook_file.processes) or "app"


def _of_stop(hook_file: HookFile, killed_at: float) -> str:
    own = {process.stop_signal or hook_file.app.stop_signal for process in hook_file.processes.values()}
    signals = sorted(f"SIG{name}" for name in own or {hook_file.app.stop_signal} if name)
    asked = " or ".join(signals) if signals and None not in own else "the stop signal"
    how = " in reverse order" if any(process.after for process in hook_file.processes.values()) else ""
    return f"{asked}{how}, {'and no limit' if math.isinf(killed_at) else 'then SIGKILL'}"


def _of_hook(hook: Hook) -> str:
    """What a hook does, on one line, without the passwords of targets."""
    if hook.sleep is not None:
        return f"sleep {exact(hook.sleep)}"
    if hook.drain is not None:
        of = hook.drain
        return f"drain port {of.port}: at least {exact(of.at_least)}, until quiet for {exact(of.quiet)}"
    targets = ", ".join(map(describe_target, hook.wait_for))
    what = f"wait for {targets}" if hook.command is None else describe_command(hook.command)
    if hook.unless is not None:
        what = f"unless {describe_command(hook.unless)}: {what}"
    return what if not hook.retries else f"{hook.retries + 1} tries: {what}"


def _of_ready(ready: Ready | None) -> str:
    """What makes a process ready."""
    if ready is None:
        return "ready as soon as it runs"
    if ready.after is not None:
        return f"ready after {exact(ready.after)}"
    if ready.notify:
        return "ready by sd_notify"
    if ready.command is not None:
        return f"ready by {describe_command(ready.command)}"
    return f"ready by {describe_target(ready.target or '')}"


def describe_command(command: Command) -> str:
    """A command on one line, without its secrets."""
    text = command if isinstance(command, str) else shlex.join(command)
    return escaped(hidden_in_command(" ".join(text.split())))


def describe_target(text: str) -> str:
    """A target on one line, without its password."""
    return escaped(hidden(text))
