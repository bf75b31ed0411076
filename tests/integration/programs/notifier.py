"""Prints `started`; sends each line of the fifo `go` to NOTIFY_SOCKET and prints it.

On `end` it exits, on `nap N` it does nothing for N seconds.

`\\n` in a line stands for a line break, `@UID` before one for another user to send it as, in a process that exits then;
with `@UID+` it waits until it was heard, as systemd-notify(1). `#N` before a line stands for N times.
"""

import os
import socket
import sys
import time

address = os.environ["NOTIFY_SOCKET"]
target = "\0" + address[1:] if address.startswith("@") else address


def send(text: bytes, heard: bool = False) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(target)
        sender.send(text)
        if heard:
            reader, writer = os.pipe()
            socket.send_fds(sender, [b"BARRIER=1"], [writer])
            os.close(writer)
            os.read(reader, 1)


print("started", flush=True)
while True:
    with open("go") as go:
        lines = go.read().splitlines()
    for line in lines:
        if line == "end":
            sys.exit(0)
        if line.startswith("nap "):
            time.sleep(float(line.removeprefix("nap ")))
            print(line, flush=True)
            continue
        user, times, text = "", 1, line
        if text.startswith("@"):
            user, _, text = text[1:].partition(" ")
        if text.startswith("#"):
            count, _, text = text[1:].partition(" ")
            times = int(count)
        data = text.replace("\\n", "\n").replace("$PID", str(os.getpid())).encode("utf-8", "surrogateescape")
        if user:
            child = os.fork()
            if child == 0:
                os.setuid(int(user.rstrip("+")))
                send(data, heard=user.endswith("+"))
                os._exit(0)
            os.waitpid(child, 0)
        else:
            for _time in range(times):
                send(data)
        print(line, flush=True)
