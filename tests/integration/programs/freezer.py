"""Stops every process that it may, again and again; `ready` once it has begun."""

import os
import signal

if os.getppid() != 1:
    raise SystemExit("only below the PID 1 of a namespace of its own")
print("ready", flush=True)
while True:
    try:
        os.kill(-1, signal.SIGSTOP)
    except OSError:
        pass  # nobody whom it may stop is there just now
