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
        "A hook file is TOML 1.0. The usual slips: a string without quotes, a colon instead of the equals sign, an"
        " unclosed quote, and the same [table] twice where [[hooks]] were meant.",
        "stop_timeout = 25s",
        'stop_timeout = "25s"',
    ),
    Rule(
        "E102",
        "unknown-key",
        "A key is unknown.",
        "A misspelt key would otherwise be a hook that never runs, and nobody would notice before it is needed.",
        'pre_strat = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E103",
        "foreign-key",
        "A key is another tool's name for a key of lifeinit.",
        "systemd, supervisord, Compose, Kubernetes and ContainerPilot have names of their own. lifeinit accepts one"
        " name for each key, so that all hook files read alike. There is no key for a shell: a string runs in /bin/sh,"
        ' and for another shell write a list, ["bash", "-c", "..."].',
        'ExecStartPre = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E104",
        "misplaced-key",
        "A key is in a table that does not take it.",
        "In TOML a key belongs to the [table] above it, whatever blank lines are between them. Top-level keys go above"
        " the first table, keys of the app below [app], keys of a hook below its [[phase]].",
        '[app]\nuser = "www-data"\nstop_timeout = "25s"',
        'stop_timeout = "25s"\n[app]\nuser = "www-data"',
    ),
    Rule(
        "E105",
        "wrong-type",
        "A value has the wrong type.",
        "A number, a boolean, a list or a table is never read as a string, nor a string as one of them: what was meant"
        " would be a guess.",
        'stop_on = "TERM"',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E106",
        "nothing-to-do",
        "A hook, a process or a probe does not say what to do.",
        "A hook needs one of command, wait_for, sleep and drain, a process a command, ready and alive something to"
        " ask.",
        '[[pre_start]]\nname = "migrate"',
        '[[pre_start]]\nname = "migrate"\ncommand = "python manage.py migrate"',
    ),
    Rule(
        "E107",
        "too-much-to-do",
        "A hook or a probe has two actions where only one is possible.",
        "Which one would come first, and whose failure would count, is a guess. Write two hooks.",
        '[[pre_stop]]\nsleep = "5s"\ncommand = "curl -X POST http://127.0.0.1/drain"',
        '[[pre_stop]]\nsleep = "5s"\n[[pre_stop]]\ncommand = "curl -X POST http://127.0.0.1/drain"',
    ),
    Rule(
        "E108",
        "useless-key",
        "A key has no meaning where it is.",
        "A sleep starts no program, so it has no user and no directory.",
        '[[pre_stop]]\nsleep = "5s"\nuser = "app"',
        '[[pre_stop]]\nsleep = "5s"',
    ),
    Rule(
        "E109",
        "too-large",
        "The file is larger than 1 MiB.",
        "lifeinit reads the hook file as the container starts, and has to stay small. Move long commands to a script.",
        "# one of 30,000 long lines of comment",
        'pre_start = ["/usr/local/bin/prepare"]',
    ),
    Rule(
        "E110",
        "too-deep",
        "Lists, tables or dotted keys are nested more than 32 deep.",
        "No key of a hook file needs more than four levels, and reading more could take gigabytes.",
        f"pre_start = {'[' * 33}{']' * 33}",
        'pre_start = ["python", "manage.py", "migrate"]',
    ),
    Rule(
        "E111",
        "not-utf-8",
        "The file is not encoded in UTF-8.",
        "TOML is UTF-8, with or without a byte order mark. Editors on Windows may save UTF-16 or a national code page.",
        'pre_start = "echo café"   # saved as Latin-1',
        'pre_start = "echo café"',
    ),
)
