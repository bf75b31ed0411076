"""Values that `alive` does not take: the fix is a line that it does."""

import pytest

from lifeinit.config.parser import examine, parse


def fix(text: str) -> str:
    (problem,) = [one for one in examine(text.encode()).problems if one.code != "W205"]
    return problem.help


@pytest.mark.parametrize(
    ("value", "own"),
    [
        ('"5s"', '{ watchdog = "5s" }'),
        ('"curl -f http://a:1/x"', '{ http = "http://a:1/x" }'),
        ('"curl -f -H a:b http://a:1/x"', '{ command = "curl -f -H a:b http://a:1/x" }'),
        ('"/usr/bin/ask me"', '{ command = "/usr/bin/ask me" }'),
        ('["redis-cli", "ping"]', '{ command = ["redis-cli", "ping"] }'),
        ('["CMD-SHELL", "redis-cli ping"]', '{ command = "redis-cli ping" }'),
        ('"localhost:8000/healthz"', '"http://localhost:8000/healthz"'),
        ('"localhost/healthz"', '"http://localhost/healthz"'),
        ('"[::1]:8000/"', '"http://[::1]:8000/"'),
    ],
)
def test_the_line_that_was_meant(value: str, own: str) -> None:
    """In [app], where alive does not stand, it comes with the place: one step."""
    assert fix(f"alive = {value}") == f"write alive = {own}"
    assert fix(f"[app]\nalive = {value}") == f"write alive = {own} above the first [table] of the file"
    parse(f"alive = {own}".encode())


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        (
            "alive = true",
            'write alive = "watchdog" for an app that sends WATCHDOG=1, or the URL of its health check',
        ),
        ("alive = false", "remove it: without it nothing is checked"),
        ('[[alive]]\nwatchdog = "5s"', "write one table, [alive] instead of [[alive]]"),
        (
            '[process.web]\ncommand = "x"\n[[process.web.alive]]\nwatchdog = "5s"',
            "write one table, [process.web.alive] instead of [[process.web.alive]]",
        ),
        (
            'alive = "/healthz"',
            'write "http://127.0.0.1:8000/healthz" with the port of the app, or "unix:///healthz" for a socket',
        ),
        ('alive = "/run/app.sock"', 'did you mean "unix:///run/app.sock"?'),
        ('alive = { http = "/healthz" }', 'write "http://127.0.0.1:8000/healthz" with the port of the app'),
        ('alive = { http = "localhost:80/x" }', 'write "http://localhost:80/x"'),
        ('alive = { http = "healthz" }', 'begin it with "http://" or "https://"'),
        ('[app]\nalive = "notify"', 'write alive = "watchdog" above the first [table] of the file'),
        ("[app]\nalive = true", 'write alive = "watchdog" above the first [table] of the file'),
        ("watchdog = true", 'write alive = "watchdog"'),
        ('watchdog = "20s"', 'write alive = { watchdog = "20s" }'),
        ("alive = { watchdog = true }", 'write watchdog = "30s"'),
    ],
)
def test_what_was_meant(text: str, help_: str) -> None:
    assert fix(text) == help_


def test_no_password_is_repeated() -> None:
    (problem,) = examine(b'alive = ["curl", "http://u:secret@a/", "-H", "x"]').problems
    assert "secret" not in problem.sentence
    assert "secret" not in fix('alive = "curl http://u:secret@a/"')


@pytest.mark.parametrize("restart", ["on-watchdog", "on-unhealthy"])
@pytest.mark.parametrize("table", ["", "[app]"])
def test_a_restart_of_a_hung_app_is_a_matter_of_alive(restart: str, table: str) -> None:
    """In [app] and above it, where it does not stand: one step."""
    assert fix(f'{table}\nrestart = "{restart}"') == 'remove it, and write on_failure = "restart" in alive'


def test_a_choice_of_another_tool_moves_with_its_value() -> None:
    assert fix('restart = "unless-stopped"') == 'write restart = "always" below [app]'
    assert fix('[Service]\nRestart = "on-abnormal"') == 'write restart = "on-failure" below [app]'


def test_the_signal_of_a_watchdog_is_not_that_of_every_stop() -> None:
    found = fix('WatchdogSignal = "SIGABRT"')
    assert found == "remove it: an unhealthy app gets stop_signal, as in every other stop"
