"""A way to the engine that a test can cut: a socket that passes on what comes, until it does not."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable

ENGINE = "/var/run/docker.sock"


class Way:
    """Listens at `path`. `cut` ends all connections and refuses new ones, `mend` takes them again."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        self._run(self._accept, self._listener)

    def cut(self) -> None:
        """Returns when nothing is passed on any more."""
        assert self._listener is not None
        os.unlink(self.path)
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):  # the other side was faster
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._open):
            one.close()
        self._open, self._threads, self._listener = [], [], None

    def close(self) -> None:
        if self._listener is not None:
            self.cut()

    def _run(self, function: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=function, args=arguments))
        self._threads[-1].start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(ENGINE)
            self._open += [near, far]
            self._run(_pass_on, near, far)
            self._run(_pass_on, far, near)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
