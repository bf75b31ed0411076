"""`lifeinit example`: a hook file to begin with, to stdout."""

import click

from lifeinit.config.template import TEXT


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def example() -> int:
    """Print a hook file to begin with, which is valid everywhere."""
    click.echo(TEXT, nl=False)
    return 0
