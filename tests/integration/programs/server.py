"""Prints `started`, waits for a line on the fifo `go`, prints `serves` and then does, until it is ended.

    server.py tcp PORT | unix PATH | file PATH | http PORT STATUS | nothing

Before the first it removes nothing: what lies at PATH when it starts is told as `stale`.
"""

import os
import socket
import sys

kind, *rest = sys.argv[1:]
if kind == "file" and os.path.exists(rest[0]):
    print("stale", flush=True)
print("started", flush=True)
with open("go") as go:
    go.readline()
print("serves", flush=True)
if kind == "file":
    open(rest[0], "w").close()
if kind in {"tcp", "http"}:
    listener = socket.create_server(("127.0.0.1", int(rest[0])), reuse_port=True)
elif kind == "unix":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(rest[0])
    listener.listen()
else:
    listener = socket.create_server(("127.0.0.1", 0))
while True:
    stream, _ = listener.accept()
    if kind == "http":
        stream.recv(65536)
        stream.sendall(f"HTTP/1.0 {rest[1]} X\r\nContent-Length: 0\r\n\r\n".encode())
    stream.close()
