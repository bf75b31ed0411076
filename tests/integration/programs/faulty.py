"""Becomes an init that has a fault: FAULT HOOKS APP... . SOURCE says where the package is.

`once`: the wait fails the first time after the app was told to run; `always`: it fails from then on; `machine`: the
machine fails at every event from then on; `hopeless`: the same, with a stop_timeout of half a second. HOOKS is the
command of a post_stop hook, or empty.
"""

import os
import sys

sys.path.append(os.environ["SOURCE"])

from lifeinit.engine import main, syscalls
from lifeinit.engine.plan import Hook, Identity, Inherited, Plan, Process, Program
from lifeinit.engine.state_machine import Machine

fault, post_stop, *app = sys.argv[1:]
mask = syscalls.block_signals()
failures: list[str] = []
wait, handle = syscalls.wait, Machine.handle


def failing_wait(*arguments):  # type: ignore[no-untyped-def]
    came = wait(*arguments)
    if (came is not None and came.si_signo == 10) or (fault == "always" and failures):
        failures.append(fault)
        raise RuntimeError("made for a test")
    return came


def failing_handle(machine, event):  # type: ignore[no-untyped-def]
    if machine.app.state == "alive":
        raise RuntimeError("made for a test")
    return handle(machine, event)


if fault in {"machine", "hopeless"}:
    Machine.handle = failing_handle  # type: ignore[method-assign]
else:
    syscalls.wait = failing_wait
hook = Hook(
    "clean-up", Program((b"/bin/sh", b"-c", os.fsencode(post_stop)), Identity(session=True)), None, 5.0, 0, 1.0, False
)
main.run(
    Plan(
        (Process("app", Program(tuple(map(os.fsencode, app)), Identity())),),
        Inherited(mask, sigchld_ignored=False, lc_ctype_added=False, directory=os.getcwdb()),
        stop_on=(15,),
        stop_timeout=0.5 if fault == "hopeless" else None,
        plain=False,
        post_stop=(hook,) if post_stop else (),
    )
)
