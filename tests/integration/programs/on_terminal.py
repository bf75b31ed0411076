"""Makes the terminal on stdin that of a new session, as a container runtime does, and runs its arguments."""

import fcntl
import os
import sys
import termios

os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 1)
os.execvp(sys.argv[1], sys.argv[1:])
