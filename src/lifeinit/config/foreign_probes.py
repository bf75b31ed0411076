"""The health checks of systemd, Docker, Compose, ECS and Kubernetes, as `alive` or `ready` of a hook file."""

import re

from lifeinit.config import toml
from lifeinit.config.synonyms import squeezed
from lifeinit.values import duration
from lifeinit.values.duration_text import written

Table = dict[str, object]

_URL = re.compile(r"https?://[^\s'\"|;&]+")
_LONGEST = 200  # characters of a line that a sentence shows
_USUAL_PERIOD, _USUAL_THRESHOLD = 10.0, 3  # of Kubernetes


def line(word: str, value: object) -> str:
    """The line of a hook file that does the same; "" where this cannot be told, or where there is nothing to do."""
    text = _line(word, value)
    return text if len(text) <= _LONGEST and text.isprintable() and "@" not in text else ""  # no password is repeated


def is_off(word: str, value: object) -> bool:
    """Whether it says that nothing is to be asked."""
    if word == "healthcheck" and isinstance(value, dict):
        return value.get("disable") is True or value.get("test") in ("NONE", ["NONE"])
    return word == "watchdogsec" and value in (0, "0", "infinity")


def _line(word: str, value: object) -> str:
    if word == "watchdogsec":
        seconds = _seconds(value)
        return f"alive = {toml.written({'watchdog': written(seconds)})}" if seconds else ""
    if not isinstance(value, dict):
        return ""
    said = {squeezed(key): item for key, item in value.items()}
    asked = _of_kubernetes(said) or _of_docker(said)
    if not asked or "lifeinit" in str(asked.get("command")):  # its own health is what comes out of this
        return ""
    if word in {"readinessprobe", "startupprobe"}:
        return _ready({**asked, **_pace(said, "interval")}, _start_time(said) if word == "startupprobe" else None)
    alive = f"alive = {toml.written({**asked, **_pace(said, 'interval', 'timeout', 'failures')})}"
    start = _seconds(said.get("startperiod"))
    return f"{alive}, and {_ready(asked, start)}" if start else alive


def _ready(asked: Table, timeout: float | None) -> str:
    return f"ready = {toml.written({**asked, **({'timeout': written(timeout)} if timeout else {})})}"


def _of_kubernetes(said: Table) -> Table:
    """What httpGet, tcpSocket or exec ask, as kubelet asks it: it verifies no certificate."""
    match said:
        case {"httpget": {"port": int(port), **rest}} if port > 1:
            secure = str(rest.get("scheme", "")).lower() == "https"
            path = str(rest.get("path", "/")).removeprefix("/")
            url = f"http{'s' if secure else ''}://{rest.get('host') or '127.0.0.1'}:{port}/{path}"
            return {"http": url, **({"insecure": True} if secure else {})}
        case {"tcpsocket": {"port": int(port), **rest}} if port > 1:
            return {"tcp": f"{rest.get('host') or '127.0.0.1'}:{port}"}
        case {"exec": {"command": list(command)}} if _are_words(command):
            return {"command": command}
    return {}


def _of_docker(said: Table) -> Table:
    """A test, which ECS calls a command. For curl and wget of a URL nothing has to be in the image."""
    match said.get("test", said.get("command")):
        case str(text):
            return _of_shell(text)
        case ["CMD-SHELL", str(text)]:
            return _of_shell(text)
        case ["CMD", *command] if command and _are_words(command):
            is_client = command[0] in {"curl", "wget"}
            url = next((word for word in command if _URL.fullmatch(str(word))), None)
            return {"http": url} if url and is_client else {"command": command}
    return {}


def _of_shell(text: str) -> Table:
    match = _URL.search(text)
    if match and text.split()[:1] in (["curl"], ["wget"]):
        return {"http": match[0]}
    return {"command": text} if text.strip() else {}


def _are_words(command: "list[object]") -> bool:
    return bool(command) and all(isinstance(word, str) for word in command)


def _pace(said: Table, *keys: str) -> Table:
    """How often, how long and how many times: those of our keys that it says."""
    interval = _seconds(said.get("periodseconds", said.get("interval")))
    timeout = _seconds(said.get("timeoutseconds", said.get("timeout")))
    failures = said.get("failurethreshold", said.get("retries"))
    count = failures if type(failures) is int and 1 <= failures <= 1000 else None
    if timeout and timeout > (interval or _USUAL_PERIOD) * (count or _USUAL_THRESHOLD):
        timeout = None
    pace = {"interval": interval and written(interval), "timeout": timeout and written(timeout), "failures": count}
    return {key: pace[key] for key in keys if pace[key]}


def _start_time(said: Table) -> float:
    """A startup probe gives up after so many periods."""
    period, failures = _seconds(said.get("periodseconds")), said.get("failurethreshold")
    return (period or _USUAL_PERIOD) * (failures if type(failures) is int else _USUAL_THRESHOLD)


def _seconds(value: object) -> float | None:
    """A duration above 0: a number of seconds, ours or systemd's units."""
    text = (
        re.sub(r"(?<=\d)\s*(?:min|sec)\b", lambda unit: unit[0].strip()[0], value) if isinstance(value, str) else value
    )
    if isinstance(text, str):
        text = float(text) if re.fullmatch(r"[0-9]{1,9}", text) else text.replace(" ", "")
    try:
        return duration.parse(text) or None
    except ValueError:
        return None
