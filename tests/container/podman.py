"""Podman, with storage of its own and in namespaces of its own: as root, or as a user without rights."""

import pwd
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.container.docker import PATIENCE, docker
from tests.integration.harness import LIFEINIT

ROOTLESS = "lifeinit-rootless"  # whoever wants the rootless tests makes this user: useradd --create-home
# Podman leaves processes behind that only its own commands end: they live in a PID namespace, below a lifeinit. crun
# wants either version of cgroups, not one with controllers beside the other.
PREPARE = 'mount --make-rshared /; umount /sys/fs/cgroup/unified 2>&-; echo ready; exec "$@"'
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]


def why_not(rootless: bool) -> str:
    """Why Podman cannot be tested here; empty where it can."""
    for program in ("podman", "crun", "nsenter"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if rootless and ROOTLESS not in {user.pw_name for user in pwd.getpwall()}:
        return f"there is no user {ROOTLESS}"
    return ""


class Podman:
    """To be used in a `with`. `image` is one of Docker's, which is handed over flat."""

    def __init__(self, image: str, rootless: bool) -> None:
        # Not below pytest's directory, which is closed to others, and whose path is too long for conmon's sockets.
        self._place = Path(tempfile.mkdtemp(prefix="lifeinit-", dir="/var/tmp"))
        self._place.chmod(0o755)
        self._as_user: list[str] = []
        home = self._place / "home"
        home.mkdir(mode=0o700)
        if rootless:
            shutil.chown(home, ROOTLESS, ROOTLESS)
            self._as_user = ["setpriv", "--reuid", ROOTLESS, "--regid", ROOTLESS, "--init-groups"]
        variables = [f"HOME={home}", f"XDG_RUNTIME_DIR={home}", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
        self._environment = ["env", "-i", "-C", str(home), *variables]
        storage = ["--root", str(home / "root"), "--runroot", str(home / "run"), "--storage-driver", "overlay"]
        self._podman = ["podman", *storage, "--runtime", "crun", "--cgroup-manager", "cgroupfs"]
        self._image = image

    def __enter__(self) -> Self:
        command = [*NAMESPACES, "sh", "-c", PREPARE, "-", str(LIFEINIT), "--", "sleep", "infinity"]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n"
        try:
            self._take_image()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self("rm", "--all", "--force", "--time", "0", check=False)
        self._holder.kill()
        self._holder.wait()
        assert self._holder.stdout is not None
        self._holder.stdout.close()
        shutil.rmtree(self._place)

    def _take_image(self) -> None:
        container = docker("create", self._image).strip()
        try:
            changes = ['ENTRYPOINT ["lifeinit", "--"]', "ENV PATH=/opt/venv/bin:/usr/bin:/bin", "USER 10001:10001"]
            options = [option for change in changes for option in ("--change", change)]
            with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
                subprocess.run(
                    [*self._command("import", *options, "-", "lifeinit-test")],
                    stdin=export.stdout, check=True, capture_output=True, timeout=PATIENCE,
                )  # fmt: skip
        finally:
            docker("rm", container)

    def _command(self, *arguments: str) -> list[str]:
        (inside,) = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text().split()
        enter = ["nsenter", "--target", inside, "--mount", "--pid"]
        return [*enter, *self._as_user, *self._environment, *self._podman, *arguments]

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """What `podman ARGUMENTS` prints to stdout."""
        done = subprocess.run(
            self._command(*arguments), check=False, capture_output=True, text=True, timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"podman {' '.join(arguments)}: {done.stderr}{done.stdout}"
        return done.stdout

    def run(self, *command: str, options: Sequence[str] = (), env: dict[str, str] | None = None) -> "PodmanContainer":
        """Start it, with hooks in variables and without a network. The limits are ours: rootless may not raise them."""
        limits = [
            f"--ulimit={name}={hard}:{hard}"
            for name, kind in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC))
            for hard in [resource.getrlimit(kind)[1]]
        ]
        variables = [f"--env={name}={value}" for name, value in {"LIFEINIT_CONFIG": "/dev/null", **(env or {})}.items()]
        return PodmanContainer(
            self, self("run", "-d", "--network=none", *limits, *variables, *options, "lifeinit-test", *command).strip()
        )


class PodmanContainer:
    def __init__(self, podman: Podman, name: str) -> None:
        self._podman = podman
        self.name = name

    def until(self, text: str) -> None:
        """Until its log holds this."""
        deadline = time.monotonic() + PATIENCE
        while text not in (log := self._podman("logs", self.name)):
            assert time.monotonic() < deadline, log

    def ends(self) -> tuple[int, list[str]]:
        """Wait for its end: the status, and what the app and the hooks have printed."""
        status = int(self._podman("wait", self.name))
        return status, self._podman("logs", self.name).splitlines()
