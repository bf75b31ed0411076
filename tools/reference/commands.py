"""The command line, out of click's own description of it."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from lifeinit.cli.help_layout import RunCommand, by_heading
from lifeinit.cli.run import run
from lifeinit.cli.run_options import HeadedOption
from lifeinit.cli.serve import command_named
from lifeinit.startup.commands import COMMANDS

PROGRAM: Final = "lifeinit"
_ALL: Final = {"": run, **{name: command_named(name) for name in COMMANDS}}


@dataclass(frozen=True)
class Option:
    """One option: as it is written, the variable that sets it ("" where none does), and sentences about it."""

    written: str
    variable: str
    about: str
    origin: str


@dataclass(frozen=True)
class Command:
    """One command; `groups` are its options by their headings, all under "" where it has no headings."""

    name: str
    usage: str
    paragraphs: Sequence[str]
    groups: dict[str, list[Option]]
    epilog: str

    @property
    def options(self) -> list[Option]:
        return [option for group in self.groups.values() for option in group]


def all_commands() -> list[Command]:
    """The run itself first, then the commands with a name."""
    return [_command(name, command) for name, command in _ALL.items()]


def context(name: str) -> click.Context:
    """The context of a command as the program makes it."""
    full = f"{PROGRAM} {name}".strip()
    prefix = full.replace(" ", "_").upper()
    return _ALL[name].make_context(full, [], resilient_parsing=True, auto_envvar_prefix=prefix)


def _command(name: str, command: click.Command) -> Command:
    ctx = context(name)
    usage = " ".join([ctx.info_name or "", *command.collect_usage_pieces(ctx)])
    paragraphs = [" ".join(part.split()) for part in inspect.cleandoc(command.help or "").split("\n\n")]
    headings = by_heading(command, ctx)
    if not isinstance(command, RunCommand):
        headings = {"": [option for options in headings.values() for option in options]}
    tables = {heading: [_option(ctx, option) for option in options] for heading, options in headings.items()}
    return Command(name, usage, paragraphs, tables, command.epilog or "")


def _option(ctx: click.Context, option: click.Option) -> Option:
    record = option.get_help_record(ctx)
    if record is None:
        raise ValueError(f"{option.name} has no help")
    written, text = record
    details, origin = (option.details, option.origin) if isinstance(option, HeadedOption) else ("", "")
    about = f"{' '.join(text.split())} {details}".strip()
    return Option(" ".join(written.split()), variable(ctx, option), about, origin)


def long_name(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--"))


def variable(ctx: click.Context, option: click.Option) -> str:
    """The variable that click reads for the option."""
    if long_name(option) == "--help":
        return ""
    if isinstance(option.envvar, str):
        return option.envvar
    if not option.allow_from_autoenv:
        return ""
    return f"{ctx.auto_envvar_prefix}_{option.name}".upper()
