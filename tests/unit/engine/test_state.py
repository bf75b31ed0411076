"""The memory file that holds the state, of which this process is the writer and the reader."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lifeinit.engine.plan import Identity, Program, Ready
from lifeinit.engine.state import StateMemory, _probe
from lifeinit.probes.command_lines import PROBER, ready_command, ready_program
from lifeinit.status import proc, published_state

if TYPE_CHECKING:
    from lifeinit.engine.json_text import Json

FIRST: "dict[str, Json]" = {"version": 1, "phase": "pre_start"}
SECOND: "dict[str, Json]" = {"version": 1, "phase": "running"}

STATE: "dict[str, Json]" = {
    "version": 1, "phase": "running", "since": 1.0, "started": 1.0, "ready": True, "reason": "", "signal": None,
    "restarts": 0, "exit_status": None, "processes": [], "hooks": [],
}  # fmt: skip


@pytest.fixture
def memory() -> Iterator[StateMemory]:
    memory = StateMemory()
    yield memory
    memory.close()


def opened(memory: StateMemory, flags: int = os.O_RDONLY) -> int:
    (descriptor,) = memory.descriptors()
    return os.open(f"/proc/self/fd/{descriptor}", flags)


def read(memory: StateMemory) -> object:
    with open(opened(memory), "rb") as file:
        return json.load(file)


def starttime() -> int:
    me = proc.look(os.getpid())
    assert me is not None
    return me.starttime


@contextmanager
def small_files() -> Iterator[None]:
    """No file may hold more than 10 bytes: a write is cut short, and the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_state_and_what_identifies_this_process(memory: StateMemory) -> None:
    memory.write(FIRST)
    assert read(memory) == {**FIRST, "starttime": starttime()}


def test_a_reader_has_the_old_state_or_the_new_one(memory: StateMemory) -> None:
    """One that has opened the old state reads it to its end. The descriptor stays the same, the only one."""
    before = len(os.listdir("/proc/self/fd"))
    memory.write(FIRST)
    descriptors = memory.descriptors()
    with open(opened(memory), "rb") as old:
        memory.write(SECOND)
        assert json.load(old)["phase"] == "pre_start"
    assert read(memory) == {**SECOND, "starttime": starttime()}
    assert memory.descriptors() == descriptors
    assert len(os.listdir("/proc/self/fd")) == before + 1


def test_nobody_can_change_what_was_published(memory: StateMemory) -> None:
    """Sealed: not even root, by a descriptor of its own. The control is a memory file without seals."""
    control = os.memfd_create("control")
    with open(f"/proc/self/fd/{control}", "r+b", buffering=0) as file:
        assert file.write(b"x") == 1
    memory.write(FIRST)
    mine = opened(memory, os.O_RDWR)
    for change in (
        lambda: os.write(mine, b"x"),
        lambda: os.ftruncate(mine, 0),
        lambda: os.ftruncate(mine, 1 << 20),
        lambda: os.pwrite(mine, b"x", 1 << 16),
    ):
        with pytest.raises(PermissionError):
            change()
    os.close(mine)
    os.close(control)


def test_no_child_inherits_it(memory: StateMemory) -> None:
    for state in (FIRST, SECOND):
        memory.write(state)
        assert [os.get_inheritable(fd) for fd in memory.descriptors()] == [False]


def test_where_it_cannot_be_written_an_outdated_state_goes_too(memory: StateMemory) -> None:
    """It would go on to say `ready`. With room again there is a state again."""
    memory.write(FIRST)
    with small_files():
        memory.write(SECOND)
    assert memory.descriptors() == ()
    memory.write(SECOND)
    assert len(memory.descriptors()) == 1


def test_where_memory_files_are_forbidden_there_is_no_state(
    memory: StateMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create")  # as of a Python that was built for an older C library
    memory.write(FIRST)
    memory.close()
    assert memory.descriptors() == ()


def test_what_another_process_has_published_is_not_this_ones(memory: StateMemory) -> None:
    """A child that lifeinit forks holds a copy of the descriptor. The control is this process's own state."""
    me = proc.look(os.getpid())
    assert me is not None
    memory.write(STATE | {"pid": os.getpid() + 1})
    assert published_state.read(me) is None
    memory.write(STATE | {"pid": os.getpid()})
    state = published_state.read(me)
    assert state is not None
    assert state.phase == "running"


@pytest.mark.parametrize(
    ("argv", "published"),
    [
        (ready_program("http://$HOST:8000/healthz"), {"target": "http://$HOST:8000/healthz", "insecure": False}),
        (ready_program("https://localhost/", 1.0, "--insecure"), {"target": "https://localhost/", "insecure": True}),
        (ready_program("http://localhost/?full=1"), {"target": "http://localhost/?full=1", "insecure": False}),
        (ready_command(("test", "-e", "/ready")), None),
    ],
)
def test_the_target_of_ready_is_published(argv: tuple[str, ...], published: dict[str, object] | None) -> None:
    """`lifeinit health` tries it anew. With a query it was left out, and a hang went unnoticed."""
    program = Program(tuple(map(os.fsencode, argv)), Identity(session=True), module=PROBER)
    assert _probe(Ready(program)) == published
    assert _probe(Ready(program, file=(b"/ready",))) is None
    assert _probe(None) is None
