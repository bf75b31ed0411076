"""The phases of `lifeinit.Container`: callbacks by decorator, and hooks that are no Python code."""

import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Unpack

from lifeinit.api import as_hook_file
from lifeinit.api.keywords import Command, DrainOptions, HookOptions, SleepOptions
from lifeinit.api.spelled_out import spelled_out
from lifeinit.callbacks.event import Phase
from lifeinit.callbacks.options import Duration
from lifeinit.callbacks.registrar import Callback, Registrar
from lifeinit.config.model import CodedHook

_OF_DRAIN = DrainOptions.__annotations__.keys()
_OF_SLEEP = SleepOptions.__annotations__.keys()
_OF_HOOK = HookOptions.__annotations__.keys()


class PhaseHooks(Registrar):
    """Registers the callbacks of one phase, as a decorator, and its commands, waits and sleeps."""

    def __init__(self, phase: Phase, timeout: float | None, description: str) -> None:
        super().__init__(phase, timeout, description)
        self._entries: list[Callback | CodedHook] = []

    def add(self, callback: Callback) -> None:
        super().add(callback)
        self._entries.append(callback)

    @spelled_out(HookOptions, "hook")
    def command(self, command: Command, /, **options: Unpack[HookOptions]) -> None:
        """Run a program in this phase: a line for the shell, or a list of the program and its arguments.

        It has its turn in the order of registration, and is a hook as in a hook file.

        Raises:
            UsageError: The command or an option is invalid; the sentence is that of the hook file.
            AlreadyStartedError: start() was called before.
        """
        self._add_hook("command", command, options, _OF_HOOK)

    @spelled_out(HookOptions, "hook")
    def wait_for(self, targets: str | Sequence[str], /, **options: Unpack[HookOptions]) -> None:
        """Wait until each target answers, such as "tcp://db:5432" or "$DATABASE_URL". Raises as `command`."""
        self._add_hook("wait_for", targets, options, _OF_HOOK)

    @spelled_out(SleepOptions, "hook")
    def sleep(self, time: Duration, /, **options: Unpack[SleepOptions]) -> None:
        """Wait for a time: in pre_stop the app keeps serving while load balancers forget it. Raises as `command`."""
        self._add_hook("sleep", time, options, _OF_SLEEP)

    def drain(
        self, port: int, /, *, quiet: Duration = 1.0, at_least: Duration = 2.0, **options: Unpack[DrainOptions]
    ) -> None:
        """Of pre_stop: wait until a port of the app has no busy connections. Raises as `command`."""
        self._add_hook("drain", {"port": port, "quiet": quiet, "at_least": at_least}, options, _OF_DRAIN)

    @property
    def entries(self) -> Sequence[Callback | CodedHook]:
        """Callbacks and hooks in their order."""
        return self._entries

    def _add_hook(self, thing: str, value: object, options: Mapping[str, object], known: AbstractSet[str]) -> None:
        self.refuse_closed()
        written = as_hook_file.hook(self.phase, thing, value, options, known=known)
        if written.name:
            self.refuse_taken(written.name)
        has_default_timeout = thing != "sleep" and "timeout" not in options
        if not has_default_timeout and options.get("timeout") is None:
            written = written.replaced(timeout=None)  # as for a callback: no limit
        caller = sys._getframe(2)  # noqa: SLF001  # for the log: the line in place of the hook file's
        place = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        self._entries.append(CodedHook(self.phase, written, place, has_default_timeout))
        self.names.append(written.name or f"{self.phase}[{len(self.names)}]")
