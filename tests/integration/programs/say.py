"""Sends its argument to NOTIFY_SOCKET and waits until it was received; `\\n` in it stands for a line break."""

import os
import socket
import sys

address = os.environ["NOTIFY_SOCKET"]
reader, writer = os.pipe()
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
    sender.connect("\0" + address[1:])
    sender.send(sys.argv[1].replace("\\n", "\n").encode())
    # As systemd-notify(1) does: the receiver closes the descriptor once it comes to this message.
    socket.send_fds(sender, [b"BARRIER=1"], [writer])
os.close(writer)
os.read(reader, 1)
