"""What is published: a source archive and a wheel, the same bytes whoever builds them and whenever."""

import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import lifeinit

ROOT = Path(__file__).parents[2]
NAME = f"lifeinit-{lifeinit.__version__}"
EPOCH = "1700000000"  # 2023-11-14
# Everything but packages: what somebody gets who unpacks the archive.
FILES = (
    "CHANGELOG.md CONTRIBUTING.md LICENSE PKG-INFO README.md SECURITY.md Dockerfile.example hooks.example.toml"
    " mkdocs.yml pyproject.toml .dockerignore .gitignore .pre-commit-hooks.yaml"
)
DIRECTORIES = "benchmarks docs examples man src tests tools"


def build(kind: str, source: Path, into: Path, env: dict[str, str] | None = None) -> Path:
    """The archive that the build backend makes: PEP 517, without an environment of its own."""
    into.mkdir(exist_ok=True)
    program = f"import sys, hatchling.build; hatchling.build.build_{kind}(sys.argv[1])"
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run(
        [sys.executable, "-c", program, into], check=True, cwd=source, env=clean | (env or {}), capture_output=True
    )
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def unpacked(sdist: Path, into: Path) -> Path:
    """The source as somebody else has it: other times, and modes of a narrow umask."""
    into.mkdir()
    subprocess.run(["tar", "-xzf", sdist, "-C", into], check=True)  # tarfile's `filter` is unknown to Python 3.11.2
    for path in into.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1, 1_600_000_000))
    return into / NAME


def test_the_source_archive_holds_what_the_tests_need_and_nothing_else(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    assert {name.split("/")[1] for name in names} == {*FILES.split(), *DIRECTORIES.split()}
    assert [name for name in names if "cache" in name or name.endswith((".pyc", ".toml~"))] == []


def test_the_wheel_holds_the_package_the_command_and_the_manual(wheel: Path) -> None:
    """It is pure. Whatever lies about in src, as compiled files do, is left out; nobody else may write to what is
    installed; and it tells nothing of the machine that it was made on.
    """
    assert wheel.name == f"{NAME}-py3-none-any.whl"
    source = ROOT / "src"
    files = {str(path.relative_to(source)) for path in (source / "lifeinit").rglob("*") if path.is_file()}
    package = {file for file in files if file.endswith((".py", ".json", ".toml", "py.typed"))}
    assert {file for file in files - package if "__pycache__" not in file} == set()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            assert stat.S_IFMT(mode) in {0, stat.S_IFREG}
            assert not mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID)
        told = archive.read(f"{NAME}.dist-info/METADATA").decode()
    assert {name for name in names if name.startswith("lifeinit/")} == package
    assert {name.partition("/")[2] for name in names if not name.startswith("lifeinit/")} == {
        *("data/share/man/man1/lifeinit.1", "data/share/man/man5/lifeinit-hooks.5", "scripts/lifeinit"),
        *("METADATA", "RECORD", "WHEEL", "licenses/LICENSE"),
    }
    assert str(ROOT) not in told
    requirements = [line for line in told.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert requirements == ["Requires-Dist: click>=8.1.0", "Requires-Dist: psutil>=5.9.6"]


def test_nobody_else_may_write_to_what_the_wheel_installs(wheel: Path) -> None:
    """Nor does a mode give anybody rights. Some entries have no type, which means a regular file."""
    modes = [entry.external_attr >> 16 for entry in zipfile.ZipFile(wheel).infolist()]
    assert {stat.S_IFMT(mode) for mode in modes} <= {0, stat.S_IFREG}
    assert not any(mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID) for mode in modes)
    assert str(ROOT) not in zipfile.ZipFile(wheel).read(f"{NAME}.dist-info/METADATA").decode()


def test_another_source_makes_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """From the source archive, at another time and with other modes: byte for byte."""
    again = build("wheel", unpacked(sdist, tmp_path / "source"), tmp_path / "out")
    assert again.read_bytes() == wheel.read_bytes()


def test_another_source_makes_the_same_source_archive(sdist: Path, tmp_path: Path) -> None:
    again = build("sdist", unpacked(sdist, tmp_path / "source"), tmp_path / "out")
    assert again.read_bytes() == sdist.read_bytes()


def test_the_time_of_the_release_is_the_time_of_the_files(wheel: Path, tmp_path: Path) -> None:
    dated = build("wheel", ROOT, tmp_path / "out", {"SOURCE_DATE_EPOCH": EPOCH})
    assert {entry.date_time[:3] for entry in zipfile.ZipFile(dated).infolist()} == {(2023, 11, 14)}
    assert dated.read_bytes() != wheel.read_bytes(), "the comparison of bytes sees nothing"


@pytest.mark.parametrize("arguments", [("--version",), ("--", "echo", "never"), ("status",)], ids=" ".join)
def test_an_archive_that_does_not_unpack_is_refused(wheel: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The engine is started by the path of a file, of which a zipapp has none: it was Python's own message before."""
    archive = tmp_path / "lifeinit.pyz"
    with zipfile.ZipFile(wheel) as package, zipfile.ZipFile(archive, "w") as made:
        for name in package.namelist():
            made.writestr(name, package.read(name))
        made.writestr("__main__.py", "from lifeinit.__main__ import main\nmain()\n")
    done = subprocess.run([sys.executable, archive, *arguments], check=False, capture_output=True, text=True)
    way_out = "install it, or make the archive with shiv, which unpacks itself"
    sentence = f'lifeinit: cannot run from the archive "{archive}": {way_out}; nothing was started\n'
    assert (done.returncode, done.stdout, done.stderr) == (70, "", sentence)
