"""From a command line to the engine: a plan, made in a child where something is to be read, and then PID 1 runs it.

The entry point calls `launch` if its interpreter is bare; else a new one that is does, by bare.py.
"""

import os
import sys

from lifeinit.engine import descriptors, syscalls
from lifeinit.engine.plan import Identity, Plan, Process, Program
from lifeinit.engine.signals import STOP_SIGNALS
from lifeinit.startup import clean_interpreter, inherited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import NoReturn

    from lifeinit.engine.plan import Inherited

_OPTION_VARIABLES = ("LIFEINIT_", "TINI_")
_OF_HOOKS = ("--config", "--pre-", "--post-")  # options
_FILE_VARIABLES = {"LIFEINIT_CONFIG", "LIFEINIT_STOP_TIMEOUT", "LIFEINIT_HOOK_FILE"}  # read by the planner itself


def launch(
    arguments: "Sequence[str]", mask: "Iterable[int]", parent: int, search_path: "Sequence[str]" = ()
) -> "NoReturn":
    """Become the init that this command line asks for. All signals are blocked; `mask` is the one from before.

    `parent` is the process that started lifeinit: it may be dead by now. `search_path` is the first interpreter's, if
    this is the second.
    """
    inheritance, has_file = inherited.capture_inherited(mask), inherited.lies_in_a_place()
    variables = {name for name in os.environ if name.startswith(_OPTION_VARIABLES)}
    command = _plain_command(arguments)
    if command and not variables and not has_file:
        _load_engine(with_hooks=False)
        _run(plain_plan(command, inheritance))
    descriptors.fill_stdio()  # or a pipe of ours could become the app's stdin
    from lifeinit.startup.planner_process import plan_in_child  # noqa: PLC0415  # a plain init needs none

    answer = plan_in_child(
        lambda: make_plan(arguments, inheritance, parent, search_path),
        meanwhile=lambda: _load_engine(has_file or "LIFEINIT_CONFIG" in variables or may_bring_hooks(arguments)),
    )
    if isinstance(answer, Plan):
        _run(answer)
    syscalls.leave(answer)


def plain_plan(command: "Sequence[str]", inherited: "Inherited") -> Plan:
    """The plan of a plain init around the command, without any option."""
    app = Process("app", Program(tuple(map(os.fsencode, command)), Identity()))
    return Plan((app,), inherited, STOP_SIGNALS)


def _plain_command(arguments: "Sequence[str]") -> "Sequence[str]":
    """The command, where no option stands before it; nothing where it has to be looked at more closely."""
    if arguments[:1] == ["--"]:
        return arguments[1:]
    if not arguments or arguments[0].startswith("-"):
        return ()
    from lifeinit.startup.app_command import may_be_found  # noqa: PLC0415  # after `--` nothing is looked up

    return arguments if may_be_found(arguments[0]) else ()


def make_plan(arguments: "Sequence[str]", inherited: "Inherited", parent: int, path: "Sequence[str]") -> Plan | int:
    """In the planner process, where anything may be imported: the plan, or the exit status of a refusal.

    click, which takes 30 ms, is imported only where the command line is wrong, or asks for help.
    """
    from lifeinit.startup import search_path  # noqa: PLC0415

    if path:
        search_path.from_words(path)
    search_path.isolate()
    search_path.check_program()
    from lifeinit.startup.plan_app import WrongCommandLineError, plan_run  # noqa: PLC0415

    straight = _straight(arguments)
    if straight is not None:
        values, command = straight
        try:
            return plan_run(arguments, command, values, inherited, parent)
        except WrongCommandLineError as error:
            from lifeinit.cli.serve import refuse_run  # noqa: PLC0415

            return refuse_run(str(error))
    from lifeinit.cli import serve  # noqa: PLC0415

    return serve.plan_run(arguments, inherited, parent)


def may_bring_hooks(arguments: "Sequence[str]") -> bool:
    """Whether options bring hooks, as far as can be seen before they are read: if so the planner is not waited for."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments[:1]
    return options[:1] != [] and options[0].startswith("-") and any(word.startswith(_OF_HOOKS) for word in options)


def _straight(arguments: "Sequence[str]") -> "tuple[dict[str, object], Sequence[str]] | None":
    """The options and the command; None for a command line that only click can read."""
    variables = {name for name in os.environ if name.startswith(_OPTION_VARIABLES)}
    if variables <= _FILE_VARIABLES and arguments and (arguments[0] == "--" or not arguments[0].startswith("-")):
        return {}, arguments[arguments[0] == "--" :]  # no option is given: nothing has to be imported for it
    from lifeinit.startup.read_options import read_options  # noqa: PLC0415

    return read_options(arguments, os.environ)


def _load_engine(with_hooks: bool) -> None:
    """Import what is needed next, but nothing from the script's directory: it stands before the standard library."""
    if hasattr(sys, "frozen"):
        from _lifeinit import load  # type: ignore[import-not-found]  # noqa: PLC0415  # takes half the time

        load("lifeinit.engine.main")
    else:
        if not sys.flags.safe_path:
            del sys.path[0]
        clean_interpreter.strip(("fcntl", "select", "resource") if with_hooks else ("fcntl",))
    from lifeinit.engine import main  # noqa: F401, PLC0415  # before an exec it would be imported for nothing

    if with_hooks:
        from lifeinit.engine import become, hook_children, hook_machine, marks, services  # noqa: F401, PLC0415


def _run(plan: Plan) -> "NoReturn":
    from lifeinit.engine import main  # noqa: PLC0415

    main.run(plan)
