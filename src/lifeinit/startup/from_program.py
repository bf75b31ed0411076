"""From a Python program to the engine: its plan is made already, and waits in a memory file.

`exec_engine` runs this file in a bare interpreter, as `python -I -S -B from_program.py PLAN [ZYGOTE SOCKET]`.
"""

import os
import sys

if __name__ == "__main__":
    # As in bare.py: last on the path, the package can stand in front of no module of the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def exec_engine(plan: int, zygote: "tuple[int, int] | None") -> "NoReturn":
    """Become the engine. The pid, the blocked signals and the pending ones stay. Raises OSError, ValueError. execve(2)

    `plan` is a descriptor of the memory file, `zygote` its pid and the descriptor of the socket to it.
    """
    with open(__file__, "rb"):
        pass  # a program that has dropped its rights may not be able to read it: after the exec nobody could say so
    numbers = (plan, *zygote) if zygote else (plan,)
    for fd in (plan, *numbers[2:]):
        os.set_inheritable(fd, True)
    python = sys.executable or ""  # None where a program of C has loaded the interpreter
    os.execv(python, [python, "-I", "-S", "-B", os.path.abspath(__file__), *map(str, numbers)])


def _run() -> "NoReturn":
    """In the bare interpreter."""
    from lifeinit.startup import clean_interpreter  # noqa: PLC0415

    plan, *zygote = map(int, sys.argv[1:])
    clean_interpreter.strip(("fcntl", "select", "resource", *(("_socket",) if zygote else ())))
    from lifeinit.engine import main, plan_wire  # noqa: PLC0415

    wire = os.pread(plan, os.fstat(plan).st_size, 0)
    os.close(plan)
    main.run(plan_wire.from_wire(wire), (zygote[0], zygote[1]) if zygote else None)


if __name__ == "__main__":
    _run()
