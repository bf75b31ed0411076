"""The host checks: a hook file against this machine. They start nothing but the shell, and change nothing."""

from collections.abc import Iterator, Sequence

from lifeinit.check.host import (
    accounts,
    commands,
    environment,
    habits,
    lost_failure,
    paths,
    signal_delivery,
    trust,
)
from lifeinit.check.host.as_user import Kernel
from lifeinit.check.host.programs import Programs
from lifeinit.check.host.tasks import Tasks
from lifeinit.check.output.secret_text import hidden
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.model import HookFile
from lifeinit.engine.printable import escaped

__all__ = ["inspect"]


def inspect(
    hook_file: HookFile, command: Sequence[str] = (), files: Sequence[str] = (), user: str | None = None
) -> list[Diagnostic]:
    """What fails or surprises on this machine. `command` is the app's own, `files` are the hook file's paths.

    `user` is whom the container starts lifeinit as, where that is known. What cannot be known before it runs is left
    out.
    """
    kernel = Kernel()
    try:
        found = list(_diagnostics(hook_file, command, files, user, kernel))
    finally:
        kernel.close()
    return list(
        dict.fromkeys(
            one.replaced(message=escaped(hidden(one.message)), help=escaped(hidden(one.help))) for one in found
        )
    )


def _diagnostics(
    hook_file: HookFile, command: Sequence[str], files: Sequence[str], user: str | None, kernel: Kernel
) -> Iterator[Diagnostic]:
    people = accounts.Accounts(user)
    tasks, programs = Tasks(hook_file, command, people, kernel), Programs(kernel)
    yield from people.diagnostics(hook_file)
    yield from paths.directories(tasks, kernel)
    yield from commands.diagnostics(tasks.commands, programs, kernel)
    yield from lost_failure.diagnostics(hook_file, tasks.commands)
    yield from habits.diagnostics(hook_file, tasks.commands)
    yield from signal_delivery.diagnostics(hook_file, tasks.commands, programs, kernel)
    yield from trust.diagnostics(tasks, programs, kernel, files)
    yield from environment.diagnostics(tasks)
    yield from paths.targets(tasks, kernel)
