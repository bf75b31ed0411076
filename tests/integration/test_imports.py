"""What an import loads into a bare interpreter."""

import subprocess
import sys

from tests.unit.test_walls import ALLOWED, SOURCE


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


def test_importing_lifeinit_is_cheap() -> None:
    assert not {"click", "psutil", "tomllib", "dataclasses", "importlib.metadata"} & loaded_by("lifeinit")


def test_importing_lifeinit_docker_loads_no_engine() -> None:
    """Of the engine only the numbers of exit statuses."""
    loaded = loaded_by("lifeinit.docker")
    assert {name for name in loaded if name.startswith("lifeinit.engine")} <= {
        "lifeinit.engine",
        "lifeinit.engine.exit_status",
    }
    assert not {name for name in loaded if name.startswith(("lifeinit.api", "lifeinit.config"))}


def loaded_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-I", "-c", program]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
