"""The callbacks of a phase as hooks of the plan, whose program is a call."""

import functools
import inspect
import os
from collections.abc import Callable, Sequence

from lifeinit.api import invoke
from lifeinit.callbacks.event import Event
from lifeinit.callbacks.registrar import Callback
from lifeinit.config.model import CodedHook
from lifeinit.engine.plan import Hook, Identity, Program


def hooks_of(
    entries: Sequence[Callback | CodedHook], before: int, calls: list[invoke.Function]
) -> list[Hook | CodedHook]:
    """The callbacks and hooks of a phase for the planner. `before`: the hooks of the hook file, which come first.

    Adds the callbacks to the calls.
    """
    hooks: list[Hook | CodedHook] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, CodedHook):
            written = entry.written
            hooks.append(
                entry.replaced(written=written.replaced(name=written.name or f"{entry.phase}[{before + index}]"))
            )
            continue
        has_place_only = entry.name == f"{entry.phase}[{index}]"  # it has no name of its own
        name = f"{entry.phase}[{before + index}]" if has_place_only else entry.name
        hooks.append(_hook(entry, name, len(calls)))
        calls.append(invoke.callback(functools.partial(_call, entry)))
    return hooks


def _hook(callback: Callback, name: str, call: int) -> Hook:
    options = callback.options
    return Hook(
        name,
        Program((name.encode(),), Identity(session=True), call=call),
        sleep=None,
        timeout=options.timeout,
        retries=int(options.retries),  # the plan takes no subclass, such as IntEnum
        retry_delay=options.retry_delay,
        abort=options.on_failure == "abort",
        once=options.once,
        place=_place(callback.function),
        default_timeout=options.default_timeout,
    )


def _call(callback: Callback) -> object:
    return callback.call(Event.from_environment(os.environ))


def _place(function: Callable[..., object]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return "" if code is None else f"{code.co_filename}:{code.co_firstlineno}"
