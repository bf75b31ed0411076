"""`lifeinit example`: a hook file to begin with, to stdout."""

import click

from lifeinit.config.schema import example as text


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def example() -> int:
    """Print a commented hook file with a hook in each phase."""
    click.echo(text(), nl=False)
    return 0
