"""The command line of lifeinit."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

import click

from lifeinit import __version__
from lifeinit.cli.check import check_file
from lifeinit.engine import log
from lifeinit.hookfile import duration, reader, search
from lifeinit.hookfile.model import HookFile
from lifeinit.hookfile.problem import HookFileError, UnreadableError, quoted
from lifeinit.launch import launch

EX_CONFIG: Final = 78  # sysexits(3)
STOP_TIMEOUT: Final = "LIFEINIT_STOP_TIMEOUT"


def serve(arguments: Sequence[str], mask: Iterable[int]) -> NoReturn:
    """Serve one command line and leave. `mask` is the signal mask that lifeinit was started with."""
    if arguments and arguments[0] == "check":
        import signal  # noqa: PLC0415

        signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # not an init: Ctrl-C is to end it
        check.main(args=list(arguments[1:]), prog_name="lifeinit check")
    run.main(args=list(arguments), prog_name="lifeinit", obj=mask)
    raise AssertionError("click leaves by itself")


@click.command(
    context_settings={"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS] [--]",
    epilog="`lifeinit check [FILE]` validates a hook file; see `lifeinit check --help`.",
)
@click.option("--config", metavar="FILE", help="The hook file.  [env: LIFEINIT_CONFIG]  [default: ./hooks.toml, else "
              "/etc/lifeinit/hooks.toml, where there is one]")  # fmt: skip
@click.version_option(__version__, message="lifeinit %(version)s")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND [ARG]...")
@click.pass_obj
def run(mask: Iterable[int], config: str | None, command: tuple[str, ...]) -> None:
    """Run COMMAND as the app: be its init, and run the hooks of the hook file around its life.

    The exit status is the app's: n, or 128+n if it died of signal n; 126 or 127 if it cannot be run; a hook's, if that
    kept the app from running; 78 if the hook file is wrong, 2 if the command line is.
    """
    if not command:
        raise click.UsageError('no command: name the app to run, as in "lifeinit -- python app.py"')
    stop_timeout = _stop_timeout()
    hook_file = _hook_file(config)
    launch(command, mask, hook_file, stop_timeout)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", required=False)
def check(file: str | None) -> None:
    """Validate the hook file FILE, or the one that lifeinit would find.

    Prints each problem as PATH:LINE:COLUMN: error: SENTENCE. Exits with 0 if there is none, 1 if there are some, and 2
    if the command line is wrong or the file cannot be read.
    """
    sys.exit(check_file(search.found(file)))


def _stop_timeout() -> float | None:
    text = os.environ.get(STOP_TIMEOUT)
    if not text:
        return None
    try:
        seconds = duration.parse_variable(text)
    except ValueError as error:
        raise click.UsageError(f"{STOP_TIMEOUT} is {quoted(text)}, {error}") from None
    if seconds == 0:
        raise click.UsageError(f'{STOP_TIMEOUT} is {quoted(text)}, which leaves no time at all: write at least "1s"')
    return seconds


def _hook_file(config: str | None) -> HookFile | None:
    path = search.found(config)
    if path is None:
        return None
    try:
        return reader.read(path)
    except UnreadableError as error:
        log.say(f"{error}; nothing was started")
    except HookFileError as error:
        for problem in error.problems:
            click.echo(problem.text(path), err=True)
        log.say(f"the hook file {quoted(path)} is wrong; nothing was started")
    sys.exit(EX_CONFIG)
