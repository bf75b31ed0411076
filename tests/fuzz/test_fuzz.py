"""The fuzzers' rules, held for a few seconds in each run of the tests; `python -m tests.fuzz` goes on for long."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.fuzz import answers, environment, exports, hook_file, manifest, notify, shell, state
from tests.fuzz.mutation import nearly_right

A_FEW = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(A_FEW)
@given(nearly_right(hook_file.SEEDS, hook_file.PIECES))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfea\x00")
@example(b"\xfe\xff\x00a\x00")
def test_hook_files(data: bytes) -> None:
    hook_file.look(data)


@settings(A_FEW)
@given(nearly_right(shell.SEEDS, shell.PIECES))
@example(b"")
@example(b"\xe2\x80\xa8")
def test_lines_for_the_shell(data: bytes) -> None:
    shell.look(data)


@pytest.mark.parametrize("line", [quote + line for line in shell.LONG for quote in (b"", b'"')])
def test_long_lines_for_the_shell(line: bytes) -> None:
    shell.look(line)


@settings(A_FEW)
@given(nearly_right(manifest.SEEDS, manifest.PIECES))
@example(b"")
@example(b"services: {a: }")
def test_manifests(data: bytes) -> None:
    manifest.look(data)


@settings(A_FEW)
@given(nearly_right(exports.SEEDS, exports.PIECES))
@example(b"")
@example(b"A<<\n\n")
def test_what_hooks_export(data: bytes) -> None:
    exports.look(data)


@settings(A_FEW)
@given(nearly_right(answers.SEEDS, answers.PIECES))
@example(b"")
@example(b"HTTP/1.1 100 \r\n" + b"x" * 70_000)
def test_answers(data: bytes) -> None:
    answers.look(data)


@settings(A_FEW)
@given(nearly_right(state.SEEDS, state.PIECES))
@example(b"")
@example(b'{"version": ' + b"9" * 4300 + b"}")
def test_state_files(data: bytes) -> None:
    state.look(data)


@pytest.fixture(scope="module")
def listener() -> Iterator[notify.Listener]:
    listener = notify.Listener()
    yield listener
    listener.close()


@settings(A_FEW)
@given(data=nearly_right(notify.SEEDS, notify.PIECES))
@example(data=b"")
@example(data=b"READY=1\n" + b"x" * notify.LONGEST)
def test_datagrams(listener: notify.Listener, data: bytes) -> None:
    listener.hear(data)


@pytest.fixture(scope="module")
def door() -> Iterator[environment.FrontDoor]:
    door = environment.FrontDoor()
    yield door
    door.close()


@pytest.mark.parametrize("name", environment.EVERY)
def test_each_variable_with_hostile_values(door: environment.FrontDoor, name: str) -> None:
    """Bytes that are no UTF-8, a number without an end, a drive for the terminal, and the longest that there are."""
    for value in (b"\xff\xfe", b"9" * 5000, b"\x1b]0;x\x07\n\xe2\x80\xae", b"x" * 131_000):
        environment.hold(door, name, value[: environment.LONGEST_VALUE - len(name)])


@settings(A_FEW, max_examples=60)
@given(data=nearly_right(environment.SEEDS, environment.PIECES))
def test_variables(door: environment.FrontDoor, data: bytes) -> None:
    environment.hold(door, *environment.case(data))


def test_the_control_of_the_front_door(door: environment.FrontDoor) -> None:
    """What is right makes a plan; a sentence about another variable would not pass."""
    assert door.ask({b"LIFEINIT_VERBOSE": b"1"}, ["--", "true"]) == (0, "")
    answer = door.ask({b"LIFEINIT_VERBOSE": b"x"}, ["--", "true"])
    assert answer.status == 2
    environment.judge("LIFEINIT_VERBOSE", b"x", answer)
    with pytest.raises(AssertionError, match="LIFEINIT_GROUP"):
        environment.judge("LIFEINIT_GROUP", b"x", answer)
