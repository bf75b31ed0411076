"""Compiles and links the bundle's program, in the root: `build.py SITE`, in a directory with the files beside this one.

Everything is linked statically and at a fixed address: no loader, no library of the image, and no page that the start
has to relocate.
"""

import glob
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import freeze  # type: ignore[import-not-found]  # it stands beside this file, as the next does
import seal  # type: ignore[import-not-found]

_VERSION = "{}.{}".format(*sys.version_info)
_HEADERS = f"/usr/include/python{_VERSION}"
_SOURCE = f"/source/python{_VERSION}/Modules"
# Those that Debian has as shared libraries alone. They are part of CPython and use its inner headers.
_OF_PYTHON = ("_ssl", "resource", "termios", "mmapmodule", "_contextvarsmodule", "_queuemodule")
_COMPILER = (
    "gcc-14", "-O2", "-fno-pie", "-ffunction-sections", "-fdata-sections", "-fstack-protector-strong", "-fwrapv",
    "-D_FORTIFY_SOURCE=2", "-DNDEBUG", f"-I{_HEADERS}", "-c",
)  # fmt: skip
_LINKER = (
    "gcc-14", "-static", "-no-pie", "-s", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-z,relro,-z,noexecstack",
    "-Wl,--entry=lifeinit_entry,--undefined=lifeinit_first_of_bss",
    "-Wl,--eh-frame-hdr,--wrap=__register_frame_info,--wrap=__deregister_frame_info",
)  # fmt: skip
_LIBRARIES = (
    *glob.glob(f"/usr/lib/python{_VERSION}/config-*/libpython{_VERSION}.a"),
    "-lssl",
    "-lcrypto",
    "-lzstd",
    "-lz",
    "-lm",
)


def _compilations(site: str) -> Iterator[tuple[str, ...]]:
    """The arguments for each file of C."""
    for name in ("whole.c", "main.c", "load.c", "start.c", "modules.c", "block.S"):
        yield (
            f"-I{_HEADERS}/internal",
            "-Wall",
            "-Wextra",
            "-Wno-unused-parameter",
            "-Wno-missing-field-initializers",
            "-Werror",
            name,
        )
    for name in _OF_PYTHON:
        yield ("-DPy_BUILD_CORE_BUILTIN", f"-I{_HEADERS}/internal", f"-I{_SOURCE}", f"{_SOURCE}/{name}.c")
    # libpython.a has the module `_sha2`, and not the functions that it calls.
    yield ("-D_DEFAULT_SOURCE", f"-I{_SOURCE}/_hacl/include", f"{_SOURCE}/_hacl/Hacl_Hash_SHA2.c")
    directories = ("arch/all", "arch/posix", "arch/linux")
    files = [file for directory in directories for file in sorted(glob.glob(f"{site}/psutil/{directory}/*.c"))]
    macros = (
        "-DPSUTIL_POSIX=1",
        "-DPSUTIL_LINUX=1",
        "-DPSUTIL_SIZEOF_PID_T=4",
        f"-DPSUTIL_VERSION={_psutil_version(site)}",
    )
    for file in (f"{site}/psutil/_psutil_linux.c", *files):
        yield (*macros, f"-I{site}", file)


def _psutil_version(site: str) -> str:
    """As its setup.py has it: psutil compares it with that of the Python part."""
    with open(f"{site}/psutil/__init__.py", encoding="utf-8") as file:
        (line,) = (line for line in file if line.startswith("__version__ = "))
    return line.split('"')[1].replace(".", "")


def _compile(numbered: tuple[int, Sequence[str]]) -> str:
    number, arguments = numbered
    target = f"{number:02}.o"
    # A path in a message of the C code is the same wherever the bundle is made.
    subprocess.run([*_COMPILER, f"-ffile-prefix-map={os.getcwd()}=.", *arguments, "-o", target], check=True)
    return target


def main(site: str) -> None:
    freeze.main(site, ".")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(_compile, enumerate(_compilations(site))))
    subprocess.run([*_LINKER, *objects, *_LIBRARIES, "-o", "linked"], check=True)
    with open("linked", "rb") as linked, open("lifeinit", "wb") as program:
        program.write(seal.sealed(linked.read()))


if __name__ == "__main__":
    main(*sys.argv[1:])
