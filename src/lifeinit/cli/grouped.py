"""How the help of a command with many options is laid out: in groups, in one column, on one screen."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import click

Rows = Sequence[tuple[str, str]]
REST: Final = "Output"  # where --version and --help stand


class Grouped(click.Command):
    """A command whose `groups` map a heading to the names of its options, and `rows` to lines of another kind."""

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
        grouped = {name for names in self.groups.values() for name in names}
        for heading, names in self.groups.items():
            rest = [name for name in records if name not in grouped] if heading == REST else []
            found = [records[name] for name in (*names, *rest)]
            tables[heading] = [record for record in found if record is not None]
        return tables
