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
    return marshal.dumps(_flatten(plan))


def from_wire(wire: bytes) -> Plan:
    """The plan that `to_wire` wrote. Raises ValueError, EOFError or TypeError for anything else."""
    plan = _restore(marshal.loads(wire))  # noqa: S302  # our own child wrote it into a pipe that has no name
    if not isinstance(plan, Plan):
        raise TypeError("what the planner sent holds no plan")
    return plan


def _flatten(value: object) -> "Wire":
    match value:
        case Record():
            return {"kind": type(value).__name__, "values": tuple(map(_flatten, value.values()))}
        case tuple():
            return tuple(map(_flatten, value))
        case None | bool() | int() | float() | str() | bytes():
            return value
        case _:
            raise TypeError(f"a plan cannot hold {value!r}")


def _restore(value: object) -> object:
    match value:
        case {"kind": str(kind), "values": tuple(values)}:
            return _KINDS[kind].restored(map(_restore, values))
        case tuple():
            return tuple(map(_restore, value))
        case _:
            return value
