"""The wall of the unit tests: none of them starts a process."""

import sys
from collections.abc import Iterator

import pytest

_STARTS = frozenset({"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"})
# What the test that runs has started; None while none runs. An audit hook cannot be removed, so it is installed once.
_started: list[str] | None = None


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _STARTS and _started is not None:
        _started.append(f"{event}{arguments[:2]}")
        raise AssertionError("a unit test starts a process: it belongs in tests/integration")


sys.addaudithook(_refuse)


@pytest.fixture(autouse=True)
def _starts_no_process() -> Iterator[None]:
    """Also where the code under test catches what the audit hook raises."""
    global _started  # noqa: PLW0603  # the hook is one for the whole interpreter
    _started = []
    try:
        yield
        assert _started == [], "a unit test starts a process: it belongs in tests/integration"
    finally:
        _started = None
