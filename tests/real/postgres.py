"""A PostgreSQL of the tests' own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.harness import PATIENCE

_INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
READY = "database system is ready to accept connections"
USER = "postgres"

needs_postgres = pytest.mark.skipif(
    not _INSTALLED or os.geteuid() != 0,
    reason="PostgreSQL is not installed" if not _INSTALLED else "to become PostgreSQL's user takes root",
)


class Cluster:
    """A new cluster in a directory that PostgreSQL's user can reach, and gets."""

    def __init__(self, directory: Path) -> None:
        shutil.chown(directory, USER, USER)
        self.directory = directory
        self.data = directory / "data"
        options = ["--auth", "trust", "--no-locale", "--encoding", "UTF8", "--no-sync"]
        subprocess.run(
            [program("initdb"), "--pgdata", str(self.data), *options],
            check=True,
            capture_output=True,
            user=USER,
            group=USER,
            extra_groups=(),
            cwd=directory,
            timeout=PATIENCE,
        )

    def server(self, *options: str) -> list[str]:
        """The command of the server. It listens at a socket in the directory, and at no port.

        Its shared memory is in its own files: in /dev/shm one that is killed would leave it behind.
        """
        where = ["-k", str(self.directory), "-c", "listen_addresses=", "-c", "dynamic_shared_memory_type=mmap"]
        return [program("postgres"), "-D", str(self.data), *where, *options]

    def client(self, *options: str) -> list[str]:
        return [program("psql"), "--no-psqlrc", "--host", str(self.directory), "--username", USER, *options]

    def ask(self, query: str) -> str:
        command = self.client("--tuples-only", "--no-align", "--command", query)
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE).stdout.strip()


def program(name: str) -> str:
    return str(_INSTALLED[-1].with_name(name))
