"""The root that the bundle is built in: Debian's packages, fetched and verified by apt, unpacked and not installed.

The interpreter, its libraries and the compiler come from one release of Debian, whatever the machine runs. The root is
kept in the user's cache under a key of everything that is in it, and made anew when Debian updates a package.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from lifeinit.engine.record import Record

RELEASE: Final = "trixie"
PYTHON: Final = "3.13"

# What the bundle is linked with, and what compiles it. apt adds what these depend on.
PACKAGES: Final = (
    "base-files", "gcc-14", "libc6-dev", "zlib1g-dev", "libssl-dev", "libzstd-dev", "libbluetooth-dev",
    f"libpython{PYTHON}-dev", f"python{PYTHON}-minimal",
)  # fmt: skip
# Whose C code is compiled: Debian's extension modules are shared libraries, which a static program cannot load.
SOURCE: Final = f"python{PYTHON}"

_RECIPE: Final = "1"  # to be raised when the same packages would make another root
_LEFT_OUT: Final = ("./usr/share/man", "./usr/share/locale", "./usr/share/info", "./usr/share/zoneinfo")
_PLACES: Final = {"lib": "usr/lib", "lib64": "usr/lib64", "bin": "usr/bin"}
_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Package(Record):
    """A package that the root holds, as apt names its file."""

    file: str  # NAME_VERSION_ARCHITECTURE.deb, or a file of a source package
    checksum: str  # "SHA256:..."
    url: str


class Root(Record):
    """The directory, the packages in it, and the sources by the names of their packages."""

    path: Path
    packages: tuple[Package, ...]
    architecture: str

    def run(self, *command: str, directory: str = "/") -> str:
        """What a program of the root prints. It sees nothing but the root."""
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        inside = ["unshare", *as_root, "--root", str(self.path), "--wd", directory, "--", *command]
        variables = {"PATH": "/usr/bin", "LC_ALL": "C", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}
        done = subprocess.run(inside, env=variables, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise BuildError(f"{' '.join(command)} failed:\n{done.stderr}{done.stdout}")
        return done.stdout


class BuildError(Exception):
    """One sentence, or the output of the program that failed."""


class MissingError(BuildError):
    """What the build needs of this machine, or of the registries."""


def make_root(cache: Path, mirror: str | None = None) -> Root:
    """The root with the packages of today. It takes a second to look for newer ones, and twenty to make one."""
    for program in ("apt-get", "dpkg-deb", "dpkg-source", "unshare"):
        if shutil.which(program) is None:
            raise MissingError(f"{program} is missing: build the bundle on Debian, with the packages apt and dpkg-dev")
    if not os.path.exists(_KEYRING):
        raise MissingError(f"{_KEYRING} is missing: install the package debian-archive-keyring")
    place = cache / "bundle-apt"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        apt = _Apt(place, mirror or _mirror_of_this_machine())
        packages = apt.packages()
        words = [_RECIPE, *(f"{package.file} {package.checksum}" for package in packages)]
        key = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
        path = cache / f"bundle-root-{key}"
        if not path.exists():
            for old in (*cache.glob("bundle-root-*"), place / "root"):
                shutil.rmtree(old, ignore_errors=True)
            apt.download()
            _unpack(apt.archives, place / "root")
            (place / "root").rename(path)
            shutil.rmtree(apt.archives)
    return Root(path, packages, _architecture())


def _mirror_of_this_machine() -> str:
    """The URL above `debian` and `debian-security`, where apt gets packages from here."""
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)"]
    targets = subprocess.run(command, check=False, capture_output=True, text=True).stdout.splitlines()
    for origin, _, url in (target.partition(" ") for target in targets):
        if origin == "Debian" and url.rstrip("/").endswith("/debian"):
            return url.rstrip("/").removesuffix("/debian")
    raise MissingError("apt has no mirror of Debian here: name one with --mirror or DEBIAN_MIRROR")


class _Apt:
    """apt with sources, lists and an archive of its own: that of the machine is neither read nor changed."""

    def __init__(self, place: Path, mirror: str) -> None:
        self.archives = place / "archives"
        for directory in (self.archives / "partial", place / "state/lists/partial"):
            directory.mkdir(parents=True, exist_ok=True)
        (place / "status").touch()
        suites = ((f"{mirror}/debian", RELEASE), (f"{mirror}/debian", f"{RELEASE}-updates"),
                  (f"{mirror}/debian-security", f"{RELEASE}-security"))  # fmt: skip
        lines = [f"{kind} [signed-by={_KEYRING}] {url} {suite} main"
                 for kind in ("deb", "deb-src") for url, suite in suites]  # fmt: skip
        (place / "sources.list").write_text("\n".join(lines) + "\n")
        settings = {
            "Dir::State": place / "state", "Dir::State::status": place / "status", "Dir::Cache": place,
            "Dir::Cache::archives": self.archives, "Dir::Etc::SourceList": place / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null", "APT::Install-Recommends": "false",
            "Acquire::ForceHash": "SHA256",
            "APT::Sandbox::User": "root", "APT::Architecture": _architecture(), "Acquire::Languages": "none",
        }  # fmt: skip
        self._options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        self._run("update")

    def packages(self) -> tuple[Package, ...]:
        """All that `download` fetches, by name."""
        lines = [line for command in _COMMANDS for line in self._run(*command, "--print-uris").splitlines()]
        found = [line.split() for line in lines if line.startswith("'")]
        return tuple(sorted((Package(file, checksum, url.strip("'")) for url, file, _, checksum in found),
                            key=lambda package: package.file))  # fmt: skip

    def download(self) -> None:
        for command in _COMMANDS:
            self._run(*command, "--download-only")

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            ["apt-get", "-qq", "-y", *self._options, *command],
            cwd=self.archives, env={**os.environ, "LC_ALL": "C"}, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise MissingError(f"apt-get {' '.join(command)} failed:\n{done.stderr}{done.stdout}")
        return done.stdout


_COMMANDS: Final[Sequence[Sequence[str]]] = (("install", *PACKAGES), ("source", SOURCE))


def _architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()


def _unpack(archives: Path, root: Path) -> None:
    root.mkdir()
    for link, target in _PLACES.items():
        (root / target).mkdir(parents=True, exist_ok=True)
        (root / link).symlink_to(target)
    (root / "tmp").mkdir()
    (root / "source").mkdir()
    for archive in sorted(archives.glob("*.deb")):
        _unpack_package(archive, root)
    for description in sorted(archives.glob("*.dsc")):
        tree = root / "source" / description.name.partition("_")[0]
        # apt has compared the files with its signed lists.
        _call("dpkg-source", "--no-check", "--extract", str(description), str(tree))


def _unpack_package(archive: Path, root: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as unpacking:
        left_out = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
        _call("tar", "--extract", "--keep-directory-symlink", "--no-same-owner", "--directory", str(root), *left_out,
              stdin=unpacking.stdout)  # fmt: skip


def _call(*command: str, stdin: "IO[bytes] | None" = None) -> None:
    done = subprocess.run(command, stdin=stdin, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)} failed:\n{done.stderr}{done.stdout}")
