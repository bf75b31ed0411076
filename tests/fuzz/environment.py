"""lifeinit's environment variables: a plan, or status 2 or 78 with a sentence that names the variable.

The launcher is forked anew for each case, from a process that has imported it all; where a plan is made it is taken
over the wire and no init begins, so that nothing which the fuzzer writes is ever run.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

VARIABLES = [
    *("LIFEINIT_CONFIG", "LIFEINIT_STOP_TIMEOUT", "LIFEINIT_GROUP", "LIFEINIT_SINGLE_CHILD"),
    *("LIFEINIT_REWRITE", "LIFEINIT_SUCCESS_EXIT_CODE", "LIFEINIT_PARENT_DEATH_SIGNAL", "LIFEINIT_USER"),
    *("LIFEINIT_PRE_START", "LIFEINIT_POST_START", "LIFEINIT_PRE_STOP", "LIFEINIT_POST_STOP", "LIFEINIT_WARN_ON_REAP"),
    *("LIFEINIT_VERBOSE", "LIFEINIT_QUIET", "LIFEINIT_LOG_FORMAT", "LIFEINIT_SUBREAPER", "TINI_SUBREAPER"),
    *("TINI_KILL_PROCESS_GROUP", "TINI_VERBOSITY", "LIFEINIT_", "LIFEINIT_NO_SUCH_THING"),
]
# The variables of other commands, with the arguments under which they count.
OTHERS = {
    "LIFEINIT_PID": ["health"],
    "LIFEINIT_STATUS_PID": ["status"],
    "LIFEINIT_WAIT_TIMEOUT": ["wait", "file:///"],  # which is there
    "LIFEINIT_WAIT_INTERVAL": ["wait", "file:///"],  # which is there
    "LIFEINIT_CHECK_GRACE": ["check", "good.toml"],
    "LIFEINIT_CHECK_FOR": ["check", "good.toml"],
    "LIFEINIT_CHECK_FORMAT": ["check", "good.toml"],
}
EVERY = [*VARIABLES, *OTHERS]

_VALUES = [
    *(b"", b"1", b"yes", b"TERM:QUIT HUP:", b"3-9 SIGTERM 255", b"RTMIN+1", b"nobody:daemon", b"4294967295:0", b"json"),
    *(
        b"1m30s",
        b"25",
        b"echo one\necho two",
        b"/run/lifeinit",
        b"hooks.toml",
        b"/dev/null",
        b"/",
        b"/etc/passwd",
        b"0:0",
    ),
]
SEEDS = [bytes([number]) + value for number in range(len(EVERY)) for value in _VALUES]
PIECES = [
    *(
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\n",
        b"\r",
        b"\t",
        b" ",
        b"\x1b[31m",
        "²１\u202e値".encode(),
        b":",
        b"-",
        b"+",
    ),
    *(
        b"9",
        b"9" * 400,
        b"9" * 5000,
        b"x",
        b"SIG",
        b"RTMIN",
        b"RTMAX-",
        b"TERM",
        b"e9",
        b"nan",
        b"inf",
        b".",
        b"/",
        b",",
    ),
    *(b"0x", b"%s", b"$HOME", b"${", b"~", b"'", b'"', b"\\", b"s", b"ms", b"h", b"\x7f", b"\x85", b"\xe2\x80\xa8"),
]
STATUSES = {0, 1, 2, 78}
LONGEST = 1000  # characters in a line
LONGEST_VALUE = 131_000  # execve(2) takes no longer one


class Answer(NamedTuple):
    status: int
    told: str


class FrontDoor:
    """A process that serves one command line after the other, each in a fork of its own."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="lifeinit-fuzz-")
        Path(self._directory.name, "good.toml").write_text('post_stop = "true"\n')
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.environment", self._directory.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def ask(self, environment: dict[bytes, bytes], arguments: Sequence[str]) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        named = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
        self._process.stdin.write(json.dumps([named, list(arguments)]).encode() + b"\n")
        self._process.stdin.flush()
        status, told = json.loads(self._process.stdout.readline())
        return Answer(status, told)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._directory.cleanup()


_door: list[FrontDoor] = []


def look(data: bytes) -> None:
    """The first byte chooses the variable, the others are its value."""
    if not _door:
        _door.append(FrontDoor())
    hold(_door[0], *case(data))


def case(data: bytes) -> tuple[str, bytes]:
    """A variable and its value."""
    name = EVERY[(data[0] if data else 0) % len(EVERY)]
    return name, data[1 : LONGEST_VALUE - len(name)].replace(b"\0", b"")


def hold(door: FrontDoor, name: str, value: bytes) -> None:
    """Ask, and judge the answer."""
    arguments = OTHERS.get(name, ["--", "true"])
    answer = door.ask({name.encode(): value, b"PATH": b"/usr/bin:/bin"}, arguments)
    judge(name, value, answer)


def judge(name: str, value: bytes, answer: Answer) -> None:
    about = f"{name}={value[:200]!r}: {answer}"
    assert answer.status in STATUSES, about
    assert "Traceback" not in answer.told, about
    assert "internal error" not in answer.told, about
    assert "set_int_max_str_digits" not in answer.told, about
    for line in answer.told.split("\n"):
        assert line.isprintable(), about
        assert len(line) < LONGEST, about
    if answer.status in {2, 78}:
        assert name in answer.told, about
        assert "nothing was started" in answer.told or "Error: " in answer.told, about


# The other side


def _run_nothing(event: str, _arguments: object) -> None:
    """Should the launcher ever change: what the fuzzer writes is still not run. sys.addaudithook"""
    if event in {"os.exec", "os.posix_spawn", "os.spawn", "os.system"}:
        os._exit(97)


def _serve(directory: str) -> None:
    os.chdir(directory)
    from lifeinit.engine.plan import Plan  # noqa: PLC0415
    from lifeinit.engine.plan_wire import from_wire, to_wire  # noqa: PLC0415
    from lifeinit.startup import clean_interpreter, launcher, planner_process  # noqa: PLC0415

    def arrive(plan: Plan) -> NoReturn:
        os._exit(0 if from_wire(to_wire(plan)) == plan else 99)

    launcher._run = arrive
    clean_interpreter.is_clean = lambda: True
    planner_process.plan_in_child = lambda plan, meanwhile: plan()  # noqa: ARG005
    from lifeinit.__main__ import main  # noqa: PLC0415

    for line in sys.stdin:
        named, arguments = json.loads(line)
        told, told_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(told_end, 1)
            os.dup2(told_end, 2)
            sys.addaudithook(_run_nothing)
            os.environ.clear()
            os.environ.update(named)
            sys.argv = ["lifeinit", *arguments]
            try:
                main()
            finally:
                os._exit(98)
        os.close(told_end)
        with open(told, "rb") as reader:
            text = reader.read().decode("utf-8", "backslashreplace")
        _, wait_status = os.waitpid(child, 0)
        print(json.dumps([os.waitstatus_to_exitcode(wait_status), text]), flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
