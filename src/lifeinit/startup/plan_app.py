"""From a command, the options and the hook file that was named or found to a plan, or to the status of a refusal."""

import os
from collections.abc import Sequence

from lifeinit.config import discovery, parser
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.model import HookFile
from lifeinit.config.planner import Options, make_plan, stop_timeout_of
from lifeinit.config.trust import DistrustedError
from lifeinit.engine import exit_status, log
from lifeinit.engine.plan import Inherited, Plan
from lifeinit.startup import app_command
from lifeinit.startup.search_path import writable_search_path


class NoCommandError(Exception):
    """Neither a command nor a hook file with processes: nothing is to be run."""


def plan_without_options(arguments: Sequence[str], inherited: Inherited, parent: int) -> Plan | int | None:
    """The plan of a command without options; None where the command line has more to say of it."""
    is_marked = arguments[0] == "--"
    command = arguments[is_marked:]
    try:
        options = Options(stop_timeout=stop_timeout_of(os.environ), parent=parent)
        return plan_app(command, None, options, inherited, is_marked=is_marked)
    except (ValueError, NoCommandError):
        return None


def plan_app(
    command: Sequence[str], config: str | None, options: Options, inherited: Inherited, *, is_marked: bool
) -> Plan | int:
    """The plan, or the status of a refusal, which was said. `is_marked`: the command stands after `--`.

    Raises NoCommandError.
    """
    discovered = discovery.discover(config)
    for sentence in discovered.skipped:
        log.say(sentence, "untrusted_hook_file")
    path = None if _is_in_force(discovered.path) else discovered.path
    try:
        hook_file = None if path is None else parser.read(path, discovered.is_named)
        if not command and not (hook_file and hook_file.processes):
            raise NoCommandError
        if command and not is_marked and not _may_be_found(command[0], hook_file):
            from lifeinit.startup.refusal import refuse  # noqa: PLC0415  # difflib, for a mistake alone

            return refuse(command, has_hooks=hook_file is not None)
        plan = make_plan(command, inherited, hook_file, options, str(path))
    except UnreadableError as error:
        if not command:
            raise NoCommandError from None
        log.say(f"{error}{_named_by(path, ': LIFEINIT_CONFIG names it')}; nothing was started", "unreadable", "error")
    except DistrustedError as error:  # it was changed since it was discovered
        log.say(f"the hook file {quoted(path)} is not trusted: {error}; nothing was started", "distrusted", "error")
    except HookFileError as error:
        for problem in error.problems:
            log.refuse(problem.text(str(path)))
        by = _named_by(path, ", which LIFEINIT_CONFIG names,")
        log.say(f"the hook file {quoted(str(path))}{by} is wrong; nothing was started", "wrong_hook_file", "error")
    else:
        _warn_of_search_path()
        return plan if path is None else plan.replaced(hook_file=_identity_of(path))
    return exit_status.CONFIG


def _is_in_force(path: str | None) -> bool:
    """Whether a lifeinit above this one runs the hooks of this file: then they must not run twice, which is said."""
    if path is None or os.environb.get(b"LIFEINIT_HOOK_FILE") != _identity_of(path):
        return False
    log.say(f"a lifeinit above this one runs the hooks of {quoted(path)}: this one is a plain init", "nested")
    return True


def _identity_of(path: str) -> bytes:
    return os.path.realpath(os.fsencode(path))


def _may_be_found(program: str, hook_file: HookFile | None) -> bool:
    """Whether the app's own PATH may hold it. In doubt it may: then the exec says it."""
    app = HookFile().app if hook_file is None else hook_file.app
    if "PATH" in (app.environment or {}):
        return True
    is_relative = not all(map(os.path.isabs, app_command.search_directories()))
    return (is_relative and app.working_dir is not None) or app_command.may_be_found(program)


def _named_by(path: str | None, text: str) -> str:
    return text if path is not None and path == os.environ.get("LIFEINIT_CONFIG") else ""


def _warn_of_search_path() -> None:
    """Only where there is a planner: in a plain init root starts the app as root, and pays nothing for this."""
    exposed = writable_search_path()
    if exposed:
        (path, reason), *others = exposed
        more = f" (and {len(others)} more)" if others else ""
        danger = "that user can run code as root" if reason.startswith("belongs") else "others can run code as root"
        log.say(f"Python's search path holds {quoted(path)}, which {reason}{more}: {danger}", "search_path")
