"""From a command, a hook file and the options to a plan; the options go first."""

import os
from collections.abc import Callable, Mapping, Sequence

from lifeinit.config import model, users
from lifeinit.config.diagnostic import Diagnostic, HookFileError, quoted
from lifeinit.config.model import DEFAULT_TIMEOUT, Phase, Process
from lifeinit.config.spans import Path
from lifeinit.engine.plan import Hook, Identity, Inherited, Plan, Program, Ready, Restart
from lifeinit.engine.plan import Process as EngineProcess
from lifeinit.engine.record import Record
from lifeinit.engine.signals import number_of
from lifeinit.probes.command_lines import ready_command, ready_program, wait_program
from lifeinit.values import duration, interpolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.plan import Value
    from lifeinit.probes.command_lines import Flag

_SHELL = ("/bin/sh", "-c")


class Options(Record):
    """What the command line and the environment say, or Python code; None and empty leave it to the hook file.

    `hooks` are lines for the shell, `callbacks` hooks that are ready made. `functions` are what the processes of these
    names run instead of a command.
    """

    hooks: Mapping[Phase, Sequence[str]] = {}
    callbacks: Mapping[Phase, Sequence[Hook]] = {}
    functions: Mapping[str, Callable[[], int]] = {}
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
    """Turns the model into the engine's records; what cannot be done becomes a problem."""

    def __init__(self, hook_file: model.HookFile, options: Options, file_name: str) -> None:
        self.hook_file = hook_file
        self.options = options
        self.file_name = file_name
        self.problems: list[Diagnostic] = []
        # What a pre_start hook may hand on is known only when it runs.
        sources = (hook_file.hooks, options.hooks, options.callbacks)
        self.may_be_exported = any(source.get("pre_start") for source in sources)

    def plan(self, command: Sequence[str], inherited: Inherited, plain: bool) -> Plan:
        file, options = self.hook_file, self.options
        of_file = {_number(came): None if goes is None else _number(goes) for came, goes in file.signals.items()}
        return Plan(
            self.processes(command),
            inherited,
            stop_on=tuple(map(_number, file.stop_on)),
            rewrite=tuple({**of_file, **options.rewrite}.items()),
            stop_timeout=file.stop_timeout if options.stop_timeout is None else options.stop_timeout,
            kill_after=file.kill_after,
            plain=plain,
            is_program=bool(options.functions) or any(options.callbacks.values()),
            verbose=options.verbose,
            quiet=options.quiet,
            log_format="json" if options.json else "text",
            tell_orphans=options.tell_orphans,
            parent_death_signal=options.parent_death_signal,
            parent=options.parent,
            ready_file=None if file.ready_file is None else os.fsencode(file.ready_file),
            pre_start=self.hooks("pre_start"),
            post_start=self.hooks("post_start"),
            pre_stop=self.hooks("pre_stop"),
            post_stop=self.hooks("post_stop"),
        )

    # The app.

    def processes(self, command: Sequence[str]) -> tuple[EngineProcess, ...]:
        """The command after `--` is the first of them, and `ready` at the top is about the first."""
        app, named = self.hook_file.app, self.hook_file.processes
        found = []
        if command:
            first = app.replaced(command=tuple(command))
            found.append(self.process("app", first, self.app_account(app)))
        for name, process in named.items():
            ready = process.ready or (None if found else app.ready)
            account = self.app_account(app)
            if process.user is not None:
                account = self.account(process.user, ("process", name, "user"))
            found.append(self.process(name, _inherited(process, app, ready), account))
        return tuple(found)

    def app_account(self, app: Process) -> users.Account | None:
        if self.options.user is not None or app.user is None:
            return self.options.user
        return self.account(app.user, ("app", "user"))

    def process(self, name: str, process: Process, account: users.Account | None) -> EngineProcess:
        options, codes = self.options, process.success_exit_codes or frozenset()
        program = Program(
            tuple(map(os.fsencode, _arguments(process.command or ()))),
            Identity(
                user=account.user if account else None,
                environment=self.variables(process.environment, ("process", name), account),
                umask=process.umask,
                no_new_privs=bool(process.no_new_privs),
            ),
            directory=None if process.working_dir is None else os.fsencode(process.working_dir),
            call=options.functions.get(name),
        )
        return EngineProcess(
            name,
            program,
            stop_signal=None if process.stop_signal is None else _number(process.stop_signal),
            group=process.stop_scope == "group" if options.group is None else options.group,
            success=tuple(sorted(codes | options.success_exit_codes)),
            ready=None if process.ready is None else self.ready(process.ready, program),
            restart=Restart(process.restart or "no", process.max_restarts or 5, process.restart_window or 60.0),
        )

    def ready(self, ready: model.Ready, of: Program) -> Ready:
        """A probe has the identity and the directory of the process that it asks about, and a session of its own."""
        identity, file = of.identity.replaced(session=True), None
        if ready.command is not None:
            argv = ready_command(_arguments(ready.command), ready.interval, *self.voice())
        elif ready.target is not None:
            checks: tuple[Flag, ...] = ("--insecure",) if ready.insecure else ()
            argv = ready_program(ready.target, ready.interval, *checks, *self.voice())
            if ready.target.startswith("file://"):
                file = tuple(map(os.fsencode, interpolation.pieces(ready.target.removeprefix("file://"))))
        else:
            argv = ()
        program = Program(tuple(map(os.fsencode, argv)), identity, of.directory) if argv else None
        return Ready(program, ready.after, ready.notify, file, ready.timeout, ready.on_failure == "abort")

    def voice(self) -> "tuple[Flag, ...]":
        """How what waits beside the engine is to speak: as the engine does."""
        json: tuple[Flag, ...] = ("--json",) if self.options.json else ()
        return (*json, "--quiet") if self.options.quiet else json

    # Hooks.

    def hooks(self, phase: Phase) -> tuple[Hook, ...]:
        """Those of the file, then those of the command line."""
        written = tuple(map(self.hook, self.hook_file.hooks.get(phase, ())))
        option = f"--{phase.replace('_', '-')}"
        abort = phase in {"pre_start", "post_start"}
        added = (
            Hook(f"{phase}[{i}]", _plain(line), None, DEFAULT_TIMEOUT[phase], 0, 1.0, abort, place=option)
            for i, line in enumerate(self.options.hooks.get(phase, ()), len(written))
        )
        return (*written, *added, *self.options.callbacks.get(phase, ()))

    def hook(self, hook: model.Hook) -> Hook:
        program: Program | None = None
        if hook.wait_for or hook.command is not None:
            argv = wait_program(hook.wait_for, 1.0, *self.voice()) if hook.command is None else hook.command
            account = None if hook.user is None else self.account(hook.user, (*hook.path, "user"))
            program = Program(
                tuple(map(os.fsencode, _arguments(argv))),
                Identity(
                    user=account.user if account else None,
                    environment=self.variables(hook.environment, hook.path, account),
                    session=True,
                ),
                directory=None if hook.working_dir is None else os.fsencode(hook.working_dir),
            )
        return Hook(
            hook.name,
            program,
            hook.sleep,
            hook.timeout,
            hook.retries,
            hook.retry_delay,
            hook.on_failure == "abort",
            hook.once,
            f"{self.file_name}:{self.hook_file.places.key(hook.path).line}",
            waits=bool(hook.wait_for),
        )

    # Both.

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
                reason = f'which holds "${name}", which is not set: set it, or write "$$" for a dollar sign'
                self.wrong(at, f"{at[-1]} is {quoted(text)}, {reason}")
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
        way_out = 'which leaves no time at all: write at least "1s"'
        raise ValueError(f"LIFEINIT_STOP_TIMEOUT is {quoted(text)}, {way_out}")
    return seconds


def _inherited(process: Process, app: Process, ready: model.Ready | None) -> Process:
    """A process with what it does not say for itself taken from [app]."""
    own = zip(process.fields(), process.values(), strict=True)
    said = {key: value for key, value in own if value is not None}
    environment = {**app.environment, **process.environment}
    return app.replaced(**{**said, "ready": ready, "environment": environment})


def _arguments(command: model.Command) -> tuple[str, ...]:
    return (*_SHELL, command) if isinstance(command, str) else command


def _plain(line: str) -> Program:
    return Program(tuple(map(os.fsencode, _arguments(line))), Identity(session=True))


def _number(name: str) -> int:
    """The number of a signal whose name was checked."""
    number = number_of(name)
    if number is None:
        raise AssertionError(f"the reader let {name!r} pass")
    return number
