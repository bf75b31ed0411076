"""The rules for the structure of a hook file: E1."""

from lifeinit.check.rules.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

RULES: "Final[tuple[Rule, ...]]" = (
    Rule(
        "E101",
        "invalid-toml",
        "The file is not valid TOML.",
        "A hook file is TOML 1.0. Common mistakes: a string without quotes, a colon instead of an equals"
        " sign, an unclosed quote, and a repeated [table] where [[hooks]] are needed.",
        "stop_timeout = 25s",
        'stop_timeout = "25s"',
    ),
    Rule(
        "E102",
        "unknown-key",
        "A key is unknown.",
        "A misspelled key would otherwise be a hook that never runs, and you would notice only when you need it.",
        'pre_strat = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E103",
        "foreign-key",
        "A key is another tool's name for a key of lifeinit.",
        "systemd, supervisord, Compose and Kubernetes have their own names. lifeinit accepts one name for"
        " each key, so that all hook files look alike. There is no key for a shell, because a string runs in"
        ' /bin/sh. For another shell write a list, ["bash", "-c", "..."].',
        'ExecStartPre = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E104",
        "misplaced-key",
        "A key is in the wrong table.",
        "In TOML a key belongs to the last [table] above it, even after blank lines. Top-level keys go above"
        " the first table, keys of the app below [app], keys of a hook below its [[phase]].",
        '[app]\nuser = "www-data"\nstop_timeout = "25s"',
        'stop_timeout = "25s"\n[app]\nuser = "www-data"',
    ),
    Rule(
        "E105",
        "wrong-type",
        "A value has the wrong type.",
        "A number, a boolean, a list or a table is never converted to a string, nor a string to one of them:"
        " lifeinit does not guess.",
        'stop_on = "TERM"',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E106",
        "nothing-to-do",
        "A hook, a process or a probe has nothing to do.",
        "A hook needs one of command, wait_for, sleep and drain; a process needs a command; ready and alive"
        " need something to check.",
        '[[pre_start]]\nname = "migrate"',
        '[[pre_start]]\nname = "migrate"\ncommand = "python manage.py migrate"',
    ),
    Rule(
        "E107",
        "too-much-to-do",
        "A hook or a probe has two actions, and only one is allowed.",
        "It would not be clear which one comes first and whose failure counts. Write two hooks.",
        '[[pre_stop]]\nsleep = "5s"\ncommand = "curl -X POST http://127.0.0.1/drain"',
        '[[pre_stop]]\nsleep = "5s"\n[[pre_stop]]\ncommand = "curl -X POST http://127.0.0.1/drain"',
    ),
    Rule(
        "E108",
        "useless-key",
        "A key has no meaning in this place.",
        "For example, a sleep starts no program, so it has no user and no directory.",
        '[[pre_stop]]\nsleep = "5s"\nuser = "app"',
        '[[pre_stop]]\nsleep = "5s"',
    ),
    Rule(
        "E109",
        "too-large",
        "The file is larger than 1 MiB.",
        "lifeinit reads the hook file while the container starts, and must stay small. Move long commands to a script.",
        "# one of 30,000 long lines of comment",
        'pre_start = ["/usr/local/bin/prepare"]',
    ),
    Rule(
        "E110",
        "too-deep",
        "Lists, tables or dotted keys are nested more than 32 levels deep.",
        "A hook file needs at most four levels, and reading deeper ones could use gigabytes of memory.",
        f"pre_start = {'[' * 33}{']' * 33}",
        'pre_start = ["python", "manage.py", "migrate"]',
    ),
    Rule(
        "E111",
        "not-utf-8",
        "The file is not encoded in UTF-8.",
        "TOML is UTF-8, with or without a byte order mark. Editors on Windows may save UTF-16 or a legacy code page.",
        'pre_start = "echo café"   # saved as Latin-1',
        'pre_start = "echo café"',
    ),
)
