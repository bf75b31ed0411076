"""The keys of a hook file as the reference shows them, out of the rows of `lifeinit.config.keys`."""

from dataclasses import dataclass
from typing import Final

from lifeinit.config import keys, schema, toml
from lifeinit.config.keys import Key


@dataclass(frozen=True)
class Table:
    """A table of a hook file: its name in `keys`, where it stands, and what comes before one of its keys in a file."""

    name: str
    prefix: str
    heading: str
    about: str
    lead: str

    def full_name(self, key: Key) -> str:
        return f"{self.prefix}{key.name}"

    def rows(self) -> list[Key]:
        """In the order of the rows; of a process only those that `[app]` does not have."""
        shared = keys.TABLES["app"] if self.name == "process" else {}
        return [row for name, row in keys.TABLES[self.name].items() if name not in shared]


FIRST: Final = "0.9.0"  # of the keys that have been there since, nothing is said
TABLES: Final = (
    Table("top", "", "The top of the file", "Write these above the first `[table]`.", ""),
    Table(
        "app",
        "app.",
        "The app",
        "In `[app]`, for the command after `--`, and as defaults of each `[process.NAME]`.",
        "[app]\n",
    ),
    Table(
        "process",
        "process.NAME.",
        "One of several processes",
        "In `[process.NAME]`, together with all keys of `[app]`. NAME can be anything but `app`.",
        '[process.web]\ncommand = ["gunicorn", "shop:app"]\n',
    ),
    Table(
        "hook",
        "hook.",
        "A hook",
        "In `[[pre_start]]`, `[[post_start]]`, `[[pre_stop]]` and `[[post_stop]]`: one table for each hook.",
        '[[pre_start]]\ncommand = "python manage.py migrate --noinput"\n',
    ),
    Table(
        "drain",
        "drain.",
        "A drain",
        "In `drain = { ... }` of a `[[pre_stop]]` hook.",
        "[pre_stop.drain]\nport = 8000\n",
    ),
    Table(
        "ready",
        "ready.",
        "A ready probe",
        "In `[ready]` or `[process.NAME.ready]`, with exactly one of http, tcp, unix, file, command, notify and after.",
        '[ready]\nhttp = "https://127.0.0.1:8443/healthz"\n',
    ),
    Table(
        "alive",
        "alive.",
        "An alive probe",
        "Since 0.10.0. In `[alive]` or `[process.NAME.alive]`, with exactly one of http, tcp, unix, command and "
        "watchdog.",
        '[alive]\nhttp = "https://127.0.0.1:8443/healthz"\n',
    ),
)

VALUES: Final = {
    "a duration": 'A number of seconds, or a string with units: "500ms", "30s", "2m", "1m30s", "1h". At most a year.',
    "a shell command line": "Runs in `/bin/sh -c`, like CMD in a Dockerfile.",
    "a program and its arguments": "A list of strings. Runs the program itself, without a shell.",
    "a command": "A shell command line, or a list: the program and its arguments.",
    "a signal": 'A name with or without SIG: "TERM", "SIGUSR1", "RTMIN+1", "RTMAX-1".',
    "an exit status": 'A number from 0 to 255, a range such as "3-9", or a signal such as "SIGTERM", which is 143.',
    "a target": "tcp://HOST:PORT, unix:///PATH, file:///PATH, an http:// or https:// URL, or the URL of a postgres, "
    "mysql, mariadb, redis, amqp, mongodb, kafka, memcached, nats or mqtt server. $VAR and ${VAR} are expanded.",
}


def default(key: Key) -> str:
    """Its default in words, or as code; "" where there is none."""
    if key.unset or key.default is None or key.one_of:
        return key.unset
    value = schema.default(key)
    return "" if value == {} else f"`{toml.written(value)}`"


def example(key: Key) -> str:
    """One line of TOML."""
    return f"{key.name} = {key.example}"


def example_file(table: Table, key: Key) -> str:
    """A whole hook file around the example of a key, which takes the place of a key that it excludes."""
    instead = key.one_of or key.name in {"command", "port"}
    lead = table.lead.splitlines()[0] + "\n" if table.lead and instead else table.lead
    lead = "[[pre_stop]]\n" if key.name == "drain" else lead
    return f"{lead}{example(key)}\n"
