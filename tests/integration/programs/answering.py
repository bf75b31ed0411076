"""Prints `serves`; answers HTTP with 200, from then on with what a line of the fifo `go` says, which it prints.

    answering.py PORT [STATUS [COUNT]]

`hang` is no answer: the connection stays open. It prints `asked` at every COUNT-th request, and on SIGTERM `TERM`, and
exits with STATUS.
"""

import os
import select
import signal
import socket
import sys

port, status, count = (int(word) for word in [*sys.argv[1:], "0", "0"][:3])
answer = "200"
asked = 0
held: list[socket.socket] = []


def terminate(*_: object) -> None:
    os.write(1, b"TERM\n")
    os._exit(status)


signal.signal(signal.SIGTERM, terminate)
listener = socket.create_server(("127.0.0.1", port))
go = os.open("go", os.O_RDWR | os.O_NONBLOCK)
print("serves", flush=True)
while True:
    ready, _, _ = select.select([listener.fileno(), go], [], [])
    if go in ready:
        answer = os.read(go, 100).decode().split()[-1]
        print(answer, flush=True)
    if listener.fileno() in ready:
        stream, _ = listener.accept()
        if answer == "hang":
            held.append(stream)
            print("held", flush=True)
            continue
        stream.recv(65536)
        stream.sendall(f"HTTP/1.1 {answer} X\r\nContent-Length: 0\r\n\r\n".encode())
        stream.close()
        asked += 1
        if count and asked % count == 0:
            print("asked", flush=True)
