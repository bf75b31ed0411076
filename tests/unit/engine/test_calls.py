"""The request of a call, on its way from PID 1 to the zygote."""

import marshal

import pytest

from lifeinit.engine.calls import from_wire, to_wire
from lifeinit.engine.plan import Identity, Inherited, Program, User
from lifeinit.engine.spawn import Child

IDENTITY = Identity(User(1, 2, (3,)), ((b"A", (b"x", b"HOME", b"")),), session=True, umask=0, no_new_privs=True)


@pytest.mark.parametrize("mark", [None, 0, 1 << 62])
def test_a_request_survives_the_wire(mark: int | None) -> None:
    """An unset variable, an empty value and a call with the number 0 come back as themselves."""
    program = Program((b"app",), IDENTITY, b"/srv", call=0)
    variables = ((b"SET", b""), (b"UNSET", None))
    child = Child(program, Inherited((1, 2), True, False, None), {b"E": b"\xff"}, variables, True, True, (b"/run/x",))
    assert from_wire(to_wire(child, mark)) == (child, mark)


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(TypeError, match="holds no call"):
        from_wire(marshal.dumps(("a", "b")))
