"""From the front desk to the engine: in this interpreter where it is bare, else in a new one."""

import os
import sys

from lifeinit.engine import descriptors, exit_status, log, syscalls
from lifeinit.engine.plan import Identity, Plan, Process, Program
from lifeinit.engine.signals import number_of
from lifeinit.startup.inherited import forget_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from lifeinit.engine.plan import Inherited
    from lifeinit.startup.planner_process import FrontDesk

# What an interpreter's own start leaves in sys.modules. Anything more came from a .pth file, a sitecustomize or
# PYTHONPATH: it may hold threads and megabytes, and is not to live in PID 1.
_INTERPRETERS_OWN = frozenset(
    "__main__ _abc _codecs _collections_abc _distutils_hack _frozen_importlib _frozen_importlib_external _imp _io"
    " _signal _sitebuiltins _stat _thread _warnings _weakref abc builtins codecs encodings errno genericpath io"
    " lifeinit marshal os posix posixpath site stat sys time zipimport".split()
)
# Variables that images set for every Python, and that change nothing in ours.
_HARMLESS = frozenset(
    "PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONNOUSERSITE".split()
)
_STOP_ON = tuple(number_of(name) or 0 for name in ("TERM", "INT", "QUIT"))


def plain_plan(command: "Sequence[str]", given: "Inherited") -> Plan:
    """The plan of a plain init around the command, without any option."""
    app = Process("app", Program(tuple(map(os.fsencode, command)), Identity()))
    return Plan((app,), given, _STOP_ON)


def launch(plan: Plan) -> "NoReturn":
    """Become the init that carries out the plan."""
    if _is_clean():
        forget_script()
        _ignite(plan)
    from lifeinit.startup.clean_interpreter import change_interpreter  # noqa: PLC0415  # no page of PID 1 for what it does not need

    change_interpreter(plan)


def launch_from(front_desk: "FrontDesk") -> "NoReturn":
    """Become the init that carries out what the front desk plans, or leave with the status that it refuses with.

    Where this interpreter is bare the plan is made in a child, and no other interpreter has to start. `front_desk` gets
    what the plan is to be given to, and returns only where it has none.
    """
    from lifeinit.startup.planner_process import plan_or_status  # noqa: PLC0415

    descriptors.fill_stdio()  # or a file of ours could become the app's stdin
    found = plan_or_status(front_desk) if _is_clean() else None
    if isinstance(found, Plan):
        _ignite(found)
    if found is None:  # no child for it
        from lifeinit.startup.clean_interpreter import change_interpreter  # noqa: PLC0415

        try:
            found = front_desk(change_interpreter)
        except Exception as error:  # noqa: BLE001  # nothing was started yet: a sentence and a status for it
            log.report(error)
            found = exit_status.SOFTWARE
    syscalls.leave(found)


def _ignite(plan: Plan) -> "NoReturn":
    from lifeinit.engine import main  # noqa: PLC0415  # before an exec it would be imported for nothing

    main.ignite(plan)


def _is_clean() -> bool:
    """Whether this interpreter is as bare as a new one: then the exec, 6 ms, is saved."""
    variables = {name for name in os.environ if name.startswith("PYTHON") and not name.startswith("PYTHON_")}
    own = _INTERPRETERS_OWN | {"sitecustomize"} if _has_distributions_sitecustomize() else _INTERPRETERS_OWN
    return variables <= _HARMLESS and all(name.partition(".")[0] in own for name in sys.modules)


def _has_distributions_sitecustomize() -> bool:
    """Whether it lies in the standard library, where Debian puts one that does nothing, and not in a search path."""
    file = getattr(sys.modules.get("sitecustomize"), "__file__", None)
    return isinstance(file, str) and os.path.dirname(file) == os.path.dirname(os.__file__)
