"""A Python like the one that runs this, whose every process notes what it runs of the engine."""

import opcode
import os
import py_compile
import shutil
import sys
from pathlib import Path

import lifeinit

ENGINE = Path(lifeinit.__file__).with_name("engine")
_COLLECTOR = Path(__file__).with_name("collector.py")


def make(directory: Path) -> Path:
    """The interpreter, with the packages of the environment that this runs in and lifeinit's command beside it.

    The standard library is this Python's, by links; only `encodings` is a copy, with one import more. What is measured
    is not touched.
    """
    data = data_of(directory)
    data.mkdir(parents=True)
    data.chmod(0o1777)  # a hook may run as another user
    base, version = directory / "base", f"python{sys.version_info.major}.{sys.version_info.minor}"
    library, original = base / "lib" / version, Path(os.__file__).parent
    library.mkdir(parents=True)
    for entry in original.iterdir():
        if entry.name not in {"encodings", "site-packages"}:
            (library / entry.name).symlink_to(entry)
    shutil.copytree(original / "encodings", library / "encodings")
    _begin_with_the_collector(library / "encodings", data)
    (base / "bin").mkdir()
    (base / "bin" / version).symlink_to(Path(sys.executable).resolve())
    return _environment(directory / "venv", base / "bin", version)


def data_of(directory: Path) -> Path:
    return directory / "data"


def _begin_with_the_collector(encodings: Path, data: Path) -> None:
    shutil.copy(_COLLECTOR, encodings / "lifeinit_collector.py")
    places = {"ENGINE": f"{ENGINE}{os.sep}", "DATA": str(data), "RESUME": opcode.opmap["RESUME"]}
    (encodings / "lifeinit_places.py").write_text("".join(f"{name} = {value!r}\n" for name, value in places.items()))
    with (encodings / "__init__.py").open("a") as file:
        file.write("\nfrom encodings import lifeinit_collector\n")
    for name in ("__init__.py", "lifeinit_places.py", "lifeinit_collector.py"):
        py_compile.compile(str(encodings / name), doraise=True)  # python -B would do it anew at each start


def _environment(venv: Path, home: Path, version: str) -> Path:
    packages = venv / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    own = [entry for entry in sys.path if entry.endswith("site-packages")]
    (packages / "own.pth").write_text("".join(f"import site; site.addsitedir({entry!r})\n" for entry in own))
    (venv / "bin").mkdir()
    (venv / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")
    python = venv / "bin" / "python"
    python.symlink_to(home / version)
    command = venv / "bin" / "lifeinit"
    _, _, text = Path(sys.executable).with_name("lifeinit").read_text().partition("\n")
    command.write_text(f"#!{python}\n{text}")
    command.chmod(0o755)
    return python
