"""Small servers in the test's own process, for what waits in another."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme

Handler = Callable[[socket.socket], None]


@contextlib.contextmanager
def bound(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, int]]:
    """A socket that has its port and refuses every connection until it listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        yield listener, listener.getsockname()[1]


@contextlib.contextmanager
def serving(handle: Handler, host: str = "127.0.0.1") -> Iterator[int]:
    """A port behind which one connection after the other is handled. That a client breaks off does not matter."""

    def serve() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return  # it was shut down
            with stream, contextlib.suppress(OSError):
                handle(stream)

    with bound(host) as (listener, port):
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def asked(stream: socket.socket) -> bytes:
    """The head of the request."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = stream.recv(4096)
        if not part:
            break
        head += part
    return head


def says(*answers: bytes) -> Handler:
    """Gives the first request the first answer, and so on; the last one to all that come after it."""
    left = list(answers)

    def handle(stream: socket.socket) -> None:
        asked(stream)
        stream.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handle


def status(code: int, *headers: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {code} So", *headers, "")).encode()


@contextlib.contextmanager
def full_socket(path: Path) -> Iterator[None]:
    """A Unix socket that listens and has no room for a further connection: to connect blocks."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(path))
        listener.listen(0)
        while True:
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            try:
                client.connect(str(path))
            except BlockingIOError:
                break
        yield


class Certified:
    """A web server with a certificate for localhost, and the authority that made it."""

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA()
        self.authority = directory / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "::1").configure_cert(self.context)

    def handle(self, stream: socket.socket) -> None:
        with self.context.wrap_socket(stream, server_side=True) as secure:
            says(status(200))(secure)
