"""What each part of the house may import."""

import ast
import functools
from pathlib import Path

import pytest

import lifeinit
from lifeinit.engine.plan import Program

SOURCE = Path(lifeinit.__file__).parent
MODULES = {
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCE.glob("**/*.py")
}
ENGINE = sorted(SOURCE.glob("engine/*.py"))
# All but os are part of the interpreter itself, and os is loaded before any search path is: none can be replaced.
ALLOWED = {"sys", "os", "_signal", "time", "errno", "marshal"}

# What is imported only in the one function that needs it, and only where it is needed.
IN_ONE_FUNCTION = {
    "c_library.py": {"ctypes", "_lifeinit"},
    "calls.py": {"_socket"},  # the whole file: only a plan with Python functions loads it
    "sockets.py": {"_socket", "fcntl"},  # the same, or with a notify socket
    "log.py": {"_socket", "select"},
    "spawn.py": {"select"},
    "marks.py": {"resource"},
    "notify.py": {"_socket"},
    "state.py": {"fcntl"},
}


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports when it runs; what only the type checker sees does not count."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for statement in node.orelse:
                visit(statement)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = {f"{base}.{alias.name}" for alias in node.names}
            found.update(names & MODULES or {base})
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text()))
    return frozenset(found)


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_an_engine_file_imports_only_cheap_modules_and_the_engine(path: Path) -> None:
    foreign = {name for name in imports(path) if not name.startswith("lifeinit.engine")} - ALLOWED
    assert foreign == IN_ONE_FUNCTION.get(path.name, set())


@pytest.mark.parametrize("path", ["startup/bare.py", "probes/prober.py"])
def test_a_file_that_a_bare_interpreter_runs_sets_its_path_first(path: str) -> None:
    """An interpreter that is started with -I -S finds no package before that."""
    body = ast.parse((SOURCE / path).read_text()).body
    sets_path = next(i for i, node in enumerate(body) if "sys.path.append" in ast.unparse(node))
    own = [i for i, node in enumerate(body) if ast.unparse(node).startswith(("from lifeinit", "import lifeinit"))]
    assert own
    assert min(own) > sets_path


def test_the_state_machine_imports_only_its_parts_the_events_and_the_plan() -> None:
    machine = {"state_machine", "states", "processes", "verdict", "budget", "hook"}
    machine |= {"hook_machine", "readiness", "restarts"}
    words = {"events", "notices", "hook_events", "plan", "record", "signals", "exit_status"}
    for name in machine:
        assert imports(SOURCE / f"engine/{name}.py") <= {f"lifeinit.engine.{part}" for part in machine | words}, name


# Whom each part may know, from the bottom up; none of them knows what stands further down in this list.
FLOORS = (
    "lifeinit.bytecode",
    "lifeinit.engine",
    "lifeinit.values",
    "lifeinit.callbacks",
    "lifeinit.startup.search_path",  # the check looks at it, too
    "lifeinit.startup.clean_interpreter",
    "lifeinit.startup.inherited",  # the prober gives back what lifeinit inherited, too
    "lifeinit.probes",
    "lifeinit.status",
    "lifeinit.config",
    "lifeinit.check.rules",
    "lifeinit.check.output",
    "lifeinit.check.timeline",
    "lifeinit.check.manifest",
    "lifeinit.check.host",
    "lifeinit.check",
    "lifeinit.project",
    "lifeinit.startup",
    "lifeinit.api",
    "lifeinit.docker",
    "lifeinit.testing",
    "lifeinit.cli",
    "lifeinit.startup.launcher",  # its planner reads the command line
    "lifeinit.startup.bare",
    "lifeinit.__main__",
)


def floor(module: str) -> int:
    names = [name for name in FLOORS if module == name or module.startswith(f"{name}.")]
    return FLOORS.index(max(names, key=len)) if names else -1


def test_no_import_points_up() -> None:
    upward = [
        f"{module} -> {imported}"
        for module, found in graph().items()
        for imported in found
        if floor(imported) > floor(module) >= 0
    ]
    assert not upward
    assert all(floor(module) >= 0 for module in MODULES - {"lifeinit"})


def graph() -> dict[str, frozenset[str]]:
    return {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): imports(path) & MODULES
        for path in SOURCE.glob("**/*.py")
        if path.name != "__init__.py"
    }


def test_callbacks_and_the_docker_package_know_no_engine() -> None:
    """A program that drives containers with the Docker SDK loads no init: only numbers, and how text is escaped."""
    known = {
        f"{module} -> {imported}"
        for module, modules in graph().items()
        for imported in modules - {"lifeinit.engine.exit_status", "lifeinit.engine.printable"}
        if module.startswith(("lifeinit.callbacks.", "lifeinit.docker."))
        and not imported.startswith(("lifeinit.callbacks", "lifeinit.docker", "lifeinit.values"))
    }
    assert not known


def test_no_program_of_a_user_runs_the_engine() -> None:
    """It executes it: PID 1 is never the process that has imported what the user likes."""
    engine = {"lifeinit.engine.main", "lifeinit.engine.supervisor", "lifeinit.engine.children"}
    assert {module for module, modules in graph().items() if modules & engine and ".api" in module} == set()


def test_only_a_plan_with_functions_loads_what_calls_them() -> None:
    """Their code and the module for sockets would be 0.3 MB of every PID 1 with hooks."""
    whose = {
        "call_children": {"lifeinit.engine.main"},
        "calls": {"lifeinit.engine.call_children", "lifeinit.api.zygote"},
    }
    for name, known in whose.items():
        found = {module for module, modules in graph().items() if f"lifeinit.engine.{name}" in modules}
        assert found == known
    body = ast.parse((SOURCE / "engine/main.py").read_text()).body
    assert not [node for node in body if ast.unparse(node).startswith("from lifeinit.engine.call")]


def test_imports_form_no_circle() -> None:
    done: set[str] = set()
    known = graph()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in known and name not in done:
            for imported in known[name]:
                visit(imported, (*path, name))
            done.add(name)

    for name in known:
        visit(name, ())
    assert len(done) == len(known)


def test_the_engine_asks_the_wall_clock_for_nothing_but_what_it_tells() -> None:
    """A clock that jumps moves no deadline: unix time goes into variables, lines and the published state alone."""
    calls = [
        (path.name, line.strip()) for path in ENGINE for line in path.read_text().splitlines() if "time.time" in line
    ]
    assert {name for name, _ in calls} == {"log.py", "state.py", "services.py"}
    assert [line for name, line in calls if name == "services.py"] == ["now=time.time(),"]


# The walls around what an unprivileged process, or a file system that stalls, could do to PID 1.

# Each file of the engine that calls the file system, and why no such call can keep PID 1 from its work.
DISK = {
    "become.py": "in a child, before its exec",
    "c_library.py": "/proc, in a child",
    "descriptors.py": "/dev/null and /proc, before the app lives",
    "env_file.py": "before the app lives, in memory where there is any",
    "exec_limits.py": "/proc",
    "log.py": "lifeinit's own stderr; the termination log, at the exit",
    "marks.py": "/proc",
    "oom.py": "the cgroup's file system",
    "proc_stat.py": "/proc",
    "posix_spawn.py": "below directories without which PID 1 does not run either",
    "ready_file.py": "in a child; its directory is opened before the app lives",
    "safe_directory.py": "before the app lives",
    "secret_file.py": "in a child, before its exec",
    "syscalls.py": "/proc, and the directory that is left as the app starts",
}
_OF_PATHS = (
    "access chdir chmod chown exists getcwdb isdir isfile islink lexists listdir lstat mkdir open readlink realpath"
    " rename replace rmdir scandir stat symlink truncate unlink utime"
).split()


def calls(path: Path) -> set[str]:
    """What a file calls, as it is written there: `os.open`."""
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}


def test_pid_1_calls_the_file_system_only_where_it_cannot_stall() -> None:
    """On a frozen file system it sat in state D: the app was killed without its SIGTERM, and no post_stop hook ran."""
    disk = {"open", *(f"os.{name}" for name in _OF_PATHS), *(f"os.path.{name}" for name in _OF_PATHS)}
    assert {path.name for path in ENGINE if calls(path) & disk} == set(DISK)


def test_proc_is_listed_in_one_place() -> None:
    """One reading of it for all processes: for each process one took 25 s for 800."""
    assert [path.name for path in ENGINE if 'listdir("/proc")' in path.read_text()] == ["proc_stat.py"]


def test_the_engine_forks_in_one_place_for_a_program_and_in_one_for_a_file() -> None:
    """The second one starts no program: it writes the ready file. What posix_spawn.py starts needs none."""
    forking = {path.name for path in (*ENGINE, *SOURCE.glob("probes/**/*.py")) if "os.fork" in calls(path)}
    assert forking == {"spawn.py", "ready_file.py"}
    others = "posix_spawn posix_spawnp spawnv spawnve system popen forkpty".split()
    assert [path.name for path in ENGINE if calls(path) & {f"os.{name}" for name in others}] == ["posix_spawn.py"]


def test_no_program_is_without_an_identity() -> None:
    """Root with the app's variables cannot be written: user and environment are one record, and it has no default."""
    assert "identity" not in Program._defaults
    for path in SOURCE.glob("**/*.py"):
        tree = ast.parse(path.read_text())
        if not any(name == "lifeinit.engine.plan" for name in imports(path)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Program":
                named = {keyword.arg for keyword in node.keywords}
                assert len(node.args) >= 2 or "identity" in named, f"{path.name}:{node.lineno}"


def test_identity_changes_in_one_place() -> None:
    """Ids, groups, session and environment of a child: nobody but `become` sets one of them."""
    setters = "setuid setgid setgroups setresuid setresgid setreuid setregid initgroups setsid unsetenv".split()
    setting = {path.name for path in ENGINE if calls(path) & {f"os.{name}" for name in setters}}
    assert setting == {"become.py"}
