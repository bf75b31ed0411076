"""gunicorn with an app that is in memory already: its settings, its worker, and when it is ready."""

import difflib
import http.client
import inspect
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lifeinit.api.settings import refuse, reject
from lifeinit.api.watchdog import Watchdog, watched_worker
from lifeinit.callbacks.errors import UsageError, described, quoted

Wsgi = Callable[..., Iterable[bytes]]

# Settings that are options of FlaskCeleryContainer, or would undo what makes gunicorn a process of a container.
_OPTIONS = {"bind": "bind", "workers": "workers", "threads": "threads", "loglevel": "log_level"}
_REFUSED = {
    "daemon": "the container would lose it",
    "pidfile": "it has no effect here",
    "wsgi_app": "the app is an argument",
    "config": "write the settings themselves",
    "check_config": "it starts nothing",
    "print_config": "it starts nothing",
}
_LAST_PORT = 65535
_TRY, _PAUSE = 5.0, 0.2  # seconds: how long one try may take, and what lies between two


def check_app(app: object) -> None:
    """Raises UsageError for what is no WSGI application, such as the factory of one."""
    if not callable(app):
        raise UsageError(f"app is {described(app)}: pass the WSGI application")
    try:
        inspect.signature(app).bind({}, print)
    except TypeError:
        name = getattr(app, "__name__", type(app).__name__)
        raise UsageError(f"app is {name}, which takes no request: pass what it returns, {name}()") from None
    except ValueError:
        pass  # a built-in function without a signature


def check_settings(settings: object) -> None:
    """Raises UsageError for a setting that gunicorn does not have, or would not take. gunicorn is installed."""
    from gunicorn.config import Config  # noqa: PLC0415

    if not isinstance(settings, Mapping):
        raise UsageError(f'gunicorn is {described(settings)}: write a dict such as {{"timeout": 60}}')
    config = Config()
    for name, value in settings.items():
        if name in _OPTIONS:
            raise UsageError(f'gunicorn holds "{name}", which has an option of its own: write {_OPTIONS[name]}=...')
        if name in _REFUSED:
            raise UsageError(f'gunicorn holds "{name}", which is not allowed here, as {_REFUSED[name]}: leave it out')
        if name not in config.settings:
            close = difflib.get_close_matches(str(name), config.settings, 1)
            hint = f'did you mean "{close[0]}"?' if close else "see its documentation for its settings"
            raise UsageError(f"gunicorn holds {quoted(name)}, which is not a setting of it: {hint}")
        try:
            config.set(name, value)
        except Exception as error:  # noqa: BLE001  # each setting has a function of its own that checks it
            raise UsageError(f"gunicorn holds {name} = {quoted(value)}, which it rejects: {error}") from None
    try:
        own = _of_environment(config)
    except (SystemExit, ValueError):  # it has said why, or a quotation mark is open
        refuse(f"GUNICORN_CMD_ARGS is {quoted(os.environ['GUNICORN_CMD_ARGS'])}, which gunicorn rejects")
    for name in own.keys() & _REFUSED.keys():
        refuse(f"GUNICORN_CMD_ARGS sets {name}, which is not allowed here, as {_REFUSED[name]}: leave it out")


def check_bind(bind: str) -> None:
    """Reject an address that gunicorn could not bind, or to which it would add a port of its own. It is installed."""
    from gunicorn.util import parse_address  # noqa: PLC0415

    try:
        address = parse_address(bind)
    except (RuntimeError, ValueError):
        address = ""
    _, colon, port = bind.rpartition(":")
    has_port = bool(colon) and port.isdecimal() and int(port) <= _LAST_PORT
    if address == "" or (isinstance(address, tuple) and not has_port):
        reject("bind", f"{quoted(bind)} is not an address: write HOST:PORT or unix:PATH")


def serve(
    app: Wsgi, own: Mapping[str, object], settings: Mapping[str, object], health: str | None, notify: Callable[[], None]
) -> None:
    """Run gunicorn. `own` are our settings, `settings` the user's; `notify` is called once it is ready."""
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415
    from gunicorn.arbiter import Arbiter  # noqa: PLC0415

    watchdog = Watchdog(os.environb)
    os.environb.pop(b"NOTIFY_SOCKET", None)  # gunicorn would send READY=1 before a worker has loaded the app
    defaults = {
        "user": os.geteuid(),  # gunicorn's own defaults are those of the process that imported it first
        "group": os.getegid(),
        "worker_class": "gthread",
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
        "control_socket_disable": True,  # since version 24; it would want a writable HOME
    }

    def load_config(server: BaseApplication) -> None:
        config = server.cfg
        for name, value in {**defaults, **own, **settings, **_of_environment(config)}.items():
            if name in config.settings:
                config.set(name, value)
        after_init, after_request = config.post_worker_init, config.post_request

        def post_worker_init(worker: Any) -> None:  # gunicorn has no types
            after_init(worker)
            _once_healthy(worker, health, notify)

        def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
            watchdog.beat()
            after_request(worker, request, environ, response)

        config.set("post_worker_init", post_worker_init)
        config.set("post_request", post_request)
        config.set("worker_class", watched_worker(watchdog, config.worker_class))

    server = type("Server", (BaseApplication,), {"load_config": load_config, "load": lambda _server: app})
    _arbiter_of_a_container(Arbiter)(server()).run()


def _arbiter_of_a_container(base: Any) -> Any:  # gunicorn has no types
    """An arbiter that stays the only one, and that hears the next signal while its old workers still serve."""

    class Arbiter(base):  # type: ignore[misc]  # as above
        reloads = False
        stops = False
        next_term = 0.0

        def stop(self, graceful: bool = True) -> None:
            self.stops = graceful
            super().stop(graceful)

        def reap_workers(self) -> None:
            """A worker that was just forked has no handler of its own yet, and loses the SIGTERM: it gets another."""
            super().reap_workers()
            if self.stops and time.monotonic() >= self.next_term:
                self.next_term = time.monotonic() + _PAUSE
                self.kill_workers(signal.SIGTERM)

        def reexec(self) -> None:
            """It would execute the program again: a second container inside of this one."""
            self.log.warning("SIGUSR2 is ignored: a container has one gunicorn. SIGHUP replaces its workers.")

        def reload(self) -> None:
            """Since version 24 this waits graceful_timeout for the old workers, and acts on no SIGTERM meanwhile."""
            self.reloads = True
            try:
                super().reload()
            finally:
                self.reloads = False
                self.cfg.set("graceful_timeout", self.graceful_timeout)

        def manage_workers(self) -> None:
            super().manage_workers()
            if self.reloads:  # the new workers are there, and have the true value
                self.cfg.set("graceful_timeout", 0)

        def setup(self, app: Any) -> None:
            super().setup(app)
            self.graceful_timeout = self.cfg.graceful_timeout

    return Arbiter


def _of_environment(config: Any) -> dict[str, object]:
    """What gunicorn's own variable says, GUNICORN_CMD_ARGS."""
    found = vars(config.parser().parse_args(config.get_cmd_args_from_env()))
    return {name: value for name, value in found.items() if value is not None and name != "args"}


def _once_healthy(worker: Any, path: str | None, notify: Callable[[], None]) -> None:
    """Notify once this worker's own socket answers: another server at the same port could answer an outside probe."""
    if path is None:
        notify()
        return

    def ask() -> None:
        last = ""
        while worker.alive:
            answer = _answer(worker.sockets[0].sock.getsockname(), path, worker.cfg.is_ssl)
            if not answer:
                notify()
                return
            if answer != last:
                worker.log.info("not ready yet: %s %s", path, answer)
            last = answer
            pause.wait(_PAUSE)

    pause = threading.Event()
    threading.Thread(target=ask, name="lifeinit ready", daemon=True).start()


def _answer(address: str | tuple[str | int, ...], path: str, is_tls: bool) -> str:
    """What is wrong with the answer; empty for a status from 200 to 399."""
    connection = http.client.HTTPConnection("localhost", timeout=_TRY)
    try:
        connection.sock = _connected(address, is_tls)
        connection.request("GET", path, headers={"User-Agent": "lifeinit"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"cannot be asked: {error}"
    finally:
        connection.close()
    return "" if 200 <= status < 400 else f"answered {status}"


def _connected(address: str | tuple[str | int, ...], is_tls: bool) -> socket.socket:
    if isinstance(address, str):
        sock = socket.socket(socket.AF_UNIX)
    else:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(str(address[0]), address[0])  # noqa: S104
        address = (host, *address[1:])
        sock = socket.socket(socket.AF_INET6 if ":" in str(host) else socket.AF_INET)
    sock.settimeout(_TRY)
    sock.connect(address)
    if not is_tls:
        return sock
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is this process's own certificate
    return context.wrap_socket(sock)
