"""A key of another tool that is about `alive` or `ready`: the lines that do the same."""

from lifeinit.config import foreign_probes, toml
from lifeinit.config.foreign_probes import Table
from lifeinit.values.duration_text import written

_ONE_OF = ("http", "tcp", "unix", "command")
_START = {"startperiod": "timeout", "startinterval": "interval"}
_USUAL = {"timeout": "60s", "interval": "1s"}
_EXAMPLE = {"http": "http://127.0.0.1:8000/healthz"}
_TARGETS = {"test", "httpget", "tcpsocket", "exec", "grpc"}


def line_in_table(word: str, value: object) -> tuple[str, str]:
    """In a table of `alive` or `ready`: our key and the fix; two empty texts where this cannot be told."""
    if word in {"watchdogsec", "heartbeat"}:
        seconds = foreign_probes.seconds(value)
        return ("watchdog", f'write watchdog = "{written(seconds)}"') if seconds else ("", "")
    if word in {"get", "url"} and isinstance(value, str) and value.startswith(("http://", "https://")):
        asked: Table = {"http": value}
    elif word == "port" and type(value) is int and 0 < value < 1 << 16:
        asked = {"tcp": f"127.0.0.1:{value}"}
    else:
        asked = foreign_probes.target({word: value}) if word in _TARGETS else {}
    fix = "write " + " and ".join(f"{key} = {toml.written(item)}" for key, item in asked.items())
    if not asked or not foreign_probes.is_repeatable(fix):
        return "", ""
    return next(iter(asked)), fix + foreign_probes.note("livenessprobe", {word: value})


def of_start(word: str, value: object, beside: Table, where: str) -> str:
    """The fix for the time of a start, which belongs to `ready`. `beside` is the table with `ready` and `alive`."""
    if word not in _START:
        return ""
    seconds = foreign_probes.seconds(value)
    key = _START[word]
    added: Table = {key: written(seconds) if seconds else _USUAL[key]}
    return start(added, beside, _of_target(beside.get("alive")) or {}, where)


def start(added: Table, beside: Table, asked: Table, where: str) -> str:
    """The fix that brings a key into `ready`: that of the file, else one that asks the same as `alive`."""
    (key, text), ready = next(iter(added.items())), beside.get("ready")
    if isinstance(ready, dict):
        if key in ready:
            return f"leave it out: ready has {key} already"
        return f"write {key} = {toml.written(text)} in your ready"
    if isinstance(ready, str) and (present := _of_target(ready)):
        return f"write ready = {toml.written({**present, **added})} in place of your ready"
    if ready is not None:
        return f"leave it out: ready = {toml.written(ready)} has no {key}"
    if asked:
        return f"write ready = {toml.written({**asked, **added})}{where}"
    return f"write {key} in ready, for example ready = {toml.written({**_EXAMPLE, **added})}{where}"


def restart(word: str, beside: Table) -> str:
    """The fix for a `restart` that is about a hung app, which is a matter of `alive`."""
    alive = beside.get("alive")
    if isinstance(alive, dict):
        is_there = alive.get("on_failure") == "restart"
        return "leave it out" + ("" if is_there else ', and write on_failure = "restart" in your alive')
    added: Table = {"on_failure": "restart"}
    present = {"watchdog": "30s"} if alive == "watchdog" else _of_target(alive)
    if present:
        return f"leave it out, and write alive = {toml.written({**present, **added})} in place of your alive"
    where = "" if "command" in beside else " at the top"  # a process has a command, and an alive of its own
    if word == "on-watchdog":
        return f"leave it out, and write alive = {toml.written({'watchdog': '30s', **added})}{where}"
    return f"leave it out, and write alive{where}, for example alive = {toml.written({**_EXAMPLE, **added})}"


def _of_target(value: object) -> Table:
    """The table that a URL stands for, or what a table asks."""
    if isinstance(value, dict):
        return {key: value[key] for key in (*_ONE_OF, "insecure") if key in value}
    if value == "notify":
        return {"notify": True}
    scheme = value.partition("://")[0].removesuffix("s") if isinstance(value, str) else ""
    return {scheme: value} if scheme in {*_ONE_OF, "file"} and "@" not in str(value) else {}
