"""`Container(alive=...)`: the values of the hook file, with its sentences."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from lifeinit import Container, UsageError
from lifeinit.api.container import read_alive
from lifeinit.config import parser


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("watchdog", '"watchdog"'),
        ("http://127.0.0.1:8000/healthz", '"http://127.0.0.1:8000/healthz"'),
        ({"watchdog": timedelta(minutes=2), "on_failure": "warn"}, '{ watchdog = "2m", on_failure = "warn" }'),
        ({"command": ("test", "-e", Path("/run/up"))}, '{ command = ["test", "-e", "/run/up"] }'),
        ({"tcp": "127.0.0.1:80", "interval": 1, "failures": 2}, '{ tcp = "127.0.0.1:80", interval = 1, failures = 2 }'),
        ({"watchdog": "500ms"}, '{ watchdog = "500ms" }'),  # check warns of it
    ],
)
def test_the_values_are_those_of_the_hook_file(value: object, written: str) -> None:
    read = read_alive(value)
    assert read is not None
    assert read == parser.parse(f"alive = {written}".encode()).app.alive


def test_unset() -> None:
    assert read_alive(None) is None


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            8000,
            'alive is a number "8000", which may be a port: write "tcp://127.0.0.1:8000" or "http://127.0.0.1:8000/',
        ),
        ("5s", 'alive is "5s", a duration, which only ready takes: write alive = { watchdog = "5s" }'),
        ({"htp": "x"}, 'unknown key "htp": did you mean "http"?'),
        ({"watchdog": timedelta()}, 'watchdog is "0'),
        ({"http": "http://web/", "on_failure": "abort"}, 'on_failure is "abort": did you mean "stop"?'),
        ({"http": "http://web/", "timeout": "1m"}, 'timeout is "1m", and interval times failures is only 30 s'),
    ],
)
def test_a_wrong_value_has_the_sentence_of_the_hook_file(value: object, sentence: str) -> None:
    """It is raised where the container is made, before anything is started."""
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        Container(alive=value)  # type: ignore[arg-type]
