"""The Python modules that go into the bundle: lifeinit of this clone, click and psutil as `libraries.txt` pins them."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lifeinit.engine.record import Record
from tools.bundle.packages import MissingError

ROOT: Final = Path(__file__).parents[2]
_PINS: Final = Path(__file__).parent / "libraries.txt"


class Library(Record):
    """A library as pip downloads it."""

    name: str
    version: str
    checksum: str  # SHA-256


def libraries() -> Iterator[Library]:
    """What is pinned."""
    for line in _PINS.read_text().splitlines():
        if not line.startswith("#"):
            requirement, checksum = line.split(" --hash=sha256:")
            name, version = requirement.split("==")
            yield Library(name, version, checksum)


def fill(site: Path, cache: Path) -> None:
    """Put the modules of all three into this directory."""
    archives = _download(cache)
    for archive in sorted(archives.iterdir()):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(site)
        else:
            with tarfile.open(archive) as source, tempfile.TemporaryDirectory(dir=site.parent) as place:
                source.extractall(place, filter="data")
                (tree,) = Path(place).iterdir()
                (tree / tree.name.partition("-")[0]).rename(site / tree.name.partition("-")[0])
                shutil.copy(tree / "LICENSE", site / f"{tree.name}.LICENSE")
    shutil.copytree(ROOT / "src/lifeinit", site / "lifeinit", ignore=shutil.ignore_patterns("__pycache__"))


def _download(cache: Path) -> Path:
    """The directory of the archives, which pip fetches once for all bundles with the same pins."""
    pins = hashlib.sha256(_PINS.read_bytes()).hexdigest()[:16]
    archives = cache / f"bundle-libraries-{pins}"
    if not archives.exists():
        with tempfile.TemporaryDirectory(prefix="bundle-", dir=cache) as place:
            options = ["--require-hashes", "--no-deps", "--no-binary", "psutil", "--requirement", str(_PINS)]
            command = [sys.executable, "-m", "pip", "download", "--quiet", *options, "--dest", f"{place}/archives"]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode != 0:
                raise MissingError(f"pip cannot download click and psutil:\n{done.stderr}{done.stdout}")
            Path(place, "archives").rename(archives)
    return archives
