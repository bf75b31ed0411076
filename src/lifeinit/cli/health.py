"""`lifeinit health`: the verdict on the running lifeinit is the exit status."""

import click

from lifeinit.cli.parameters import Parsed
from lifeinit.cli.status import PID
from lifeinit.status.health import parse_timeout, probe


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pid",
    type=PID,
    envvar="LIFEINIT_PID",
    metavar="PID",
    help="Choose a lifeinit (default: PID 1, or the only one).",
)
@click.option(
    "--timeout",
    type=Parsed("DURATION", parse_timeout),
    default="5s",
    show_default=True,
    metavar="DURATION",
    help="Limit a new try to this time.",
)
@click.option("-q", "--quiet", is_flag=True, allow_from_autoenv=False, help="Print nothing.")
def health(pid: int | None, timeout: float, quiet: bool) -> int:
    """Check whether the app of the running lifeinit works, for Docker's
    HEALTHCHECK and for exec probes.

    The app works if it is ready, not being stopped and not unhealthy. With
    `alive`, health reports its verdict. Without `alive`, it tries an http,
    https, tcp or unix target of `ready` once more, as the app's user.

    Run it as the user that lifeinit runs as, and let the runtime wait longer
    than --timeout: Docker waits 30 s, Kubernetes 1 s (timeoutSeconds).

    Exits with 0 if the app works, and with 1 if it does not, or its state
    cannot be read.
    """
    return probe(pid, quiet, timeout)
