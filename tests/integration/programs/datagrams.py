"""Sends each line of the file `datagrams`, hexadecimal, to NOTIFY_SOCKET: as another user too, where it may be one.

With each second one goes a descriptor. Then it prints `sent`, and ends with 5 when TERM comes.
"""

import os
import signal
import socket

SCM_RIGHTS = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\0\0\0\0")]


def send() -> None:
    address = "\0" + os.environ["NOTIFY_SOCKET"][1:]
    with open("datagrams") as lines, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        for number, line in enumerate(lines):
            text = bytes.fromhex(line).replace(b"$PID", b"%d" % os.getpid())
            sender.sendmsg([text], SCM_RIGHTS if number % 2 else [], 0, address)


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
other = os.fork()
if other == 0:
    if os.geteuid() == 0:
        os.setuid(65534)
    send()
    os._exit(0)
send()
os.waitpid(other, 0)
print("sent", flush=True)
while signal.sigwait([signal.SIGTERM]) != signal.SIGTERM:
    pass
os._exit(5)
