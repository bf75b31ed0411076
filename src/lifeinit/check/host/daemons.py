"""Programs that go into the background, which for lifeinit is the exit of the app. Only what is certain.

Sources: the programs' own manual pages.
"""

import os
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.as_user import Kernel, own_user
from lifeinit.check.host.invocation import Words, base_name, diagnostic, shell_line
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, quoted

_IN_BACKGROUND = re.compile(r"(?:^|\n)[^#\n]*(?<![&\\])&$")
_LONGEST_FILE = 1 << 16  # bytes of a configuration


def daemon(task: Task, words: Words, kernel: Kernel) -> Diagnostic | None:
    """W309, if the app goes into the background."""
    line = (shell_line(task) or "").rstrip()
    if _IN_BACKGROUND.search(line) and reader.read(line).whole:
        message = f'{quoted(line)} ends in "&", so the shell exits while its program runs'
        return _diagnostic(task, message, 'remove the "&", and begin with exec', (len(line) - 1, len(line)))
    if not words or any(word is None for word in words):
        return None
    name, arguments = base_name(words[0]), [word for word in words[1:] if word is not None]
    for goes, fix in _DAEMONS.get(name, ()):
        if goes(arguments, kernel):
            return _diagnostic(task, f"{quoted(' '.join([name, *arguments]))} goes into the background", fix)
    return None


def _diagnostic(task: Task, message: str, fix: str, within: reader.Range | None = None) -> Diagnostic:
    whole = f"{message}: lifeinit sees the app exit at once, and the container stops"
    return diagnostic(task, "W309", whole, fix, within)


Goes = Callable[[list[str], Kernel], bool]


def _has(*words: str) -> Goes:
    """One of the arguments is one of these, or begins with it and an equals sign."""
    return lambda arguments, _: any(word in words or word.partition("=")[0] in words for word in arguments)


def _begins(*words: str) -> Goes:
    return lambda arguments, _: tuple(arguments[: len(words)]) == words


def _without(letters: str, *words: str) -> Goes:
    """No argument is one of these, and none is a group of short options with one of the letters in it."""
    return lambda arguments, _: not _names_one(arguments, letters, words)


def _names_one(arguments: list[str], letters: str, words: Sequence[str]) -> bool:
    short = re.compile(rf"-[A-Za-z0-9]*[{letters}].*") if letters else re.compile("(?!)")
    return any(word in words or short.fullmatch(word) for word in arguments)


def _nginx(arguments: list[str], kernel: Kernel) -> bool:
    if _names_one(arguments, "tTvVhsp", ()) or re.search(r"daemon\s+off", " ".join(arguments)):
        return False
    named = [after for word, after in pairwise(arguments) if word == "-c"]
    return not _contains(kernel, named[0] if named else "/etc/nginx/nginx.conf", rb"^\s*daemon\s+off")


def _redis(arguments: list[str], kernel: Kernel) -> bool:
    for word, after in pairwise(arguments):
        if word == "--daemonize":
            return after == "yes"
    return bool(arguments) and _contains(kernel, arguments[0], rb"^\s*daemonize\s+yes")


def _supervisord(arguments: list[str], kernel: Kernel) -> bool:
    if _names_one(arguments, "n", ("--nodaemon", "-h", "--help", "-v", "--version")):
        return False
    named = [after for word, after in pairwise(arguments) if word in {"-c", "--configuration"}]
    named += [word.partition("=")[2] for word in arguments if word.startswith("--configuration=")]
    usual = ("supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf")
    return not any(_contains(kernel, path, rb"^\s*nodaemon\s*=\s*(?:true|on|yes|1)") for path in named or usual)


def _contains(kernel: Kernel, path: str, pattern: bytes) -> bool:
    raw = kernel.beginning(own_user(), os.path.join("/", path), _LONGEST_FILE)
    return re.search(pattern, raw, re.MULTILINE | re.IGNORECASE) is not None


_OPTION = "remove the option"
_DAEMONS: dict[str, tuple[tuple[Goes, str], ...]] = {
    "nginx": ((_nginx, 'write ["nginx", "-g", "daemon off;"]'),),
    "redis-server": ((_redis, 'write "--daemonize", "no"'),),
    "supervisord": ((_supervisord, 'add "--nodaemon"'),),
    "apache2": (
        (_without("Xtvlh", "FOREGROUND", "-DFOREGROUND", "NO_DETACH", "-DNO_DETACH"), 'add "-D", "FOREGROUND"'),
    ),
    "apachectl": ((_begins("start"), 'write ["apachectl", "-D", "FOREGROUND"]'),),
    "apache2ctl": ((_begins("start"), 'write ["apache2ctl", "-D", "FOREGROUND"]'),),
    "sshd": ((_without("DdtTi"), 'add "-D", and "-e" to log to stderr'),),
    "cron": ((_without("f"), 'add "-f"'),),
    "gunicorn": ((_has("-D", "--daemon"), _OPTION),),
    "celery": ((_begins("multi", "start"), 'write "celery worker"'), (_has("--detach", "-D"), _OPTION)),
    "php-fpm": ((_has("-D", "--daemonize"), 'write "-F" in its place'),),
    "uwsgi": ((_has("--daemonize"), _OPTION),),
    "memcached": ((_has("-d", "--daemon"), _OPTION),),
    "haproxy": ((_has("-D"), _OPTION),),
    "mysqld": ((_has("--daemonize"), _OPTION),),
    "mongod": ((_has("--fork"), _OPTION),),
    "rabbitmq-server": ((_has("-detached"), _OPTION),),
    "pg_ctl": ((_has("start"), 'write "postgres" with its options'),),
    "pm2": ((lambda words, _: words[:1] == ["start"] and "--no-daemon" not in words, 'write "pm2-runtime"'),),
    "service": (
        (lambda words, _: words[-1:] == ["start"], "write the service's own program with its foreground option"),
    ),
    "systemctl": ((_begins("start"), "write the service's own program with its foreground option"),),
}
