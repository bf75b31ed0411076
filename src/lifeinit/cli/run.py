"""`lifeinit [OPTIONS] [--] COMMAND`: the options in, a plan for the engine out."""

from collections.abc import Sequence
from typing import NamedTuple

import click

from lifeinit.cli import shell_values
from lifeinit.cli.help_layout import RunCommand
from lifeinit.cli.run_options import OPTIONS
from lifeinit.engine.plan import Inherited, Plan
from lifeinit.startup.plan_app import WrongCommandLineError, plan_run


class Start(NamedTuple):
    """What lifeinit was started with: its whole command line, what the app will inherit, the parent's pid."""

    arguments: Sequence[str]
    inherited: Inherited
    parent: int


@click.pass_obj
def _run(start: Start, /, command: tuple[str, ...], **values: object) -> Plan | int:
    """Run COMMAND as the app, with the hooks of the hook file around it."""
    try:
        return plan_run(start.arguments, command, values, start.inherited, start.parent)
    except WrongCommandLineError as error:
        raise click.UsageError(str(error)) from None


run = RunCommand(
    "lifeinit",
    callback=_run,
    help=_run.__doc__,
    params=[
        *OPTIONS,
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
