"""`python -m tools.bundle -o DIRECTORY`: builds the folder /opt/lifeinit, which runs in any image, and the image of it.

Into DIRECTORY go the folder `lifeinit`, the archive `lifeinit-VERSION-ARCHITECTURE.tar.gz`, the image
`lifeinit-VERSION-ARCHITECTURE.oci.tar`, the bill of materials and the checksums. The same inputs give the same bytes:
SOURCE_DATE_EPOCH, or the time of the last commit, is the time of all files.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import lifeinit
from tools.bundle.folder import make_folder
from tools.bundle.image import archive, compressed, digest_of, image
from tools.bundle.libraries import ROOT, fill
from tools.bundle.packages import PYTHON, BuildError, MissingError, Root, make_root
from tools.bundle.sbom import bill

_INTERPRETER = Path(__file__).parent / "interpreter"


def main() -> int:
    """The exit status: 1 if the build fails, 2 if it cannot begin, as this machine lacks something."""
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description="Build the bundle and its image.")
    parser.add_argument("-o", "--output", type=Path, default=Path("dist"), metavar="DIRECTORY")
    parser.add_argument(
        "--mirror",
        default=os.environ.get("DEBIAN_MIRROR"),
        metavar="URL",
        help="of Debian or a snapshot of it, above `debian`; else $DEBIAN_MIRROR, or that of apt here",
    )
    options = parser.parse_args()
    try:
        build(options.output, make_root(cache_directory(), options.mirror))
    except BuildError as error:
        print(f"tools.bundle: {error}", file=sys.stderr)
        return 2 if isinstance(error, MissingError) else 1
    return 0


def cache_directory() -> Path:
    """Where the root and the libraries are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lifeinit-ci"


def build(output: Path, root: Root) -> None:
    """Everything, into this directory."""
    epoch = _epoch()
    folder = output / "lifeinit"
    shutil.rmtree(folder, ignore_errors=True)
    sbom = bill(root, epoch)
    with tempfile.TemporaryDirectory(prefix="build-", dir=root.path / "tmp") as place:
        directory = Path(place)
        shutil.copytree(_INTERPRETER, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        (directory / "site").mkdir()
        fill(directory / "site", cache_directory())
        inside = f"/tmp/{directory.name}"
        root.run(f"python{PYTHON}", "-B", "-X", "no_debug_ranges", "build.py", f"{inside}/site", directory=inside)
        make_folder(folder, directory / "lifeinit", root, directory / "site", sbom)
    name = f"lifeinit-{lifeinit.__version__}-{root.architecture}"
    tar = archive(folder, epoch)
    layer = compressed(tar)
    _write(output, {
        f"{name}.tar.gz": layer,
        f"{name}.oci.tar": image(tar, layer, f"lifeinit:{lifeinit.__version__}", root.architecture, epoch),
        f"{name}.spdx.json": sbom.encode(),
    })  # fmt: skip
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB, {(output / f'{name}.tar.gz').stat().st_size / 1e6:.1f} MB compressed")
    print(f"{output / f'{name}.oci.tar'}: {digest_of((output / f'{name}.oci.tar').read_bytes())}")


def _epoch() -> int:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        given = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(given)


def _write(output: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (output / name).write_bytes(data)
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    (output / f"{next(iter(files)).removesuffix('.tar.gz')}.sha256").write_text("".join(sums))


if __name__ == "__main__":
    sys.exit(main())
