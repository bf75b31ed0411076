"""The plan as bytes, for its way from the planner to PID 1."""

import marshal

from lifeinit.engine.plan import Alive, Hook, Identity, Inherited, Plan, Process, Program, Ready, Restart, User
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    Wire = None | bool | int | float | str | bytes | tuple["Wire", ...] | dict[str, "Wire"]

_KINDS: dict[str, type[Record]] = {
    kind.__name__: kind for kind in (User, Identity, Program, Hook, Ready, Alive, Restart, Process, Inherited, Plan)
}


def to_wire(plan: Plan) -> bytes:
    """The plan as bytes for the same interpreter at the other end of a pipe."""
    return marshal.dumps(flatten(plan))


def from_wire(wire: bytes) -> Plan:
    """The plan that `to_wire` wrote. Raises ValueError, EOFError or TypeError for anything else."""
    plan = restored(marshal.loads(wire))  # noqa: S302  # our own child wrote it into a pipe that has no name
    if not isinstance(plan, Plan):
        raise TypeError("what the planner sent holds no plan")
    return plan


def flatten(value: object) -> "Wire":
    """Records as what marshal knows. Raises TypeError for what no record may hold."""
    match value:
        case Record():
            return {"kind": type(value).__name__, "values": tuple(map(flatten, value.values()))}
        case tuple():
            return tuple(map(flatten, value))
        case None | bool() | int() | float() | str() | bytes():
            return value
        case _:
            raise TypeError(f"a plan cannot hold {value!r}")


def restored(value: object) -> object:
    """What `flatten` was given."""
    match value:
        case {"kind": str(kind), "values": tuple(values)}:
            return _KINDS[kind].restored(map(restored, values))
        case tuple():
            return tuple(map(restored, value))
        case _:
            return value
