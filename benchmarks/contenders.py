"""Who is compared, and the words that start each of them around an app."""

import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import environments, hookfiles
from benchmarks.amount import Amount

Words = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Contender:
    """An init. `words` makes its whole command from the app's.

    A supervisor outlives its app and keeps signals to itself: it is no `init`. One that is only measured at its start
    is `started_only`. One that `has_hooks` stands in the table of starts with hooks. One that loses signals now and
    then `forwards` none here: bash handles what comes just before its wait(2) only after the next.
    """

    name: str
    words: Words
    init: bool = True
    started_only: bool = False
    has_hooks: bool = False
    forwards: bool = True
    variables: Mapping[str, str] = field(default_factory=dict)


def contenders(directory: Path, amount: Amount) -> tuple[list[Contender], dict[str, str]]:
    """All that are found here, and their versions."""
    ordinary, compiled, uncompiled = environments.of_lifeinit()
    found = [*_lifeinits(directory, str(ordinary / "lifeinit"), compiled)]
    if amount.whole:
        words, variables = _before(str(uncompiled / "lifeinit"), "--"), {"PYTHONDONTWRITEBYTECODE": "1"}
        found.append(Contender("lifeinit, no bytecode", words, started_only=True, variables=variables))
    versions = {"lifeinit": environments.version_of(ordinary, "lifeinit")}
    for name, options in (("tini", ("--",)), ("dumb-init", ("--single-child", "--")), ("catatonit", ("--",))):
        path = shutil.which(name)
        if path is None:
            print(f"{name} is not installed, and left out: `apt-get install {name}`")
            continue
        found.append(Contender(name, _before(path, *options)))
        said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True)
        versions[name] = (said.stdout or said.stderr).strip().partition("\n")[0]
    if amount.supervisors:
        bash = shutil.which("bash")
        if bash is not None:
            words = _before(bash, hookfiles.entrypoint(directory))
            found.append(Contender("bash script with traps", words, has_hooks=True, forwards=False))
        for package, make in (("supervisor", _supervisord), ("circus", _circusd)):
            bin_directory = environments.of_package(package)
            found.append(make(bin_directory, directory))
            versions[found[-1].name] = environments.version_of(bin_directory, package)
    return found, versions


def _lifeinits(directory: Path, lifeinit: str, compiled: Path) -> Iterator[Contender]:
    one_each, of_compiled = hookfiles.one_each(directory), hookfiles.one_each(directory, "compiled")
    features = hookfiles.all_features(directory)
    for file in (of_compiled, features):
        environments.compile_file(str(compiled / "lifeinit"), file)
    yield Contender("lifeinit", _before(lifeinit, "--"))
    yield from _bundles(directory, one_each)
    for name, command, options, file in (
        ("hooks, compiled", str(compiled / "lifeinit"), (), of_compiled),
        ("hooks", lifeinit, (), one_each),
        ("hooks, one option", lifeinit, ("--config", one_each), one_each),
        ("all features", str(compiled / "lifeinit"), (), features),
    ):
        yield Contender(
            f"lifeinit, {name}",
            _before(command, *options, "--"),
            started_only=name.startswith("hooks"),
            has_hooks=True,
            variables={"LIFEINIT_CONFIG": file},
        )


def _bundles(directory: Path, one_each: str) -> Iterator[Contender]:
    """The program that needs no Python, which some machines cannot build."""
    program = environments.of_bundle()
    if program is None:
        return
    of_compiled = hookfiles.one_each(directory, "compiled by the bundle")
    environments.compile_file(program, of_compiled)
    yield Contender("bundle", _before(program, "--"))
    for name, file in (("bundle, hooks, compiled", of_compiled), ("bundle, hooks", one_each)):
        words, variables = _before(program, "--"), {"LIFEINIT_CONFIG": file}
        yield Contender(name, words, started_only=True, has_hooks=True, variables=variables)


def interpreter(name: str, program: str) -> Contender:
    """`python -c PROGRAM APP...` of the environment that has lifeinit."""
    python = str(environments.cache() / "lifeinit" / "bin" / "python")
    return Contender(name, lambda app: (python, "-c", program, *app), init=False, started_only=True)


def _before(*words: str) -> Words:
    return lambda app: (*words, *app)


def _supervisord(bin_directory: Path, directory: Path) -> Contender:
    def words(app: Sequence[str]) -> Sequence[str]:
        file = directory / "supervisord.conf"
        command = shlex.join(app).replace("%", "%%")
        file.write_text(
            f"[supervisord]\nnodaemon=true\nsilent=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
            f"pidfile={directory}/supervisord.pid\n"
            f"[program:app]\ncommand={command}\nautorestart=false\nstartsecs=0\n"
            "stdout_logfile=NONE\nstderr_logfile=NONE\n"
        )
        return (str(bin_directory / "supervisord"), "-c", str(file))

    return Contender("supervisord", words, init=False, has_hooks=True)


def _circusd(bin_directory: Path, directory: Path) -> Contender:
    def words(app: Sequence[str]) -> Sequence[str]:
        file = directory / "circus.ini"
        file.write_text(
            f"[circus]\nstatsd=False\nendpoint=ipc://{directory}/circus\npubsub_endpoint=ipc://{directory}/circus-pub\n"
            f"[watcher:app]\ncmd={shlex.join(app)}\ncopy_env=True\n"
        )
        return (str(bin_directory / "circusd"), "--log-level", "critical", str(file))

    return Contender("circus", words, init=False, has_hooks=True)
