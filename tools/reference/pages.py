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
            "# The keys of the hook file\n\n[The hook file](hook-file.md) explains what they do together."
            " `lifeinit schema` prints the same as a JSON Schema, for editors. Any other key is an error.\n"
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
    return "\n".join([*parts, "## What the words for values mean\n", *words]) + _MADE


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
            "# The command line\n\nThe command line takes precedence over the environment, and both over the hook "
            "file. `lifeinit COMMAND` without the dashes works too, unless COMMAND is one of the words below; if PATH "
            "does not hold it, nothing is started and no hook runs. After `--` the hooks run first: one of them may "
            "install it. The [exit statuses](exit-status.md) and the [variables](environment.md) each have a page.\n"
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
    """The variables that are read, told and found."""
    options = [
        (_code(option.variable), f"`{command.name or 'lifeinit'}`", _code(option.written))
        for command in commands.all_commands()
        for option in command.options
        if option.variable
    ]
    parts = [
        "# The environment\n",
        "## What lifeinit reads\n",
        "Each option has a variable. A flag is on with `1` and off with `0`; an empty variable counts as unset.\n",
        _table(("variable", "command", "option"), options),
        "These variables have no option:\n",
        _variables(variables.READ),
        "Programs that use [lifeinit from Python](python.md) have variables of their own for Flask and Celery.\n",
        "## What a hook is told\n",
        (
            "A hook has the environment that lifeinit was started with, its own `environment`, what earlier "
            "`pre_start` hooks [exported](hook-file.md#what-a-hook-hands-on) (unless they have a user of their own), "
            "and:\n"
        ),
        _variables(variables.told()),
        "## What the app finds\n",
        (
            "The app has the environment that lifeinit was started with, its own `environment`, what `pre_start` hooks "
            "exported, and:\n"
        ),
        _variables(variables.FOUND),
    ]
    return "\n".join(parts) + _MADE


def exit_statuses() -> str:
    """What each exit status means."""
    parts = [
        "# The exit statuses\n",
        "## lifeinit\n",
        "Never 0 for a failure.\n",
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
