"""Starts a command COUNT times as PID 1 of a new namespace; prints the milliseconds that each life took.

The clock runs from before the fork to after the wait, in a process that is in the namespace's parent.
"""

import ctypes
import os
import sys
import time

CLONE_NEWPID = 0x20000000
libc = ctypes.CDLL(None, use_errno=True)
count, command = int(sys.argv[1]), sys.argv[2:]
null = os.open(os.devnull, os.O_RDWR)
for _ in range(count):
    reader, writer = os.pipe()
    helper = os.fork()
    if helper == 0:
        if libc.unshare(CLONE_NEWPID) != 0:
            os._exit(1)
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.dup2(null, 2)
            os.execv(command[0], command)
        os.waitpid(pid, 0)
        os.write(writer, b"%f" % ((time.perf_counter() - began) * 1e3))
        os._exit(0)
    os.close(writer)
    print(os.read(reader, 64).decode(), flush=True)
    os.close(reader)
    os.waitpid(helper, 0)
