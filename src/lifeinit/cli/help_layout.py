"""The help of the run: its options under their headings, the other commands, in one column and on one screen."""

import click

from lifeinit.cli.run_options import HeadedOption
from lifeinit.startup.commands import COMMANDS
from lifeinit.startup.run_options import OUTPUT

_COMMANDS = "Other commands, each with --help"


class RunCommand(click.Command):
    """The run, whose help shows more than its options."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option alone: a variable LIFEINIT_HELP keeps no app from starting."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.allow_from_autoenv = False
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One column for all tables: click would give each a width of its own."""
        tables: dict[str, list[tuple[str, str]]] = {}
        for heading, options in by_heading(self, ctx).items():
            records = [option.get_help_record(ctx) for option in options]
            tables[heading] = [record for record in records if record is not None]
        tables[_COMMANDS] = list(COMMANDS.items())
        width = max(len(left) for table in tables.values() for left, _ in table)
        for heading, table in tables.items():
            with formatter.section(heading):
                formatter.write_dl([(left.ljust(width), right) for left, right in table])


def by_heading(command: click.Command, ctx: click.Context) -> dict[str, list[click.Option]]:
    """The command's options by their headings; those without one, as click's own --help, stand in the last."""
    tables: dict[str, list[click.Option]] = {}
    for parameter in command.get_params(ctx):
        if isinstance(parameter, click.Option):
            heading = parameter.heading if isinstance(parameter, HeadedOption) else OUTPUT
            tables.setdefault(heading, []).append(parameter)
    return tables
