"""Prints `ready`, then the name of each signal that reaches it. It has no children: a CHLD would be somebody else's.

Arguments NAME=CODE: exit with that code on that signal; NAME=die: die of it; SELF=NAME: send that signal to the parent
before `ready`; TELL=PATH: write a line to that fifo after `ready`.
"""

import os
import signal
import sys

everything = signal.valid_signals()
signal.pthread_sigmask(signal.SIG_BLOCK, everything)
reactions = dict(argument.split("=") for argument in sys.argv[1:])
if "SELF" in reactions:
    os.kill(os.getppid(), signal.Signals["SIG" + reactions["SELF"]])
print("ready", flush=True)
if "TELL" in reactions:
    with open(reactions["TELL"], "w") as fifo:
        print("ready", file=fifo)
while True:
    signo = signal.sigwait(everything)
    name = signal.Signals(signo).name[3:] if signo in list(signal.Signals) else str(int(signo))
    print(name, flush=True)
    reaction = reactions.get(name)
    if reaction == "die":
        signal.signal(signo, signal.SIG_DFL)
        os.kill(os.getpid(), signo)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signo])
    elif reaction is not None:
        os._exit(int(reaction))
