"""The key `ready`, of the app or of one process: a string, or a table."""

import re

from lifeinit.config import keys
from lifeinit.config.diagnostic import quoted
from lifeinit.config.model import Ready
from lifeinit.config.readers import Table, Values, a_kind
from lifeinit.config.spans import Path
from lifeinit.values import duration

_SCHEME = r"(https?|tcp|unix|file)://"
_NOTHING = "nothing that can be asked"
_FORMS = 'write "http://127.0.0.1:8000/healthz", "tcp://127.0.0.1:8000", "notify" or "5s", say'


class Readiness:
    """Reads values with the reader whose problems they become."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def read(self, at: Path, value: object) -> Ready | None:
        match value:
            case None:
                return None
            case "notify":
                return Ready(notify=True)
            case str() if re.match(_SCHEME, value):
                self.values.target(at, value, "ready")
                return Ready(target=value)
            case dict():
                return self._table(at, value)
            case bool() | list():
                self.values.wrong("E105", at, f"ready is {a_kind(value)}, {_NOTHING}", _FORMS)
                return None
            case _:
                return self._after(at, value)

    def _after(self, at: Path, value: object) -> Ready | None:
        try:
            return Ready(after=duration.parse(value))
        except ValueError as error:
            if isinstance(value, str) and not value[:1].isdigit():
                self.values.wrong("E214", at, f"ready is {quoted(value)}, {_NOTHING}", _FORMS)
            else:
                self.values.no_duration(at, "ready", value, error)
            return None

    def _table(self, at: Path, table: Table) -> Ready | None:
        values = self.values
        meant = values.known_keys(at, table, keys.READY, "ready")
        kinds = [kind for kind in keys.PROBES if kind in table]
        if len(kinds) != 1:
            way_out = f"write exactly one of {', '.join(keys.PROBES)}"
            if kinds:
                values.wrong("E107", (*at, kinds[1]), f"ready has {' and '.join(kinds)}", way_out, at_key=True)
            elif not meant & set(keys.PROBES):
                values.wrong("E106", at, "ready asks for nothing", way_out)
            return None
        kind = kinds[0]
        if kind in {"notify", "after"}:
            values.useless(at, table, ("interval", "insecure"), f"ready by {kind}")
        if kind == "after":
            values.useless(at, table, ("timeout", "on_failure"), "ready by after")
        insecure = values.flag(at, table, "insecure") or False
        target = self._target(at, table, kind)
        if insecure and target is not None and not target.startswith("https://"):
            values.wrong("E108", (*at, "insecure"), "insecure says nothing without https", "leave it out", at_key=True)
        if kind == "notify" and values.flag(at, table, "notify") is False:
            values.wrong("E209", (*at, "notify"), "notify is false", "write true, or leave ready out")
        return Ready(
            target=target,
            command=values.command((*at, "command"), table.get("command")),
            notify=kind == "notify",
            after=values.duration(at, table, "after", None),
            insecure=insecure,
            interval=values.positive(at, table, "interval", Ready.interval) or Ready.interval,
            timeout=values.positive(at, table, "timeout", Ready.timeout) or Ready.timeout,
            on_failure=values.choice(at, table, "on_failure", ("abort", "warn")) or "abort",
        )

    def _target(self, at: Path, table: Table, kind: str) -> str | None:
        """The URL of what one of the first four kinds names, which may leave out its scheme."""
        if kind not in {"http", "tcp", "unix", "file"}:
            return None
        text = self.values.text(at, table, kind)
        if text is None:
            return None
        scheme = re.match(_SCHEME, text)
        if scheme is None and kind == "http" and not text.startswith("$"):
            way_out = 'begin it with "http://" or "https://"'
            self.values.wrong("E214", (*at, kind), f"http is {quoted(text)}, no URL", way_out)
            return None
        if scheme is not None and not scheme[1].startswith(kind):
            way_out = f'begin it with "{kind}://"'
            self.values.wrong("E214", (*at, kind), f"{kind} is {quoted(text)}, a URL of another kind", way_out)
            return None
        target = text if scheme or kind == "http" else f"{kind}://{text}"
        self.values.target((*at, kind), target, "ready")
        return target
