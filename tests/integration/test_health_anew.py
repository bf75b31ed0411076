"""`lifeinit health` without `alive`: one new try of what `ready` names, of an app that was ready once."""

import os
import re
import socket
import struct
import sys
import threading
import time
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import Running, children, listener
from tests.integration.servers import Certified, asked, full_socket, says, serving, status
from tests.integration.test_status import Family

OK, SICK = status(200), status(503)
READY = 'post_start = "echo up"\n'


def up(init: Start, ready: str, hook: str = READY, env: dict[str, str] | None = None) -> Family:
    """An app that is ready, and waits for its end."""
    running: Running = init(*listener("TERM=0"), hooks=f"{ready}\n{hook}", env=env)
    assert sorted([running.line(), running.line()]) == ["ready", "up"]
    return Family(running)


@pytest.mark.parametrize("through_click", [False, True])
def test_an_app_that_does_not_answer_any_more(init: Start, through_click: bool) -> None:
    """It was ready for ever: whoever replaced curl by `lifeinit health` had a check that could not turn red."""
    pid = ["--pid", "1"] if through_click else []
    with serving(says(OK, OK, SICK, OK)) as port:
        here = up(init, f'ready = "http://127.0.0.1:{port}/x"')
        assert here.ask("health", *pid).status == 0
        assert here.ask("health", *pid) == (1, f"unhealthy: app: answered 503 (http://127.0.0.1:{port}/x)\n", "")
        answer = here.ask("health", *pid)
        assert (answer.status, answer.out.partition(":")[0]) == (0, "ready")
    sentence = f"unhealthy: app: connection refused (http://127.0.0.1:{port}/x)\n"
    assert here.ask("health", *pid) == (1, sentence, "")
    assert here.ask("health", "-q", *pid) == (1, "", "")


def test_a_target_with_a_query(init: Start) -> None:
    """It was not published as it may hold a secret, and a hang went unnoticed. `status` hides what may be one."""
    with serving(says(OK, OK, SICK)) as port:
        here = up(init, f'ready = "http://me:secret@127.0.0.1:{port}/x?key=secret"')
        assert here.ask("health").status == 0
        answer = here.ask("health")
        assert (answer.status, answer.err) == (1, "")
        assert "answered 503" in answer.out
        shown = here.ask("status", "--json").out
        assert f'"target": "http://...@127.0.0.1:{port}/x?..."' in shown
        assert "secret" not in answer.out + shown


def test_what_alive_knows_is_not_asked_again(init: Start) -> None:
    """It says why, and since when."""
    answers, requests = [OK], 0

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        stream.sendall(answers[-1])

    with serving(handle) as port:
        table = f'[alive]\nhttp = "http://127.0.0.1:{port}"\ninterval = "1h"\nfailures = 1\non_failure = "warn"\n'
        here = up(init, f'ready = "http://127.0.0.1:{port}"\n{READY}{table}', hook="")
        assert here.ask("health").status == 0
        assert requests == 1
        here.running.end()
    with serving(handle) as port:
        table = f'[alive]\nhttp = "http://127.0.0.1:{port}"\ninterval = "50ms"\nfailures = 1\non_failure = "warn"\n'
        here = up(init, f'ready = "http://127.0.0.1:{port}"\n{READY}{table}', hook="")
        answers.append(SICK)
        while not any("app is unhealthy" in line for line in here.running.stderr()):
            assert here.running.process.poll() is None
        while (answer := here.ask("health")).status == 0:  # the line comes a moment before the state that health reads
            assert here.running.process.poll() is None
        why = re.escape(f"answered 503 (http://127.0.0.1:{port})")
        assert re.fullmatch(rf"unhealthy: app for \d+ s: {why}\n", answer.out), answer
        assert answer.status == 1


def test_one_that_hangs_holds_it_no_longer_than_its_timeout(init: Start) -> None:
    requests = 0

    def handle(stream: socket.socket) -> None:
        nonlocal requests
        asked(stream)
        requests += 1
        if requests == 1:
            stream.sendall(OK)
        else:
            stream.recv(1)

    with serving(handle) as port:
        here = up(init, f'ready = "http://127.0.0.1:{port}"')
        began = time.monotonic()
        for words in (["--timeout", "200ms"], ["--timeout=0.2"], ["--timeout", "200ms", "--pid", "1"]):
            sentence = f"unhealthy: app: no answer within 0.2 s (http://127.0.0.1:{port})\n"
            assert here.ask("health", *words).out in {sentence, sentence.replace(f" (http://127.0.0.1:{port})", "")}
        env = {"LIFEINIT_HEALTH_TIMEOUT": "200ms"}
        assert here.ask("health", env=env).status == 1
        assert time.monotonic() - began < 15


@pytest.mark.parametrize("words", [["--timeout", "0"], ["--timeout", "soon"], ["--timeout"], ["--timeout=-1s"]])
def test_a_timeout_that_is_none(init: Start, words: list[str]) -> None:
    here = up(init, 'ready = "1ms"')
    answer = here.ask("health", *words)
    assert (answer.status, answer.out) == (2, "")
    assert "--timeout" in answer.err


def test_sockets(init: Start, tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        here = up(init, f'ready = "unix://{path}"')
        assert here.ask("health").status == 0
    path.unlink()
    assert here.ask("health") == (1, f"unhealthy: app: no such file (unix://{path})\n", "")
    with full_socket(path):
        assert here.ask("health", "--timeout", "200ms").out == "unhealthy: app: no answer within 0.2 s\n"


def test_certificates(init: Start, tmp_path: Path) -> None:
    """`insecure` is heeded, and so is the app's SSL_CERT_FILE."""
    certified = Certified(tmp_path)
    with serving(certified.handle) as port:
        here = up(init, f'ready = {{ http = "https://localhost:{port}", insecure = true }}')
        assert here.ask("health").status == 0
    certified = Certified(tmp_path)
    with serving(certified.handle) as port:
        here = up(init, f'ready = "https://localhost:{port}"', env={"SSL_CERT_FILE": str(certified.authority)})
        assert here.ask("health", env={"SSL_CERT_FILE": "/nowhere"}).status in {0, 1}


def test_variables_are_the_apps(init: Start) -> None:
    """Not those of whoever asks; a variable that the app has overwritten is lifeinit's."""
    with serving(says(OK)) as port:
        hooks = f'ready = "http://127.0.0.1:$PORT/"\n[app.environment]\nPORT = "{port}"\n'
        running = init(*listener("TERM=0"), hooks=READY + hooks, env={"PORT": "1"})
        assert sorted([running.line(), running.line()]) == ["ready", "up"]
        assert Family(running).ask("health", env={"PORT": "2"}).status == 0
    with serving(says(SICK)) as other:
        env = {"PORT": str(other)}
        assert Family(running).ask("health", env=env).out == (
            f"unhealthy: app: connection refused (http://127.0.0.1:{port}/)\n"
        )


def test_a_file_or_a_time_is_not_asked_again(init: Start, tmp_path: Path) -> None:
    app = ["sh", "-c", f"touch {tmp_path}/up; exec {' '.join(listener('TERM=0'))}"]
    running = init(*app, hooks=f'ready = "file://{tmp_path}/up"\n{READY}')
    assert sorted([running.line(), running.line()]) == ["ready", "up"]
    (tmp_path / "up").unlink()
    assert Family(running).ask("health").status == 0


# Whose rights it has.


@needs.ROOT
def test_root_asks_as_the_user_of_the_app(init: Start) -> None:
    """The app, which may be a traitor, could see root connect, and have root parse what it answers."""
    peers: list[tuple[int, int]] = []
    path = f"/run/lifeinit-test-{os.getpid()}.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    Path(path).chmod(0o777)
    server.listen()

    def serve() -> None:
        while True:
            try:
                stream, _ = server.accept()
            except OSError:
                return
            _, uid, gid = struct.unpack("3i", stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            peers.append((uid, gid))
            stream.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        hooks = f'ready = "unix://{path}"\n{READY}[app]\nuser = "4711:4712"\n'
        running = init("/bin/sh", "-c", "echo ready; while :; do read x; done </dev/zero", hooks=hooks)
        assert sorted([running.line(), running.line()]) == ["ready", "up"]
        before = len(peers)
        assert Family(running).ask("health").status == 0
        assert set(peers[before:]) == {(4711, 4712)}
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.close()
        Path(path).unlink()


@needs.ROOT
def test_the_network_of_another_container_is_not_asked(init: Start) -> None:
    """There the same address is another server."""
    with serving(says(OK)) as port:
        here = up(init, f'ready = "http://127.0.0.1:{port}"')
        answer = here.ask("health", before=("unshare", "--net"))
    assert answer == (
        1,
        "",
        "lifeinit: cannot ask the app: lifeinit has another net namespace: run this command in its container\n",
    )


def test_nothing_of_it_is_left(init: Start) -> None:
    """Also where a process of its own hangs: PID 1 has the children that it had."""
    with serving(says(OK, OK)) as port:
        here = up(init, f'ready = "http://127.0.0.1:{port}"')
        before = children(here.running.pid)
        assert here.ask("health").status == 0
        assert set(children(here.running.pid)) <= set(before)


def test_it_imports_little(init: Start) -> None:
    """Neither click nor what `urllib`, `socket` and `ssl` bring. lifeinit's own modules are not listed."""
    with serving(says(OK)) as port:
        here = up(init, f'ready = "http://127.0.0.1:{port}"')
        answer = here.ask("health", "--timeout", "3s", before=(sys.executable, "-X", "importtime"))
    assert answer.status == 0
    imported = {line.rpartition("|")[2].strip() for line in answer.err.splitlines()}
    assert "_socket" in imported  # it has tried anew
    assert not {"click", "re", "json", "enum", "socket", "ssl", "urllib", "math", "ctypes"} & imported
