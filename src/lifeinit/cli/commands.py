"""The command line of lifeinit."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, NoReturn, TypeVar

import click

from lifeinit import __version__, preflight, running
from lifeinit.cli import parameters, refusal, suggestions
from lifeinit.engine import log
from lifeinit.engine.kernel import leave
from lifeinit.engine.machine import EX_SOFTWARE
from lifeinit.planning import Options

Option = TypeVar("Option", bound=Callable[..., object])

EX_UNWRITABLE: Final = 2


class Start(NamedTuple):
    """What lifeinit was started with: its signal mask, and its parent's pid."""

    mask: Iterable[int]
    parent: int


def serve(arguments: Sequence[str], mask: Iterable[int], parent: int) -> NoReturn:
    """Serve one command line and leave."""
    command = _other_command(arguments[0]) if arguments else None
    if command is not None:
        import signal  # noqa: PLC0415

        signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # not an init: Ctrl-C is to end it
        _leave(command, arguments[1:], f"lifeinit {arguments[0]}")
    if arguments and arguments[0] == "wait":
        from lifeinit.cli.wait import wait  # noqa: PLC0415  # 15 ms that nobody else has to pay

        _leave(wait, arguments[1:], "lifeinit wait", Start(mask, parent))
    _leave(run, arguments, "lifeinit", Start(mask, parent))


def _other_command(name: str) -> click.Command | None:
    """The command of this name; None for the app's. Each is imported for itself alone."""
    match name:
        case "check":
            from lifeinit.cli.check import check  # noqa: PLC0415

            return check
        case "status":
            from lifeinit.cli.status import status  # noqa: PLC0415

            return status
        case "health":
            from lifeinit.cli.health import health  # noqa: PLC0415

            return health
        case "schema":
            from lifeinit.cli.schema import schema  # noqa: PLC0415

            return schema
        case "example":
            from lifeinit.cli.example import example  # noqa: PLC0415

            return example
        case "completion":
            from lifeinit.cli.completion import completion_of  # noqa: PLC0415

            return completion_of(run, _command_to_complete)
        case _:
            return None


def _command_to_complete(name: str) -> click.Command | None:
    if name == "wait":
        from lifeinit.cli.wait import wait  # noqa: PLC0415

        return wait
    return _other_command(name)


def _leave(command: click.Command, arguments: Sequence[str], name: str, start: Start | None = None) -> NoReturn:
    """Run a command and leave with its status, whatever has become of stdout and stderr."""
    status = EX_SOFTWARE
    try:
        prefix = name.replace(" ", "_").upper()  # LIFEINIT_CONFIG, LIFEINIT_WAIT_TIMEOUT
        # Without complete_var="" a variable in the app's environment could have click print a script instead.
        answer = command.main(list(arguments), name, "", standalone_mode=False, obj=start, auto_envvar_prefix=prefix)
        status = int(answer or 0)
    except click.ClickException as error:
        status = error.exit_code
        with contextlib.suppress(OSError):
            refusal.told(error).show()
    except OSError as error:
        log.say(f"cannot write the answer: {error.strerror}")
        status = EX_UNWRITABLE
    except click.Abort:
        status = 128 + 2
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it too
        log.report(error)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    leave(status)


def _hook_option(phase: str, text: str) -> Callable[[Option], Option]:
    return click.option(f"--{phase}", type=parameters.LINES, multiple=True, metavar="COMMAND", help=text)


@click.command(
    context_settings={"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS] [--]",
    epilog="Each option can also be set as LIFEINIT_ and its long name: LIFEINIT_CONFIG, LIFEINIT_GROUP=1, "
    'LIFEINIT_REWRITE="TERM:QUIT HUP:". `lifeinit check [FILE]` validates a hook file.',
)
@click.option("--config", metavar="FILE", help="The hook file; else ./hooks.toml, else /etc/lifeinit/hooks.toml.")
@click.option("-g", "--group", is_flag=True, default=None, help="Signals go to the app's whole process group.")
@click.option("-c", "--single-child", is_flag=True, help="Signals go to the app's main process only (the default).")
@click.option(
    *("-r", "--rewrite"),
    type=parameters.REWRITE,
    multiple=True,
    metavar="SIG:SIG",
    shell_complete=suggestions.rewrites,
    help="Pass the second signal on for the first; TERM: drops it. Repeatable.",
)
@click.option(
    *("-e", "--success-exit-code"),
    type=parameters.CODES,
    multiple=True,
    metavar="CODE",
    help="An exit status of the app that counts as 0: 3, 3-9 or SIGTERM. Repeatable.",
)
@click.option(
    *("-p", "--parent-death-signal"),
    type=parameters.SIGNAL,
    metavar="SIG",
    shell_complete=suggestions.signals,
    help="Act as if this signal came when lifeinit's parent dies.",
)
@click.option(
    "--user",
    type=parameters.USER,
    metavar="USER[:GROUP]",
    shell_complete=suggestions.users,
    help="Run the app as this user.",
)
@_hook_option("pre-start", "Run this before the app exists; a failure keeps it from starting.")
@_hook_option("post-start", "Run this when the app is ready.")
@_hook_option("pre-stop", "Run this when a stop is asked for, before the app learns of it.")
@_hook_option("post-stop", "Run this when the app is gone. These four are repeatable, and come after a file's hooks.")
@click.option("-w", "--warn-on-reap", is_flag=True, help="Tell each orphan that is reaped.")
@click.option("-v", "--verbose", count=True, help="Tell each signal, who sent it and where it went.")
@click.option("-q", "--quiet", is_flag=True, help="Tell errors only.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", help="Each line as text, or as a JSON object."
)
@click.option("-s", "--subreaper", is_flag=True, help="Accepted as in tini: when not PID 1, lifeinit always is one.")
@click.version_option(__version__, message="lifeinit %(version)s", allow_from_autoenv=False)
@click.argument(
    "command",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="COMMAND [ARG]...",
    shell_complete=suggestions.command,
)
@click.pass_obj
def run(  # noqa: PLR0913, PLR0917
    start: Start,
    config: str | None,
    group: bool | None,
    single_child: bool,
    rewrite: tuple[tuple[int, int | None], ...],
    success_exit_code: tuple[frozenset[int], ...],
    parent_death_signal: int | None,
    user: preflight.Account | None,
    pre_start: tuple[str, ...],
    post_start: tuple[str, ...],
    pre_stop: tuple[str, ...],
    post_stop: tuple[str, ...],
    warn_on_reap: bool,
    verbose: int,
    quiet: bool,
    log_format: str,
    subreaper: bool,  # noqa: ARG001
    command: tuple[str, ...],
) -> int:
    """Run COMMAND as the app: be its init, and run the hooks of the hook file
    around its life.

    The exit status is the app's: n, or 128+n if it died of signal n; 126 or 127
    if it cannot be run; a hook's, if that kept the app from running; 78 if the
    hook file is wrong, 2 if the command line is.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose say the opposite: leave one out")
    if group and single_child:
        raise click.UsageError("--group and --single-child say the opposite: leave one out")
    log.configure(log_format, quiet)
    options = Options(
        hooks={"pre_start": pre_start, "post_start": post_start, "pre_stop": pre_stop, "post_stop": post_stop},
        stop_timeout=parameters.stop_timeout(),
        group=_group(group, single_child),
        rewrite=dict(rewrite),
        success_exit_codes=frozenset().union(*success_exit_code),
        user=user,
        parent_death_signal=parent_death_signal,
        parent=start.parent,
        verbose=0 if quiet else verbose or parameters.tinis_verbosity(),
        quiet=quiet,
        json=log_format == "json",
        tell_orphans=warn_on_reap,
    )
    try:
        return running.run(command, config, options, start.mask)
    except running.NoCommandError:
        raise click.UsageError('no command: name the app to run, as in "lifeinit -- python app.py"') from None


def _group(group: bool | None, single_child: bool) -> bool | None:
    if single_child:
        return False
    return parameters.tinis_group() if group is None else group
