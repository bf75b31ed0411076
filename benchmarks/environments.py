"""The environments that are measured: made with pip in a cache directory, from the interpreter itself."""

import functools
import importlib.util
import os
import subprocess
import sys
import zlib
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
# The file that runs, not a symlink in an environment, and not the shim of a version manager (40 ms at every start).
INTERPRETER = os.path.realpath(sys.executable)


def clean_environment() -> dict[str, str]:
    """What everything measured is started with: nothing of the caller's but HOME, so that two runs are alike."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/"}


def cache() -> Path:
    """The directory of this interpreter's environments."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    version = ".".join(map(str, sys.version_info[:3]))
    return Path(base) / "lifeinit-benchmarks" / f"{version}-{zlib.crc32(INTERPRETER.encode()):08x}"


@functools.cache  # once for all runs
def of_lifeinit() -> tuple[Path, Path, Path]:
    """Three with the wheel of this source tree: as pip makes it, for `check --compile`, and one without bytecode.

    Their bin directories.
    """
    wheels = cache() / "wheels"
    for old in wheels.glob("*.whl"):
        old.unlink()
    ordinary, compiled, uncompiled = (_venv(f"lifeinit{kind}") for kind in ("", "-compiled", "-uncompiled"))
    _pip(ordinary, "wheel", "--no-deps", "-w", str(wheels), str(SOURCE))
    (wheel,) = wheels.glob("*.whl")
    for bin_directory, options in ((ordinary, ()), (compiled, ()), (uncompiled, ("--no-compile",))):
        if not (bin_directory / "lifeinit").exists():
            _pip(bin_directory, "install", *options, str(wheel))
        _pip(bin_directory, "install", *options, "--force-reinstall", "--no-deps", str(wheel))
    _must_be_compiled(ordinary)
    return ordinary, compiled, uncompiled


@functools.cache
def of_bundle() -> str | None:
    """The program of `python -m tools.bundle` for this source tree; None, with the reason, where it cannot be made."""
    output = cache() / "bundle"
    command = [sys.executable, "-m", "tools.bundle", "-o", str(output)]
    variables = {**os.environ, "PYTHONPATH": f"{SOURCE}/src", "XDG_CACHE_HOME": str(cache().parents[1])}
    done = subprocess.run(command, cwd=SOURCE, env=variables, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return str(output / "lifeinit/bin/lifeinit")
    print(f"the bundle cannot be built here, and is left out: {done.stderr.strip()}")
    return None


def compile_file(lifeinit: str, file: str) -> None:
    """What `RUN lifeinit check --compile` does in an image: the hook file, and lifeinit itself."""
    _run([lifeinit, "check", "-q", "--compile", file])
    if not Path(f"{file}.compiled").exists():
        sys.exit(f"benchmarks: {file!r} was not compiled")


def of_package(name: str) -> Path:
    """The bin directory of an environment that has this package from PyPI."""
    bin_directory = _venv(name)
    marker = bin_directory.parent / "installed"
    if not marker.exists():
        _pip(bin_directory, "install", name)
        marker.touch()
    return bin_directory


def version_of(bin_directory: Path, package: str) -> str:
    program = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run(
        [str(bin_directory / "python"), "-I", "-c", program], check=True, capture_output=True, text=True
    ).stdout.strip()


def _venv(name: str) -> Path:
    directory = cache() / name
    if not (directory / "bin" / "pip").exists():
        _run([INTERPRETER, "-m", "venv", str(directory)])
    return directory / "bin"


def _pip(bin_directory: Path, command: str, *arguments: str) -> None:
    _run([str(bin_directory / "python"), "-m", "pip", command, "-q", "--disable-pip-version-check", *arguments])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"benchmarks: {' '.join(command)} exited {done.returncode}:\n{done.stderr.strip()}")


def _must_be_compiled(bin_directory: Path) -> None:
    """A start without bytecode compiles the engine anew each time: then the figures would be of something else."""
    files = list(bin_directory.parent.glob("lib/python3*/site-packages/lifeinit/**/*.py"))
    standard = [Path(importlib.util.__file__), Path(os.__file__)]
    bare = [path for path in (*files, *standard) if not Path(importlib.util.cache_from_source(str(path))).exists()]
    if bare or not files:
        what = f"{str(bare[0])!r} has no bytecode" if bare else "lifeinit is not installed"
        sys.exit(f"benchmarks: {what} in {str(bin_directory.parent)!r}: remove that directory, and run this again")
