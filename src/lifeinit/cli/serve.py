"""From a command line to click and back: every command's exit status, whatever has become of stdout and stderr."""

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

import click

from lifeinit.cli import usage_errors
from lifeinit.cli.run import Start, run
from lifeinit.config.diagnostic import quoted
from lifeinit.engine import exit_status, log
from lifeinit.engine.plan import Inherited, Plan
from lifeinit.startup.commands import COMMANDS
from lifeinit.startup.inherited import capture_inherited


def plan_run(arguments: Sequence[str], inherited: Inherited, parent: int) -> Plan | int:
    """The plan of a command line that runs an app, or the exit status of one that does not come to it."""
    answer = _invoke(run, arguments, "lifeinit", Start(arguments, inherited, parent))
    return answer if isinstance(answer, Plan) else _status(answer)


def refuse_run(sentence: str) -> int:
    """Say what is wrong with a command line that click did not read; returns the exit status."""
    _replace_closed_streams()
    with contextlib.suppress(OSError):
        usage_errors.show(click.UsageError(sentence, click.Context(run, info_name="lifeinit")))
    return exit_status.USAGE


def serve_command(arguments: Sequence[str], mask: Iterable[int]) -> int:
    """Serve a command line that begins with the name of a command; returns the exit status."""
    name, *rest = arguments
    context = None
    if name == "wait":
        context = capture_inherited(mask)  # it may become a program, and takes signals as an init does
    else:
        import signal  # noqa: PLC0415

        signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # not an init: Ctrl-C terminates it
    return _status(_invoke(command_named(name), rest, f"lifeinit {name}", context))


def command_named(name: str) -> click.Command:
    """The click command of this name. Each is imported for itself alone."""
    if name not in COMMANDS:
        raise ValueError(f"{name!r} is not a command")
    command: click.Command = getattr(import_module(f"lifeinit.cli.{name}"), name)
    return command


def _invoke(command: click.Command, arguments: Sequence[str], name: str, context: object) -> object:
    """What the command returns; an exit status where it came to none."""
    _replace_closed_streams()
    answer: object = exit_status.SOFTWARE
    try:
        prefix = name.replace(" ", "_").upper()  # LIFEINIT_CONFIG, LIFEINIT_WAIT_TIMEOUT
        # Without complete_var="" a variable in the app's environment could have click print a script instead.
        answer = command.main(list(arguments), name, "", standalone_mode=False, obj=context, auto_envvar_prefix=prefix)
    except click.ClickException as error:
        answer = error.exit_code
        with contextlib.suppress(OSError):
            usage_errors.show(error)
    except OSError as error:
        where = "the output" if error.filename is None else quoted(error.filename)
        log.say(f"cannot write {where}: {error.strerror}")
        answer = exit_status.USAGE
    except click.Abort:
        answer = exit_status.of_signal(2)
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it too
        log.report(error)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    return answer


def _status(answer: object) -> int:
    return answer if isinstance(answer, int) else 0


def _replace_closed_streams() -> None:
    """CPython has no object for a descriptor that is closed. What is opened here is closed again by an exec."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # for good
