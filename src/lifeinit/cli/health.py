"""`lifeinit health`: the verdict on the running lifeinit is the exit status."""

import click

from lifeinit.cli.status import PID
from lifeinit.status.health import probe


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pid", type=PID, envvar="LIFEINIT_PID", metavar="PID", help="That lifeinit; else PID 1, else the only other one."
)
@click.option("-q", "--quiet", is_flag=True, allow_from_autoenv=False, help="Say nothing: the exit status alone.")
def health(pid: int | None, quiet: bool) -> int:
    """Tell whether the app of the running lifeinit is ready: for Docker's
    HEALTHCHECK and for exec probes.

    Exits with 0 if it is, and with 1 if it is not, is being stopped, or nothing
    can be known. A plain init, and one that can write its state nowhere, counts
    as ready while it has a living child.
    """
    return probe(pid, quiet)
