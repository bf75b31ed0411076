"""The pages of the reference, as Markdown."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

from lifeinit.config.keys import Key
from tools.reference import commands, keys, statuses, variables
from tools.reference.marking import marked

_MADE: Final = "\n<!-- Made by `python -m tools.reference`: change the sources, not this page. -->\n"


def hook_file_keys() -> str:
    """Every key of a hook file: a table of each table's keys, then each key."""
    parts = [
        (
            "# All keys of the hook file\n\n[The hook file](hook-file.md) explains how they work together."
            " `lifeinit schema` prints them as a JSON Schema for editors. Any other key is an error.\n"
        )
    ]
    for table in keys.TABLES:
        found = table.rows()
        rows = [
            (f"[`{key.name}`](#{_anchor(table.full_name(key))})", key.kind.words, marked(keys.default(key)))
            for key in found
        ]
        parts += [f"## {table.heading}\n", f"{table.about}\n", _table(("key", "value", "default"), rows)]
        parts += [_key(table, key) for key in found]
    words = [f"**{word[0].upper()}{word[1:]}**: {marked(text)}\n" for word, text in keys.VALUES.items()]
    return "\n".join([*parts, "## Kinds of values\n", *words]) + _MADE


def _key(table: keys.Table, key: Key) -> str:
    lines = [f"- Value: {key.kind.words}"]
    if keys.default(key):
        lines.append(f"- Default: {marked(keys.default(key))}")
    lines.append(f"- Example: `{keys.example(key)}`")
    if key.since != keys.FIRST:
        lines.append(f"- Since {key.since}")
    return f"### {table.full_name(key)}\n\n{marked(key.doc)}\n\n" + "\n".join(lines) + "\n"


def _anchor(heading: str) -> str:
    return heading.lower().replace(".", "")


def command_line() -> str:
    """Every command with its options."""
    parts = [
        (
            "# Command line\n\nOptions on the command line take precedence over the environment, and both over the "
            "hook file. `lifeinit COMMAND` without `--` works too, unless COMMAND is one of lifeinit's own commands. "
            "Without `--` a COMMAND that is not in PATH starts nothing, and no hook runs. With `--` the hooks run "
            "first, so one of them may install it. See also [exit statuses](exit-status.md) and "
            "[environment variables](environment.md).\n"
        )
    ]
    for command in commands.all_commands():
        parts += [f"## {f'lifeinit {command.name}'.strip()}\n", f"    {command.usage}\n"]
        parts += [f"{marked(paragraph)}\n" for paragraph in command.paragraphs]
        for heading, options in command.groups.items():
            parts += [f"{heading}:\n"] if heading else []
            parts.append(_options(options))
        parts += [f"{marked(command.epilog)}\n"] if command.epilog else []
    return "\n".join(parts) + _MADE


def _options(options: Sequence[commands.Option]) -> str:
    rows = []
    for option in options:
        origin = f" ({option.origin})" if option.origin else ""
        rows.append((_code(option.written), _code(option.variable), f"{marked(option.about)}{origin}"))
    return _table(("option", "variable", ""), rows)


def environment() -> str:
    """The variables that lifeinit reads, and those of hooks and the app."""
    options = [
        (_code(option.variable), f"`{command.name or 'lifeinit'}`", _code(option.written))
        for command in commands.all_commands()
        for option in command.options
        if option.variable
    ]
    parts = [
        "# Environment variables\n",
        "## What lifeinit reads\n",
        "Each option has a variable. `1` sets a flag, `0` unsets it. An empty variable counts as unset.\n",
        _table(("variable", "command", "option"), options),
        "These variables have no option:\n",
        _variables(variables.READ),
        "The [Python API](python.md#flask-with-celery) has further variables for Flask and Celery.\n",
        "## Variables of a hook\n",
        (
            "A hook has the environment that lifeinit was started with, its own `environment`, the variables that "
            "earlier `pre_start` hooks without a `user` [exported](hook-file.md#export-variables-lifeinit_env), and:\n"
        ),
        _variables(variables.of_a_hook()),
        "## Variables of the app\n",
        (
            "The app has the environment that lifeinit was started with, its own `environment`, the variables that "
            "`pre_start` hooks exported, and:\n"
        ),
        _variables(variables.OF_THE_APP),
    ]
    return "\n".join(parts) + _MADE


def exit_statuses() -> str:
    """What each exit status means."""
    parts = [
        "# Exit statuses\n",
        "## lifeinit\n",
        "lifeinit never exits with 0 after a failure.\n",
        _table(("status", "when"), statuses.RUN),
    ]
    for name, rows in statuses.of_commands().items():
        parts += [f"## lifeinit {name}\n", _table(("status", "when"), rows)]
    return "\n".join(parts) + _MADE


def _variables(found: Iterable[variables.Variable]) -> str:
    return _table(("variable", "value"), [(", ".join(map(_code, one.names)), marked(one.about)) for one in found])


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *(map(_cell, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    """A bar in code as an entity: readers of Markdown do not agree on the backslash before one."""
    code = re.compile(r"`([^`|]*\|[^`]*)`")
    return code.sub(lambda found: f"<code>{html.escape(found[1]).replace('|', '&#124;')}</code>", text)
