"""What a test asks the database of an example."""

import subprocess
from typing import Self

from tests.container.docker import PATIENCE, Life


class Session:
    """One connection to the example's database: its locks go with it."""

    def __init__(self, database: Life) -> None:
        psql = ["psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--username", "guestbook"]
        self._psql = subprocess.Popen(
            ["docker", "exec", "-i", database.id, *psql], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, query: str) -> str:
        """Its only value."""
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        self._psql.stdin.write(f"{query};\n")
        self._psql.stdin.flush()
        return self._psql.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._psql.communicate(timeout=PATIENCE)
