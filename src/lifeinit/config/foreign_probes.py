"""The health checks of systemd, Docker, Compose, ECS and Kubernetes, as `alive` or `ready` of a hook file."""

import re
import shlex

from lifeinit.config import toml
from lifeinit.config.synonyms import squeezed
from lifeinit.values import duration
from lifeinit.values.duration_text import written

Table = dict[str, object]

_URL = re.compile(r"https?://[^\s'\"|;&]+")
_ENDING = r"\s*\|\|\s*(?:exit(?: \d+)?|false)\s*$"
# What curl and wget may be told beside the URL so that a plain request asks the same.
_PLAIN = (
    r"-[fsSLqgkoOmTtnv]+-?\d*|/dev/null|-|\d+(?:\.\d+)?|\d?>(?:&\d|/dev/null)?"
    r"|--(?:fail|silent|show-error|location|quiet|spider|no-verbose|insecure|no-check-certificate)"
    r"|--(?:tries|timeout|max-time|connect-timeout|output|output-document)(?:=\S+)?"
)
_UNVERIFIED = r"-[a-zA-Z]*k[a-zA-Z]*|--insecure|--no-check-certificate"
_TARGETS = {"test", "httpget", "tcpsocket", "exec"}
_LONGEST = 200  # characters of a line that a sentence shows
_USUAL_PERIOD, _USUAL_THRESHOLD = 10.0, 3  # of Kubernetes


def line(word: str, value: object) -> str:
    """The line of a hook file that does the same; "" where this cannot be told, or where there is nothing to do."""
    text = _line(word, value)
    return text if is_repeatable(text) else ""


def is_repeatable(text: str) -> bool:
    """Whether a sentence may show it: it is short, and no password is repeated."""
    return len(text) <= _LONGEST and text.isprintable() and "@" not in text


def is_off(word: str, value: object) -> bool:
    """Whether it says that nothing is to be asked."""
    value = _said(word, value) if word == "healthcheck" else value
    if word == "healthcheck" and isinstance(value, dict):
        return value.get("disable") is True or value.get("test") in ("NONE", ["NONE"])
    return word == "watchdogsec" and value in (0, "0", "infinity")


def _line(word: str, value: object) -> str:
    if word == "watchdogsec":
        period = seconds(value)
        return f"alive = {toml.written({'watchdog': written(period)})}" if period else ""
    said = _said(word, value)
    asked = target(said)
    if not asked or "lifeinit" in str(asked.get("command")):  # its own health is what comes out of this
        return ""
    if word in {"readinessprobe", "startupprobe"}:
        return _ready({**asked, **_pace(said, "interval")}, _start_time(said) if word == "startupprobe" else None)
    return f"alive = {toml.written({**asked, **_pace(said, 'interval', 'timeout', 'failures')})}"


def line_in_table(word: str, value: object) -> tuple[str, str]:
    """In a table of `alive` or `ready`: our key and the fix; two empty texts where this cannot be told."""
    if word == "watchdogsec":
        period = seconds(value)
        return ("watchdog", f'write watchdog = "{written(period)}"') if period else ("", "")
    if word == "url" and isinstance(value, str) and value.startswith(("http://", "https://")):
        asked: Table = {"http": value}
    elif word == "port" and type(value) is int and 0 < value < 1 << 16:
        asked = {"tcp": f"127.0.0.1:{value}"}
    else:
        asked = target({word: value}) if word in _TARGETS else {}
    fix = "write " + " and ".join(f"{key} = {toml.written(item)}" for key, item in asked.items())
    return (next(iter(asked)), fix) if asked and is_repeatable(fix) else ("", "")


def target(said: Table) -> Table:
    """What a probe or a test asks, as keys of `alive`; an empty table where this cannot be told."""
    return _of_kubernetes(said) or _of_docker(said)


def of_text(text: str) -> Table:
    """What a command line asks."""
    return _of_shell(text)


def _said(word: str, value: object) -> Table:
    """The keys of a probe or a health check."""
    match value:
        case dict():
            return {squeezed(key): item for key, item in value.items()}
        case str() | list() if word == "healthcheck":
            return {"test": value}
    return {}


def _ready(asked: Table, timeout: float | None) -> str:
    return f"ready = {toml.written({**asked, **({'timeout': written(timeout)} if timeout else {})})}"


def _of_kubernetes(said: Table) -> Table:
    """What httpGet, tcpSocket or exec ask, as kubelet asks it: it verifies no certificate."""
    match said:
        case {"httpget": {"port": port, **rest}} if (port := _number(port)) and "httpHeaders" not in rest:
            secure = str(rest.get("scheme", "")).lower() == "https"
            path = str(rest.get("path", "/")).removeprefix("/")
            url = f"http{'s' if secure else ''}://{rest.get('host') or '127.0.0.1'}:{port}/{path}"
            return {"http": url, **({"insecure": True} if secure else {})}
        case {"tcpsocket": {"port": port, **rest}} if port := _number(port):
            return {"tcp": f"{rest.get('host') or '127.0.0.1'}:{port}"}
        case {"exec": {"command": list(command)}} if _are_words(command):
            return {"command": command}
    return {}


def _number(port: object) -> int:
    """The port; 0 where it is none, or a name of the pod's."""
    number = int(port) if isinstance(port, str) and re.fullmatch(r"(?a)[0-9]{1,5}", port) else port
    return number if type(number) is int and number > 1 else 0


def _of_docker(said: Table) -> Table:
    """A test, which ECS calls a command. For curl and wget of a URL nothing has to be in the image."""
    match said.get("test", said.get("command")):
        case str(text):
            return _of_shell(text)
        case ["CMD-SHELL", str(text)]:
            return _of_shell(text)
        case ["CMD", *command] if command and _are_words(command):
            return _of_client(command) or {"command": command}
        case ["NONE"]:
            return {}
        case [*command] if "test" in said and _are_words(command):
            return {"command": command}
    return {}


def _of_shell(text: str) -> Table:
    try:
        words: list[object] = [*shlex.split(re.sub(_ENDING, "", text))]
    except ValueError:
        words = []
    return _of_client(words) or ({"command": text} if text.strip() else {})


def _of_client(said: "list[object]") -> Table:
    """The URL that curl or wget asks, or a URL alone; an empty table where they do more than a plain request."""
    words = [str(word) for word in said]
    urls = [word for word in words if _URL.fullmatch(word)]
    others = words[1:] if words[:1] in (["curl"], ["wget"]) else [*words]
    others = [word for word in others if word not in urls]
    if len(urls) != 1 or ":-" in urls[0] or not all(re.fullmatch(_PLAIN, word) for word in others):
        return {}
    secure = urls[0].startswith("https") and any(re.fullmatch(_UNVERIFIED, word) for word in others)
    return {"http": urls[0], **({"insecure": True} if secure else {})}


def _are_words(command: "list[object]") -> bool:
    return bool(command) and all(isinstance(word, str) for word in command)


def _pace(said: Table, *keys: str) -> Table:
    """How often, how long and how many times: those of our keys that it says."""
    interval = seconds(said.get("periodseconds", said.get("interval")))
    timeout = seconds(said.get("timeoutseconds", said.get("timeout")))
    failures = said.get("failurethreshold", said.get("retries"))
    count = failures if type(failures) is int and 1 <= failures <= 1000 else None
    if timeout:
        timeout = min(timeout, (interval or _USUAL_PERIOD) * (count or _USUAL_THRESHOLD))
    pace = {"interval": interval and written(interval), "timeout": timeout and written(timeout), "failures": count}
    return {key: pace[key] for key in keys if pace[key]}


def _start_time(said: Table) -> float:
    """A startup probe gives up after so many periods."""
    period, failures = seconds(said.get("periodseconds")), said.get("failurethreshold")
    return (period or _USUAL_PERIOD) * (failures if type(failures) is int else _USUAL_THRESHOLD)


def seconds(value: object) -> float | None:
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
