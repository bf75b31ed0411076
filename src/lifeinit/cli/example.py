"""`lifeinit example`: a hook file to begin with, to stdout."""

import click

from lifeinit.project.findings import Findings
from lifeinit.project.hook_file import text


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def example() -> int:
    """Print a commented hook file that is valid on every machine.

    `lifeinit init` writes one that fits the app in this directory.
    """
    click.echo(text(Findings()), nl=False)
    return 0
