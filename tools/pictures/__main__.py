"""`python -m tools.pictures`: records the example anew, and draws all pictures."""

import subprocess
import tempfile
from pathlib import Path

from tools.pictures import social, terminal
from tools.pictures.recording import ROOT, record

TERMINAL, SOCIAL = ROOT / "docs/terminal.svg", ROOT / "docs/social.svg"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        TERMINAL.write_text(terminal.picture(record(Path(data))), encoding="utf-8")
    SOCIAL.write_text(social.picture(), encoding="utf-8")
    # GitHub and chat programs take no SVG.
    subprocess.run(["rsvg-convert", "-o", SOCIAL.with_suffix(".png"), SOCIAL], check=True)
