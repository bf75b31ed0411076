"""A way to the engine that a test can cut: a socket that passes on what comes, until it does not."""

import contextlib
import os
import select
import socket
import threading

ENGINE = "/var/run/docker.sock"


class Way:
    """Listens at `path`. `cut` ends all connections and refuses new ones, `mend` takes them again."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._relay: _Relay | None = None
        self.mend()

    def mend(self) -> None:
        self._relay = _Relay(self.path)

    def cut(self) -> None:
        """Returns when nothing is passed on any more."""
        assert self._relay is not None
        self._relay.end()
        self._relay = None

    def close(self) -> None:
        if self._relay is not None:
            self.cut()


class _Relay:
    """One thread has all the sockets, so none can come or go behind the back of the one who ends them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._told, self._tell = socket.socketpair()
        self._peers: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        os.unlink(self._path)
        self._tell.close()
        self._thread.join()

    def _run(self) -> None:
        reading = [self._told, self._listener]
        while self._told not in (readable := select.select(reading, [], [])[0]):
            for source in readable:
                if source is self._listener:
                    reading += self._connect()
                elif not self._pass_on(source):
                    reading.remove(source)
        for one in (self._told, self._listener, *self._peers):
            one.close()

    def _connect(self) -> tuple[socket.socket, socket.socket]:
        near, _ = self._listener.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(ENGINE)
        self._peers |= {near: far, far: near}
        return near, far

    def _pass_on(self, source: socket.socket) -> bool:
        """False at its end."""
        sink = self._peers[source]
        with contextlib.suppress(OSError):  # one of the two is gone
            if data := source.recv(65536):
                sink.sendall(data)
                return True
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        return False
