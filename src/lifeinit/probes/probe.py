"""One try: whether a place answers, and if not, why. Blocks as long as it takes: see `tries`, which limits it."""

import errno
import os
import re
import socket
import time

from lifeinit.probes.targets import File, Http, Tcp, Unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl

    Quiet = File | Http | Tcp | Unix

_MOST = 1 << 16  # bytes that are read of an answer
_POLITE = 0.2  # seconds for the rest of an answer, so that a server is not cut off in its words
_BEGINNING = b"HTTP/1."
_STATUS = re.compile(
    # "103 Early Hints", say: the answer comes after it. Atomic, so that a hostile server makes us try no second split.
    rb"(?>(?>HTTP/1\.\d 1\d\d[ \r].*?\r\n\r\n)*)"
    rb"HTTP/1\.\d (?P<final>[2-9]\d\d)[ \r\n]",
    re.DOTALL,
)
_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection closed without an answer",
    errno.ENOENT: "no such file",
    errno.ENOTDIR: "no such file",
    errno.EACCES: "permission denied",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
}
_tls_contexts: "dict[bool, ssl.SSLContext]" = {}


def attempt(place: "Quiet", seconds: float, insecure: bool) -> str | None:
    """None if the place answers, else a short reason. `seconds` are shared out among the addresses of a name."""
    try:
        match place:
            case Tcp():
                _connected(place.host, place.port, seconds).close()
            case Unix():
                with socket.socket(socket.AF_UNIX) as stream:
                    stream.connect(place.path)
            case Http():
                return _ask(place, seconds, insecure)
            case File():
                os.stat(place.path)
    except OSError as error:
        return _reason(error)
    return None


def tls_context(insecure: bool) -> "ssl.SSLContext":
    """Made once: to read the certificates of all authorities takes longer than a try."""
    import ssl  # noqa: PLC0415  # 20 ms that only https has to pay

    if insecure not in _tls_contexts:
        context = _tls_contexts[insecure] = ssl.create_default_context()
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    return _tls_contexts[insecure]


def _connected(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes one. Raises the last one's error."""
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    failure: OSError = ConnectionRefusedError(errno.ECONNREFUSED, "")
    for family, kind, protocol, _, address in found:
        try:
            stream = socket.socket(family, kind, protocol)
            try:
                stream.settimeout(seconds / len(found))  # one that drops our packets leaves time for the next
                stream.connect(address)
                _refuse_self(stream)
                stream.settimeout(None)
            except OSError:
                stream.close()
                raise
        except OSError as error:
            failure = error
        else:
            return stream
    raise failure


def _refuse_self(stream: socket.socket) -> None:
    """A socket can be connected with itself, where nobody listens and the kernel chose the very port that we ask for.

    Among many tries of a port in the ephemeral range this does happen. RFC 9293, 3.5
    """
    if stream.getsockname() == stream.getpeername():
        raise ConnectionRefusedError(errno.ECONNREFUSED, "")


def _ask(place: Http, seconds: float, insecure: bool) -> str | None:
    with _connected(place.host, place.port, seconds) as plain:
        stream = plain
        if place.secure:
            stream = tls_context(insecure).wrap_socket(plain, server_hostname=place.host.partition("%")[0])
        with stream:
            stream.sendall(place.request)
            answer = _read_status(stream)
            if isinstance(answer, int):
                _hear_out(stream)
    if isinstance(answer, str):
        return answer
    # A redirect is an answer and is not followed: where it leads to is another target. As for Kubernetes, 3xx is ready.
    return None if 200 <= answer <= 399 else f"answered {answer}"


def _read_status(stream: socket.socket) -> int | str:
    """The final status, or what came instead of one. Headers and body do not matter, so neither does their length."""
    heard = b""
    while len(heard) < _MOST:
        part = stream.recv(4096)
        heard += part
        status = _STATUS.match(heard)
        if status:
            return int(status["final"])
        if not part:
            return "no HTTP answer" if heard else "connection closed without an answer"
        if not heard.startswith(_BEGINNING[: len(heard)]):
            break
    return "no HTTP answer"


def _hear_out(stream: socket.socket) -> None:
    """Read what else comes at once: a server that is cut off would log that its client has gone."""
    until = time.monotonic() + _POLITE
    left = _MOST
    try:
        while left > 0 and (seconds := until - time.monotonic()) > 0:
            stream.settimeout(seconds)
            part = stream.recv(4096)
            if not part:
                return
            left -= len(part)
    except OSError:
        pass  # the answer is known: how the connection ends does not matter


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "name does not resolve"
    if isinstance(error, TimeoutError):
        return "no answer"
    verify_message = getattr(error, "verify_message", None)
    if verify_message:
        return f"certificate not trusted: {verify_message}"
    tls_reason = getattr(error, "reason", None)  # ssl.SSLError, which is not imported where it cannot come
    if isinstance(tls_reason, str):
        return f"no TLS: {tls_reason.replace('_', ' ').lower()}"
    words = _WORDS.get(error.errno or 0, "")
    return words or str(error.strerror or error).lower()
