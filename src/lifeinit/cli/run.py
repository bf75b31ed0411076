"""`lifeinit [OPTIONS] [--] COMMAND`: the options in, a plan for the engine out."""

from collections.abc import Sequence
from typing import NamedTuple

import click

from lifeinit.cli import parameters, shell_values
from lifeinit.cli.help_layout import RunCommand
from lifeinit.cli.run_options import RUN_OPTIONS
from lifeinit.config import users
from lifeinit.config.planner import Options
from lifeinit.engine import log
from lifeinit.engine.plan import Inherited, Plan
from lifeinit.startup.app_command import is_marked
from lifeinit.startup.plan_app import NoCommandError, plan_app


class Start(NamedTuple):
    """What lifeinit was started with: its whole command line, what the app will inherit, the parent's pid."""

    arguments: Sequence[str]
    inherited: Inherited
    parent: int


@click.pass_obj
def _run(  # noqa: PLR0913, PLR0917
    start: Start,
    config: str | None,
    group: bool | None,
    single_child: bool,
    rewrite: tuple[tuple[int, int | None], ...],
    success_exit_code: tuple[frozenset[int], ...],
    parent_death_signal: int | None,
    user: users.Account | None,
    pre_start: tuple[str, ...],
    post_start: tuple[str, ...],
    pre_stop: tuple[str, ...],
    post_stop: tuple[str, ...],
    warn_on_reap: bool,
    verbose: int,
    quiet: bool,
    log_format: str,
    subreaper: bool,  # noqa: ARG001
    command: tuple[str, ...],
) -> Plan | int:
    """Run COMMAND as the app, with the hooks of the hook file around it."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose contradict each other: remove one")
    if group and single_child:
        raise click.UsageError("--group and --single-child contradict each other: remove one")
    log.configure(log_format, quiet)
    options = Options(
        hooks={"pre_start": pre_start, "post_start": post_start, "pre_stop": pre_stop, "post_stop": post_stop},
        stop_timeout=parameters.stop_timeout(),
        group=_group(group, single_child),
        rewrite=dict(rewrite),
        success_exit_codes=frozenset().union(*success_exit_code),
        user=user,
        parent_death_signal=parent_death_signal,
        parent=start.parent,
        verbose=0 if quiet else verbose or parameters.tinis_verbosity(),
        quiet=quiet,
        json=log_format == "json",
        tell_orphans=warn_on_reap,
    )
    try:
        return plan_app(command, config, options, start.inherited, is_marked=is_marked(start.arguments, command))
    except NoCommandError:
        raise click.UsageError(
            'no command: name the app to run, as in "lifeinit -- python app.py". '
            '"lifeinit example" prints a hook file, "lifeinit check" validates one'
        ) from None


def _group(group: bool | None, single_child: bool) -> bool | None:
    if single_child:
        return False
    return parameters.tinis_group() if group is None else group


run = RunCommand(
    "lifeinit",
    callback=_run,
    help=_run.__doc__,
    params=[
        *RUN_OPTIONS,
        click.Argument(
            ["command"],
            nargs=-1,
            type=click.UNPROCESSED,
            metavar="COMMAND [ARG]...",
            shell_complete=shell_values.command,
        ),
    ],
    context_settings={"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS] [--]",
    epilog="Each option is also a variable: LIFEINIT_GROUP=1. See man lifeinit-hooks.",
)
