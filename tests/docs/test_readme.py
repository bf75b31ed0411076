"""What README.md shows is what there is to see."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, blocks_of
from tests.docs.sessions import comparable
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, base_environment
from tests.real.tools import until

SHOWN = [block.text for block in blocks_of(ROOT / "README.md") if block.argument == "tests/docs/test_readme.py"]
TWO_MISTAKES = """
pre_strat = "python manage.py migrate"

[[post_stop]]
command = "true"
timeout = "5"
"""


def test_the_shop(init: Start, tmp_path: Path) -> None:
    """The command of its block, on a free port: what lifeinit, the hooks and the app print, up to the end."""
    (run,) = (block.text for block in blocks_of(ROOT / "README.md") if block.marker == "run")
    command = run.partition("cd examples && ")[2]
    assert command == "../.venv/bin/lifeinit --config ../hooks.example.toml -- ../.venv/bin/python shop.py serve\n"
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
    shown = SHOWN[0].replace("^C", "").replace("port 8000", f"port {port}")
    assert comparable("\n".join(said)) == comparable(shown.strip("\n"))
    assert running.status() == 0


def test_the_check(tmp_path: Path) -> None:
    (tmp_path / "hooks.toml").write_text(TWO_MISTAKES.lstrip("\n"))
    command = [str(LIFEINIT), "check", "--no-preflight"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, env=base_environment())
    assert (done.returncode, done.stderr) == (1, "")
    assert re.sub(r" +$", "", done.stdout, flags=re.MULTILINE) == SHOWN[1]
