"""From a hook file to its draft. The rows of `keys` say which field of the plan a key fills."""

import os

from lifeinit.config import keys, model
from lifeinit.config.plan_fields import plan_fields
from lifeinit.engine.plan import PHASES
from lifeinit.probes.command_lines import (
    alive_command,
    alive_program,
    drain_program,
    ready_command,
    ready_program,
    wait_program,
    words,
)
from lifeinit.values import interpolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifeinit.config.draft import AliveDraft, Draft, Fields, HookDraft, Mark, ProcessDraft, ProgramDraft, ReadyDraft
    from lifeinit.config.spans import Path, Places
    from lifeinit.engine.plan import HookPhase
    from lifeinit.probes.command_lines import Flag

_SHELL = ("/bin/sh", "-c")


def draft_of(hook_file: model.HookFile) -> "Draft":
    """The draft of a hook file that is right."""
    return _Drafter(hook_file).draft()


def draft_to_keep(hook_file: model.HookFile) -> "Draft":
    """The same for starts that are not to import this module."""
    return {**draft_of(hook_file), "usual": usual_hooks()}


def draft_of_hook(hook: model.Hook) -> "HookDraft":
    """The draft of one that stands in no file."""
    return _Drafter(model.HookFile()).hook(hook)


def usual_hooks() -> "dict[HookPhase, HookDraft]":
    """A hook of each phase that says nothing but its command."""
    hooks = {phase: model.Hook.filled({**keys.defaults("hook", phase), "command": ""}) for phase in PHASES}
    return {phase: draft_of_hook(hook) for phase, hook in hooks.items()}


class _Drafter:
    def __init__(self, hook_file: model.HookFile) -> None:
        self.hook_file = hook_file
        self.places: Places = hook_file.places

    def draft(self) -> "Draft":
        app, named = self.hook_file.app, self.hook_file.processes
        others = [self.process(name, one.below(app, is_first=False), one.user) for name, one in named.items()]
        first = next(((name, one.below(app, is_first=True), one.user) for name, one in named.items()), None)
        return {
            "plan": plan_fields(self.hook_file)["Plan"],
            "user": None if app.user is None else (app.user, self.mark(("app", "user"))),
            "app": self.process("app", app, None),
            "processes": tuple(others),
            "first": None if first is None else self.process(*first),
            "hooks": {phase: tuple(map(self.hook, self.hook_file.hooks[phase])) for phase in PHASES},
            "usual": {},
            "drop_ins": self.places.drop_ins,
        }

    def process(self, name: str, written: model.Process, user: str | None) -> "ProcessDraft":
        """`user` is its own: what it has from [app] is looked up once."""
        fields = plan_fields(written)
        at = ("app",) if name == "app" else ("process", name)
        return {
            "name": name,
            "program": self.program(written.command or (), written, at, user, fields),
            "ready": None if written.ready is None else self.ready(written.ready),
            "alive": None if written.alive is None else self.alive(written.alive),
            "process": fields["Process"],
            "restart": fields["Restart"],
            "after": tuple((other, self.mark((*at, "after", i))) for i, other in enumerate(written.after or ())),
        }

    def ready(self, written: model.Ready) -> "ReadyDraft":
        prober: tuple[str, ...] | None = None
        if written.command is not None:
            prober = ready_command(_arguments(written.command), written.interval)
        elif written.target is not None:
            prober = ready_program(written.target, written.interval, *_flags(written))
        return {
            "prober": None if prober is None else _bytes(words(prober)),
            "file": None if written.file is None else interpolation.pieces(written.file.removeprefix("file://")),
            "ready": plan_fields(written)["Ready"],
        }

    def alive(self, written: model.Alive) -> "AliveDraft":
        pace = (written.interval, written.timeout, written.failures)
        prober: tuple[str, ...] | None = None
        if written.command is not None:
            prober = alive_command(_arguments(written.command), *pace)
        elif written.target is not None:
            prober = alive_program(written.target, *pace, *_flags(written))
        return {
            "prober": None if prober is None else _bytes(words(prober)),
            "recovers": written.on_failure == "warn",
            "alive": plan_fields(written)["Alive"],
        }

    def hook(self, written: model.Hook) -> "HookDraft":
        command, fields = written.command, plan_fields(written)
        if written.wait_for:
            command = words(wait_program(written.wait_for, 1.0))
        program = None
        if command is not None:
            program = self.program(command, written, written.path, written.user, fields)
            program["is_prober"] = bool(written.wait_for)
        fields["Hook"]["waits"] = bool(written.wait_for or written.drain)
        fields["Hook"]["default_timeout"] = self.hook_file.has_default_timeout(written)
        before = dict(self.places.drop_ins).get(written.file, 0)
        return {
            "file": written.file,
            "line": self.places.span(written.path, of_key=True).start.line - before,
            "program": program,
            "drain": None if written.drain is None else _bytes(words(_drain(written.drain))),
            "unless": None if written.unless is None else _bytes(_arguments(written.unless)),
            "hook": fields["Hook"],
        }

    def program(  # one for each source
        self,
        command: model.Command,
        written: model.Process | model.Hook,
        at: "Path",
        user: str | None,
        fields: "dict[str, Fields]",
    ) -> "ProgramDraft":
        texts = ((name, text) for name, text in written.environment.items() if isinstance(text, str))
        files = ((name, one.file) for name, one in written.environment.items() if isinstance(one, model.Secret))
        return {
            "argv": _bytes(_arguments(command)),
            "is_prober": False,
            "user": None if user is None else (user, self.mark((*at, "user"))),
            "environment": tuple(
                (name, interpolation.pieces(text), self.of_variable(at, name)) for name, text in texts
            ),
            "secrets": tuple((name, file, self.of_variable(at, name)) for name, file in files),
            "program": fields["Program"],
            "identity": fields["Identity"],
        }

    def of_variable(self, at: "Path", name: str) -> "Mark":
        """Where a variable is written: a process may have it from [app]."""
        own = (*at, "environment", name)
        return self.mark(own if own in self.places.spans else ("app", "environment", name))

    def mark(self, path: "Path") -> "Mark":
        start, end = self.places.span(path)
        return (start.line, start.column), (end.line, end.column)


def _drain(written: model.Drain) -> tuple[str, ...]:
    return drain_program(written.port, written.quiet, written.at_least)


def _flags(written: model.Ready | model.Alive) -> "tuple[Flag, ...]":
    return ("--insecure",) if written.insecure else ()


def _arguments(command: model.Command) -> tuple[str, ...]:
    return (*_SHELL, command) if isinstance(command, str) else command


def _bytes(texts: "Sequence[str]") -> tuple[bytes, ...]:
    return tuple(map(os.fsencode, texts))
