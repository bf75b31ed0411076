"""How the help of a command with many options is laid out: in groups, in one column, on one screen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import click

Rows = Sequence[tuple[str, str]]


class Grouped(click.Command):
    """A command whose `groups` map a heading to the names of its options, and `rows` to lines of another kind.

    What is in no group stands in the last one.
    """

    groups: ClassVar[Mapping[str, Sequence[str]]]
    rows: ClassVar[Mapping[str, Rows]]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One column for all groups: click would give each table a width of its own."""
        tables = {**self._tables(ctx), **self.rows}
        width = max(len(left) for table in tables.values() for left, _ in table)
        for heading, table in tables.items():
            with formatter.section(heading):
                formatter.write_dl([(left.ljust(width), right) for left, right in table])

    def _tables(self, ctx: click.Context) -> dict[str, Rows]:
        """What click has to say of each option, under its heading."""
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        records = {option.name or "": option.get_help_record(ctx) for option in options}
        tables: dict[str, Rows] = {}
        for heading, names in grouped(self.groups, records).items():
            found = [records[name] for name in names]
            tables[heading] = [record for record in found if record is not None]
        return tables


def grouped(groups: Mapping[str, Sequence[str]], names: Iterable[str]) -> dict[str, list[str]]:
    """The names by their groups; those of no group are in the last one."""
    named = {name for group in groups.values() for name in group}
    found = {heading: list(group) for heading, group in groups.items()}
    found[list(groups)[-1]] += [name for name in names if name not in named]
    return found
