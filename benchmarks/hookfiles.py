"""The hook files that lifeinit is measured with."""

from pathlib import Path

ONE_EACH = """
stop_timeout = "30s"
pre_start = ["/bin/true"]
post_start = ["/bin/true"]
pre_stop = ["/bin/true"]
post_stop = ["/bin/true"]
"""

ALL_FEATURES = """
stop_timeout = "30s"
kill_after = "3s"
ready = "notify"

[app]
restart = "on-failure"
environment = { SHOP = "$HOME/shop" }

[process.beside]
command = 'trap "" USR1; exec sleep 1000000'
ready = { command = ["/bin/true"] }

[signals]
HUP = "USR2"

[[pre_start]]
name = "export"
command = 'echo SHARD=7 >> "$LIFEINIT_ENV"'
[[pre_start]]
name = "wait"
wait_for = ["file:///bin/true"]
timeout = "10s"
[[pre_start]]
name = "migrate"
command = "exit 0"
retries = 2

[[post_start]]
name = "announce"
command = ["/bin/true"]
on_failure = "warn"

[[pre_stop]]
name = "drain"
sleep = "1ms"
[[pre_stop]]
name = "leave"
command = ["/bin/true"]

[[post_stop]]
name = "upload"
command = "exit 0"
[[post_stop]]
name = "deregister"
command = ["/bin/true"]
"""


# The same by hand, as entrypoints do it. `wait` ends at each signal that is trapped.
ENTRYPOINT = """#!/bin/bash
/bin/true
"$@" &
app=$!
trap '/bin/true; kill -TERM $app' TERM
trap 'kill -USR1 $app' USR1
/bin/true
while :; do
    wait $app
    status=$?
    kill -0 $app 2>/dev/null || break
done
/bin/true
exit $status
"""


def one_each(directory: Path, name: str = "one-each") -> str:
    """One hook in each phase."""
    return _written(directory / f"{name}.toml", ONE_EACH)


def entrypoint(directory: Path) -> str:
    """A bash script with as many commands in the places of the hooks."""
    return _written(directory / "entrypoint.bash", ENTRYPOINT)


def all_features(directory: Path) -> str:
    """All that lifeinit can do, in one file."""
    return _written(directory / "all-features.toml", ALL_FEATURES)


def watched(directory: Path, asked: str, interval: str) -> str:
    """An app that `alive` asks."""
    text = f'[alive]\n{asked}\ninterval = "{interval}"\ntimeout = "5s"\nfailures = 1000\n'
    return _written(directory / "watched.toml", text)


def many_hooks(directory: Path, count: int) -> str:
    return _written(directory / f"{count}-hooks.toml", '[[pre_start]]\ncommand = ["/bin/true"]\n' * count)


def many_processes(directory: Path, count: int) -> str:
    """That many beside the app."""
    processes = (f'[process.p{i}]\ncommand = ["/bin/sleep", "1000000"]\n' for i in range(count))
    return _written(directory / f"{count}-processes.toml", "".join(processes))


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)
