"""A value that `alive` does not take, and what it was meant to be."""

import re

from lifeinit.config import foreign_probes, intent, toml
from lifeinit.config.diagnostic import quoted
from lifeinit.config.reporter import Reporter, a_kind, shown

_FORMS = (
    'write a URL, for example "http://127.0.0.1:8000/healthz" or "tcp://127.0.0.1:8000", "watchdog", or a table with '
    "a command"
)
_MEANT = 'did you mean "watchdog"?'
_BEATS = {"watchdog", "heartbeat", "sd_notify"}
_SENDS = 'write alive = "watchdog" for an app that sends WATCHDOG=1, or the URL of its health check'
_ADDRESS = r"(?a)(?:localhost(?::[0-9]{1,5})?|[\w.-]+:[0-9]{1,5}|\[[0-9a-f:]+\]:[0-9]{1,5})/\S*"
_COMMAND = r"(?a)(?!\S*://)[\w./-]+\s+\S.*"


def meant(value: object) -> object:
    """The value of `alive` that another one was meant to be; None if there is none."""
    if isinstance(value, list):
        return foreign_probes.target({"test": value}) or None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text == "notify" or text.lower() in _BEATS:
        return "watchdog"
    if intent.is_duration(text):
        return {"watchdog": text}
    if re.fullmatch(_ADDRESS, text):
        return f"http://{text}"
    return foreign_probes.of_text(text) if re.fullmatch(_COMMAND, text) else None


def _line(value: object) -> str:
    found = meant(value)
    text = f"write alive = {toml.written(found)}" if found else ""
    return text if foreign_probes.is_repeatable(text) else ""


def refuse(report: Reporter, at: tuple[str | int, ...], value: object) -> None:
    """A value that is neither a table, nor a URL that can be asked, nor "watchdog"."""
    port = intent.port(value)
    if port is not None:
        fix = f'write "tcp://127.0.0.1:{port}" or "http://127.0.0.1:{port}/" for a port'
        edits = report.edit.value(at, f'"tcp://127.0.0.1:{port}"') if str(value) == str(port) else ()
        report.wrong("E105", at, f"alive is {a_kind(value)}, which may be a port", fix, edits=edits, safe=False)
    elif isinstance(value, bool):
        fix = _SENDS if value else "remove it: without it nothing is checked"
        report.wrong("E105", at, f"alive is {a_kind(value)}", fix)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        name = ".".join(map(str, at))
        report.wrong("E105", at, "alive is a list of tables", f"write one table, [{name}] instead of [[{name}]]")
    elif not isinstance(value, str):
        kind = a_kind(value, is_secret="@" in str(value))
        report.wrong("E105", at, f"alive is {kind}", _line(value) or _FORMS)
    elif value == "notify":
        message = 'alive is "notify", which only reports that the app is ready'
        report.wrong("E214", at, message, _MEANT)
    elif value.startswith("file:"):
        message = f"alive is {quoted(value)}, a file, which only ready can wait for"
        report.wrong("E214", at, message, "check the app itself, or write a table with a command that checks the file")
    elif intent.is_duration(value):
        message = f"alive is {quoted(value)}, a duration, which only ready takes"
        report.wrong("E214", at, message, _line(value))
    else:
        fix = _MEANT if value.strip().lower() in _BEATS else intent.url(value) or _line(value) or _FORMS
        report.wrong("E214", at, f"alive is {shown(value)}, which is not a target", fix)
