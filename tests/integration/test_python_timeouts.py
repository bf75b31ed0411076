"""A callback whose time is over: SIGTERM is an exception in it, a traceback says where it hung, then comes SIGKILL."""

import pytest

from tests.integration.conftest import Program

HEAD = """
c = Container(kill_after="%s")
late = dict(timeout=0.5, on_failure="warn")
"""


def place(program: str, words: str) -> str:
    """The line of a traceback that names the line with these words. The fixture puts two lines before the program."""
    number = next(number for number, line in enumerate(program.splitlines(), 3) if words in line)
    return f'app.py", line {number}, in hangs'


@pytest.mark.parametrize(
    ("definition", "hangs"),
    [
        ("def hangs():", "time.sleep(60)  # here"),
        ("async def hangs():", "await asyncio.sleep(60)  # here"),
        ("async def hangs():", "await asyncio.sleep(0); time.sleep(60)  # here"),
    ],
    ids=["plain", "async", "plain in async"],
)
def test_sigterm_is_an_exception(program: Program, definition: str, hangs: str) -> None:
    """An async callback is cancelled. What it does at its end it does; other tasks of it do not keep it."""
    text = f"""{HEAD % "60s"}
import asyncio
@c.pre_start(**late)
{definition}
    try:
        {hangs}
    finally:
        print("finally")
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == ["finally", "app"]
    errors = running.stderr()
    assert errors[0] == "Traceback (most recent call last):"
    assert errors[1].endswith(place(text, "# here"))
    assert any(line.startswith("lifeinit.Terminated: SIGTERM: the callback was ") for line in errors)
    assert "lifeinit: pre_start hangs: timed out after 0.5 s; continuing" in errors


CAUGHT = """while True:
            try:
                {} # here
            except BaseException: pass"""


@pytest.mark.parametrize(
    ("definition", "hangs"),
    [
        ("def", "all(itertools.repeat(True))  # here"),
        ("def", CAUGHT.format("time.sleep(60)")),
        ("async def", CAUGHT.format("time.sleep(60)")),
        ("async def", CAUGHT.format("await asyncio.sleep(60)")),
        ("async def", "await asyncio.to_thread(time.sleep, 60)  # here"),
    ],
    ids=["in C", "caught", "caught in async", "caught when cancelled", "a thread"],
)
def test_what_sigterm_does_not_end_is_named_and_killed(program: Program, definition: str, hangs: str) -> None:
    """Code in C does not see the exception, and a callback may catch it. Either way the place is known."""
    text = f"""{HEAD % "100ms"}
import asyncio, itertools
@c.pre_start(**late)
{definition} hangs():
        {hangs}
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == ["app"]
    errors = running.stderr()
    line = "lifeinit: pre_start hangs did not end after SIGTERM, which it received here (most recent call first):"
    end = errors.index("lifeinit: pre_start hangs: timed out after 0.5 s; continuing")
    trace = errors[errors.index(line) + 1 : end]
    assert trace[-1].endswith(place(text, "# here").replace(", in", " in"))
    assert all("asyncio" in above for above in trace[:-1])


def test_sigterm_to_a_function_that_is_the_app(program: Program) -> None:
    """It dies of it as any program does, unless it handles it."""
    running = program("Container().start(lambda: os.kill(os.getpid(), signal.SIGTERM))")
    assert running.status() == 143
    assert running.stderr()[0] == "lifeinit: app exited 143 (SIGTERM)"


def test_sigterm_to_a_process_that_a_callback_has_forked(program: Program) -> None:
    """The exception is the callback's own: multiprocessing's terminate() ended with 1 and a sentence."""
    text = """
import multiprocessing
c = Container()
@c.pre_start
def first():
    process = multiprocessing.get_context("fork").Process(target=signal.pause)
    process.start()
    process.terminate()
    process.join()
    print(process.exitcode)
c.start(["true"])
"""
    assert program(text).rest() == ["-15"]
