"""Becomes an init that has a fault: FAULT HOOKS APP... . SOURCE says where the package is.

`once`: the wait fails the first time after the app was told to run; `always`: it fails from then on; `machine`: the
machine fails at every event from then on; `hopeless`: the same, with a stop_timeout of half a second; `hook`: no hook
can be started, and one that is terminated has an hour. HOOKS is the command of a post_stop hook, or empty.
"""

import os
import sys

sys.path.append(os.environ["SOURCE"])

from lifeinit.engine import children, main, syscalls
from lifeinit.engine.plan import Hook, Identity, Inherited, Plan, Process, Program
from lifeinit.engine.state_machine import Machine

fault, post_stop, *app = sys.argv[1:]
mask = syscalls.block_signals()
failures: list[str] = []
wait, handle, spawn = syscalls.wait, Machine.handle, children.spawn  # type: ignore[attr-defined]


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


def failing_spawn(child, *arguments):  # type: ignore[no-untyped-def]
    if not child.is_app:
        raise RuntimeError("made for a test")
    return spawn(child, *arguments)


if fault == "hook":
    children.spawn = failing_spawn  # type: ignore[attr-defined]
elif fault in {"machine", "hopeless"}:
    Machine.handle = Machine.forwarded = failing_handle  # type: ignore[method-assign]
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
        kill_after=3600.0 if fault == "hook" else 2.0,
        stop_timeout=0.5 if fault == "hopeless" else None,
        plain=False,
        post_stop=(hook,) if post_stop else (),
    )
)
