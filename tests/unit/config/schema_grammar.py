"""Hook files by the thousand: right ones, and ones that are wrong somewhere."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from lifeinit.engine.plan import PHASES

# Any: TOML values are what they are.
Value = Any
Strategy = st.SearchStrategy[Value]

letters = st.characters(blacklist_categories=["Cs", "Cc"])
texts = st.text(letters, min_size=1, max_size=8)
names = st.text("aZ09_.-", min_size=1, max_size=6)
numbers = st.integers(0, 120) | st.floats(0, 120).filter(lambda number: not number.is_integer())


@st.composite
def written(draw: st.DrawFn, least: int = 0) -> str:
    """A duration in its units, largest first."""
    parts = draw(st.lists(st.sampled_from(["h", "m", "s", "ms"]), min_size=1, max_size=4, unique=True))
    amounts = st.integers(least, 90).map(str) | st.sampled_from(["1.5", "2.25", "10.0"])
    return "".join(draw(amounts) + unit for unit in ("h", "m", "s", "ms") if unit in parts)


durations = numbers | written()
times = numbers.filter(bool) | written(1)
shell_lines = texts.filter(lambda text: bool(text.strip()))
commands = shell_lines | st.lists(texts, min_size=1, max_size=3)
variables = st.lists(
    st.sampled_from(["a", "$$", "$HOME", "${HOST}", " ", "é", "{", "\n", "/"]), max_size=6
).map("".join)  # fmt: skip
environments = st.dictionaries(texts.filter(lambda name: "=" not in name), variables, max_size=2)
caught = st.sampled_from(["TERM", "SIGINT", "sigquit", "winch", " HUP ", "RTMIN+3", "RTMAX-30", "rtmin", "POLL"])
sent = caught | st.sampled_from(["KILL", "CHLD", "SIGCLD"])
rewrites = st.dictionaries(st.sampled_from(["HUP", "SIGUSR1", "rtmin+1"]), sent | st.just(""))
targets = st.sampled_from(
    ["tcp://db:5432", "$DATABASE_URL", "file:///run/x", "unix:/run/x", "postgresql+psycopg://u:p@db/x", "http://[::1]/"]
)
codes = st.integers(0, 255) | st.sampled_from(["3", "3-9", "007", "255", "SIGTERM", "KILL", "0-255"])
failures = st.sampled_from(["abort", "warn"])
READY: dict[str, Strategy] = {
    "interval": times,
    "timeout": times,
    "on_failure": failures,
    "insecure": st.just(False),
}
ready_tables = st.one_of(
    st.fixed_dictionaries({}, optional=READY).flatmap(
        lambda more: st.sampled_from(
            [
                {"http": "http://localhost:8000/x"},
                {"http": "$URL"},
                {"tcp": "localhost:80"},
                {"tcp": "tcp://[::1]:80"},
                {"unix": "/run/x"},
                {"file": "/run/${NAME}"},
                {"command": "true"},
            ]
        ).map(lambda kind: {**kind, **more})
    ),
    st.fixed_dictionaries({"http": st.just("https://localhost/"), "insecure": st.just(True)}),
    st.fixed_dictionaries({"notify": st.just(True)}, optional={"timeout": times, "on_failure": failures}),
    st.fixed_dictionaries({"after": durations}),
)
readies = st.one_of(
    st.sampled_from(["notify", "http://localhost/", "tcp://localhost:80", "unix:///run/x"]), written(), ready_tables
)

ALIVE: dict[str, Strategy] = {
    "interval": st.integers(5, 90),
    "timeout": st.integers(1, 5),
    "failures": st.integers(1, 1000),
    "on_failure": st.sampled_from(["stop", "restart", "warn"]),
    "insecure": st.just(False),
}
alives = st.one_of(
    st.sampled_from(["watchdog", "http://localhost/", "https://$HOST/", "tcp://localhost:80", "unix:///run/x"]),
    st.fixed_dictionaries({}, optional=ALIVE).flatmap(
        lambda more: st.sampled_from(
            [
                {"http": "http://localhost:8000/x"},
                {"http": "$URL"},
                {"tcp": "tcp://[::1]:80"},
                {"unix": "/run/x"},
                {"command": "true"},
            ]
        ).map(lambda kind: {**kind, **more})
    ),
    st.fixed_dictionaries({"http": st.just("https://localhost/"), "insecure": st.just(True)}),
    st.fixed_dictionaries({"watchdog": times}, optional={"on_failure": ALIVE["on_failure"]}),
)

HOOK: dict[str, Strategy] = {
    "name": names,
    "timeout": times,
    "retries": st.integers(0, 1000),
    "retry_delay": durations,
    "on_failure": failures,
    "user": texts,
    "working_dir": texts,
    "environment": environments,
    "once": st.booleans(),
    "unless": commands,
}
APP: dict[str, Strategy] = {
    "user": texts,
    "working_dir": texts,
    "environment": environments,
    "umask": st.sampled_from(["0", "22", "027", "0777"]),
    "no_new_privs": st.booleans(),
    "oom_score_adj": st.integers(-1000, 1000),
    "stop_signal": sent,
    "stop_scope": st.sampled_from(["process", "group"]),
    "success_exit_codes": st.lists(codes, max_size=3),
    "restart": st.sampled_from(["no", "on-failure", "always"]),
    "max_restarts": st.integers(1, 1000),
    "restart_window": times,
}
hooks = st.one_of(
    st.fixed_dictionaries({"command": commands}, optional=HOOK),
    st.fixed_dictionaries({"wait_for": targets | st.lists(targets, min_size=1, max_size=2)}, optional=HOOK),
    st.fixed_dictionaries(
        {"sleep": durations}, optional={"name": names, "on_failure": failures, "once": st.booleans()}
    ),
)
phases = commands | hooks | st.lists(hooks, min_size=1, max_size=2, unique_by=lambda hook: hook.get("name", id(hook)))
TOP: dict[str, Strategy] = {
    **dict.fromkeys(PHASES, phases),
    "ready": readies,
    "alive": alives,
    "ready_file": texts.map(lambda text: f"/{text}"),
    "stop_timeout": times,
    "kill_after": durations,
    "stop_on": st.lists(caught, max_size=3),
    "signals": rewrites,
    "app": st.fixed_dictionaries({}, optional=APP),
    "process": st.dictionaries(
        names.filter(lambda name: name != "app"),
        st.fixed_dictionaries(
            {"command": commands}, optional={"ready": readies, "alive": alives, "signals": rewrites, **APP}
        ),
        max_size=2,
    ),
}
right_files = st.fixed_dictionaries({}, optional=TOP)

# What is wrong in most places, and right in some.
_ODD_WORDS = (
    "5 5s 0s 0.0ms 1h2m 1m1h 1s1s -1s .5s 1.s ms 5S 00s STOP KILL CLD CHLD TREM RTMIN+31 RTMIN-0 RTMAX-31 RTMAX+1 "
    "abort warn notify http:// tcp://x:1 app 256 3-256 3- 0027 $ $$$ ${ $1 $A https://x/ unix:x TCP://x:1 ://x x:y "
    "process group no always 027 999 /x unix:///x file:///x http://x/"
)
ODD: tuple[Value, ...] = (
    *_ODD_WORDS.split(),
    *("", " ", "\0", "a\0", "a\nb", "a=", "5s\n", "TERM\n", "3\n", "a\n", "022\n"),
    *(True, False, -1, 0, 1, 15, 255, 256, 1000, 1001, 31536000, 31536001, 0.5, -0.5),
    *([], [""], ["x"], ["x", ""], ["x", "y\0"], ["", "x"], [1], [[]], [{}], [{"command": "x"}], ["x", {}]),
    *({}, {"command": "x"}, {"sleep": 1}, {"x": ""}, {"A": "$A"}, {"HUP": ""}, {"http": "http://x/"}, {"after": "1s"}),
)
_READY: tuple[dict[str, Value], ...] = (
    *({"http": "http://x/"}, {"http": "https://x/"}, {"http": "$A"}, {"tcp": "x:1"}, {"unix": "/x"}, {"file": "/x"}),
    *({"command": "x"}, {"notify": True}, {"after": 1}),
)


_ALIVE: tuple[dict[str, Value], ...] = (
    *({"http": "http://x/"}, {"http": "https://x/"}, {"http": "$A"}, {"tcp": "x:1"}, {"unix": "/x"}, {"file": "/x"}),
    *({"command": "x"}, {"watchdog": 1}, {"watchdog": "5s"}),
)


_SOME: tuple[Value, ...] = ("5s", "x", "https://x/", "tcp://x:1", "warn", "", True, False, 1, {"A": ""}, ["x"])


def small_files() -> Iterator[dict[str, Value]]:
    """Each key of each table with each of the odd values, and each two keys with some of them."""
    web = {"command": "x"}
    for value in ODD:
        yield from ({key: value} for key in TOP)
        yield from ({"pre_stop": {**web, key: value}} for key in HOOK)
        yield from ({"pre_stop": {key: value}} for key in ("command", "wait_for", "sleep", "drain", "zz"))
        yield from ({"pre_stop": {"drain": {"port": 80, key: value}}} for key in ("port", "quiet", "zz"))
        yield from ({"app": {key: value}} for key in APP)
        yield from ({"process": {"web": {**web, key: value}}} for key in (*APP, "command", "ready", "alive", "signals"))
        yield from ({"ready": {key: value}} for key in ("http", "tcp", "unix", "file", "command", "notify", "after"))
        yield from ({"ready": {"http": "https://x/", key: value}} for key in READY)
        yield from ({"alive": {key: value}} for key in ("http", "tcp", "unix", "file", "command", "watchdog", "notify"))
        yield from ({"alive": {"http": "https://x/", key: value}} for key in ALIVE)
        yield from (
            {"pre_start": [value]},
            {"pre_start": ["x", value]},
            {"pre_stop": [web, value]},
            {"stop_on": [value]},
        )
        yield from ({"app": {"success_exit_codes": [value]}}, {"post_stop": {"wait_for": ["$A", value]}})
        yield from ({"signals": {"HUP": value}}, {"app": {"environment": {"A": value}}}, {"process": {"web": value}})
        if isinstance(value, str):
            yield from ({"signals": {value: "TERM"}}, {"app": {"environment": {value: ""}}}, {"process": {value: web}})
    for value in _SOME:
        yield from ({table: {"zz": value}} for table in ("app", "process", "ready", "alive"))
        yield {"process": {"web": {**web, "zz": value}}}
        for key in (*HOOK, "command", "wait_for", "sleep", "zz"):
            doings = (web, {"sleep": 1}, {"wait_for": "$A"}, {"drain": 80})
            yield from (
                {"pre_stop": {**doing, key: value}} for doing in doings if key != "timeout" or "drain" not in doing
            )
        for key in ("http", "tcp", "unix", "file", "command", "notify", "after", *READY, "zz"):
            yield from ({"ready": {**kind, key: value}} for kind in _READY)
        for key in ("http", "tcp", "unix", "file", "command", "watchdog", *ALIVE, "zz"):
            yield from ({"alive": {**kind, key: value}} for kind in _ALIVE)


odd: Strategy = st.recursive(
    st.one_of(
        st.integers(-3, 2000),
        st.floats(allow_nan=False, allow_infinity=False, width=16).filter(lambda number: not number.is_integer()),
        st.booleans(),
        st.text(st.sampled_from("aA1.-_ =$/{}:\n\0s"), max_size=5),
        st.sampled_from(ODD),
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["command", "sleep", "name", "http", "a", ""]), inner, max_size=2)
    ),
    max_leaves=3,
)


@st.composite
def spoiled_files(draw: st.DrawFn) -> dict[str, Value]:
    """A right file in which one or two values were exchanged, or keys added or removed."""
    file = draw(right_files.filter(bool))
    for _ in range(draw(st.integers(1, 2))):
        file = _spoil(draw, file) if file else file
    return file


def _spoil(draw: st.DrawFn, value: Value) -> Value:
    """One change somewhere within a value."""
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        match draw(st.sampled_from(["within", "within", "within", "add", "remove", "rename"])):
            case "within":
                return {**value, key: _spoil(draw, value[key])}
            case "add":
                more = draw(
                    st.sampled_from([*HOOK, *APP, "command", "sleep", "wait_for", "insecure", "http", "watchdog", "zz"])
                )
                return {**value, more: draw(odd)}
            case "remove":
                return {name: item for name, item in value.items() if name != key}
            case _:
                return {(draw(texts) if name == key else name): item for name, item in value.items()}
    if isinstance(value, list) and value and draw(st.booleans()):
        i = draw(st.integers(0, len(value) - 1))
        return [*value[:i], _spoil(draw, value[i]), *value[i + 1 :]]
    return draw(odd)


def toml(file: dict[str, Value]) -> str:
    """The file as TOML, each key of the top on a line of its own."""
    return "".join(f"{_quoted(key)} = {_inline(value)}\n" for key, value in file.items())


def _inline(value: Value) -> str:
    match value:
        case bool() | int():
            return json.dumps(value)
        case float():
            return repr(value)
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(map(_inline, value))}]"
        case _:
            return f"{{{', '.join(f'{_quoted(key)} = {_inline(item)}' for key, item in value.items())}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
