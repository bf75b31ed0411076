"""From a command, a hook file and the options to a plan; the options take precedence."""

import os
from collections.abc import Mapping, Sequence

from lifeinit.config import keys, model, users
from lifeinit.config.diagnostic import Diagnostic, HookFileError, quoted
from lifeinit.config.plan_fields import plan_fields
from lifeinit.config.spans import Path
from lifeinit.engine.plan import PHASES, Alive, Hook, Identity, Inherited, Plan, Process, Program, Ready, Restart
from lifeinit.engine.record import Record
from lifeinit.probes.command_lines import (
    PROBER,
    alive_command,
    alive_program,
    ready_command,
    ready_program,
    wait_program,
)
from lifeinit.values import duration, interpolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifeinit.engine.plan import HookPhase, Value
    from lifeinit.probes.command_lines import Flag

_SHELL = ("/bin/sh", "-c")


class Options(Record):
    """What the command line and the environment say, or Python code; None and empty leave it to the hook file.

    `hooks` are lines for the shell, `callbacks` hooks that are ready made, or written in the code. `functions` are the
    numbers of the calls that the processes of these names make instead of running a command.
    """

    hooks: Mapping[str, Sequence[str]] = {}
    callbacks: Mapping[str, Sequence[Hook | model.CodedHook]] = {}
    functions: Mapping[str, int] = {}
    stop_timeout: float | None = None
    group: bool | None = None
    rewrite: Mapping[int, int | None] = {}
    success_exit_codes: frozenset[int] = frozenset()
    user: users.Account | None = None
    parent_death_signal: int | None = None
    parent: int = 0
    verbose: int = 0
    quiet: bool = False
    json: bool = False
    tell_orphans: bool = False


def make_plan(
    command: Sequence[str],
    inherited: Inherited,
    hook_file: model.HookFile | None,
    options: Options,
    file_name: str = "hooks.toml",
) -> Plan:
    """The plan for the engine. Raises HookFileError for what this machine cannot do."""
    planner = _Planner(hook_file or model.HookFile(), options, file_name)
    plain = hook_file is None and not any(options.hooks.values())
    plan = planner.plan(command, inherited, plain=plain)
    if planner.problems:
        raise HookFileError(planner.problems)
    return plan


class _Planner:
    """Turns what is written into the engine's records. The rows of `keys` say which field a key fills."""

    def __init__(self, hook_file: model.HookFile, options: Options, file_name: str) -> None:
        self.hook_file = hook_file
        self.options = options
        self.file_name = file_name
        self.problems: list[Diagnostic] = []
        # What a pre_start hook exports is known only when it runs.
        sources = (hook_file.hooks, options.hooks, options.callbacks)
        self.may_be_exported = any(source.get("pre_start") for source in sources)

    def plan(self, command: Sequence[str], inherited: Inherited, plain: bool) -> Plan:
        options, of_file = self.options, plan_fields(self.hook_file)["Plan"]
        if options.stop_timeout is not None:
            of_file["stop_timeout"] = options.stop_timeout
        plan = Plan(
            self.processes(command),
            inherited,
            (),
            plain=plain,
            verbose=options.verbose,
            quiet=options.quiet,
            log_format="json" if options.json else "text",
            tell_orphans=options.tell_orphans,
            parent_death_signal=options.parent_death_signal,
            parent=options.parent,
        ).replaced(**of_file, **{phase: self.hooks(phase) for phase in PHASES})
        return plan.replaced(rewrite=tuple({**dict(plan.rewrite), **options.rewrite}.items()))

    # The app.

    def processes(self, command: Sequence[str]) -> tuple[Process, ...]:
        """The command after `--` is the first of them, and `ready` and `alive` at the top are about the first."""
        app, named = self.hook_file.app, self.hook_file.processes
        found = []
        if command:
            first = app.replaced(command=tuple(command))
            found.append(self.process("app", first, self.app_account(app)))
        for name, process in named.items():
            account = self.app_account(app)
            if process.user is not None:
                account = self.account(process.user, ("process", name, "user"))
            found.append(self.process(name, process.below(app, is_first=not found), account))
        return tuple(found)

    def app_account(self, app: model.Process) -> users.Account | None:
        if self.options.user is not None or app.user is None:
            return self.options.user
        return self.account(app.user, ("app", "user"))

    def process(self, name: str, written: model.Process, account: users.Account | None) -> Process:
        options, fields = self.options, plan_fields(written)
        command = written.command or ()
        program = self.program(command, written, ("process", name), account, fields, session=False)
        own, success = fields["Process"], {*fields["Process"]["success"], *options.success_exit_codes}
        if options.group is not None:
            own["group"] = options.group
        return Process(
            name,
            program.replaced(call=options.functions.get(name)),
            ready=None if written.ready is None else self.ready(written.ready, program),
            alive=None if written.alive is None else self.alive(written.alive, program),
            restart=Restart.filled(fields["Restart"]),
        ).replaced(**{**own, "success": tuple(sorted(success))})

    def ready(self, written: model.Ready, of: Program) -> Ready:
        program = None
        if written.command is not None:
            argv = ready_command(_arguments(written.command), written.interval, *self.voice())
            program = _prober(argv, of)
        elif written.target is not None:
            program = _prober(ready_program(written.target, written.interval, *self.flags(written)), of)
        file = None if written.file is None else _bytes(interpolation.pieces(written.file.removeprefix("file://")))
        return Ready(program, file=file).replaced(**plan_fields(written)["Ready"])

    def alive(self, written: model.Alive, of: Program) -> Alive:
        """Its prober, and where a failure is only a warning the one that tells when the process answers again."""
        program = self.alive_prober(written, of)
        recovery = self.alive_prober(written, of, "--recovery") if written.on_failure == "warn" else None
        return Alive(program, recovery).replaced(**plan_fields(written)["Alive"])

    def alive_prober(self, written: model.Alive, of: Program, *flags: "Flag") -> Program | None:
        pace = (written.interval, written.timeout, written.failures)
        if written.command is not None:
            return _prober(alive_command(_arguments(written.command), *pace, *flags, *self.voice()), of)
        if written.target is not None:
            return _prober(alive_program(written.target, *pace, *flags, *self.flags(written)), of)
        return None

    def flags(self, written: model.Ready | model.Alive) -> "tuple[Flag, ...]":
        """How a target is asked, and how what asks it speaks."""
        return (*(("--insecure",) if written.insecure else ()), *self.voice())

    def voice(self) -> "tuple[Flag, ...]":
        """How what waits beside the engine is to speak: as the engine does."""
        json: tuple[Flag, ...] = ("--json",) if self.options.json else ()
        return (*json, "--quiet") if self.options.quiet else json

    # Hooks.

    def hooks(self, phase: "HookPhase") -> tuple[Hook, ...]:
        """Those of the file, then those of the command line, then the callbacks."""
        of_file, option = self.hook_file.hooks[phase], f"--{phase.replace('_', '-')}"
        places = [f"{self.file_name}:{self.hook_file.places.key(hook.path).line}" for hook in of_file]
        of_options = (
            model.Hook.filled({**keys.defaults("hook", phase), "name": f"{phase}[{i}]", "command": line})
            for i, line in enumerate(self.options.hooks.get(phase, ()), len(of_file))
        )
        return (
            *map(self.hook, of_file, places),
            *(self.hook(hook, option) for hook in of_options),
            *map(self.coded, self.options.callbacks.get(phase, ())),
        )

    def coded(self, hook: Hook | model.CodedHook) -> Hook:
        """A callback is a hook of the engine already."""
        if isinstance(hook, Hook):
            return hook
        return self.hook(hook.written, hook.place).replaced(default_timeout=hook.default_timeout)

    def hook(self, written: model.Hook, place: str) -> Hook:
        command, fields = written.command, plan_fields(written)
        if written.wait_for:
            command = wait_program(written.wait_for, 1.0, *self.voice())
        program = unless = None
        if command is not None:
            account = None if written.user is None else self.account(written.user, (*written.path, "user"))
            program = self.program(command, written, written.path, account, fields, session=True)
            if written.unless is not None:
                unless = program.replaced(argv=_bytes(_arguments(written.unless)))
        if program is not None and written.wait_for:
            program = program.replaced(module=PROBER)
        own = {"program": program, "place": place, "waits": bool(written.wait_for), "unless": unless}
        own["default_timeout"] = self.hook_file.has_default_timeout(written)
        return Hook.filled({**fields["Hook"], **own})

    # Both.

    def program(  # noqa: PLR0913  # one for each source
        self,
        command: model.Command,
        written: model.Hook | model.Process,
        at: Path,
        account: users.Account | None,
        fields: "dict[str, dict[str, Any]]",
        *,
        session: bool,
    ) -> Program:
        identity = Identity(
            user=account.user if account else None,
            environment=self.variables(written.environment, at, account),
            session=session,
        ).replaced(**fields["Identity"])
        return Program(_bytes(_arguments(command)), identity).replaced(**fields["Program"])

    def account(self, user: str, at: Path) -> users.Account | None:
        try:
            return users.account(user)
        except users.UnfitError as error:
            self.wrong(at, f"user is {quoted(user)}, {error}")
            return None

    def variables(
        self, environment: Mapping[str, str], at: Path, account: users.Account | None
    ) -> "tuple[tuple[bytes, Value], ...]":
        own = dict(account.variables) if account else {}
        values: dict[str, Value] = {name: (os.fsencode(text),) for name, text in own.items()}
        for name, text in environment.items():
            written = (*at, "environment", name)
            place = written if written in self.hook_file.places.spans else ("app", "environment", name)
            values[name] = self.value(place, text, own)
        return tuple((os.fsencode(name), value) for name, value in values.items())

    def value(self, at: Path, text: str, own: Mapping[str, str]) -> "Value":
        """Text and variables by turns; those that only the account knows are filled in here."""
        first, *rest = interpolation.pieces(text)
        found = [first]
        for name, following in zip(rest[::2], rest[1::2], strict=True):
            if name in own:
                found[-1] += own[name] + following
                continue
            if name not in os.environ and not self.may_be_exported:
                fix = 'set it, or write "$$" for a dollar sign'
                self.wrong(at, f'{at[-1]} holds "${name}", which is not set: {fix}')  # the rest may be a secret
            found += [name, following]
        return tuple(map(os.fsencode, found))

    def wrong(self, at: Path, sentence: str) -> None:
        """A problem once, also where several processes have it from [app]."""
        problem = Diagnostic("", self.hook_file.places.span(at), sentence)
        if problem not in self.problems:
            self.problems.append(problem)


def stop_timeout_of(environment: Mapping[str, str]) -> float | None:
    """LIFEINIT_STOP_TIMEOUT, in seconds; there a bare number can only be seconds. Raises ValueError with a sentence."""
    text = environment.get("LIFEINIT_STOP_TIMEOUT")
    if not text:
        return None
    try:
        seconds = duration.parse_variable(text)
    except ValueError as error:
        raise ValueError(f"LIFEINIT_STOP_TIMEOUT is {quoted(text)}, {error}") from None
    if seconds == 0:
        fix = 'which leaves no time at all: write at least "1s"'
        raise ValueError(f"LIFEINIT_STOP_TIMEOUT is {quoted(text)}, {fix}")
    return seconds


def _arguments(command: model.Command) -> tuple[str, ...]:
    return (*_SHELL, command) if isinstance(command, str) else command


def _prober(argv: Sequence[str], of: Program) -> Program:
    """A probe has the identity and the directory of the process that it asks about, and a session of its own."""
    return Program(_bytes(argv), of.identity.replaced(session=True), of.directory, module=PROBER)


def _bytes(words: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(map(os.fsencode, words))
