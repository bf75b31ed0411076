"""Who is compared, and the words that start each of them around an app."""

import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import environments, hookfiles

Words = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Contender:
    """An init. `words` makes its whole command from the app's.

    A supervisor outlives its app and keeps signals to itself: it is no `init`. One that is only measured at its start
    is `started_only`.
    """

    name: str
    words: Words
    init: bool = True
    started_only: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


def contenders(directory: Path, quick: bool) -> tuple[list[Contender], dict[str, str]]:
    """All that are found here, and their versions. A quick run leaves out the supervisors."""
    ordinary, uncompiled = environments.of_lifeinit()
    lifeinit = str(ordinary / "lifeinit")
    one_each, features = hookfiles.one_each(directory), hookfiles.all_features(directory)
    found = [
        Contender("lifeinit", _before(lifeinit, "--")),
        Contender(
            "lifeinit, hooks", _before(lifeinit, "--"), started_only=True, variables={"LIFEINIT_CONFIG": one_each}
        ),
        Contender("lifeinit, hooks and an option", _before(lifeinit, "--config", one_each, "--"), started_only=True),
        Contender("lifeinit, all features", _before(lifeinit, "--"), variables={"LIFEINIT_CONFIG": features}),
        Contender(
            "lifeinit, no bytecode",
            _before(str(uncompiled / "lifeinit"), "--"),
            started_only=True,
            variables={"PYTHONDONTWRITEBYTECODE": "1"},
        ),
    ]
    versions = {"lifeinit": environments.version_of(ordinary, "lifeinit")}
    for name, options in (("tini", ("--",)), ("dumb-init", ("--single-child", "--")), ("catatonit", ("--",))):
        path = shutil.which(name)
        if path is None:
            print(f"{name} is not installed, and left out: `apt-get install {name}`")
            continue
        found.append(Contender(name, _before(path, *options)))
        said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True)
        versions[name] = (said.stdout or said.stderr).strip().partition("\n")[0]
    if not quick:
        for package, make in (("supervisor", _supervisord), ("circus", _circusd)):
            bin_directory = environments.of_package(package)
            found.append(make(bin_directory, directory))
            versions[found[-1].name] = environments.version_of(bin_directory, package)
    return found, versions


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

    return Contender("supervisord", words, init=False)


def _circusd(bin_directory: Path, directory: Path) -> Contender:
    def words(app: Sequence[str]) -> Sequence[str]:
        file = directory / "circus.ini"
        file.write_text(
            f"[circus]\nstatsd=False\nendpoint=ipc://{directory}/circus\npubsub_endpoint=ipc://{directory}/circus-pub\n"
            f"[watcher:app]\ncmd={shlex.join(app)}\ncopy_env=True\n"
        )
        return (str(bin_directory / "circusd"), "--log-level", "critical", str(file))

    return Contender("circus", words, init=False)
