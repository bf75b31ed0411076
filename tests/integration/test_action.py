"""The action of action.yml: its script, with this lifeinit in the place of the one that pip would install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import needs

ROOT = Path(__file__).parents[2]
(STEP,) = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
INSTALLED = f"""
python3() {{
    mkdir "$3/bin"
    ln -s /bin/true "$3/bin/pip"
    ln -s {Path(sys.executable).parent / "lifeinit"} "$3/bin/lifeinit"
}}
"""


def act(repository: Path, files: str = "", strict: str = "false") -> "subprocess.CompletedProcess[str]":
    """Run the action in this directory, whose files are those of a repository."""
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    variables = os.environ | {"FILES": files, "STRICT": strict, "ACTION": str(ROOT), "TMPDIR": str(repository)}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", INSTALLED + STEP["run"]],
        cwd=repository,
        env=variables,
        check=False,
        capture_output=True,
        text=True,
    )


@needs.program("git")
@pytest.mark.parametrize(
    ("files", "strict", "status", "said"),
    [
        ("", "false", 1, "::error file=sub/hooks.toml,line=1,"),
        ("lifeinit.toml", "false", 0, "::warning file=lifeinit.toml,line=3,"),
        ("\n  lifeinit.toml\n", "true", 1, "::warning file=lifeinit.toml,line=3,"),
        ("none.toml", "false", 2, ""),
        ("-odd.toml", "false", 1, "::error file=./-odd.toml,line=1,"),
    ],
)
def test_the_action(tmp_path: Path, files: str, strict: str, status: int, said: str) -> None:
    """Each hook file of the repository, or those that are named; where something is wrong there is an annotation."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/hooks.toml").write_text("pre_start = 5\n")
    (tmp_path / "-odd.toml").write_text("pre_start = 5\n")
    (tmp_path / "lifeinit.toml").write_text('post_stop = "true"\n[app]\nrestart_window = "5s"\n')
    done = act(tmp_path, files, strict)
    assert done.returncode == status, done.stdout + done.stderr
    assert said in done.stdout


@needs.program("git")
def test_each_file_is_reported_once(tmp_path: Path) -> None:
    """A drop-in is read with its hook file, not by itself."""
    (tmp_path / "base" / "hooks.d").mkdir(parents=True)
    for name in ("hooks.toml", "base/hooks.toml", "base/hooks.d/10.toml", "xhooks.toml"):
        (tmp_path / name).write_text("zz = 1\n")
    done = act(tmp_path)
    files = [line.partition("file=")[2].partition(",")[0] for line in done.stdout.splitlines()]
    assert (done.returncode, sorted(files)) == (1, ["base/hooks.d/10.toml", "base/hooks.toml", "hooks.toml"]), done
