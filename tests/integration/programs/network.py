"""In a network namespace of its own, with a loopback only: execs its other arguments after one preparation.

`ports`: 40000 and 40001 are the only ephemeral ports. `names`: the name server takes questions and never answers (it
needs a mount namespace too).
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS, IFF_UP = 0x8914, 1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP).ljust(40, b"\0"))
if sys.argv[1] == "ports":
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40001")
else:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    server.set_inheritable(True)
    Path("resolv.conf").write_text("nameserver 127.0.0.1\n")
    Path("nsswitch.conf").write_text("hosts: dns\n")
    for name in ("resolv.conf", "nsswitch.conf"):
        if Path("/etc", name).exists():
            subprocess.run(["mount", "--bind", name, f"/etc/{name}"], check=True)
os.execv(sys.argv[2], sys.argv[2:])
