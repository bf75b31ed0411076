"""The app: writes a word to FIFO when it listens on the PORT and on the SOCKET, then answers everyone who asks.

Arguments: FIFO PORT SOCKET. To all that comes the answer is an HTTP one; it never ends by itself.
"""

import os
import select
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

tcp, unix = socket.socket(socket.AF_INET), socket.socket(socket.AF_UNIX)
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
tcp.bind(("127.0.0.1", int(sys.argv[2])))
unix.bind(sys.argv[3])
for listener in (tcp, unix):
    listener.listen(64)
fifo = os.open(sys.argv[1], os.O_WRONLY)
os.write(fifo, b"ready\n")
while True:
    for listener in select.select([tcp, unix], [], [])[0]:
        client, _ = listener.accept()
        with client:
            try:
                if client.recv(4096):
                    client.send(ANSWER)
            except OSError:
                pass  # it has gone
