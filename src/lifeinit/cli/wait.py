"""`lifeinit wait`: targets in, what they answer, and then a command or the exit status."""

import os
from collections.abc import Sequence
from typing import Final

import click

from lifeinit.cli.parameters import Parsed
from lifeinit.engine import descriptors, exit_status, log
from lifeinit.engine.plan import Inherited
from lifeinit.engine.printable import quote
from lifeinit.probes.attempt import Terms
from lifeinit.probes.exec_program import become, die
from lifeinit.probes.parse_targets import resolve
from lifeinit.probes.wait import Pace, Waiting
from lifeinit.values import duration

_COMMAND: Final = "lifeinit.command"


class _Wait(click.Command):
    """A command line in two halves: click would take the first word behind `--` for a target."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        middle = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[middle + 1 :])
        return super().parse_args(ctx, args[:middle])


def _interval(text: str) -> float:
    seconds = duration.parse_variable(text)
    if seconds == 0:
        raise ValueError('which leaves no time at all: write at least "10ms"')
    return seconds


@click.command(
    cls=_Wait,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="A target is tcp://HOST:PORT, unix:///PATH, file:///PATH, an http:// or https:// URL (a status from 200 to "
    "399 is an answer), or the URL of a postgres, mysql, mariadb, redis, amqp, mongodb, kafka, memcached, nats or mqtt "
    "server. $VAR and ${VAR} are expanded. Each option can also be set as LIFEINIT_WAIT_ and its long name: "
    "LIFEINIT_WAIT_TIMEOUT=2m.",
)
@click.option(
    "--timeout",
    type=Parsed("DURATION", duration.parse_variable),
    default="60s",
    show_default=True,
    metavar="DURATION",
    help="Give up after this time. 0 means never.",
)
@click.option(
    "--interval",
    type=Parsed("DURATION", _interval),
    default="1s",
    show_default=True,
    metavar="DURATION",
    help="Wait this long between tries.",
)
@click.option("--insecure", is_flag=True, help="Trust any certificate of an https:// target.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.argument("targets", nargs=-1, metavar="TARGET... [-- COMMAND [ARG]...]")
@click.pass_context
def wait(  # noqa: PLR0913, PLR0917
    context: click.Context, timeout: float, interval: float, insecure: bool, quiet: bool, targets: tuple[str, ...]
) -> int:
    """Wait until each TARGET answers. Then run COMMAND, if there is one.

    Exits with 0 or COMMAND's status, 124 on timeout, 128+n on signal n, 127 or
    126 if COMMAND is not found or cannot be executed, and 2 if the command line
    is invalid, without trying any target.
    """
    if not targets:
        raise click.UsageError('no target: name one, as in "lifeinit wait tcp://db:5432"')
    resolved, wrong = resolve(targets, os.environ)
    for sentence in wrong:
        log.say(sentence)
    if wrong:
        return exit_status.USAGE
    inherited: Inherited = context.obj
    descriptors.fill_stdio()
    status = Waiting(resolved, Pace(interval, timeout or None, quiet=quiet), Terms(insecure=insecure), log.say).run()
    if status > 128:
        die(status - 128)
    return status or _continue(context.meta[_COMMAND], inherited)


def _continue(command: Sequence[str], inherited: Inherited) -> int:
    """The status of having nothing more to do, or of a command that cannot be executed."""
    if not command:
        return 0
    words = tuple(map(os.fsencode, command))
    try:
        become(words, inherited)
    except OSError as error:
        log.say(f"cannot run the command {quote(words[0])}: {error.strerror}")
        return exit_status.NOT_FOUND if isinstance(error, FileNotFoundError) else exit_status.NOT_EXECUTABLE
