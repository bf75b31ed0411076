"""The rules for what a hook file says: E1 for its shape, E2 for its values, W2 for what is idle."""

from lifeinit.check.rules.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SHAPE = (
    Rule(
        "E101",
        "invalid-toml",
        "The text is no TOML.",
        "A hook file is TOML 1.0. The usual slips are a string without quotes, a colon for the equals sign, a quote "
        "that is never closed, and the same [table] twice where [[hooks]] were meant.",
        "stop_timeout = 25s",
        'stop_timeout = "25s"',
    ),
    Rule(
        "E102",
        "unknown-key",
        "A key is none that lifeinit knows.",
        "A misspelt key would otherwise be a hook that never runs, and nobody would see it before it is missed.",
        'pre_strat = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E103",
        "foreign-word",
        "A key is another tool's word for something that lifeinit has.",
        "systemd, supervisord, Compose, Kubernetes and ContainerPilot have their own names for the same things. Only "
        "one name is right here, so that every hook file reads alike. A shell has no key: a string is a line for "
        '/bin/sh, and for another one the command is a list, ["bash", "-c", "..."].',
        'ExecStartPre = "python manage.py migrate"',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E104",
        "misplaced-key",
        "A key of a hook file stands in a table that does not take it.",
        "In TOML a key belongs to the [table] above it, however many blank lines are between. Keys of the top stand "
        "above the first table; those of the app below [app], those of a hook below its [[phase]]. [signals] is one "
        "table for all processes.",
        '[app]\nuser = "www-data"\nstop_timeout = "25s"',
        'stop_timeout = "25s"\n[app]\nuser = "www-data"',
    ),
    Rule(
        "E105",
        "wrong-type",
        "A value is of another kind than the key takes.",
        "A number, a boolean, a list or a table is never taken for a string, nor a string for one of them: what was "
        "meant would be a guess.",
        'stop_on = "TERM"',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E106",
        "nothing-to-do",
        "A hook, a process or a probe does not say what it is to do.",
        "A hook needs one of command, wait_for and sleep, a process a command, and ready something to ask.",
        '[[pre_start]]\nname = "migrate"',
        '[[pre_start]]\nname = "migrate"\ncommand = "python manage.py migrate"',
    ),
    Rule(
        "E107",
        "too-much-to-do",
        "A hook or a probe says two things where only one can be done.",
        "Which of them would come first, and whose failure would count, is a guess. Two hooks say it.",
        '[[pre_stop]]\nsleep = "5s"\ncommand = "curl -X POST http://127.0.0.1/drain"',
        '[[pre_stop]]\nsleep = "5s"\n[[pre_stop]]\ncommand = "curl -X POST http://127.0.0.1/drain"',
    ),
    Rule(
        "E108",
        "useless-key",
        "A key cannot mean anything where it stands.",
        "A sleep starts no program, so it has no user and no directory. Who writes one expects something that will not "
        "happen.",
        '[[pre_stop]]\nsleep = "5s"\nuser = "app"',
        '[[pre_stop]]\nsleep = "5s"',
    ),
    Rule(
        "E109",
        "too-large",
        "The file is larger than 1 MiB.",
        "A hook file is read when the container starts, by a process that has to stay small. What is long belongs into "
        "a script that a hook calls.",
        "# one of 30,000 lines of comment, say",
        'pre_start = ["/usr/local/bin/prepare"]',
    ),
    Rule(
        "E110",
        "too-deep",
        "Lists, tables or dotted keys stand in one another more than 32 deep.",
        "No key of a hook file needs more than four levels, and following more could cost gigabytes.",
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

_VALUES = (
    Rule(
        "E201",
        "empty-command",
        "A command is empty.",
        "Nothing could be run. A phase without hooks is one that is not written.",
        'pre_start = ""',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E202",
        "no-duration",
        "A duration cannot be read, has no unit, or is out of its range.",
        'A number is seconds: 25. In quotes it has units: "500ms", "30s", "2m", "1m30s", "1h". Digits alone in quotes '
        'are refused: of "25" nobody can see whether it means seconds, or minutes or milliseconds as in other tools. '
        "A duration takes no variables: the limits of a life are known before it begins. A command can sleep for as "
        "long as one says.",
        'stop_timeout = "25"',
        'stop_timeout = "25s"',
    ),
    Rule(
        "E203",
        "no-signal",
        "A signal is none that this system has.",
        "A signal is written as its name, with or without SIG. Numbers differ between machines.",
        'stop_on = ["TREM"]',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E204",
        "unusable-signal",
        "A signal cannot be used for this.",
        "Nobody can catch KILL and STOP, and CHLD tells lifeinit that a child has ended.",
        'stop_on = ["KILL"]',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E205",
        "signal-twice",
        "One signal is rewritten twice.",
        "HUP and SIGHUP are one signal, and the app can get only one for it.",
        '[signals]\nHUP = "USR1"\nSIGHUP = "USR2"',
        '[signals]\nHUP = "USR2"',
    ),
    Rule(
        "E206",
        "no-name",
        "The name of a hook or of a process holds other characters than letters, digits and _ . -",
        "Names stand in log lines and in variables, where they must not need quotes.",
        '[[pre_start]]\nname = "run migrations"\ncommand = "python manage.py migrate"',
        '[[pre_start]]\nname = "run-migrations"\ncommand = "python manage.py migrate"',
    ),
    Rule(
        "E207",
        "name-twice",
        "Two hooks of one phase have the same name.",
        "A line of the log would not say which of them it is about.",
        '[[pre_start]]\nname = "a"\ncommand = "x"\n[[pre_start]]\nname = "a"\ncommand = "y"',
        '[[pre_start]]\nname = "a"\ncommand = "x"\n[[pre_start]]\nname = "b"\ncommand = "y"',
    ),
    Rule(
        "E208",
        "no-count",
        "A count is no whole number in its range.",
        "retries and max_restarts count how often something is tried again.",
        '[[pre_start]]\ncommand = "x"\nretries = -1',
        '[[pre_start]]\ncommand = "x"\nretries = 3',
    ),
    Rule(
        "E209",
        "no-choice",
        "A value is none of those that the key can have.",
        "on_failure, restart and stop_scope each know two or three words.",
        '[[post_start]]\ncommand = "x"\non_failure = "ignore"',
        '[[post_start]]\ncommand = "x"\non_failure = "warn"',
    ),
    Rule(
        "E210",
        "no-exit-status",
        "A value of success_exit_codes is no exit status.",
        "An exit status is a number from 0 to 255. A signal is written by its name: who dies of TERM has 143.",
        "[app]\nsuccess_exit_codes = [256]",
        '[app]\nsuccess_exit_codes = [3, "7-9", "SIGTERM"]',
    ),
    Rule(
        "E211",
        "no-umask",
        "A umask is not written as its octal digits in quotes.",
        "TOML reads 27 as a decimal number and refuses 027, so the digits stand in quotes.",
        "[app]\numask = 27",
        '[app]\numask = "027"',
    ),
    Rule(
        "E212",
        "no-variable",
        "A name of environment cannot be that of a variable.",
        'The system writes NAME=value: a name with "=" in it would be cut there.',
        '[app.environment]\n"MODE=fast" = ""',
        '[app.environment]\nMODE = "fast"',
    ),
    Rule(
        "E213",
        "stray-dollar",
        "A dollar sign begins no variable.",
        "$NAME and ${NAME} are replaced in environment, wait_for and ready. The sign itself is $$, as in Compose. "
        "Nothing else of the shell is read there. The output of a command comes from a pre_start hook, which writes "
        "RELEASE=... to $LIFEINIT_ENV; the default of ${WORKERS:-2} stands in the image, ENV WORKERS=2, and $WORKERS "
        "here.",
        '[app.environment]\nPRICE = "5 $"',
        '[app.environment]\nPRICE = "5 $$"',
    ),
    Rule(
        "E214",
        "no-target",
        "A target of wait_for or ready cannot be read.",
        "A target is a URL that says where something answers: tcp, unix, http, https, file, or the URL of a database, "
        "cache or broker as its driver takes it.",
        '[[pre_start]]\nwait_for = "db:5432"',
        '[[pre_start]]\nwait_for = "tcp://db:5432"',
    ),
    Rule(
        "E215",
        "nul-character",
        "A text holds a NUL character.",
        "The system ends every argument, path and variable at a NUL: the rest would be lost.",
        'pre_start = "printf a\\u0000b"',
        'pre_start = "printf a"',
    ),
    Rule(
        "E216",
        "relative-path",
        "A path does not begin at the root.",
        "What it would be relative to depends on where lifeinit was started.",
        'ready_file = "run/ready"',
        'ready_file = "/run/ready"',
    ),
    Rule(
        "E217",
        "short-timeout",
        "A timeout ends a sleep before its time.",
        "The hook would always fail. A sleep ends by itself and needs no timeout.",
        '[[pre_stop]]\nsleep = "10s"\ntimeout = "5s"',
        '[[pre_stop]]\nsleep = "10s"',
    ),
    Rule(
        "E218",
        "empty-text",
        "A value is an empty string.",
        "Nobody has an empty name, and no directory an empty path. Where nothing is to be said the key is left out.",
        '[app]\nuser = ""',
        '[app]\nuser = "www-data"',
    ),
)

_IDLE = (
    Rule(
        "W201",
        "idle-key",
        "A key changes nothing as long as another one is not written.",
        "retry_delay is the time between two tries, max_restarts and restart_window limit the restarts: where nothing "
        "is tried again they wait for nothing.",
        '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"',
        '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"\nretries = 2',
    ),
    Rule(
        "W202",
        "command-in-a-value",
        "A value of environment is a command in backticks, and stays as it is.",
        "No shell reads the values of a hook file. The output of a command comes from a pre_start hook, which writes "
        "NAME=... to $LIFEINIT_ENV.",
        '[app.environment]\nRELEASE = "`cat /etc/release`"',
        """pre_start = 'release=$(cat /etc/release) && echo "RELEASE=$release" >> "$LIFEINIT_ENV"'""",
    ),
)

RULES: "Final[tuple[Rule, ...]]" = (*_SHAPE, *_VALUES, *_IDLE)
