"""A hang of the app: how long until it is noticed, and how long the stop after that takes. Pure."""

import dataclasses
from collections.abc import Iterator

from lifeinit.check.timeline.budget_checks import with_own_timeouts
from lifeinit.check.timeline.required_timeout import needs_of
from lifeinit.check.timeline.stages import Life, Stage, describe_command, describe_target, life, names
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import Alive, HookFile
from lifeinit.engine.budget import OWN_STOP_LIMIT
from lifeinit.values.duration_text import exact, written

_AFTER = {"stop": "the whole stop", "restart": "the whole stop, a new start"}


def life_with_hang(hook_file: HookFile) -> Life:
    """The whole life, with a hang in the middle of it where something notices that."""
    return dataclasses.replace(life(hook_file), hang=_stages(hook_file), hang_told=tuple(_told(hook_file)))


def diagnostics_of_hang(hook_file: HookFile) -> Iterator[Diagnostic]:
    """W405: the stop that lifeinit itself begins has a limit, also where one that is requested has none."""
    stopping = [alive for alive in _asked(hook_file).values() if alive.on_failure != "warn"]
    needs = needs_of(with_own_timeouts(hook_file))
    if hook_file.stop_timeout is not None or not stopping or needs.fit(OWN_STOP_LIMIT) or needs.has_post_stop:
        return  # with post_stop hooks W401 asks for a stop_timeout
    message = (
        f"the stop of an app that hangs takes at most {exact(OWN_STOP_LIMIT)} where stop_timeout is not set, and its "
        f"hooks may need {exact(needs.least)}"
    )
    fix = f'write stop_timeout = "{written(needs.budget)}"' if needs.can_be_written else "write shorter timeouts"
    yield Diagnostic("W405", hook_file.places.span(stopping[0].path, of_key=True), message, fix)


def _stages(hook_file: HookFile) -> tuple[Stage, ...]:
    """A stage for each process that is asked, all at once, and the stop that the last of them begins."""
    asked = _asked(hook_file)
    stages = [
        Stage("alive", name, _does(alive), None, alive.longest, 0.0, alive.longest, alive.longest)
        for name, alive in asked.items()
    ]
    stopping = [alive for alive in asked.values() if alive.on_failure != "warn"]
    if stopping:
        at, length = max(alive.longest for alive in stopping), _stop(hook_file)
        does = _AFTER["restart" if all(alive.on_failure == "restart" for alive in stopping) else "stop"]
        stages.append(Stage("stop", names(hook_file), does, None, length, at, at + length, length))
    return tuple(stages)


def _told(hook_file: HookFile) -> Iterator[str]:
    """The same in plain words, a sentence for each process that is asked."""
    stop = f"the stop then takes at most {exact(_stop(hook_file))}"
    if hook_file.stop_timeout is None:
        stop += " (stop_timeout is not set)"
    follows = {
        "stop": f", and {stop}.",
        "restart": f", {stop}, and the app is started again.",
        "warn": ", and only logged.",
    }
    for name, alive in _asked(hook_file).items():
        who = name if hook_file.processes else "the app"
        yield f"A hang of {who} is noticed within {exact(alive.longest)}{follows[alive.on_failure]}"


def _asked(hook_file: HookFile) -> dict[str, Alive]:
    """What asks each process. `alive` at the top is about the first."""
    app, found = hook_file.app, dict[str, Alive]()
    for i, (name, process) in enumerate(hook_file.processes.items() or [("app", app)]):
        alive = process.below(app, is_first=i == 0).alive
        if alive is not None:
            found[name] = alive
    return found


def _stop(hook_file: HookFile) -> float:
    """The seconds of a stop that lifeinit itself begins, at worst."""
    limit = OWN_STOP_LIMIT if hook_file.stop_timeout is None else hook_file.stop_timeout
    return life(hook_file.replaced(stop_timeout=limit)).end


def _does(alive: Alive) -> str:
    if alive.watchdog is not None:
        return "the app sends WATCHDOG=1"
    what = describe_target(alive.target or "") if alive.command is None else describe_command(alive.command)
    return f"every {exact(alive.interval)}: {what}"
