"""From a command, a hook file and the options to a plan; the options go first."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lifeinit import preflight
from lifeinit.engine.plan import Hook, Plan, Program, Surroundings
from lifeinit.engine.signals import number_of
from lifeinit.hookfile import expand, model
from lifeinit.hookfile.locate import Path
from lifeinit.hookfile.problem import HookFileError, Problem, quoted


@dataclass(frozen=True)
class Options:
    """What the command line and the environment say; None and empty leave it to the hook file."""

    stop_timeout: float | None = None
    group: bool | None = None
    rewrite: Mapping[int, int | None] = field(default_factory=dict)
    success_exit_codes: frozenset[int] = frozenset()
    user: preflight.Account | None = None
    parent_death_signal: int | None = None
    parent: int = 0
    verbose: int = 0
    tell_orphans: bool = False


def make_plan(
    command: Sequence[str], surroundings: Surroundings, hook_file: model.HookFile | None, options: Options
) -> Plan:
    """The plan for the engine. Raises HookFileError for what this machine cannot do."""
    told = hook_file is not None
    hook_file = hook_file or model.HookFile()
    app = hook_file.app
    of_file = {_number(came): None if goes is None else _number(goes) for came, goes in hook_file.signals.items()}
    rewrite = {**of_file, **options.rewrite}
    hooks = {phase: tuple(map(_hook, hook_file.hooks.get(phase, ()))) for phase in model.PHASES}
    return Plan(
        _program(command, hook_file, options.user),
        surroundings,
        stop_on=tuple(map(_number, hook_file.stop_on)),
        stop_signal=None if app.stop_signal is None else _number(app.stop_signal),
        group=app.stop_scope == "group" if options.group is None else options.group,
        rewrite=tuple(rewrite.items()),
        success=tuple(sorted(app.success_exit_codes | options.success_exit_codes)),
        stop_timeout=hook_file.stop_timeout if options.stop_timeout is None else options.stop_timeout,
        kill_after=hook_file.kill_after,
        hook_file=told,
        verbose=options.verbose,
        tell_orphans=options.tell_orphans,
        parent_death_signal=options.parent_death_signal,
        parent=options.parent,
        pre_start=hooks["pre_start"],
        post_start=hooks["post_start"],
        pre_stop=hooks["pre_stop"],
        post_stop=hooks["post_stop"],
    )


def _program(command: Sequence[str], hook_file: model.HookFile, account: preflight.Account | None) -> Program:
    app = hook_file.app
    problems: list[Problem] = []

    def wrong(path: Path, sentence: str) -> None:
        problems.append(Problem(hook_file.places.value(path), sentence))

    if account is None and app.user is not None:
        try:
            account = preflight.account(app.user)
        except preflight.UnfitError as error:
            wrong(("app", "user"), f"user is {quoted(app.user)}, {error}")
    variables = dict(account.variables) if account else {}
    known = {**os.environ, **variables}
    for name, text in app.environment.items():
        try:
            variables[name] = expand.expand(text, known)
        except expand.ExpansionError as error:
            wrong(("app", "environment", name), f"{name} is {quoted(text)}, which holds {error}")
    if problems:
        raise HookFileError(problems)
    return Program(
        tuple(map(os.fsencode, command)),
        variables=tuple((os.fsencode(name), os.fsencode(value)) for name, value in variables.items()),
        directory=None if app.working_dir is None else os.fsencode(app.working_dir),
        identity=account.identity if account else None,
        umask=app.umask,
        no_new_privs=app.no_new_privs,
    )


def _hook(hook: model.Hook) -> Hook:
    program: Program | None
    match hook.command:
        case None:
            program = None
        case str(line):
            program = Program((b"/bin/sh", b"-c", os.fsencode(line)))
        case arguments:
            program = Program(tuple(map(os.fsencode, arguments)))
    abort = hook.on_failure == "abort"
    return Hook(hook.name, program, hook.sleep, hook.timeout, hook.retries, hook.retry_delay, abort)


def _number(name: str) -> int:
    """The number of a signal whose name was checked."""
    number = number_of(name)
    if number is None:
        raise AssertionError(f"the reader let {name!r} pass")
    return number
