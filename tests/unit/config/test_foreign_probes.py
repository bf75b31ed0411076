"""The health checks of other tools as a line of a hook file: the line is right, and asks the same."""

import pytest

from lifeinit.config.parser import examine, parse


def fix(text: str) -> str:
    (problem,) = examine(text.encode()).problems
    assert problem.code == "E103"
    return problem.help


LIVENESS = """\
[livenessProbe]
httpGet = { path = "/healthz", port = 8080 }
initialDelaySeconds = 3
periodSeconds = 3
timeoutSeconds = 1
failureThreshold = 5
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('WatchdogSec = "30"', 'alive = { watchdog = "30s" }'),
        ("WatchdogSec = 90", 'alive = { watchdog = "1m30s" }'),
        ('watchdog-sec = "1min 20s"', 'alive = { watchdog = "1m20s" }'),
        ('WatchdogSec = "20 sec"', 'alive = { watchdog = "20s" }'),
        ('[Service]\nWatchdogSec = "500ms"', 'alive = { watchdog = "500ms" }'),
        ("WatchdogSec = true", 'alive = { watchdog = "30s" }'),
        (
            LIVENESS,
            'alive = { http = "http://127.0.0.1:8080/healthz", interval = "3s", timeout = "1s", failures = 5 }',
        ),
        (
            'livenessProbe = { httpGet = { port = 8443, scheme = "HTTPS", path = "x", host = "a" } }',
            'alive = { http = "https://a:8443/x", insecure = true }',
        ),
        ("livenessProbe = { tcpSocket = { port = 5432 } }", 'alive = { tcp = "127.0.0.1:5432" }'),
        ('livenessProbe = { exec = { command = ["cat", "/x"] } }', 'alive = { command = ["cat", "/x"] }'),
        (
            "startupProbe = { tcpSocket = { port = 80 }, periodSeconds = 2, failureThreshold = 30 }",
            'ready = { tcp = "127.0.0.1:80", interval = "2s", timeout = "1m" }',
        ),
        (
            "readinessProbe = { tcpSocket = { port = 80 }, periodSeconds = 2, failureThreshold = 30 }",
            'ready = { tcp = "127.0.0.1:80", interval = "2s" }',
        ),
        (
            (
                '[healthcheck]\ntest = ["CMD", "curl", "-f", "http://localhost:8000/"]\ninterval = "1m30s"\n'
                'timeout = "10s"\nretries = 3'
            ),
            'alive = { http = "http://localhost:8000/", interval = "1m30s", timeout = "10s", failures = 3 }',
        ),
        ('HEALTHCHECK = "curl -f http://localhost/ || exit 1"', 'alive = { http = "http://localhost/" }'),
        (
            'healthcheck = { test = "x", interval = "5s", timeout = "30s", start_period = "40s" }',
            'alive = { command = "x", interval = "5s", timeout = "15s" }',
        ),
        ('healthcheck = ["CMD-SHELL", "redis-cli ping"]', 'alive = { command = "redis-cli ping" }'),
        ('healthcheck = "http://localhost/"', 'alive = { http = "http://localhost/" }'),
        ('livenessProbe = { httpGet = { port = "8080" } }', 'alive = { http = "http://127.0.0.1:8080/" }'),
        (  # more than a plain request
            'healthcheck = { test = "curl -H Host:x http://localhost/" }',
            'alive = { command = "curl -H Host:x http://localhost/" }',
        ),
        (
            'healthcheck = { test = "curl -s http://localhost/ | grep ok" }',
            'alive = { command = "curl -s http://localhost/ | grep ok" }',
        ),
        (
            'healthcheck = { test = "curl -kfsS -m 2 -o /dev/null https://localhost/ || exit 1" }',
            'alive = { http = "https://localhost/", insecure = true }',
        ),
        (
            'healthcheck = { test = ["CMD", "wget", "-q", "--spider", "http://localhost/"] }',
            'alive = { http = "http://localhost/" }',
        ),
        ('healthcheck = { test = ["CMD", "ask", "http://a/"] }', 'alive = { command = ["ask", "http://a/"] }'),
        ('healthcheck = { test = "ask http://a/" }', 'alive = { command = "ask http://a/" }'),
        ('healthcheck = { test = "celery inspect ping" }', 'alive = { command = "celery inspect ping" }'),
        (
            'healthCheck = { command = ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], retries = 2 }',
            'alive = { http = "http://localhost/", failures = 2 }',
        ),
    ],
)
def test_a_health_check_becomes_a_line(text: str, line: str) -> None:
    assert fix(text) == f"write {line} at the top"
    parse(line.encode())


@pytest.mark.parametrize(
    "text",
    [
        "livenessProbe = 1",
        "livenessProbe = { grpc = { port = 50051 } }",
        'livenessProbe = { httpGet = { port = "http" } }',
        'livenessProbe = { httpGet = { port = 80, httpHeaders = [{ name = "a", value = "b" }] } }',
        "livenessProbe = { httpGet = { port = 0 } }",
        'healthcheck = { test = "curl http://u:secret@a/" }',
        'healthcheck = { test = ["CMD", "lifeinit", "health"] }',
        f'healthcheck = {{ test = "{"x" * 300}" }}',
    ],
)
def test_no_target_is_invented(text: str) -> None:
    """What cannot be told is only an example."""
    example = 'alive = "http://127.0.0.1:8000/healthz"'
    assert fix(text) == f"write alive at the top with the URL of the app, for example {example}"


def test_a_probe_makes_no_second_ready_or_alive() -> None:
    probe = "{ tcpSocket = { port = 80 } }"
    found = fix(f'alive = "watchdog"\nlivenessProbe = {probe}')
    assert found == 'write alive = { tcp = "127.0.0.1:80" } in place of your alive'
    found = fix(f'ready = "5s"\nreadinessProbe = {probe}')
    assert found == 'write ready = { tcp = "127.0.0.1:80" } in place of your ready'


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ('test = ["CMD-SHELL", "redis-cli ping"]', 'command = "redis-cli ping"'),
        ('test = ["CMD", "redis-cli", "ping"]', 'command = ["redis-cli", "ping"]'),
        ('test = ["redis-cli", "ping"]', 'command = ["redis-cli", "ping"]'),
        ('test = "curl -f http://a:1/"', 'http = "http://a:1/"'),
        ('httpGet = { port = 81, path = "/x" }', 'http = "http://127.0.0.1:81/x"'),
        ("tcpSocket = { port = 81 }", 'tcp = "127.0.0.1:81"'),
        ('exec = { command = ["cat", "/x"] }', 'command = ["cat", "/x"]'),
        ('url = "http://a:1/"', 'http = "http://a:1/"'),
        ("port = 81", 'tcp = "127.0.0.1:81"'),
        ('WatchdogSec = "20"', 'watchdog = "20s"'),
    ],
)
def test_what_another_tool_asks_in_a_table_of_ours(line: str, own: str) -> None:
    """And nothing is said of a target that is missing."""
    (problem,) = examine(f"[alive]\n{line}".encode()).problems
    assert problem.help == f"write {own}"
    parse(f"[alive]\n{own}".encode())


@pytest.mark.parametrize(
    "text",
    [
        "WatchdogSec = 0",
        'WatchdogSec = "infinity"',
        "healthcheck = { disable = true }",
        'healthcheck = { test = ["NONE"] }',
    ],
)
def test_a_health_check_that_is_off_needs_no_line(text: str) -> None:
    assert fix(text) == "remove it: without it nothing is checked"


def test_in_a_process_the_line_stays_there() -> None:
    text = f'[process.web]\ncommand = "x"\n{LIVENESS.replace("[", "[process.web.")}'
    assert fix(text).startswith('write alive = { http = "http://127.0.0.1:8080/healthz"')
    assert not fix(text).endswith("at the top")


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("periodSeconds = 5", "write interval = 5"),
        ("timeoutSeconds = 2", "write timeout = 2"),
        ("failureThreshold = 4", "write failures = 4"),
        ("successThreshold = 1", "remove it: one success is enough"),
        ("initialDelaySeconds = 3", "remove it: alive is first checked when the app is ready"),
    ],
)
def test_the_words_of_kubernetes_in_a_table_of_ours(line: str, own: str) -> None:
    assert fix(f'[alive]\ntcp = "a:1"\n{line}') == own
