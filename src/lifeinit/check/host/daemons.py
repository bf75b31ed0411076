"""Programs that go into the background and let lifeinit believe that the app has ended. Only what is certain.

Sources: the programs' own manual pages.
"""

import os
import re
from collections.abc import Callable
from itertools import pairwise

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.invocation import Words, base_name, shell_line
from lifeinit.check.host.read_head import beginning
from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted

_IN_BACKGROUND = re.compile(r"(?:^|\n)[^#\n]*(?<![&\\])&$")
_LONGEST_FILE = 1 << 16  # bytes of a configuration


def leaves(task: Task, words: Words) -> Finding | None:
    """The finding, if the app goes into the background."""
    line = (shell_line(task) or "").rstrip()
    if _IN_BACKGROUND.search(line) and shell_lexer.read(line).whole:
        sentence = f'{quoted(line)} ends in "&": the shell leaves its program in the background and ends'
        return _finding(task, sentence, 'leave the "&" out, and begin with exec')
    if not words or any(word is None for word in words):
        return None
    name, arguments = base_name(words[0]), [word for word in words[1:] if word is not None]
    for leaving, way_out in _DAEMONS.get(name, ()):
        if leaving(arguments):
            return _finding(task, f"{quoted(' '.join([name, *arguments]))} goes into the background", way_out)
    return None


def _finding(task: Task, what: str, way_out: str) -> Finding:
    return Finding("W309", task.at, f"{what}: for lifeinit the app has exited at once, and the container ends", way_out)


Leaving = Callable[[list[str]], bool]


def _has(*words: str) -> Leaving:
    """One of the arguments is one of these, or begins with it and an equals sign."""
    return lambda arguments: any(word in words or word.partition("=")[0] in words for word in arguments)


def _begins(*words: str) -> Leaving:
    return lambda arguments: tuple(arguments[: len(words)]) == words


def _without(letters: str, *words: str) -> Leaving:
    """No argument is one of these, and none is a group of short options with one of the letters in it."""
    short = re.compile(rf"-[A-Za-z0-9]*[{letters}].*") if letters else re.compile("(?!)")
    return lambda arguments: not any(word in words or short.fullmatch(word) for word in arguments)


def _nginx(arguments: list[str]) -> bool:
    if not _without("tTvVhsp")(arguments) or re.search(r"daemon\s+off", " ".join(arguments)):
        return False
    named = [after for word, after in pairwise(arguments) if word == "-c"]
    return not _says(named[0] if named else "/etc/nginx/nginx.conf", rb"^\s*daemon\s+off")


def _redis(arguments: list[str]) -> bool:
    for word, after in pairwise(arguments):
        if word == "--daemonize":
            return after == "yes"
    return bool(arguments) and _says(arguments[0], rb"^\s*daemonize\s+yes")


def _supervisord(arguments: list[str]) -> bool:
    if not _without("n", "--nodaemon", "-h", "--help", "-v", "--version")(arguments):
        return False
    named = [after for word, after in pairwise(arguments) if word in {"-c", "--configuration"}]
    named += [word.partition("=")[2] for word in arguments if word.startswith("--configuration=")]
    usual = ("supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf")
    return not any(_says(path, rb"^\s*nodaemon\s*=\s*(?:true|on|yes|1)") for path in named or usual)


def _says(path: str, pattern: bytes) -> bool:
    return (
        re.search(pattern, beginning(os.path.join("/", path), _LONGEST_FILE), re.MULTILINE | re.IGNORECASE) is not None
    )


_OPTION = "leave the option out"
_DAEMONS: dict[str, tuple[tuple[Leaving, str], ...]] = {
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
    "pm2": ((lambda words: _begins("start")(words) and "--no-daemon" not in words, 'write "pm2-runtime"'),),
    "service": ((lambda words: words[-1:] == ["start"], "write the service's own program with its foreground option"),),
    "systemctl": ((_begins("start"), "write the service's own program with its foreground option"),),
    "postfix": ((_begins("start"), 'write ["postfix", "start-fg"]'),),
    "dnsmasq": ((_without("kdhvw", "--keep-in-foreground", "--no-daemon", "--test"), 'add "--keep-in-foreground"'),),
    "squid": ((_without("Nhvkz", "--foreground"), 'add "--foreground"'),),
    "start-stop-daemon": ((_has("-b", "--background"), _OPTION),),
}
