"""`lifeinit health`: the verdict on the running lifeinit is the exit status."""

import click

from lifeinit.cli.status import PID
from lifeinit.status.health import probe


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pid",
    type=PID,
    envvar="LIFEINIT_PID",
    metavar="PID",
    help="Ask this lifeinit; else PID 1, else the only other one.",
)
@click.option("-q", "--quiet", is_flag=True, allow_from_autoenv=False, help="Print nothing.")
def health(pid: int | None, quiet: bool) -> int:
    """Check whether the app of the running lifeinit is ready, for Docker's
    HEALTHCHECK and for exec probes.

    Run it as the user that lifeinit runs as.

    Exits with 0 if the app is ready, and with 1 if it is not, is being stopped,
    or its state cannot be read.
    """
    return probe(pid, quiet)
