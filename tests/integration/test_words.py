"""What lifeinit says, how, and to whom."""

import json
import os
from pathlib import Path
from signal import SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import listener

KEYS = ["ts", "level", "event", "message", "phase", "hook", "process", "pid", "code", "signal", "seconds"]
HOOKS = """
    stop_timeout = "9s"
    [[pre_start]]
    name = "a"
    command = "true"
    [[post_start]]
    command = "exit 3"
    on_failure = "warn"
    [[post_stop]]
    name = "z"
    command = "exit 4"
    on_failure = "abort"
"""


def test_json_has_the_same_keys_in_every_line(init: Start) -> None:
    running = init(*listener("TERM=0"), hooks=HOOKS, options=["--log-format", "json", "-v"])
    running.expect("ready")
    while not any("post_start" in line for line in running.stderr()):
        assert running.process.poll() is None
    running.send(SIGTERM)
    assert running.status() == 4
    lines = [json.loads(line) for line in running.stderr()]
    assert all(list(line) == KEYS for line in lines)
    told = {line["event"]: line for line in lines}
    assert list(told) == [
        *("begin", "hook_ok", "hook_failed", "stop_requested", "signal", "app_exited", "exit"),
    ]
    hook = told["hook_ok"]
    assert (hook["level"], hook["phase"], hook["hook"], hook["code"]) == ("info", "pre_start", "a", 0)
    assert hook["pid"] > 1
    assert 0 <= hook["seconds"] < 30
    assert hook["message"].startswith("pre_start a: ok in ")
    failed = [line for line in lines if line["event"] == "hook_failed"]
    assert [(line["level"], line["hook"], line["code"]) for line in failed] == [
        ("warning", "post_start[0]", 3),
        ("warning", "z", 4),
    ]
    assert (told["stop_requested"]["signal"], told["app_exited"]["code"], told["exit"]["code"]) == ("TERM", 0, 4)
    assert told["app_exited"]["process"] == "app"


def test_json_of_a_wrong_hook_file(init: Start) -> None:
    running = init("true", hooks="x = 1\n", env={"LIFEINIT_LOG_FORMAT": "json"})
    assert running.status() == 78
    lines = [json.loads(line) for line in running.stderr()]
    assert [line["event"] for line in lines] == ["problem", "wrong_hook_file"]


def test_quiet_leaves_the_errors(init: Start) -> None:
    hooks = '[[pre_start]]\ncommand = "exit 3"\non_failure = "warn"\n[[pre_start]]\ncommand = "exit 4"\n'
    running = init("echo", "app", hooks=hooks, options=["-q"])
    assert running.status() == 4
    assert len(running.stderr()) == 1
    assert running.stderr()[0].startswith("lifeinit: pre_start[1]: exited 4 after")


def test_quiet_and_verbose_contradict_each_other(init: Start) -> None:
    running = init("true", options=["-q", "-v"])
    assert running.status() == 2
    assert running.stderr()[-1] == "Error: --quiet and --verbose contradict each other: remove one"


WORD = [
    "unshare",
    "--mount",
    "sh",
    "-c",
    'touch word; touch /dev/termination-log; mount --bind word /dev/termination-log; exec "$@"',
    "-",
]


@pytest.fixture
def termination_log() -> None:
    """Where it is missing its name is made, below which each test mounts a file of its own."""
    Path("/dev/termination-log").touch()


@needs.ROOT
@pytest.mark.usefixtures("termination_log")
@pytest.mark.parametrize(
    ("command", "hooks", "word"),
    [
        ("exit 3", None, "lifeinit: exit status 3: app exited 3\n"),
        ("exit 3", 'post_stop = "true"\n', "lifeinit: exit status 3: app exited 3\n"),
        ("kill -KILL $$", None, "lifeinit: exit status 137: app exited 137 (SIGKILL)\n"),
        ("true", 'pre_start = "exit 4"\n', "lifeinit: exit status 4: pre_start[0] (hooks.toml:1) exited 4\n"),
        ("exit 0", None, ""),
        ("echo mine > /dev/termination-log; exit 3", None, "mine\n"),
    ],
)
def test_the_last_word(init: Start, tmp_path: Path, command: str, hooks: str | None, word: str) -> None:
    """On a status that is not 0, for `kubectl describe pod`; what the app has left there itself stays."""
    running = init("sh", "-c", command, hooks=hooks, through=WORD)
    running.status()
    assert (tmp_path / "word").read_text() == word


def test_the_cgroups_counter_tells_an_oom_kill(init: Start) -> None:
    """An app that takes more than its cgroup has: 137, and the reason, in the line and for post_stop."""
    group = _memory_cgroup()
    if group is None:
        pytest.skip("no cgroup with a memory limit can be made here")
    try:
        enter = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "-"]
        eat = "import os; x = [bytearray(1 << 20) for _ in range(400)]"
        hooks = 'post_stop = "echo ${LIFEINIT_OOM_KILLED-unset} $LIFEINIT_CHILD_EXIT_SIGNAL"\n'
        running = init("sh", "-c", f"exec /usr/bin/python3 -c '{eat}'", hooks=hooks, through=enter)
        assert running.rest() == ["1 KILL"]
        assert running.status() == 137
        assert "lifeinit: app exited 137 (SIGKILL; out of memory)" in running.stderr()
        calm = init("sh", "-c", "kill -KILL $$", hooks=hooks, through=enter)
        assert calm.rest() == ["unset KILL"]
    finally:
        group.rmdir()


def test_a_hook_that_the_kernel_kills_for_want_of_memory(init: Start) -> None:
    """It was said to be killed by SIGKILL, as if somebody had done that. The control is a hook that kills itself."""
    group = _memory_cgroup()
    if group is None:
        pytest.skip("no cgroup with a memory limit can be made here")
    try:
        enter = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "-"]
        eat = "/usr/bin/python3 -c 'import os; x = [bytearray(1 << 20) for _ in range(400)]'"
        hooks = f'pre_start = "exec {eat}"\npost_stop = "echo ${{LIFEINIT_OOM_KILLED-unset}}"\n'
        running = init("true", hooks=hooks, through=enter)
        assert running.rest() == ["1"]
        assert running.status() == 137
        assert any("pre_start[0]: killed by SIGKILL (out of memory) after" in line for line in running.stderr())
        calm = init("true", hooks=hooks.replace(f"exec {eat}", "kill -KILL $$"), through=enter)
        assert calm.rest() == ["unset"]
        assert not any("out of memory" in line for line in calm.stderr())
    finally:
        group.rmdir()


@needs.ROOT
@pytest.mark.parametrize("group", [1, 0])
def test_that_an_oom_kill_ends_everything_is_told_where_asked(init: Start, group: int) -> None:
    """memory.oom.group of a cgroup file system made for this: one line with -v."""
    place = "mount -t tmpfs none /sys/fs/cgroup; mount -t tmpfs none /mnt; echo 0::/ > /mnt/own"
    own = f"mount --bind /mnt/own /proc/self/cgroup; echo {group} > /sys/fs/cgroup/memory.oom.group"
    through = ["unshare", "--mount", "sh", "-c", f'{place}; {own}; exec "$@"', "-"]
    running = init("true", hooks='post_stop = "true"\n', options=["-v"], through=through)
    assert running.status() == 0
    assert any("memory.oom.group is 1" in line for line in running.stderr()) == bool(group)


def _memory_cgroup() -> Path | None:
    """A cgroup of 64 MB, of version 1 or 2."""
    for root, limit in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        group = root / f"lifeinit-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(64 << 20))
        except OSError:
            group.rmdir()
            continue
        return group
    return None


@pytest.mark.parametrize("way", [["--log-format", "json"], ["-q"]])
def test_what_waits_beside_the_engine_speaks_as_it_does(init: Start, way: list[str]) -> None:
    """wait_for wrote plain lines between the objects, and under -q too."""
    hooks = '[[pre_start]]\nwait_for = "tcp://127.0.0.1:1"\ntimeout = "300ms"\n'
    running = init("true", hooks=hooks, options=way)
    assert running.status() == 124
    if way == ["-q"]:
        assert [line.partition(":")[0] for line in running.stderr()] == ["lifeinit"]
    else:
        assert all(line.startswith("{") for line in running.stderr()), running.stderr()


@needs.ROOT
def test_no_room_for_the_last_word(init: Start, tmp_path: Path) -> None:
    """The status is what counts."""
    Path("/dev/termination-log").touch()
    mount = 'touch word; mount --bind word /dev/termination-log; ulimit -f 0; exec "$@"'
    running = init("sh", "-c", "exit 3", through=["unshare", "--mount", "sh", "-c", mount, "-"])
    assert running.status() == 3
    assert (tmp_path / "word").read_text() == ""
