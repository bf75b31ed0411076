"""lines.py PORT: answers each line `ask` with `ok` and any other line never; prints what it does, ends on TERM."""

import os
import select
import signal
import socket
import sys


def end(*_: object) -> None:
    print("TERM", flush=True)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
clients: list[socket.socket] = []
while True:
    for each in select.select([listening, *clients], [], [])[0]:
        if each is listening:
            clients.append(listening.accept()[0])
            continue
        line = each.recv(100)
        if line == b"ask\n":
            each.sendall(b"ok\n")
        if not line:
            clients.remove(each)
            each.close()
        print((line or b"closed").decode().strip(), flush=True)
