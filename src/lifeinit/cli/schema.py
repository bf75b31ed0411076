"""`lifeinit schema`: the JSON Schema of the hook file, to stdout."""

import click

from lifeinit.config.schema import schema as text


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def schema() -> int:
    """Print the JSON Schema (draft-07) of the hook file.

    Save it next to hooks.toml, and begin hooks.toml with the line
    `#:schema ./lifeinit.schema.json`. Editors then complete and check its keys.
    """
    click.echo(text(), nl=False)
    return 0
