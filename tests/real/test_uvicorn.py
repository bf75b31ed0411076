"""uvicorn with a FastAPI app: a graceful stop that ends in a death by the very signal."""

import signal
from pathlib import Path

from tests.real.conftest import Run
from tests.real.tools import Gate, answer, ask, serving, until

SHOP = """
import contextlib
import os

from fastapi import FastAPI


@contextlib.asynccontextmanager
async def lifespan(app):
    yield
    os.write(1, b"the shop is closed\\n")


app = FastAPI(lifespan=lifespan)


@app.get("/order")
def order():
    os.write(1, b"ordering\\n")
    with open("gate") as gate:
        gate.readline()
    return "ordered"
"""


def stop(run: Run, applications: Path, gate: Gate, directory: Path, hooks: str) -> tuple[str, int]:
    """Stop it with a request in flight, which is answered, and the lifespan ends. Returns what lifeinit makes of it."""
    (directory / "shop.py").write_text(SHOP)
    running = run(str(applications / "uvicorn"), "--port", "0", "shop:app", hooks=hooks)
    order = ask(serving(running), "/order")
    until(running, "ordering")
    running.send(signal.SIGTERM)
    until(running, "Shutting down")
    gate.open()
    assert answer(order) == (200, '"ordered"')
    rest = running.rest()
    assert "the shop is closed" in rest
    return rest[-1], running.status()


def test_after_a_graceful_stop_uvicorn_dies_of_the_signal(
    run: Run, applications: Path, gate: Gate, tmp_path: Path
) -> None:
    """It raises the signal that it had caught, so its true status is 143."""
    assert stop(run, applications, gate, tmp_path, "") == ("lifeinit: app exited 143 (SIGTERM)", 143)


def test_success_exit_codes_make_it_a_success(run: Run, applications: Path, gate: Gate, tmp_path: Path) -> None:
    hooks = '[app]\nsuccess_exit_codes = ["SIGTERM"]\n'
    said = "lifeinit: app exited 143 (SIGTERM), which counts as success"
    assert stop(run, applications, gate, tmp_path, hooks) == (said, 0)
