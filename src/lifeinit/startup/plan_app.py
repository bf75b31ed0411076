"""From a command, the options and the hook file that was named or found to a plan, or to the status of a refusal."""

import os

from lifeinit.config import compiled, discovery
from lifeinit.config.contents import Sources, folder_of
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.planner import NO_FILE, Options, fill_draft
from lifeinit.config.stop_timeout import stop_timeout_of
from lifeinit.config.trust import DistrustedError
from lifeinit.engine import exit_status, log
from lifeinit.engine.plan import PHASES, Inherited, Plan
from lifeinit.startup import app_command, shell
from lifeinit.startup.app_command import is_marked
from lifeinit.startup.search_path import writable_search_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lifeinit.config.draft import Draft, ProgramDraft


class WrongCommandLineError(Exception):
    """The command line is wrong as a whole; the text is a sentence."""


_CONTRADICTIONS = (("quiet", "verbose"), ("group", "single_child"))
_NO_COMMAND = (
    "no command: name the app to run.\n\n"
    "  lifeinit -- python app.py   run an app, with the hooks of ./hooks.toml\n"
    "  lifeinit init               write a hook file for this directory's app\n"
    "  lifeinit check              validate the hook file\n"
    "  lifeinit --help             show everything else"
)


def plan_run(
    arguments: "Sequence[str]",
    command: "Sequence[str]",
    values: "Mapping[str, Any]",
    inherited: Inherited,
    parent: int,
) -> Plan | int:
    """The plan of a command line, from the values of its options, or the status of a refusal, which was said.

    Raises WrongCommandLineError.
    """
    for one, other in _CONTRADICTIONS:
        if values.get(one) and values.get(other):
            names = f"--{one} and --{other}".replace("_", "-")
            raise WrongCommandLineError(f"{names} contradict each other: remove one")
    options = _options(values, parent)
    log.configure("json" if options.json else "text", options.quiet)
    return plan_app(command, values.get("config"), options, inherited, is_marked=is_marked(arguments, command))


def _options(values: "Mapping[str, Any]", parent: int) -> Options:
    quiet, single_child, environment = bool(values.get("quiet")), values.get("single_child"), os.environ
    try:
        stop_timeout = stop_timeout_of(environment)
    except ValueError as error:
        raise WrongCommandLineError(str(error)) from None
    # TINI_KILL_PROCESS_GROUP counts by being there, whatever its value. tini(1)
    group = False if single_child else values.get("group")
    if group is None and "TINI_KILL_PROCESS_GROUP" in environment:
        group = True
    return Options(
        hooks={phase: values.get(phase) or () for phase in PHASES},
        stop_timeout=stop_timeout,
        group=group,
        rewrite=dict(values.get("rewrite") or ()),
        success_exit_codes=frozenset().union(*(values.get("success_exit_code") or ())),
        user=values.get("user"),
        parent_death_signal=values.get("parent_death_signal"),
        parent=parent,
        verbose=0 if quiet else values.get("verbose") or _tinis_verbosity(),
        quiet=quiet,
        json=values.get("log_format") == "json",
        tell_orphans=bool(values.get("warn_on_reap")),
    )


def _tinis_verbosity() -> int:
    """TINI_VERBOSITY: 1 is tini's default, at which lifeinit says nothing more either. tini(1)"""
    text = os.environ.get("TINI_VERBOSITY", "")
    return max(0, int(text[:9]) - 1) if text.isascii() and text.isdecimal() else 0


def plan_app(
    command: "Sequence[str]", config: str | None, options: Options, inherited: Inherited, *, is_marked: bool
) -> Plan | int:
    """The plan, or the status of a refusal, which was said. `is_marked`: the command stands after `--`.

    Raises WrongCommandLineError where neither a command nor a process of the hook file is to be run.
    """
    try:
        discovered = discovery.discover(config)
    except UnreadableError as error:
        log.say(f"{error}; nothing was started", "unreadable", "error")
        return exit_status.CONFIG
    for sentence in discovered.skipped:
        log.say(sentence, "untrusted_hook_file")
    path = None if _is_in_force(discovered.path) else discovered.path
    try:
        draft = NO_FILE
        if path is not None:
            found = discovery.sources(path, discovered.is_named)
            _tell_skipped(found)
            if found.is_missing:
                path = None
            else:
                draft = _draft(found, options.verbose)
        if not command and not draft["processes"]:
            raise WrongCommandLineError(_NO_COMMAND)
        if command and not is_marked and not _may_be_found(command[0], draft["app"]["program"]):
            from lifeinit.startup.refusal import refuse  # noqa: PLC0415  # difflib, for a mistake alone

            return refuse(command, has_hooks=path is not None)
        plan = fill_draft(draft, command, inherited, options, str(path))
    except UnreadableError as error:
        if not command:
            raise WrongCommandLineError(_NO_COMMAND) from None
        log.say(f"{error}{_named_by(path, ': LIFEINIT_CONFIG names it')}; nothing was started", "unreadable", "error")
    except DistrustedError as error:  # it was changed since it was discovered
        log.say(f"the hook file {quoted(path)} is not trusted: {error}; nothing was started", "distrusted", "error")
    except HookFileError as error:
        for problem in error.problems:
            log.refuse(problem.text(str(path)))
        by = _named_by(path, ", which LIFEINIT_CONFIG names,")
        what = error.files(str(path), by)
        log.say(f"{what} invalid; nothing was started", "wrong_hook_file", "error")
    else:
        if sentence := shell.refusal(plan):
            log.say(sentence, "no_shell", "error")
            return exit_status.CONFIG
        _warn_of_search_path()
        return plan if path is None else plan.replaced(hook_file=_identity_of(path))
    return exit_status.CONFIG


def _tell_skipped(found: Sources) -> None:
    if found.skipped:
        from lifeinit.config import drop_ins  # noqa: PLC0415  # few hook files have any

        for sentence in drop_ins.warnings(folder_of(found.path), found.skipped):
            log.say(sentence, "skipped_drop_in")


def _draft(found: Sources, verbose: int) -> "Draft":
    """The draft that was compiled beforehand, if there is one that can be used, else a new one."""
    path = found.path
    try:
        draft = compiled.load(found)
        if draft is not None:
            _tell(verbose, f"using the compiled hook file {quoted(compiled.beside(path))}")
            return draft
    except compiled.UnusableError as error:
        _tell(verbose, f"ignoring the compiled hook file {quoted(compiled.beside(path))}: {error}")
    from lifeinit.config import drafting, parser  # noqa: PLC0415  # what compiling saves

    if not found.drop_ins:
        return drafting.draft_of(parser.parse(found.raw))
    from lifeinit.config import composing  # noqa: PLC0415  # few hook files have any

    return drafting.draft_of(composing.parse(found))


def _tell(verbose: int, sentence: str) -> None:
    if verbose:
        log.say(sentence, "compiled_hook_file", "debug")


def _is_in_force(path: str | None) -> bool:
    """Whether a lifeinit above this one runs the hooks of this file: then they must not run twice, which is said."""
    if path is None or os.environb.get(b"LIFEINIT_HOOK_FILE") != _identity_of(path):
        return False
    log.say(f"a lifeinit above this one runs the hooks of {quoted(path)}: this one is a plain init", "nested")
    return True


def _identity_of(path: str) -> bytes:
    return os.path.realpath(os.fsencode(path))


def _may_be_found(program: str, app: "ProgramDraft") -> bool:
    """Whether the app's own PATH may hold it. In doubt it may: then the exec says it."""
    if any(name == "PATH" for name, _, _ in app["environment"]):
        return True
    is_relative = not all(map(os.path.isabs, app_command.search_directories()))
    return (is_relative and app["program"].get("directory") is not None) or app_command.may_be_found(program)


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
