"""What start() and run() are given: a command, or a Python function."""

import functools
import os
from collections.abc import Callable, Collection, Sequence

from lifeinit.api import as_hook_file
from lifeinit.api.keywords import Command
from lifeinit.callbacks.errors import UsageError, quoted
from lifeinit.callbacks.registrar import check_function

_TARGET = 'pass a list such as ["gunicorn", "shop:app"], a shell line, or a function'

Target = Command | os.PathLike[str] | Callable[..., object]


def resolved(
    method: str, target: object, args: Sequence[object], processes: Collection[str]
) -> tuple[Sequence[str], dict[str, Callable[[], object]]]:
    """The command of the app, and the function of this name if it is one. Raises UsageError."""
    if target is None and processes:
        return (), {}
    if callable(target):
        check_function(target, args, "the app")
        return (getattr(target, "__name__", "app"),), {"app": functools.partial(target, *args)}
    if not isinstance(target, str):
        return as_hook_file.command(_words(method, target, args)), {}
    if args:
        raise UsageError(f"{method}() takes no arguments with a shell command line: write them into the line")
    return as_hook_file.command(target), {}


def _words(method: str, target: object, args: Sequence[object]) -> list[str | os.PathLike[str]]:
    """The words of a list and its further arguments. Raises UsageError for anything else."""
    if target is None:
        raise UsageError(f"{method}() has nothing to run: {_TARGET}, or add a process with container.process(...)")
    if isinstance(target, os.PathLike):
        target = [target]
    command = (*target, *args) if isinstance(target, Sequence) else ()
    words = [word for word in command if isinstance(word, str | os.PathLike)]
    if not command or len(words) < len(command):
        raise UsageError(f"{method}() cannot run {quoted(target)}: {_TARGET}")
    return words
