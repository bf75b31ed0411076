"""`lifeinit status`: the state of a running lifeinit, and the processes below it."""

import io
import json
import sys
import time
from typing import Final

import click

from lifeinit.cli import status_screen
from lifeinit.cli.parameters import Parsed
from lifeinit.engine.record import Record
from lifeinit.probes.targets import hidden
from lifeinit.status import tree
from lifeinit.status.find_init import NotRunningError, RunningInit, UnusableError, choose
from lifeinit.status.state_reader import Probe

LIVE, NOT_RUNNING, UNUSABLE = 0, 1, 2
_HIGHEST_PID: Final = 2**31 - 1


def _process_id(text: str) -> int:
    pid = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
    if not 0 < pid <= _HIGHEST_PID:
        raise ValueError('not a process id: write a number such as "7"')
    return pid


PID = Parsed("PID", _process_id)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pid",
    type=PID,
    envvar="LIFEINIT_PID",
    metavar="PID",
    help="Choose a lifeinit (default: PID 1, or the only one).",
)
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="Print JSON.")
@click.option("--long", is_flag=True, allow_from_autoenv=False, help="Show arguments too, which may contain secrets.")
def status(pid: int | None, as_json: bool, long: bool) -> int:
    """Show the running lifeinit: its phase, the app, the last hooks, and the
    processes below it.

    Run it as the user that lifeinit runs as.

    Exits with 0 if lifeinit is running, 1 if it is not, and 2 if the command
    line is invalid, the state cannot be read, or several lifeinits are running.
    """
    try:
        running = choose(pid)
    except (NotRunningError, UnusableError) as error:
        click.echo(f"lifeinit: {error}", err=True)
        return NOT_RUNNING if isinstance(error, NotRunningError) else UNUSABLE
    nodes = tree.look(running.pid, arguments=long)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a status may hold what the locale cannot write
    click.echo(_as_json(running, nodes) if as_json else status_screen.text(running, nodes, time.time()))
    return LIVE


def _as_json(running: RunningInit, nodes: list[tree.Node] | None) -> str:
    """`state` is null for a lifeinit that publishes none, `tree` where its processes cannot be looked at."""
    answer = {
        "pid": running.pid,
        "state": _plain(running.state),
        "tree": _plain(None if nodes is None else tuple(nodes)),
        "zombies": None if nodes is None else sum(node.state == tree.ZOMBIE for node in nodes),
    }
    return json.dumps(answer, indent=2)


def _plain(value: object) -> object:
    match value:
        case Probe(target, insecure):
            return {"target": hidden(target), "insecure": insecure}
        case Record():
            return {name: _plain(item) for name, item in zip(value.fields(), value.values(), strict=True)}
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
