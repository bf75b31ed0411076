"""Runs a command as the app, with the hook file that was named or found. Knows nothing of the command line."""

import os
from collections.abc import Sequence

from lifeinit.config import discovery, parser, trust
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.planner import Options, make_plan, stop_timeout_of
from lifeinit.engine import exit_status, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.plan import Inherited
    from lifeinit.startup.planner_process import Engage


class NoCommandError(Exception):
    """Neither a command nor a hook file with processes: nothing is to be run."""


def run(command: Sequence[str], config: str | None, options: Options, given: "Inherited", engage: "Engage") -> int:
    """Make the plan and engage the engine with it; returns only the exit status of a refusal. Raises NoCommandError."""
    path = discovery.found(config)
    named_by_variable = path is not None and path == os.environ.get("LIFEINIT_CONFIG")
    try:
        hook_file = None if path is None else parser.read(path, discovery.is_named(config))
        if not command and not (hook_file and hook_file.processes):
            raise NoCommandError
        plan = make_plan(command, given, hook_file, options, str(path))
    except UnreadableError as error:
        if not command:
            raise NoCommandError from None
        by = ": LIFEINIT_CONFIG names it" if named_by_variable else ""
        log.say(f"{error}{by}; nothing was started", "unreadable", "error")
    except trust.DistrustedError as error:
        way_out = "name the file by --config or LIFEINIT_CONFIG, or give it to root"
        sentence = f"the hook file {quoted(path)} is not trusted: {error}: {way_out}; nothing was started"
        log.say(sentence, "distrusted", "error")
    except HookFileError as error:
        for problem in error.problems:
            log.refuse(problem.text(str(path)))
        by = ", which LIFEINIT_CONFIG names," if named_by_variable else ""
        log.say(f"the hook file {quoted(str(path))}{by} is wrong; nothing was started", "wrong_hook_file", "error")
    else:
        engage(plan)
    return exit_status.CONFIG


def run_without_options(command: Sequence[str], given: "Inherited", parent: int, engage: "Engage") -> int | None:
    """The same where nothing but a hook file is to be read; None where there is more to say than that."""
    try:
        options = Options(stop_timeout=stop_timeout_of(os.environ), parent=parent)
    except ValueError:
        return None  # the command line has the words for it
    try:
        return run(command, None, options, given, engage)
    except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it too
        log.report(error)
        return exit_status.SOFTWARE
