"""The command line of lifeinit."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

import click

from lifeinit import __version__
from lifeinit.cli import parameters, shell_values, usage_errors
from lifeinit.cli.help_layout import Grouped
from lifeinit.config import users
from lifeinit.config.planner import Options
from lifeinit.engine import exit_status, log
from lifeinit.engine.plan import PHASES, Inherited
from lifeinit.startup import run_app
from lifeinit.startup.inherited import capture_inherited

if TYPE_CHECKING:
    from lifeinit.startup.planner_process import Engage

Option = TypeVar("Option", bound=Callable[..., object])


class Start(NamedTuple):
    """What lifeinit was started with, its parent's pid, and what a plan is to be given to."""

    given: Inherited
    parent: int
    engage: "Engage"


def serve_run(arguments: Sequence[str], given: Inherited, parent: int, engage: "Engage") -> int:
    """Serve a command line that is to run an app. Returns only the exit status of one that does not come to it."""
    return _status_of(run, arguments, "lifeinit", Start(given, parent, engage))


def serve_command(arguments: Sequence[str], mask: Iterable[int]) -> int:
    """Serve a command line that begins with the name of a command of ours; returns the exit status."""
    command = _command_of(arguments[0])
    if command is None:
        raise AssertionError(f"{arguments[0]!r} is no command")
    if arguments[0] == "wait":
        return _status_of(command, arguments[1:], "lifeinit wait", capture_inherited(mask))
    import signal  # noqa: PLC0415

    signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # not an init: Ctrl-C is to end it
    return _status_of(command, arguments[1:], f"lifeinit {arguments[0]}")


def _command_of(name: str) -> click.Command | None:
    """The command of this name. Each is imported for itself alone."""
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

            return completion_of(run, _command_of)
        case "wait":
            from lifeinit.cli.wait import wait  # noqa: PLC0415

            return wait
        case _:
            return None


def _status_of(command: click.Command, arguments: Sequence[str], name: str, context: object = None) -> int:
    """Run a command, whatever has become of stdout and stderr, and return its status."""
    _stand_in_for_closed()
    status = exit_status.SOFTWARE
    try:
        prefix = name.replace(" ", "_").upper()  # LIFEINIT_CONFIG, LIFEINIT_WAIT_TIMEOUT
        # Without complete_var="" a variable in the app's environment could have click print a script instead.
        answer = command.main(list(arguments), name, "", standalone_mode=False, obj=context, auto_envvar_prefix=prefix)
        status = int(answer or 0)
    except click.ClickException as error:
        status = error.exit_code
        with contextlib.suppress(OSError):
            usage_errors.told(error).show()
    except OSError as error:
        log.say(f"cannot write the answer: {error.strerror}")
        status = exit_status.USAGE
    except click.Abort:
        status = exit_status.of_signal(2)
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it too
        log.report(error)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    return status


def _stand_in_for_closed() -> None:
    """CPython has no object for a descriptor that is closed. What is opened here is closed again by an exec."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # for good


class _Run(Grouped):
    """The options by what they are about, and the other commands."""

    groups: ClassVar = {
        "Run": ("config", "user", "success_exit_code", "subreaper"),
        "Signals": ("group", "single_child", "rewrite", "parent_death_signal"),
        "Hooks, after those of the file; a line for the shell each, repeatable": PHASES,
        "Output": ("verbose", "quiet", "warn_on_reap", "log_format"),
    }
    rows: ClassVar = {
        "Other commands, each with --help": (
            ("check", "Validate a hook file, show what it makes."),
            ("wait", "Wait until servers answer."),
            ("status, health", "Tell how the running lifeinit is."),
            ("schema, example, completion", "Help to write hook files and commands."),
        )
    }


def _hook_option(phase: str, text: str) -> Callable[[Option], Option]:
    return click.option(f"--{phase}", type=parameters.LINES, multiple=True, metavar="COMMAND", help=text)


@click.command(
    cls=_Run,
    context_settings={"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS] [--]",
    epilog="Each option is also a variable: LIFEINIT_CONFIG, LIFEINIT_GROUP=1. Read on: lifeinit example, man "
    "lifeinit-hooks (the hook file), man lifeinit.",
)
@click.option("--config", metavar="FILE", help="The hook file; else ./hooks.toml, else /etc/lifeinit/hooks.toml.")
@click.option("-g", "--group", is_flag=True, default=None, help="Signal the app's whole process group.")
@click.option("-c", "--single-child", is_flag=True, help="Signal its main process only: the default.")
@click.option(
    *("-r", "--rewrite"),
    type=parameters.REWRITE,
    multiple=True,
    metavar="SIG:SIG",
    shell_complete=shell_values.rewrites,
    help="Pass another on: TERM:QUIT. TERM: drops it.",
)
@click.option(
    *("-e", "--success-exit-code"),
    type=parameters.CODES,
    multiple=True,
    metavar="CODE",
    help="App statuses that count as 0: 3-9, SIGTERM.",
)
@click.option(
    *("-p", "--parent-death-signal"),
    type=parameters.SIGNAL,
    metavar="SIG",
    shell_complete=shell_values.signals,
    help="Act as if it came when the parent dies.",
)
@click.option(
    "--user",
    type=parameters.USER,
    metavar="USER[:GROUP]",
    shell_complete=shell_values.users,
    help="Run the app as this user.",
)
@_hook_option("pre-start", "Run before the app; a failure keeps it out.")
@_hook_option("post-start", "Run when the app is ready.")
@_hook_option("pre-stop", "Run at a stop, before the app learns of it.")
@_hook_option("post-stop", "Run when the app is gone, however it ended.")
@click.option("-w", "--warn-on-reap", is_flag=True, help="Tell each orphan that is reaped.")
@click.option("-v", "--verbose", count=True, help="Tell each signal, its sender, where it went.")
@click.option("-q", "--quiet", is_flag=True, help="Tell errors only.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", help="Lines as text or JSON objects."
)
@click.option("-s", "--subreaper", is_flag=True, help="Reap orphans though not PID 1: always done.")
@click.version_option(
    __version__, message="lifeinit %(version)s", allow_from_autoenv=False, help="Show the version and exit."
)
@click.argument(
    "command",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="COMMAND [ARG]...",
    shell_complete=shell_values.command,
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
    user: users.Account | None,
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
    """Run COMMAND as the app, and the hooks of the hook file around its life.
    The exit status is the app's, or that of a hook that kept it from running.
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
        return run_app.run(command, config, options, start.given, start.engage)
    except run_app.NoCommandError:
        raise click.UsageError('no command: name the app to run, as in "lifeinit -- python app.py"') from None


def _group(group: bool | None, single_child: bool) -> bool | None:
    if single_child:
        return False
    return parameters.tinis_group() if group is None else group
