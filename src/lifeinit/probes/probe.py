"""One try: whether a place answers, and if not, why. Blocks as long as it takes: see `attempt`, which limits it.

Why `_socket` and `_ssl` for `socket` and `ssl`: a prober lives as long as the app, and would hold 2 and 3 MB more.
"""

import _socket
import errno
import os
import sys
import time

from lifeinit.probes.http_answer import HttpAnswer
from lifeinit.probes.targets.target import File, Http, Tcp, Unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ssl import _SSLContext
    from collections.abc import Callable

    from lifeinit.probes.targets import Place

    Send = Callable[[bytes], int]
    Read = Callable[[int], bytes]

_MOST = 1 << 16  # bytes that are read of an answer
_PIECE = 4096
_POLITE = 0.2  # seconds for the rest of an answer, so that a server is not cut off in its words
_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection closed without an answer",
    errno.ENOENT: "no such file",
    errno.ENOTDIR: "no such file",
    errno.EACCES: "permission denied",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
}

_CA_VARIABLES = {"SSL_CERT_FILE", "SSL_CERT_DIR"}
_CA_OF_DEBIAN = "/usr/lib/ssl/certs"
_CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch, distroless
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL, Amazon Linux
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine
)


class _Stream(_socket.socket):
    """A socket that TLS can refer to."""

    __slots__ = ("__weakref__",)


def attempt(place: "Place", seconds: float, insecure: bool) -> str | None:
    """None if the place answers, else a short reason. `seconds` are shared out among the addresses of a name."""
    end = time.monotonic() + seconds
    try:
        match place:
            case Tcp():
                _connected(place.host, place.port, seconds)
            case Unix():
                _socket.socket(_socket.AF_UNIX).connect(place.path)
            case Http():
                return _ask(place, end, insecure)
            case File():
                os.stat(place.path)
    except OSError as error:
        return _reason(error)
    return None


def _connected(host: str, port: int, seconds: float) -> _Stream:
    """A connection to the first of the host's addresses that takes one. Raises the last one's error."""
    found = _socket.getaddrinfo(host.encode("ascii"), port, type=_socket.SOCK_STREAM)
    failure: OSError = ConnectionRefusedError(errno.ECONNREFUSED, "")
    for family, kind, protocol, _, address in found:
        try:
            stream = _Stream(family, kind, protocol)
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


def _refuse_self(stream: _Stream) -> None:
    """A socket can be connected with itself, where nobody listens and the kernel chose the very port that we ask for.

    Among many tries of a port in the ephemeral range this does happen. RFC 9293, 3.5
    """
    if stream.getsockname() == stream.getpeername():
        raise ConnectionRefusedError(errno.ECONNREFUSED, "")


def _ask(place: Http, end: float, insecure: bool) -> str | None:
    stream = _connected(place.host, place.port, end - time.monotonic())
    send, read = _secured(stream, place, insecure) if place.secure else (stream.send, stream.recv)
    left = place.request
    while left:
        left = left[send(left) :]
    answer = _status(read)
    if isinstance(answer, str):
        return answer
    _hear_out(stream, read, end)
    # A redirect is an answer and is not followed: where it leads to is another target. As for Kubernetes, 3xx is ready.
    return None if 200 <= answer <= 399 else f"answered {answer}"


def _trust_the_image(context: "_SSLContext") -> None:
    """The bundle's OpenSSL looks where Debian has the authorities: elsewhere other distributions have them."""
    if not os.path.exists(_CA_OF_DEBIAN):
        for file in filter(os.path.exists, _CA_FILES):
            context.load_verify_locations(file)
            return


def _secured(stream: _Stream, place: Http, insecure: bool) -> "tuple[Send, Read]":
    """TLS over a connection, as `ssl.create_default_context` has it. Raises OSError."""
    import _ssl  # noqa: PLC0415  # 1 MB that only https has to pay

    context = _ssl._SSLContext(_ssl.PROTOCOL_TLS_CLIENT)  # noqa: SLF001  # what ssl.SSLContext is made of
    if insecure:
        context.check_hostname = False
        context.verify_mode = _ssl.CERT_NONE
    else:
        context.set_default_verify_paths()
        if hasattr(sys, "frozen") and not _CA_VARIABLES & os.environ.keys():
            _trust_the_image(context)
        if sys.version_info >= (3, 13):
            context.verify_flags |= _ssl.VERIFY_X509_PARTIAL_CHAIN | _ssl.VERIFY_X509_STRICT
    secure = context._wrap_socket(stream, False, place.host.partition("%")[0])  # type: ignore[attr-defined]  # noqa: SLF001
    secure.do_handshake()
    return secure.write, secure.read


def _status(read: "Read") -> int | str:
    """The final status, or what came instead of one."""
    answer, heard = HttpAnswer(), 0
    while heard < _MOST:
        part = _read(read)
        if not part:
            return "no HTTP answer" if heard else "connection closed without an answer"
        heard += len(part)
        try:
            status = answer.hear(part)
        except ValueError as error:
            return str(error)
        if status is not None:
            return status
    return "no HTTP answer"


def _read(read: "Read") -> bytes:
    """The next bytes; none at the end, also of a TLS connection that ended without a word. Raises OSError."""
    try:
        return read(_PIECE)
    except OSError as error:
        if type(error).__name__ in {"SSLEOFError", "SSLZeroReturnError"}:  # of _ssl, which is not always loaded
            return b""
        raise


def _hear_out(stream: _Stream, read: "Read", end: float) -> None:
    """Read what else comes at once: a server that is cut off would log that its client has gone."""
    now = time.monotonic()
    until = min(now + _POLITE, now + (end - now) / 2)
    left = _MOST
    try:
        while left > 0 and (seconds := until - time.monotonic()) > 0:
            stream.settimeout(seconds)
            part = _read(read)
            if not part:
                return
            left -= len(part)
    except OSError:
        pass  # the answer is known: how the connection ends does not matter


def _reason(error: OSError) -> str:
    if isinstance(error, _socket.gaierror):
        return "name does not resolve"
    if isinstance(error, TimeoutError):
        return "no answer"
    verify_message = getattr(error, "verify_message", None)
    if verify_message:
        return f"certificate not trusted: {verify_message}"
    tls_reason = getattr(error, "reason", None)  # _ssl.SSLError, which is not imported where it cannot come
    if isinstance(tls_reason, str):
        return f"no TLS: {tls_reason.replace('_', ' ').lower()}"
    words = _WORDS.get(error.errno or 0, "")
    return words or str(error.strerror or error).lower()
