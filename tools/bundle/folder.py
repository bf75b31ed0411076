"""The folder /opt/lifeinit: the program, the licenses of all that is in it, and its bill of materials."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tools.bundle.libraries import ROOT
from tools.bundle.packages import PYTHON, BuildError, Root

_DOCUMENTS: Final = "share/doc/lifeinit"
SBOM: Final = f"{_DOCUMENTS}/lifeinit.spdx.json"

# What is linked into the program, by the package that brings the static library, and the package with its license.
LINKED: Final = {
    f"libpython{PYTHON}-dev": "python3.13-minimal",
    "libssl-dev": "libssl3t64",
    "zlib1g-dev": "zlib1g",
    "libzstd-dev": "libzstd1",
    "libc6-dev": "libc6",
    "libgcc-14-dev": "gcc-14-base",
}
_LICENSES: Final = ("Apache-2.0", "LGPL-2.1", "GPL-3")  # which the copyright files of those refer to

_HEAD: Final = """\
/opt/lifeinit/bin/lifeinit holds lifeinit and, statically linked or as bytecode, the software named below. The bill of
materials beside this file has their exact versions. Their sources are those of Debian and PyPI; lifeinit's repository
has the recipe, tools/bundle, which links the program again with other versions of them.
"""


def make_folder(folder: Path, program: Path, root: Root, site: Path, sbom: str) -> None:
    """Fill this directory, which does not exist yet."""
    for directory in ("bin", _DOCUMENTS):
        (folder / directory).mkdir(parents=True)
    shutil.copy(program, folder / "bin/lifeinit")
    (folder / "bin/lifeinit").chmod(0o755)
    (folder / SBOM).write_text(sbom)
    sections = (
        f"\n{'=' * 78}\n{title}\n{'=' * 78}\n\n{path.read_text('utf-8', 'replace')}"
        for title, path in _texts(root, site)
    )
    (folder / _DOCUMENTS / "copyright").write_text(_HEAD + "".join(sections), "utf-8")


def _texts(root: Root, site: Path) -> Iterator[tuple[str, Path]]:
    yield "lifeinit", ROOT / "LICENSE"
    yield "click", _only(sorted(site.glob("click-*.dist-info/licenses/LICENSE*")))
    yield "psutil", _only(sorted(site.glob("psutil-*.LICENSE")))
    for package, licensed_by in LINKED.items():
        yield f"{package} of Debian", root.path / f"usr/share/doc/{licensed_by}/copyright"
    for name in _LICENSES:
        yield f"{name}, in full", root.path / "usr/share/common-licenses" / name


def _only(paths: Sequence[Path]) -> Path:
    if len(paths) != 1:
        raise BuildError(f"one license file was expected: {[str(path) for path in paths]}")
    return paths[0]
