"""What README.md shows is what there is to see."""

import signal
import socket
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, blocks_of
from tests.docs.sessions import comparable
from tests.integration.conftest import Start
from tests.real.tools import until
from tools.pictures import terminal
from tools.pictures.recording import COMMAND


def test_the_shop(init: Start, tmp_path: Path) -> None:
    """The command of its block, on a free port, prints what the recording shows."""
    (run,) = (block.text for block in blocks_of(ROOT / "README.md") if block.marker == "run")
    command = run.partition("cd examples && ")[2]
    assert command == "../.venv/bin/lifeinit --config ../hooks.example.toml -- ../.venv/bin/python shop.py serve\n"
    assert command.replace("../.venv/bin/", "").replace("python ", "python3 ").rstrip() == COMMAND
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--config", str(ROOT / "hooks.example.toml")]
    in_examples = ("sh", "-c", f'cd {ROOT}/examples && exec "$@" 2>&1', "sh")
    env = {"PORT": str(port), "SHOP_DATA": str(tmp_path)}
    running = init(sys.executable, "shop.py", "serve", options=options, env=env, through=in_examples)
    said = until(running, "post_start announce: ok")
    running.send(signal.SIGINT)
    said += running.rest()
    shown = "\n".join(line.text for line in terminal.read((ROOT / "docs/terminal.svg").read_text()))
    shown = shown.replace("^C", "").replace("port 8000", f"port {port}")
    assert comparable("\n".join(said)) == comparable(shown)
    assert running.status() == 0
