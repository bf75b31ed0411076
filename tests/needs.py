"""What a test may need of the machine; without it the test is skipped, with this reason."""

import os
import shutil
from pathlib import Path

import pytest

_CAPABILITIES = 1 << 21 | 1 << 2  # SYS_ADMIN and DAC_READ_SEARCH: root in a container has neither. capabilities(7)


def _is_root() -> bool:
    status = Path("/proc/self/status").read_text()
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    return os.geteuid() == 0 and effective & _CAPABILITIES == _CAPABILITIES


def program(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")


ROOT = pytest.mark.skipif(not _is_root(), reason="root with all capabilities is needed")
STRACE = program("strace")
