"""The health checks of systemd, Docker, Compose, ECS and Kubernetes, as `alive` or `ready` of a hook file."""

import json
import re
import shlex

from lifeinit.config import toml
from lifeinit.config.synonyms import squeezed
from lifeinit.values import duration
from lifeinit.values.duration_text import written

Table = dict[str, object]

_URL = re.compile(r"https?://[^\s'\"|;&]+")
_OPTION = r"\s*--(interval|timeout|start-period|start-interval|retries)=(\S+)"  # of a HEALTHCHECK
_ENDING = r"\s*\|\|\s*(?:exit(?: \d+)?|false)\s*$"
# What curl and wget may be told beside the URL so that a plain request asks the same.
_PLAIN = (
    r"-[fsSLqgkoOmTtnv]+-?\d*|/dev/null|-|\d+(?:\.\d+)?|\d?>(?:&\d|/dev/null)?"
    r"|--(?:fail|silent|show-error|location|quiet|spider|no-verbose|insecure|no-check-certificate)"
    r"|--(?:tries|timeout|max-time|connect-timeout|output|output-document)(?:=\S+)?"
)
_UNVERIFIED = r"-[a-zA-Z]*k[a-zA-Z]*|--insecure|--no-check-certificate"
_PORT = "PORT"  # stands for a number that only the pod knows
_LONGEST = 200  # characters of a line that a sentence shows
_USUAL_PERIOD, _USUAL_THRESHOLD = 10.0, 3  # of Kubernetes


def line(word: str, value: object) -> str:
    """The line of a hook file that does the same; "" where this cannot be told, or where there is nothing to do."""
    text = _line(word, value)
    return text if is_repeatable(text) else ""


def is_repeatable(text: str) -> bool:
    """Whether a sentence may show it: it is short, and no password is repeated."""
    return len(text) <= _LONGEST and text.isprintable() and "@" not in text


def note(word: str, value: object) -> str:
    """What the line does not do, or needs beside it: the end of the sentence."""
    said = _said(word, value)
    match said:
        case {"grpc": {"port": _}}:
            return "; grpc itself is not supported: the image needs grpc_health_probe"
        case {"httpget": {"port": port}} | {"tcpsocket": {"port": port}} if _number(port) == _PORT:
            return f"; for {_PORT} write the number of the port {toml.written(str(port)[:_LONGEST])}"
        case {"httpget": {"httpHeaders": _}}:
            return "; no httpHeaders are sent: where the app needs them, write a command instead"
        case {"timeoutseconds": _} if word != "livenessprobe":
            return "; ready takes no timeoutSeconds"
    return "; timeout is at most interval times failures" if _is_cut(said) else ""


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


def start_period(word: str, value: object) -> tuple[Table, float] | None:
    """What a health check asks, and how long its app may take to start; None if it does not say that."""
    said = _said(word, value)
    start = None if word == "watchdogsec" else seconds(said.get("startperiod"))
    return (target(said), start) if start else None


def target(said: Table) -> Table:
    """What a probe or a test asks, as keys of `alive`; an empty table where this cannot be told."""
    return _of_kubernetes(said) or _of_docker(said)


def of_text(text: str) -> Table:
    """What a command line asks."""
    return _of_shell(text)


def _said(word: str, value: object) -> Table:
    """The keys of a probe or a health check, which Dockerfiles write on one line."""
    match value:
        case dict():
            return {squeezed(key): item for key, item in value.items()}
        case str() if word == "healthcheck":
            return _of_dockerfile(value)
        case list() if word == "healthcheck":
            return {"test": value}
    return {}


def _of_dockerfile(text: str) -> Table:
    said: Table = {}
    while match := re.match(_OPTION, text):
        said[squeezed(match[1])] = int(match[2]) if match[2].isdecimal() and match[1] == "retries" else match[2]
        text = text[match.end() :]
    text = text.strip()
    if text == "NONE":
        return {"disable": True}
    command = text.removeprefix("CMD").strip()
    try:
        words = json.loads(command) if command.startswith("[") else None
    except ValueError:
        words = None
    return {**said, "test": ["CMD", *words] if isinstance(words, list) else command}


def _ready(asked: Table, timeout: float | None) -> str:
    return f"ready = {toml.written({**asked, **({'timeout': written(timeout)} if timeout else {})})}"


def _of_kubernetes(said: Table) -> Table:
    """What httpGet, tcpSocket or exec ask, as kubelet asks it: it verifies no certificate."""
    match said:
        case {"httpget": {"port": port, **rest}} if port := _number(port):
            secure = str(rest.get("scheme", "")).lower() == "https"
            path = str(rest.get("path", "/")).removeprefix("/")
            url = f"http{'s' if secure else ''}://{rest.get('host') or '127.0.0.1'}:{port}/{path}"
            return {"http": url, **({"insecure": True} if secure else {})}
        case {"tcpsocket": {"port": port, **rest}} if port := _number(port):
            return {"tcp": f"{rest.get('host') or '127.0.0.1'}:{port}"}
        case {"exec": {"command": list(command)}} if _are_words(command):
            return {"command": command}
        case {"grpc": {"port": port, **rest}} if (port := _number(port)) and port != _PORT:
            service = [f"-service={rest['service']}"] if rest.get("service") else []
            return {"command": ["grpc_health_probe", f"-addr=127.0.0.1:{port}", *service]}
    return {}


def _number(port: object) -> int | str:
    """The port, a placeholder where it is a name of the pod's, 0 where it is none."""
    if isinstance(port, str) and re.fullmatch(r"(?a)[a-z0-9-]{1,15}", port):
        return int(port) if port.isdecimal() else _PORT
    return port if type(port) is int and port > 1 else 0


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


def _is_cut(said: Table) -> bool:
    """Whether a timeout is longer than all attempts together, which `alive` does not take."""
    timeout = seconds(said.get("timeoutseconds", said.get("timeout")))
    return timeout is not None and _pace(said, "timeout")["timeout"] != written(timeout)


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
