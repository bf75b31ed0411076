"""The options of the run for click: made of the table in `lifeinit.startup.run_options`, with what only click needs."""

from typing import Any, Final

import click

from lifeinit import __version__
from lifeinit.cli import parameters, shell_values
from lifeinit.startup.option_values import READERS
from lifeinit.startup.run_options import LOG_FORMATS, OUTPUT, RUN_OPTIONS, RunOption

_COMPLETIONS: Final = {"user": shell_values.users, "signal": shell_values.signals, "rewrite": shell_values.rewrites}


class HeadedOption(click.Option):
    """An option that knows its heading in the help; `details` and `origin` are for the reference."""

    def __init__(self, row: RunOption, **settings: Any) -> None:  # click's own
        super().__init__(row.names.split(), help=row.help, **settings)
        self.heading = row.heading
        self.details = row.details
        self.origin = row.origin


def _option(row: RunOption) -> HeadedOption:
    match row.kind:
        case "flag":
            return HeadedOption(row, is_flag=True, default=None)
        case "count":
            return HeadedOption(row, count=True)
        case "log_format":
            return HeadedOption(row, type=click.Choice(LOG_FORMATS), default=LOG_FORMATS[0])
        case "file":
            return HeadedOption(row, metavar=row.metavar)
        case "line":
            kind: parameters.Parsed[object] = parameters.Lines(row.metavar, READERS[row.kind])
        case _:
            kind = parameters.Parsed(row.metavar, READERS[row.kind])
    complete = _COMPLETIONS.get(row.kind)
    return HeadedOption(row, type=kind, multiple=row.many, metavar=row.metavar, shell_complete=complete)


def _show_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(f"lifeinit {__version__}")
        context.exit()


OPTIONS: Final = (
    *map(_option, RUN_OPTIONS),
    HeadedOption(
        RunOption(OUTPUT, "--version", "flag", "Show the version and exit."),
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        allow_from_autoenv=False,
    ),
)
