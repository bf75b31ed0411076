"""COUNT times: sends itself a TERM that stays pending, and execs the other arguments. Prints how each of them ended."""

import os
import signal
import sys

for _ in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        os.kill(os.getpid(), signal.SIGTERM)
        os.execv(sys.argv[2], sys.argv[2:])
    _, wait_status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(wait_status), flush=True)
