"""What stage two starts with, as `python -I -S -B pid1.py FD`: reads the plan from FD, runs it, exits as it says."""

import os
import sys

if __name__ == "__main__":
    # Isolated from the environment and without site-packages, the interpreter does not know this package yet. Last on
    # the path, it can stand in front of no module of the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from lifeinit.engine import kernel
from lifeinit.engine.plan import Plan, from_wire
from lifeinit.engine.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def ignite(plan: Plan) -> "NoReturn":
    """Become the init: never returns, leaves with the plan's exit status."""
    kernel.fill_stdio()
    kernel.drop_python_handlers()
    kernel.name_process()
    if os.getpid() != 1:
        kernel.become_subreaper()
    kernel.leave(Supervisor(plan).run())


def read_plan(fd: int) -> Plan:
    with open(fd, "rb") as file:
        file.seek(0)
        return from_wire(file.read())


if __name__ == "__main__":
    ignite(read_plan(int(sys.argv[1])))
