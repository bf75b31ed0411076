"""Sends its argument to NOTIFY_SOCKET; `\\n` in it stands for a line break."""

import os
import socket
import sys

address = os.environ["NOTIFY_SOCKET"]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
    sender.sendto(sys.argv[1].replace("\\n", "\n").encode(), "\0" + address[1:])
