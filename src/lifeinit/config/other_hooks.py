"""Hooks that stand in no hook file: those of the command line, and those that Python code has."""

import os

from lifeinit.config.drafting import draft_of_hook, usual_hooks
from lifeinit.engine.plan import Hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lifeinit.config.draft import HookDraft
    from lifeinit.config.model import CodedHook
    from lifeinit.engine.plan import HookPhase

    Make = Callable[[HookDraft, str], Hook]  # from a draft and the place where it was written


def of_options(
    make: "Make", usual: "Mapping[HookPhase, HookDraft]", phase: "HookPhase", lines: "Iterable[tuple[int, str]]"
) -> "Iterator[Hook]":
    """Numbered lines for the shell, with what is usual for a hook of their phase."""
    for index, line in lines:
        hook = make((usual or usual_hooks())[phase], f"--{phase.replace('_', '-')}")
        program = hook.program and hook.program.replaced(argv=(b"/bin/sh", b"-c", os.fsencode(line)))
        yield hook.replaced(name=f"{phase}[{index}]", program=program)


def coded(make: "Make", hook: "Hook | CodedHook") -> Hook:
    """A callback is a hook of the engine already."""
    if isinstance(hook, Hook):
        return hook
    return make(draft_of_hook(hook.written), hook.place).replaced(default_timeout=hook.default_timeout)
