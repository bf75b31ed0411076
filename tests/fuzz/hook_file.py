"""A hook file's bytes: an answer in each format, with places inside the file and text that a terminal can show."""

from pathlib import Path

from lifeinit.check import timeline
from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.formats import as_github, as_json, as_sarif
from lifeinit.check.output.report import Report
from lifeinit.check.rules.registry import RULES
from lifeinit.config.diagnostic import Place
from lifeinit.config.parser import examine
from tests.unit.config.test_bounds import HOOK
from tests.unit.config.test_toml_errors import SLIPS

ROOT = Path(__file__).parents[2]
_TEXTS = [
    (ROOT / "hooks.example.toml").read_text(),
    HOOK % 1,
    'pre_start = "x"\npost_stop = ["a", "b"]\nready = { http = "http://a/b" }\nready_file = "/run/r"\n',
    'alive = "http://a/b"\n[process.a]\ncommand = "x"\nalive = { watchdog = "5s", on_failure = "restart" }\n',
    '[alive]\ncommand = ["x"]\ninterval = 2\ntimeout = "1s"\nfailures = 4\non_failure = "warn"\n',
    '[healthcheck]\ntest = ["CMD", "curl", "http://a/"]\nretries = 3\nstart_period = "5s"\n[service]\nWatchdogSec = 5',
    '[livenessProbe]\nhttpGet = { path = "/", port = 1, scheme = "HTTPS" }\nperiodSeconds = 1\nfailureThreshold = 2\n',
    'stop_on = ["TERM", "RTMIN+1"]\n[signals]\nHUP = "USR1"\nTERM = ""\n',
    '[app]\nuser = "a:b"\numask = "027"\nsuccess_exit_codes = [3, "7-9", "SIGTERM"]\nrestart = "always"\n',
    'app.restart = "always"\napp.max_restarts = 3\napp.restart_window = "60s"\n',
    """[process.web]\ncommand = "x"\nready = "notify"\nenvironment = { A = '$B', C = "${D}$$" }\n""",
    '[lifecycle.preStop.exec]\ncommand = ["a"]\n[[jobs]]\nexec = "x"\n[Service]\nExecStartPre = """a\nb"""\n',
    *(text for text, _, _ in SLIPS if len(text) < 200),
]
_PIECES = [
    *("[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "=", ".", ",", "#", "\n", "\r\n", "\r", "\t", " ", "\\"),
    *("\\u", "\x00", "\x7f", "é", "値", "\u202e", "\ufeff", "$", "${", "://", "-1", "1e999", "0x", "1979-05-27", "nan"),
    *(
        "true",
        "pre_start",
        "environment",
        "process",
        "app",
        "command",
        "sleep",
        "ready",
        "alive",
        "signals",
        "watchdog",
        "9" * 5000,
    ),
]

SEEDS = [text.encode() for text in _TEXTS]
PIECES = [text.encode("utf-8", "surrogatepass") for text in _PIECES]


def look(raw: bytes) -> None:
    examined = examine(raw)
    problems = examined.problems
    assert (examined.hook_file is None) == any(problem.severity == "error" for problem in problems)
    lines = examined.text.split("\n")
    for problem in problems:
        assert problem.code in RULES
        assert problem.message.isprintable()
        assert problem.help.isprintable()
        assert problem.help
        start, end = problem.span
        assert Place(1, 1) <= start <= end
        for line, column in (start, end):
            assert line <= len(lines)
            assert column <= len(lines[line - 1]) + 2  # a mark of one character may stand behind the last one
    report = Report("f", examined.text, problems, "")
    told = snippet.problems(report, 60, Paint(wanted=False))
    assert told.replace("\n", "").isprintable()
    assert max(map(len, told.splitlines()), default=0) <= 2000
    assert as_json([report]).isascii()
    assert as_sarif([report]).isascii()
    assert as_github([report]).count("\n") == len(problems)
    if examined.hook_file is not None:
        timeline.diagnostics(examined.hook_file, timeline.grace_of(30.0, None))
        timeline.table(examined.hook_file, timeline.grace_of(30.0, None))
