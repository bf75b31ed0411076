"""From a target's text to the target, or to what is wrong with it."""

from lifeinit.probes.targets import services
from lifeinit.probes.targets.addresses import (
    encoded,
    host_and_port,
    in_url,
    shown,
    socket_at,
    unquoted,
    without_controls,
)
from lifeinit.probes.targets.target import File, Http, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_WEB_PORTS = {"http": 80, "https": 443}
_SOCKETS = {"unix", "redis+unix", "redis+socket"}  # redis-py, Celery

_PLAIN_SCHEME = "_+.${}-"  # no colon: before that one there was a user, and it is a password
_PLAIN = f"{_PLAIN_SCHEME}:/[]"


def parse(text: str) -> Target:
    """The target that a text names. Raises ValueError with the end of a sentence that begins with the text.

    The end repeats nothing of the text: any part of it may be a piece of a password.
    """
    scheme, rest = _split(text)
    kind = scheme.partition("+")[0]
    if scheme in _PARSERS:
        return _PARSERS[scheme](scheme, rest)
    if scheme in _SOCKETS:
        return _path(scheme, rest)
    if scheme == "mongodb+srv":
        raise ValueError('whose hosts are in DNS records, which lifeinit does not read: write "mongodb://host:port"')
    if kind in services.PORTS:
        authority, path, query = _parts(rest)
        _refuse_late_at(path)
        places = services.places(kind, authority, query or "")
        return Target(f"{scheme}://{','.join(map(shown, places))}", places)
    raise _unknown(kind)


def hidden(text: str) -> str:
    """A text, right or wrong, fit to be shown: without user info and query, and without what may be a part of them.

    An "@" behind the authority means that a password was not percent-encoded: then it can begin anywhere.
    """
    scheme, found, rest = text.partition("://")
    if not _consists_of(scheme, _PLAIN_SCHEME if found else _PLAIN):
        return "..."
    if not found:
        return scheme
    authority, path, query = _parts(rest)
    user, at, hosts = authority.rpartition("@")
    if "@" in rest[len(authority) :] or not _are_plain(hosts):
        return f"{scheme}://..."
    return f"{scheme}://{'...' if user else ''}{at}{hosts}{path}{'' if query is None else '?...'}"


def without_secrets(text: str) -> str:
    """The same target for a command line, which everyone can read: without what nobody needs to reach it.

    User info in the URL of a web page is needed and stays: in a variable, which is expanded later, nobody can read it.
    """
    scheme, found, rest = text.partition("://")
    is_socket = scheme.lower() in _SOCKETS
    if not found or not (is_socket or scheme.lower().partition("+")[0] in services.PORTS):
        return text
    authority, path, query = _parts(rest)
    options = [option for option in (query or "").split("&") if option.partition("=")[0] in services.OPTIONS]
    hosts = authority.rpartition("@")[2]
    return f"{scheme}://{hosts}{path if is_socket else ''}{'?' if options else ''}{'&'.join(options)}"


def _split(text: str) -> tuple[str, str]:
    """Scheme, in small letters, and what follows `://`; `unix:/path` and `file:/path` are fine too."""
    scheme, found, rest = text.partition("://")
    if found:
        return scheme.lower(), rest
    scheme, _, rest = text.partition(":")
    if scheme in {"unix", "file"}:
        return scheme, rest
    if text.startswith("/"):
        raise ValueError('which has no scheme: write "unix:///path" for a socket or "file:///path" for a file')
    raise ValueError(f'which {"has no scheme" if text else "is empty"}: write "tcp://host:port"')


def _unknown(kind: str) -> ValueError:
    known = (*_PARSERS, *services.PORTS)
    try:
        import difflib  # noqa: PLC0415  # only a mistake pays for it

        near = difflib.get_close_matches(kind, known, n=1)
    except (ImportError, OSError):
        near = []  # the user of a probe may not be allowed to read it
    fix = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"
    return ValueError(f"whose scheme is unknown: {fix}")


def _parts(rest: str) -> tuple[str, str, str | None]:
    """Authority, path and query of what follows the scheme; without a question mark the query is None."""
    before, asks, query = rest.partition("#")[0].partition("?")
    authority, slash, path = before.partition("/")
    return authority, slash + path, query if asks else None


def _consists_of(text: str, signs: str) -> bool:
    """Whether it has nothing but letters, digits and these signs."""
    return all(char.isalnum() or char in signs for char in text)


def _are_plain(hosts: str) -> bool:
    """Whether they are hosts with ports: `a,b:1,[::1]:$PORT`. Behind a colon that is no port's a password may stand."""
    while hosts:
        after_brackets = hosts.partition("]")[2] if hosts.startswith("[") and "]" in hosts else hosts
        if after_brackets[:1] in {"", ":", ","}:
            hosts = after_brackets
        name, _, others = hosts.partition(",")
        port = name.partition(":")[2]
        variable = port[2:-1] if port.startswith("${") and port.endswith("}") else port[1:]
        is_variable = port.startswith("$") and bool(variable) and _consists_of(variable, "_")
        if port and not port.isdecimal() and not is_variable:
            return False
        hosts = others
    return True


def _refuse_late_at(path: str) -> None:
    """What stands before it may be the rest of a password, and what we took for the host its beginning."""
    if "@" in path:
        raise ValueError('which has a "@" after the host: in a password write "%40" for "@" and "%2F" for "/"')


def _path(scheme: str, rest: str) -> Target:
    authority, path, query = _parts(rest)
    if scheme == "file" and (query is not None or "#" in rest):
        raise ValueError('which contains a "?" or a "#": in the name of a file write "%3F" or "%23"')
    user, _, host = authority.rpartition("@")  # redis-py has the user and the password there
    if user:
        _refuse_late_at(path)
    if host or not path.startswith("/") or (user and scheme == "file"):
        raise ValueError(f'whose path does not begin with "/": write "{scheme}:///path"')
    name = unquoted(encoded(path))
    place = File(without_controls(name)) if scheme == "file" else socket_at(name)
    return Target(f"{scheme}://{in_url(name)}", (place,))


def _tcp(_scheme: str, rest: str) -> Target:
    authority, path, query = _parts(rest)
    if path not in {"", "/"} or query is not None or "@" in authority:
        raise ValueError('which has more than a host and a port: write "tcp://host:port"')
    place = host_and_port(authority, None)
    return Target(f"tcp://{shown(place)}", (place,))


def _web(scheme: str, rest: str) -> Target:
    authority, path, query = _parts(rest)
    user, _, address = authority.rpartition("@")
    if user:
        _refuse_late_at(path)
    place = host_and_port(address, _WEB_PORTS[scheme])
    name = f"[{place.host.partition('%')[0]}]" if ":" in place.host else place.host
    host = name if place.port == _WEB_PORTS[scheme] else f"{name}:{place.port}"
    asked = in_url(encoded((path or "/") + ("" if query is None else f"?{query}")))
    lines = [f"GET {asked} HTTP/1.1", f"Host: {host}", "User-Agent: lifeinit", "Accept: */*", "Connection: close"]
    if user:
        lines.append(f"Authorization: Basic {_basic(user)}")
    request = "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")
    shown_path = "/..." if "@" in path else in_url(encoded(path))
    return Target(f"{scheme}://{host}{shown_path}", (Http(place.host, place.port, scheme == "https", request),))


def _basic(user: str) -> str:
    """User and password as HTTP has them. RFC 7617"""
    import binascii  # noqa: PLC0415

    return binascii.b2a_base64(unquoted(encoded(user)), newline=False).decode("ascii")


_PARSERS: "Final" = {"tcp": _tcp, "unix": _path, "http": _web, "https": _web, "file": _path}
