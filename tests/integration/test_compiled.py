"""`lifeinit check --compile`, and starts with what it has written."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from lifeinit.config import compiled, drafting, parser
from lifeinit.config.contents import Sources
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment

HOOKS = """\
pre_start = "echo $LIFEINIT_HOOK"
[[post_stop]]
name = "bye"
command = ["echo", "bye"]
[app.environment]
SECRET = "$HOST/key"
"""
USING = 'lifeinit: using the compiled hook file "hooks.toml.compiled"'
IGNORING = 'lifeinit: ignoring the compiled hook file "hooks.toml.compiled": '


def check(cwd: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [LIFEINIT, "check", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=base_environment() | {"HOST": "db"},
        timeout=30,
    )
    return done.returncode, done.stdout, done.stderr


def compile_here(here: Path, text: str) -> None:
    """In this process, which takes no time; the first test does it by the command."""
    path = here / "hooks.toml"
    path.write_text(text)
    compiled.store(Sources(str(path), text.encode()), drafting.draft_to_keep(parser.parse(text.encode())))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    compile_here(tmp_path, HOOKS)
    return tmp_path


def life(running: Running) -> tuple[int, list[str], list[str]]:
    out = running.rest()
    return running.status(), out, [line for line in running.stderr() if "compiled hook file" in line]


def test_a_start_uses_it_and_does_the_same(init: Start, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "hooks.toml").write_text(HOOKS)
    status, _, err = check(tmp_path, "--compile")
    assert (status, err) == (0, 'lifeinit: compiled "hooks.toml" to "hooks.toml.compiled"\n')
    app = ("sh", "-c", "echo $SECRET; exit 3")
    with_it = init(*app, options=["-v"], env={"HOST": "db"})
    assert life(with_it) == (3, ["pre_start[0]", "db/key", "bye"], [USING])
    (tmp_path / "hooks.toml.compiled").unlink()
    without = init(*app, options=["-v"], env={"HOST": "db"})
    assert life(without) == (3, ["pre_start[0]", "db/key", "bye"], [])


def test_it_is_ignored_once_the_hook_file_has_changed(init: Start, here: Path) -> None:
    """One line with -v, and none without; a new compilation counts again."""
    changed = HOOKS.replace("bye", "ciao")
    running = init("true", hooks=changed, options=["-v"], env={"HOST": "db"})
    assert life(running) == (0, ["pre_start[0]", "ciao"], [f"{IGNORING}the hook file or a drop-in has changed since"])
    assert life(init("true", env={"HOST": "db"})) == (0, ["pre_start[0]", "ciao"], [])
    compile_here(here, changed)
    assert life(init("true", options=["-v"], env={"HOST": "db"})) == (0, ["pre_start[0]", "ciao"], [USING])


def test_what_only_a_start_can_know_fails_as_before(init: Start, here: Path) -> None:
    """A variable that is not set, with its place in the hook file."""
    compile_here(here, HOOKS.replace('pre_start = "echo $LIFEINIT_HOOK"\n', ""))
    wrong = 'hooks.toml:5:10: error: SECRET contains "$HOST", which is not set: set it, or write "$$" for a dollar sign'
    nothing = 'lifeinit: the hook file "hooks.toml" is invalid; nothing was started'
    with_it = init("true", options=["-v"])
    assert (with_it.rest(), with_it.status(), with_it.stderr()) == ([], 78, [USING, wrong, nothing])
    (here / "hooks.toml.compiled").unlink()
    without = init("true", options=["-v"])
    assert (without.rest(), without.status(), without.stderr()) == ([], 78, [wrong, nothing])


@needs.ROOT
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("chown 4711 hooks.toml.compiled", "it is not trusted: it belongs to uid 4711"),
        ("chmod 666 hooks.toml.compiled", "it is not trusted: it can be written by others"),
        ("chmod 777 .", "it is not trusted: its directory can be written by others"),
        ("rm hooks.toml.compiled; mkfifo hooks.toml.compiled", "it is not a compiled hook file"),
        ("truncate -s 300 hooks.toml.compiled", "it is damaged"),
    ],
)
def test_one_that_cannot_be_trusted_is_ignored(init: Start, here: Path, change: str, why: str) -> None:
    """The hook file is named, which is to trust it; what lies beside it was named by nobody."""
    subprocess.run(["sh", "-c", change], check=True, cwd=here)
    running = init("true", options=["-v", "--config", "hooks.toml"], env={"HOST": "db"})
    assert life(running) == (0, ["pre_start[0]", "bye"], [IGNORING + why])


def test_a_file_with_errors_is_not_compiled_and_the_old_one_goes(here: Path) -> None:
    (here / "hooks.toml").write_text("no = 1\n")
    status, out, err = check(here, "--compile")
    assert (status, err) == (1, "")
    assert 'unknown key "no"' in out
    assert os.listdir(here) == ["hooks.toml"]


def test_it_is_not_written_where_it_would_not_count(here: Path) -> None:
    (here / "hooks.toml.compiled").unlink()
    here.chmod(0o777)
    assert check(here, "--compile", "-q", "hooks.toml") == (
        2,
        "",
        'lifeinit: cannot compile the hook file "hooks.toml": its directory can be written by others\n',
    )
    assert os.listdir(here) == ["hooks.toml"]


def test_what_is_not_there_to_be_read_twice_is_not_compiled(here: Path) -> None:
    assert check(here, "--compile", "-q", "/dev/null") == (
        2,
        "",
        'lifeinit: cannot compile the hook file "/dev/null": it is not a regular file\n',
    )


def test_it_can_be_read_by_people(here: Path) -> None:
    """Without what may be a secret; and it says why a start would ignore it."""
    status, out, err = check(here, "--show-compiled")
    assert (status, err) == (0, "")
    shown = json.loads(out)
    assert shown["app"]["program"]["environment"] == [["SECRET", "..."]]
    assert [hook["hook"]["name"] for hook in shown["hooks"]["post_stop"]] == ["bye"]
    (here / "hooks.toml").write_text(HOOKS + "#\n")
    assert check(here, "--show-compiled") == (
        1,
        "",
        'lifeinit: "hooks.toml.compiled" is ignored: the hook file or a drop-in has changed since\n',
    )
