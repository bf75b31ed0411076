"""What a test may need of the machine; without it the test is skipped, with this reason."""

import os
import shutil

import pytest


def program(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")


ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="root is needed to change users, ownership or mounts")
STRACE = program("strace")
