"""What differs from one version of a shell to the next."""

import subprocess
from typing import Final

# Debian 13 has a dash that knows the option, Debian 12 one that exits.
SH_HAS_PIPEFAIL: Final = (
    subprocess.run(["/bin/sh", "-c", "set -o pipefail"], check=False, capture_output=True).returncode == 0
)
