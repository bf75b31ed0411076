"""Hosts, ports and paths of sockets. Whatever is wrong is a ValueError: the end of a sentence, without the value.

Why neither re nor urllib: a prober that lives as long as the app would hold 3 MB for them.
"""

from lifeinit.probes.targets.target import Tcp, Unix

LONGEST_SOCKET = 107  # bytes; the one after them is a NUL. unix(7)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_LONGEST_HOST = 253
_IN_URLS = frozenset(f"{_LETTERS}%/?:@!$&'()*+,;=~".encode())  # may stand in a path or a query as it is. RFC 3986


def host_and_port(text: str, default: int | None) -> Tcp:
    """`host`, `host:port`, `[::1]` or `[::1]:port`."""
    if "," in text:
        raise ValueError("which names several hosts: write one target for each")
    if text.startswith("["):
        host, port = _ipv6(text)
        return Tcp(host, port_of(port, default))
    if text.count(":") > 1:
        raise ValueError('which has more than one ":" in "host:port": write an IPv6 address as "[::1]:5432"')
    host, _, port = text.partition(":")
    if not host:
        raise ValueError('which names no host: write it after "://"')
    return Tcp(_name(host), port_of(port, default))


def port_of(text: str, default: int | None) -> int:
    """A port, or the default where there is no text."""
    if not text:
        if default is None:
            raise ValueError('which has no port: write "tcp://host:port"')
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or not 1 <= int(text) <= 65535:
        raise ValueError('whose port is not a number from 1 to 65535: write one, as in "tcp://db:5432"')
    return int(text)


def socket_at(path: bytes) -> Unix:
    """The socket with this absolute path."""
    if not path.startswith(b"/"):
        raise ValueError('whose socket has a path that does not begin with "/"')
    if len(path) > LONGEST_SOCKET:
        raise ValueError(f"whose socket has a path of more than {LONGEST_SOCKET} bytes, which no socket can have")
    return Unix(without_controls(path))


def without_controls(path: bytes) -> bytes:
    """The path itself, unless it holds what only a mistake puts there."""
    if any(byte in path for byte in b"\0\r\n"):
        raise ValueError("whose path holds a NUL or the end of a line: remove it")
    return path


def encoded(text: str) -> bytes:
    """The bytes that a text of the command line or of the environment was made of."""
    return text.encode("utf-8", "surrogateescape")


def in_url(text: bytes) -> str:
    """The bytes as they can stand in a URL, and on a terminal."""
    return "".join(chr(byte) if byte in _IN_URLS else f"%{byte:02X}" for byte in text)


def unquoted(text: bytes) -> bytes:
    """The bytes that a percent-encoded text stands for. A sign without two digits stands for itself. RFC 3986, 2.1"""
    first, *rest = text.split(b"%")
    return b"".join((first, *(_decoded(part) for part in rest)))


def _decoded(part: bytes) -> bytes:
    """What followed a percent sign."""
    try:
        return bytes.fromhex(part[:2].decode("ascii")) + part[2:] if part[:2].isalnum() else b"%" + part
    except ValueError:
        return b"%" + part


def shown(place: Tcp | Unix) -> str:
    """`db:5432`, `[::1]:5432` or `/run/db.sock`."""
    if isinstance(place, Unix):
        return in_url(place.path)
    return f"[{place.host}]:{place.port}" if ":" in place.host else f"{place.host}:{place.port}"


def _ipv6(text: str) -> tuple[str, str]:
    import _socket  # noqa: PLC0415  # for this alone

    address, closed, rest = text[1:].partition("]")
    address = address.replace("%25", "%")  # RFC 6874
    number, _, zone = address.partition("%")
    try:
        _socket.inet_pton(_socket.AF_INET6, number)
    except (OSError, ValueError):
        number = ""
    if not number or not closed or (zone and not _is_name(zone)):
        raise ValueError('which has no IPv6 address in its brackets: write one such as "[::1]:5432"')
    if rest and not rest.startswith(":"):
        raise ValueError('which has more than a port after the brackets: write "[::1]:5432"')
    return address, rest[1:]


def _name(host: str) -> str:
    """A host as DNS has it. IDNA, RFC 3490"""
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _is_name(name):
        raise ValueError("whose host is invalid: use only letters, digits and the characters . - _")
    return name


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_HOST and not text.strip(_LETTERS)  # from an end it stops at any other character
