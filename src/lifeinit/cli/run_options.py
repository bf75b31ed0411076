"""The options of the run itself: one table that click, the help, completion and the reference page read."""

from typing import Any, Final

import click

from lifeinit import __version__
from lifeinit.cli import parameters, shell_values
from lifeinit.startup.planner_process import LOG_FORMAT

RUN: Final = "Run"
SIGNALS: Final = "Signals"
HOOKS: Final = "Hooks, after those of the file; a line for the shell each, repeatable"
OUTPUT: Final = "Output"


class RunOption(click.Option):
    """An option that knows its heading in the help.

    `details` are what one line of help has no room for. `origin` is whose letter it is: it means here what it means
    there.
    """

    def __init__(
        self,
        heading: str,
        *names: str,
        details: str = "",
        origin: str = "",
        **settings: Any,  # click's own
    ) -> None:
        super().__init__(names, **settings)
        self.heading = heading
        self.details = details
        self.origin = origin


def _hook(phase: str, text: str) -> RunOption:
    details = "In the variable, each line is one."
    return RunOption(
        HOOKS, f"--{phase}", type=parameters.LINES, multiple=True, metavar="COMMAND", help=text, details=details
    )


def _show_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(f"lifeinit {__version__}")
        context.exit()


RUN_OPTIONS: Final = (
    RunOption(
        RUN,
        "--config",
        metavar="FILE",
        help="Read this hook file (else ./hooks.toml).",
        details="Without it `LIFEINIT_CONFIG`, else `./hooks.toml`, else `/etc/lifeinit/hooks.toml`: the first that "
        "exists is the only one read. With none, lifeinit is a plain init.",
    ),
    RunOption(
        RUN,
        "--user",
        type=parameters.USER,
        metavar="USER[:GROUP]",
        shell_complete=shell_values.users,
        help="Run the app as this user.",
        details="A name or uid. lifeinit and its hooks stay as they are.",
    ),
    RunOption(
        RUN,
        *("-e", "--success-exit-code"),
        type=parameters.CODES,
        multiple=True,
        metavar="CODE",
        help="Count these app statuses as 0: 3-9, SIGTERM.",
        details="A number, a range or a signal; in the variable, separated by spaces.",
        origin="tini",
    ),
    RunOption(
        RUN, *("-s", "--subreaper"), is_flag=True, help="Reap orphans when not PID 1 (always on).", origin="tini"
    ),
    RunOption(
        SIGNALS,
        *("-g", "--group"),
        is_flag=True,
        default=None,
        help="Signal the app's whole process group.",
        origin="tini",
    ),
    RunOption(
        SIGNALS,
        *("-c", "--single-child"),
        is_flag=True,
        help="Signal its main process only (the default).",
        origin="dumb-init",
    ),
    RunOption(
        SIGNALS,
        *("-r", "--rewrite"),
        type=parameters.REWRITE,
        multiple=True,
        metavar="SIG:SIG",
        shell_complete=shell_values.rewrites,
        help="Map a signal: TERM:QUIT. TERM: drops it.",
        details="By names or numbers; `15:0` drops it too. In the variable, several are separated by spaces.",
        origin="dumb-init",
    ),
    RunOption(
        SIGNALS,
        *("-p", "--parent-death-signal"),
        type=parameters.SIGNAL,
        metavar="SIG",
        shell_complete=shell_values.signals,
        help="Act on this signal when the parent dies.",
        details="As if the parent had sent it: SIGTERM is a stop request.",
        origin="tini",
    ),
    _hook("pre-start", "Run before the app; a failure ends the start."),
    _hook("post-start", "Run when the app is ready."),
    _hook("pre-stop", "Run at a stop, before the app is signalled."),
    _hook("post-stop", "Run after the app, however it ended."),
    RunOption(
        OUTPUT,
        *("-v", "--verbose"),
        count=True,
        help="Log each signal, its sender and its target.",
        details="As a variable, a number.",
        origin="tini and dumb-init",
    ),
    RunOption(OUTPUT, *("-q", "--quiet"), is_flag=True, help="Log errors only."),
    RunOption(OUTPUT, *("-w", "--warn-on-reap"), is_flag=True, help="Log each orphan that is reaped.", origin="tini"),
    RunOption(
        OUTPUT, LOG_FORMAT, type=click.Choice(["text", "json"]), default="text", help="Log as text or JSON objects."
    ),
    RunOption(
        OUTPUT,
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        allow_from_autoenv=False,
        help="Show the version and exit.",
    ),
)
