"""Variables whose values files hold: `environment = { NAME = { file = ... } }`."""

import re
from pathlib import Path
from signal import SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import children
from tests.integration.test_lifecycle import said

SECRET = "correct-horse-battery"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that only lifeinit's user can read."""
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o400)
    return path


def test_the_app_a_hook_and_a_probe_that_name_it_have_it(init: Start, secret: Path) -> None:
    """Without the file's last newline, and as a part of another variable. A hook that does not name it has not."""
    hooks = f"""
        [[pre_start]]
        command = 'echo "hook $A"'
        environment = {{ A = {{ file = "{secret}" }} }}
        [[pre_start]]
        command = 'echo "other ${{A-unset}}"'
        [ready]
        command = 'test "$A" = "$B"'
        [app.environment]
        A = {{ file = "{secret}" }}
        B = "$A"
        URL = "postgres://shop:$A@db/shop"
    """
    running = init("sh", "-c", 'echo "$URL"; read x < go', hooks=hooks, fifo="go")
    running.expect(f"hook {SECRET}", "other unset", f"postgres://shop:{SECRET}@db/shop")
    while "lifeinit: app is ready after 0.0 s" not in said(running):
        assert running.process.poll() is None
    running.send(SIGTERM)
    assert running.status() == 143


@needs.ROOT
def test_no_process_of_lifeinit_holds_it(init: Start, secret: Path, port: int) -> None:
    """Not PID 1 (and so no core dump of it), no prober of a URL, no line and no state. The app does: the control."""
    hooks = f"""
        alive = {{ tcp = "127.0.0.1:{port}", interval = "1h" }}
        [app]
        user = "nobody"
        environment = {{ A = {{ file = "{secret}" }} }}
    """
    app = init("sh", "-c", "echo $A; sleep 60", hooks=hooks)
    assert SECRET in app.line()
    while "lifeinit-probe" not in {name(pid) for pid in children(app.pid)}:
        assert app.process.poll() is None
    found = {name(pid): SECRET.encode() in memory(pid) for pid in (app.pid, *children(app.pid))}
    assert found == {"lifeinit": False, "lifeinit-probe": False, "sh": True}
    assert SECRET not in f"{app.stderr()} {app.published()}"


def name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def memory(pid: int) -> bytes:
    """All that a core dump would hold, and the command line and environment."""
    found = b""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            start, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()  # type: ignore[union-attr]
            if "w" in rights:
                mem.seek(int(start, 16))
                found += mem.read(int(end, 16) - int(start, 16))
    return found


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (None, "No such file or directory"),
        (lambda path: path.mkdir(), "it is not a regular file"),
        (lambda path: path.write_bytes(b"a\0b"), "it holds a NUL, which no variable can"),
        (lambda path: path.write_bytes(b"x" * (1 << 17)), "it is larger than the 128 KiB that execve(2) allows"),
    ],
)
def test_one_that_cannot_be_read_starts_nothing(init: Start, tmp_path: Path, make: object, why: str) -> None:
    path = tmp_path / "none"
    if callable(make):
        make(path)
    running = init("echo", "app", hooks=f'post_stop = "echo never"\n[app.environment]\nA = {{ file = "{path}" }}\n')
    assert running.rest() == []
    assert running.status() == 78
    fix = "correct the file or the path" if path.exists() else "mount it there, or correct the path"
    sentence = f'the secret A cannot be read from "{path}": {why}: {fix}'
    assert running.stderr()[0] == f"hooks.toml:3:5: error: {sentence}"


def test_a_pre_start_hook_may_make_it(init: Start, tmp_path: Path) -> None:
    """So it is missing only when the app is to start: 78 then too, after the stop phases."""
    path = tmp_path / "made"
    hooks = 'pre_start = "%s"\npost_stop = "echo post_stop"\n[app.environment]\nA = { file = "%s" }\n'
    running = init("sh", "-c", "echo $A", hooks=hooks % (f"echo made > {path}", path))
    assert running.rest() == ["made", "post_stop"]
    assert running.status() == 0
    path.unlink()
    running = init("echo", "app", hooks=hooks % ("true", path))
    assert running.rest() == ["post_stop"]
    assert running.status() == 78
    what = f'cannot run the app "echo": the secret A cannot be read from "{path}": No such file or directory'
    assert f"lifeinit: {what}" in running.stderr()


def test_a_larger_one_fits_exactly(init: Start, tmp_path: Path) -> None:
    """What execve(2) takes: 128 KiB with name, sign and NUL."""
    (tmp_path / "large").write_bytes(b"x" * ((1 << 17) - 3))
    hooks = f'[app.environment]\nA = {{ file = "{tmp_path / "large"}" }}\n'
    running = init("sh", "-c", "echo ${#A}", hooks=hooks)
    running.expect(str((1 << 17) - 3))
    assert running.status() == 0
