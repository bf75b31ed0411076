"""The file of LIFEINIT_ENV: what its lines say, and what cannot be read."""

import pytest

from lifeinit.engine import env_file


def test_a_file_of_exports_that_cannot_be_read() -> None:
    """A regular file, whose first byte nobody can read."""
    sentence = "LIFEINIT_ENV cannot be read: Input/output error"
    with open("/proc/self/mem", "rb") as memory, pytest.raises(env_file.ExportError, match=sentence):
        env_file.read(memory.fileno())
