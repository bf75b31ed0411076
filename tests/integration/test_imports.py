"""What an import loads into a bare interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.test_walls import ALLOWED, MODULES, SOURCE

CHILDREN = ("lifeinit.probes.prober", "lifeinit.probes.wait", "traceback", "typing", "ctypes", "ssl", "codecs", "json")
ENGINE_MODULES = sorted(name for name in MODULES if name.startswith("lifeinit.engine."))


def test_the_engine_imports_nothing_that_a_search_path_could_replace() -> None:
    """A bare interpreter that has the whole engine holds, beyond its own modules, the engine alone."""
    program = (
        "import sys; before = set(sys.modules)\n"
        f"sys.path.append({str(SOURCE.parent)!r})\n"
        "import lifeinit.engine.main\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "lifeinit.engine.supervisor" in loaded
    foreign = {name for name in loaded if name.partition(".")[0] != "lifeinit"}
    assert foreign <= ALLOWED | {
        "stat",
        "_stat",
        "posixpath",
        "genericpath",
        "os.path",
        "_collections_abc",
        "abc",
        "_abc",
    }
    assert ALLOWED - {"os"} <= set(sys.builtin_module_names)


def test_what_the_start_frees_is_missed_by_nobody() -> None:
    """In the interpreter as PID 1 has it: all that its children import, the variables, and text of a file."""
    program = (
        "import sys, gc, os; sys.path.append(sys.argv[1])\n"
        "from lifeinit.startup import clean_interpreter\n"
        "classes = lambda: sum(type(each) is type(os.PathLike) for each in gc.get_objects())\n"
        "before = classes(); clean_interpreter.strip(('fcntl',)); freed = before - classes()\n"
        "for name in sys.argv[2:]: __import__(name)\n"
        "os.environ['NEW'] = '1'; words = {**os.environb}\n"
        "text = open('/proc/self/comm').read()\n"
        "print(freed > 10, words[b'NEW'], len(os.environ.items()), text.isascii(), 'ä'.encode('cp1252'))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", program, str(SOURCE.parent), *ENGINE_MODULES, *CHILDREN]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"HOME": "/", "LANG": "C.UTF-8"})
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "b'1'", "3", "True", r"b'\xe4'"]


def test_importing_lifeinit_is_cheap() -> None:
    assert not {"click", "psutil", "tomllib", "dataclasses", "importlib.metadata"} & loaded_by("lifeinit")


def test_importing_lifeinit_docker_loads_no_engine() -> None:
    """Of the engine only the numbers of exit statuses, and how text is escaped."""
    loaded = loaded_by("lifeinit.docker")
    assert {name for name in loaded if name.startswith("lifeinit.engine")} <= {
        "lifeinit.engine",
        "lifeinit.engine.exit_status",
        "lifeinit.engine.printable",
    }
    assert not {name for name in loaded if name.startswith(("lifeinit.api", "lifeinit.config"))}


def loaded_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-I", "-c", program]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def planned_with(cwd: Path, *arguments: str) -> set[str]:
    """What the planner of a command line has loaded in the end, in an interpreter as bare as PID 1's."""
    program = (
        f"import os, sys; sys.path += {[path for path in sys.path if path.endswith('site-packages')]!r}; "
        f"sys.path.append({str(SOURCE.parent)!r})\n"
        "from lifeinit.startup.inherited import capture_inherited\n"
        "from lifeinit.startup.launcher import make_plan\n"
        "plan = make_plan(sys.argv[1:], capture_inherited(()), 0, ())\n"
        "print(plan if isinstance(plan, int) else type(plan).__name__, *sys.modules)"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", program, *arguments]
    found = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd).stdout.split()
    assert found.pop(0) == ("2" if "--verbos" in arguments else "Plan")
    return set(found)


def test_options_are_read_without_click(tmp_path: Path) -> None:
    """It takes longer to import than all else; the control is a mistake, which click explains."""
    (tmp_path / "named.toml").write_text("pre_start = 'true'")
    right = ("--config", "named.toml", "-ve3", "--rewrite=TERM:QUIT", "--", "true")
    assert "click" not in planned_with(tmp_path, *right)
    assert "click" in planned_with(tmp_path, "--verbos", *right)


def test_a_start_with_a_compiled_hook_file_imports_little(tmp_path: Path) -> None:
    """Nothing that reads a hook file, nor what that needs; the control is the file alone."""
    tmp_path.chmod(0o755)
    (tmp_path / "hooks.toml").write_text("pre_start = 'true'\n[[post_stop]]\nsleep = 1\n")
    reading = {"tomllib", "re", "lifeinit.config.parser", "lifeinit.config.keys", "lifeinit.config.spans"}
    heavy = reading | {"collections", "typing", "enum", "datetime", "dataclasses", "functools"}
    assert reading <= planned_with(tmp_path, "--", "true")
    subprocess.run([sys.executable, "-m", "lifeinit", "check", "--compile", "-q"], check=True, cwd=tmp_path)
    assert not heavy & planned_with(tmp_path, "--", "true")


def test_tomllib_is_loaded_without_what_it_does_not_need(tmp_path: Path) -> None:
    """And nothing but tomllib keeps a stand-in: all who come later import the real modules."""
    program = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from lifeinit.config import parser\n"
        "raw = b'pre_start = \"true\"'\n"
        "parser.parse(raw); loaded = set(sys.modules)\n"
        "kept = {name for name, module in sys.modules.items() if 'NamedTuple' in vars(module)}\n"
        "import typing, datetime, string, tomllib\n"
        "assert typing.get_type_hints and datetime.UTC and string.Template and tomllib.loads('a = 1979-05-27') == "
        "{'a': datetime.date(1979, 5, 27)}\n"
        "print(*sorted(loaded & {'typing', 'datetime', 'string'}), *sorted(kept))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", program, str(SOURCE.parent)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split() == (["tomllib._parser"] if sys.version_info < (3, 14) else [])


@pytest.mark.parametrize("name", ["typing", "string"])
def test_it_is_loaded_all_the_same_where_it_needs_more(tmp_path: Path, name: str) -> None:
    """As a later Python may have it."""
    program = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from lifeinit.config import toml_library\n"
        "toml_library._stand_ins = lambda: {sys.argv[2]: type(sys)(sys.argv[2])}\n"
        "assert toml_library.import_tomllib().loads('a = 1') == {'a': 1}\n"
        "import typing; print(typing.Any)"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", program, str(SOURCE.parent), name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "typing.Any\n"
