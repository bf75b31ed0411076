"""The command line, out of click's own description of it."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from lifeinit.cli import check, commands, completion, example, health, help_layout, schema, status, wait

PROGRAM: Final = "lifeinit"
_ALL: Final = {
    "": commands.run,
    "check": check.check,
    "wait": wait.wait,
    "status": status.status,
    "health": health.health,
    "schema": schema.schema,
    "example": example.example,
    "completion": completion.completion_of(commands.run, lambda _name: None),
}

# What one line of --help has no room for.
_MORE: Final = {
    "--config": "The first one that is found is the only one read. With none, lifeinit is a plain init.",
    "--rewrite": "By names or numbers; `15:0` drops it too. In the variable, several are separated by spaces.",
    "--success-exit-code": "They exit as 0 too. A number, a range or a signal; in the variable, separated by spaces.",
    "--parent-death-signal": "As always, TERM then is a stop request.",
    "--user": "A name or uid. lifeinit and its hooks stay as they are.",
    "--pre-start": "In the variable, each line is one.",
    "--post-start": "In the variable, each line is one.",
    "--pre-stop": "In the variable, each line is one.",
    "--post-stop": "In the variable, each line is one.",
    "--verbose": "As a variable, a number.",
}
# Whose letters these are: what they meant there they mean here.
_OF: Final = {
    **dict.fromkeys(("--group", "--success-exit-code", "--parent-death-signal"), "tini"),
    **dict.fromkeys(("--warn-on-reap", "--subreaper"), "tini"),
    **dict.fromkeys(("--single-child", "--rewrite"), "dumb-init"),
    "--verbose": "tini and dumb-init",
}


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
    if set(_ALL) - {""} != set(completion.COMMANDS):
        raise ValueError("the reference has other commands than the program")
    found = [_command(name, command) for name, command in _ALL.items()]
    known = {name for command in _ALL.values() for name in _long_names(command)}
    unknown = sorted((set(_MORE) | set(_OF)) - known)
    if unknown:
        raise ValueError(f"the reference explains options that there are not: {' '.join(unknown)}")
    return found


def context(name: str) -> click.Context:
    """The context of a command as the program makes it."""
    full = f"{PROGRAM} {name}".strip()
    prefix = full.replace(" ", "_").upper()
    return _ALL[name].make_context(full, [], resilient_parsing=True, auto_envvar_prefix=prefix)


def _command(name: str, command: click.Command) -> Command:
    ctx = context(name)
    usage = " ".join([ctx.info_name or "", *command.collect_usage_pieces(ctx)])
    paragraphs = [" ".join(part.split()) for part in inspect.cleandoc(command.help or "").split("\n\n")]
    parameters = {parameter.name or "": parameter for parameter in command.get_params(ctx)}
    options = {name: item for name, item in parameters.items() if isinstance(item, click.Option)}
    groups = {"": list(options)}
    if isinstance(command, help_layout.Grouped):
        groups = help_layout.grouped(command.groups, options)
    tables = {heading: [_option(ctx, options[name]) for name in names] for heading, names in groups.items()}
    return Command(name, usage, paragraphs, tables, command.epilog or "")


def _option(ctx: click.Context, option: click.Option) -> Option:
    record = option.get_help_record(ctx)
    if record is None:
        raise ValueError(f"{option.name} has no help")
    written, text = record
    long = long_name(option)
    more = _MORE.get(long, "") if ctx.info_name == PROGRAM else ""
    origin = _OF.get(long, "") if ctx.info_name == PROGRAM else ""
    return Option(" ".join(written.split()), variable(ctx, option), f"{' '.join(text.split())} {more}".strip(), origin)


def long_name(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--"))


def _long_names(command: click.Command) -> list[str]:
    return [long_name(item) for item in command.params if isinstance(item, click.Option)]


def variable(ctx: click.Context, option: click.Option) -> str:
    """The variable that click reads for the option."""
    if long_name(option) == "--help":
        return ""
    if isinstance(option.envvar, str):
        return option.envvar
    if not option.allow_from_autoenv:
        return ""
    return f"{ctx.auto_envvar_prefix}_{option.name}".upper()
