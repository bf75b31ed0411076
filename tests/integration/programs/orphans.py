"""Makes COUNT orphans that die together, and returns when all of them are dead.

An orphan is a grandchild whose parent has exited. With `watch` it waits until no zombie is left, with `count` until
every orphan is one.
"""

import os
import sys


def zombies() -> int:
    """How many processes of this namespace are dead and not reaped."""
    count = 0
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    count += stat.read().rpartition(") ")[2].startswith("Z")
            except OSError:
                pass  # it is gone
    return count


number = int(sys.argv[1])
go_reader, go_writer = os.pipe()  # end of file: die
alive_reader, alive_writer = os.pipe()  # end of file: all are dead
for _ in range(number):
    child = os.fork()
    if child == 0:
        os.close(go_writer)
        if os.fork() == 0:
            os.read(go_reader, 1)
        os._exit(0)
    os.waitpid(child, 0)
os.close(go_writer)
os.close(alive_writer)
os.read(alive_reader, 1)
if "watch" in sys.argv:
    while zombies():
        pass
    print("no zombies", flush=True)
if "count" in sys.argv:
    while zombies() < number:
        pass
    print("zombies", zombies(), flush=True)
