"""The text of a first hook file: what was found as it is, the rest to be uncommented. Valid on every machine."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from lifeinit.config.toml import escaped, written
from lifeinit.project.findings import PORT, Findings, Hook, Untranslated

_MARGIN: Final = 2.0  # seconds between lifeinit's exit and the runtime's SIGKILL
_DOCKER: Final = 10.0  # seconds of `docker stop`
_WIDTH: Final = 79
_DATABASE: Final = """\
# [[pre_start]]        # before the app starts; if it fails, the app does not
# name     = "database"
# wait_for = "tcp://db:5432"
# timeout  = "60s"
"""
_BROKER: Final = """\
# [[pre_start]]        # before the worker starts; if it fails, it does not
# name     = "broker"
# wait_for = "$CELERY_BROKER_URL"
# timeout  = "60s"
"""
_MIGRATE: Final = """\
# [[pre_start]]        # the hooks of a phase run one after the other
# name    = "migrate"
# command = ["python3", "manage.py", "migrate", "--noinput"]
# retries = 2
"""
_ANNOUNCE: Final = """\
# [[post_start]]       # once the app is ready; if it fails, the app is stopped
# name       = "announce"
# command    = ["curl", "-fsS", "-X", "POST", "http://registry/up"]
# timeout    = "5s"
# on_failure = "warn"  # print a warning instead
"""
_DRAIN: Final = """\
[[pre_stop]]           # after the stop signal, before the app gets it
name  = "drain"
sleep = "3s"           # keep serving while the load balancer takes it out
"""
_DEREGISTER: Final = """\
# [[post_stop]]        # after the app, whether it was stopped or crashed
# name    = "deregister"
# command = ["curl", "-fsS", "-X", "POST", "http://registry/down"]
# timeout = "2s"
"""
_APP: Final = """\
# user    = "app"      # needs lifeinit to run as root
# restart = "on-failure"
"""


def text(found: Findings) -> str:
    """The hook file for these findings."""
    return "\n".join(_parts(found))


def _parts(found: Findings) -> Iterator[str]:
    is_worker = found.app.command[:1] == ("celery",)
    yield _head(found.kinds)
    yield _budget(found, is_worker=is_worker)
    if not is_worker:
        yield _probes(found.app.port)
    yield from _steps(found.steps)
    if not any(isinstance(step, Hook) for step in found.steps):
        yield _BROKER if is_worker else _DATABASE
        if not is_worker and (found.app.is_python or not found.kinds):
            yield _MIGRATE
    yield _ANNOUNCE
    if not is_worker:  # which takes no new task once it is stopped
        yield _DRAIN
    yield _DEREGISTER
    yield _app(found.app.keys)
    if found.app.worker and not is_worker:
        yield _worker(found.app.worker)


def _head(kinds: Sequence[str]) -> str:
    made = f", written for {listed(kinds)}" if kinds else ""
    fix = "Change it, remove the # from what you need, and run `lifeinit check`."
    return _wrapped(f"What happens around the life of the app{made}.") + _wrapped(fix)


def _budget(found: Findings, *, is_worker: bool) -> str:
    grace, whose = (_DOCKER, "Docker") if found.grace is None else (found.grace, "Compose")
    seconds = max(grace - _MARGIN, grace / 2)
    task = "" if not is_worker else _wrapped("The longest task has to fit: give the container a longer grace period.")
    return f'{task}stop_timeout = "{seconds:g}s"    # of the whole stop; {whose} sends SIGKILL after {grace:g} s\n'


def _probes(port: int | None) -> str:
    live = "" if port else "# "
    return f"""\
{live}ready = "tcp://127.0.0.1:{port or PORT}"    # the app counts as started once it listens
# alive = "http://127.0.0.1:{port or PORT}/healthz"    # stop the app when it hangs
"""


def _steps(steps: Iterable[Hook | Untranslated]) -> Iterator[str]:
    for is_hook, group in itertools.groupby(steps, key=lambda step: isinstance(step, Hook)):
        if is_hook:
            yield from (_hook(step) for step in group if isinstance(step, Hook))
        else:
            yield _untranslated([step for step in group if isinstance(step, Untranslated)])


def _hook(hook: Hook) -> str:
    pairs = [("name", written(hook.name)), (hook.key, written(hook.value))]
    if hook.timeout:
        pairs.append(("timeout", written(hook.timeout)))
    width = max(len(key) for key, _ in pairs)
    head = f"[[pre_start]]          # {_comment(hook.comment)}"
    return "\n".join([head, *(f"{key.ljust(width)} = {value}" for key, value in pairs)]) + "\n"


def _untranslated(steps: Sequence[Untranslated]) -> str:
    """Statements that follow each other, as one comment."""
    first, last = steps[0], steps[-1]
    is_one = first.line == last.last_line
    lines = f"Line {first.line}" if is_one else f"Lines {first.line} to {last.last_line}"
    head = f"{lines} of {first.script} {'is' if is_one else 'are'} not part of this hook file:"
    body = [f"#     {_comment(line)}".rstrip() for step in steps for line in step.text.split("\n")]
    advice = dict.fromkeys(sentence for step in steps for sentence in step.advice)
    return _wrapped(head) + "\n".join(body) + "\n" + "".join(_wrapped(f"-> {sentence}.", "   ") for sentence in advice)


def _app(keys: Iterable[tuple[str, object, str]]) -> str:
    lines = "".join(f"{_wrapped(comment)}{key} = {written(value)}\n" for key, value, comment in keys)
    return f"[app]\n{lines}{_APP}" if lines else f"# [app]\n{_APP}"


def _worker(command: Sequence[str]) -> str:
    return f"""\
# The Celery worker beside the app. In a container of its own it is the CMD.
# [process.worker]
# command = {written(list(command))}
"""


def listed(words: Sequence[str]) -> str:
    """`Django, PostgreSQL and Redis`."""
    *some, last = map(_comment, words)
    return f"{', '.join(some)} and {last}" if some else last


def _wrapped(sentence: str, indent: str = "") -> str:
    lines = wrap(
        _comment(sentence), _WIDTH - 2, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "".join(f"# {line}\n" for line in lines)


def _comment(line: str) -> str:
    """A line without the control characters that a comment cannot hold."""
    return "".join(char if char == "\t" or char.isprintable() else escaped(char) for char in line)
