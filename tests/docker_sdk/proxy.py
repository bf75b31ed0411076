"""A proxy in front of the engine that a test can cut: a socket that forwards what comes, until it does not."""

import contextlib
import os
import select
import socket
import threading

ENGINE = "/var/run/docker.sock"


class Proxy:
    """Listens at `path`. `cut` ends all connections and refuses new ones, `mend` takes them again."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._relay: _Relay | None = None
        self.mend()

    def mend(self) -> None:
        self._relay = _Relay(self.path)

    def cut(self) -> None:
        """Returns once nothing is forwarded any more."""
        assert self._relay is not None
        self._relay.end()
        self._relay = None

    def close(self) -> None:
        if self._relay is not None:
            self.cut()


class _Relay:
    """One thread has all the sockets, so no connection is made or closed while another thread ends them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._end_read, self._end_write = socket.socketpair()
        self._peers: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        os.unlink(self._path)
        self._end_write.close()
        self._thread.join()

    def _run(self) -> None:
        reading = [self._end_read, self._listener]
        while self._end_read not in (readable := select.select(reading, [], [])[0]):
            for source in readable:
                if source is self._listener:
                    reading += self._connect()
                elif not self._forward(source):
                    reading.remove(source)
        for one in (self._end_read, self._listener, *self._peers):
            one.close()

    def _connect(self) -> tuple[socket.socket, socket.socket]:
        client, _ = self._listener.accept()
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(ENGINE)
        self._peers |= {client: engine, engine: client}
        return client, engine

    def _forward(self, source: socket.socket) -> bool:
        """False at its end."""
        sink = self._peers[source]
        with contextlib.suppress(OSError):  # one of the two is gone
            if data := source.recv(65536):
                sink.sendall(data)
                return True
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        return False
