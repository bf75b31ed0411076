"""`lifeinit init`: a hook file for each kind of folder, that `lifeinit check` accepts; and nothing is overwritten."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.harness import LIFEINIT, base_environment
from tests.integration.test_command_line import call
from tests.unit.project.folders import FOLDERS, make

SUMMARY = """\
Wrote hooks.toml. Found Django, PostgreSQL and Redis.

Check it:

    lifeinit check hooks.toml

For the Dockerfile, after the COPY of the app and hooks.toml:

    RUN pip install lifeinit gunicorn
    ENTRYPOINT ["lifeinit", "--"]
    CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
"""


@pytest.mark.parametrize("kind", FOLDERS)
def test_what_it_writes_passes_the_check(tmp_path: Path, kind: str) -> None:
    make(tmp_path, FOLDERS[kind])
    status, out, err = call(tmp_path, "init")
    assert (status, err) == (0, "")
    assert out.startswith("Wrote hooks.toml. Found ")
    text = (tmp_path / "hooks.toml").read_text()
    assert max(map(len, [*out.splitlines(), *text.splitlines()])) <= 80
    status, out, err = call(tmp_path, "check", "--strict", "--format", "github")
    assert (status, err) == (0, ""), out


def test_the_summary(tmp_path: Path) -> None:
    make(tmp_path, FOLDERS["django"])
    assert call(tmp_path, "init") == (0, SUMMARY, "")


def test_print_writes_nothing(tmp_path: Path) -> None:
    """In an empty folder it is what `lifeinit example` prints."""
    assert call(tmp_path, "init", "--print") == call(tmp_path, "example")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["hooks.toml", "lifeinit.toml", "a link"])
def test_a_hook_file_that_exists_is_left_alone(tmp_path: Path, name: str) -> None:
    """Also a symbolic link that leads nowhere."""
    path = tmp_path / ("hooks.toml" if name == "a link" else name)
    if name == "a link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_text("# mine\n")
    sentence = (
        f'lifeinit: "{path.name}" exists; nothing was written. "lifeinit init --print" shows what it would write\n'
    )
    assert call(tmp_path, "init") == (1, "", sentence)
    assert os.listdir(tmp_path) == [path.name]
    assert name == "a link" or path.read_text() == "# mine\n"


def test_a_hook_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """It reads the folder's fifo last, before which there is no hook file yet."""
    os.mkfifo(tmp_path / "stderr")
    (tmp_path / "package.json").write_text("{")  # of which it says something before it writes
    command = f'exec "{LIFEINIT}" init 2>stderr'
    running = subprocess.Popen(["sh", "-c", command], cwd=tmp_path, env=base_environment(), stdout=subprocess.PIPE)
    (tmp_path / "hooks.toml").write_text("# mine\n")  # the shell waits for the reader
    with (tmp_path / "stderr").open() as stderr:
        said = stderr.read()
    assert running.communicate()[0] == b""
    assert running.returncode == 1
    assert '"hooks.toml" exists' in said
    assert (tmp_path / "hooks.toml").read_text() == "# mine\n"


def test_a_folder_that_cannot_be_written_to() -> None:
    assert call(Path("/proc"), "init") == (2, "", 'lifeinit: cannot write "hooks.toml": No such file or directory\n')


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{")
    status, out, err = call(tmp_path, "init")
    assert (status, err) == (0, 'lifeinit: skipping "package.json": not valid JSON\n')
    assert out.startswith("Wrote hooks.toml. Found Node.\n")


def test_a_folder_that_others_may_write_to(tmp_path: Path) -> None:
    """There lifeinit would skip the file, and it says so."""
    tmp_path.chmod(0o777)
    status, out, _ = call(tmp_path, "init")
    assert status == 0
    assert "Here lifeinit reads it only with --config hooks.toml: its directory can be written by others." in out
    assert call(tmp_path, "check", "hooks.toml")[0] == 0
