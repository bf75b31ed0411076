"""A target, and the places that it can answer from."""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.probes.attempt import Command


class Tcp(Record):
    """A listening port. The host is ASCII; an IPv6 address stands without brackets."""

    host: str
    port: int


class Unix(Record):
    """A listening stream socket in the file system."""

    path: bytes


class Http(Record):
    """A web server that answers with a status from 200 to 399. `request` is all that it is sent."""

    host: str
    port: int
    secure: bool
    request: bytes


class File(Record):
    """A file of any kind that is to exist."""

    path: bytes


Place = Tcp | Unix | Http | File


class Target(Record):
    """What is waited for: it answers as soon as one of its places does. `shown` holds no secret."""

    shown: str
    places: "tuple[Place | Command, ...]"
