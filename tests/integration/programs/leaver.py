"""Leaves a dead child behind in its old process group: forks it, changes its session, and never reaps it."""

import os
import signal

group = os.getpgrp()
child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
os.setsid()
assert os.getpgid(child) == group
print("left", flush=True)
signal.pause()
