"""What the wheel holds: the package, the command, and nothing else of the repository."""

import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import lifeinit

ROOT = Path(__file__).parents[2]
ABOUT_IT = {"METADATA", "WHEEL", "RECORD", "licenses/LICENSE"}


def test_the_wheel_holds_the_package_and_the_command(tmp_path: Path) -> None:
    """Whatever lies about in src, as compiled files do, is left out, and nobody else may write to what is installed."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    (wheel,) = tmp_path.iterdir()
    name = f"lifeinit-{lifeinit.__version__}"
    assert wheel.name == f"{name}-py3-none-any.whl"
    source = ROOT / "src" / "lifeinit"
    files = {str(file.relative_to(source.parent)) for file in source.rglob("*") if file.is_file()}
    package = {file for file in files if file.endswith((".py", ".json", ".toml", "py.typed"))}
    assert {file for file in files - package if "__pycache__" not in file} == set()
    about = {f"{name}.dist-info/{entry}" for entry in ABOUT_IT}
    with zipfile.ZipFile(wheel) as archive:
        assert set(archive.namelist()) == package | about | {f"{name}.data/scripts/lifeinit"}
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            assert stat.S_IFMT(mode) in {0, stat.S_IFREG}
            assert not mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID)
        told = archive.read(f"{name}.dist-info/METADATA").decode()
    assert str(ROOT) not in told
    requirements = [line for line in told.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert requirements == ["Requires-Dist: click>=8.1", "Requires-Dist: psutil>=5.9"]
