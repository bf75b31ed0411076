"""Servers that know nothing of TERM: below lifeinit it ends them, as PID 1 themselves they would not notice."""

import signal
import sys
from pathlib import Path

import pytest

from tests.integration.harness import Running, base_environment
from tests.real.conftest import ONE_STREAM, Run
from tests.real.tools import answer, ask, serving

SHOP = """
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    return "open"
"""
FILES = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]


@pytest.mark.parametrize(("name", "status"), [("TERM", 143), ("INT", 0)])
def test_pythons_file_server(run: Run, tmp_path: Path, name: str, status: int) -> None:
    """It dies of TERM, and takes INT for a Ctrl-C that ends it well."""
    (tmp_path / "index.html").write_text("open")
    running = run(*FILES)
    assert answer(ask(serving(running))) == (200, "open")
    running.send(signal.Signals[f"SIG{name}"])
    assert running.status() == status


def test_flasks_development_server(run: Run, applications: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    running = run(str(applications / "flask"), "--app", "shop", "run", "--port", "0")
    assert answer(ask(serving(running))) == (200, "open")
    running.send(signal.SIGTERM)
    assert running.rest()[-1] == "lifeinit: app exited 143 (SIGTERM)"
    assert running.status() == 143


@pytest.mark.usefixtures("namespaces")
def test_as_pid_1_a_server_ignores_term(tmp_path: Path) -> None:
    """The control: the kernel gives PID 1 no default action, so the server goes on."""
    (tmp_path / "index.html").write_text("open")
    running = Running([*ONE_STREAM, *FILES], tmp_path, base_environment())
    try:
        port = serving(running)
        running.send(signal.SIGTERM)
        assert answer(ask(port)) == (200, "open")
    finally:
        running.end()
