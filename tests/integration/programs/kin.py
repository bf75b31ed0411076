"""Many speak for the app: CHAINS of DEPTH processes, each the child of the one before, and SENDERS below the last one.

Each is in a session of its own. It stops lifeinit, has each sender send a STATUS to NOTIFY_SOCKET, sends READY=1
itself, prints `sent`, and waits for TERM.
"""

import os
import signal
import socket
import sys

chains, depth, senders = map(int, sys.argv[1:])
target = "\0" + os.environ["NOTIFY_SOCKET"][1:]
reader, writer = os.pipe()  # one byte from each sender


def send(text: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text.encode(), target)


def wait() -> None:
    while True:
        signal.pause()


def descend(levels: int) -> None:
    os.setsid()
    if levels:
        if os.fork() == 0:
            descend(levels - 1)
        wait()
    for _ in range(senders):
        if os.fork() == 0:
            os.setsid()
            send(f"STATUS={os.getpid()}")
            os.write(writer, b"x")
            break
    wait()


os.kill(os.getppid(), signal.SIGSTOP)
for _ in range(chains):
    if os.fork() == 0:
        descend(depth - 1)
for _ in range(chains * senders):
    os.read(reader, 1)
send("READY=1")
print("sent", flush=True)
wait()
