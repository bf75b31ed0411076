"""The rules for the values of a hook file: E2, and W2 for keys without an effect."""

from lifeinit.check.rules.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

RULES: "Final[tuple[Rule, ...]]" = (
    Rule(
        "E201",
        "empty-command",
        "A command is empty.",
        "There is nothing to run. Remove the key if the phase has no hooks.",
        'pre_start = ""',
        'pre_start = "python manage.py migrate"',
    ),
    Rule(
        "E202",
        "invalid-duration",
        "A duration is invalid, lacks a unit, or is out of range.",
        'A bare number is seconds: 25. In quotes it needs units: "500ms", "30s", "2m", "1m30s", "1h". "25" is'
        " rejected because other tools read it as seconds, minutes or milliseconds. A duration cannot contain"
        " variables, so that all limits are known before the container starts.",
        'stop_timeout = "25"',
        'stop_timeout = "25s"',
    ),
    Rule(
        "E203",
        "unknown-signal",
        "A signal does not exist on this system.",
        "Write the name of a signal, with or without SIG. Numbers differ between architectures.",
        'stop_on = ["TREM"]',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E204",
        "unusable-signal",
        "A signal cannot be used here.",
        "No process can catch SIGKILL and SIGSTOP, and SIGCHLD is how lifeinit learns that a child has exited.",
        'stop_on = ["KILL"]',
        'stop_on = ["TERM"]',
    ),
    Rule(
        "E205",
        "signal-twice",
        "One signal is mapped twice.",
        "HUP and SIGHUP are the same signal, which can be mapped to only one other signal.",
        '[signals]\nHUP = "USR1"\nSIGHUP = "USR2"',
        '[signals]\nHUP = "USR2"',
    ),
    Rule(
        "E206",
        "invalid-name",
        "The name of a hook or process has characters other than letters, digits and _ . -",
        "Names appear in log lines and variables, where they must not need quotes.",
        '[[pre_start]]\nname = "run migrations"\ncommand = "python manage.py migrate"',
        '[[pre_start]]\nname = "run-migrations"\ncommand = "python manage.py migrate"',
    ),
    Rule(
        "E207",
        "name-twice",
        "Two hooks of one phase have the same name.",
        "A log line would not show which hook it is about.",
        '[[pre_start]]\nname = "a"\ncommand = "x"\n[[pre_start]]\nname = "a"\ncommand = "y"',
        '[[pre_start]]\nname = "a"\ncommand = "x"\n[[pre_start]]\nname = "b"\ncommand = "y"',
    ),
    Rule(
        "E208",
        "invalid-count",
        "A number is not a whole number in its range.",
        "For example, retries is a number from 0 to 1000, and a port is a number from 1 to 65535.",
        '[[pre_start]]\ncommand = "x"\nretries = -1',
        '[[pre_start]]\ncommand = "x"\nretries = 3',
    ),
    Rule(
        "E209",
        "invalid-choice",
        "A value is not one of those that the key accepts.",
        "on_failure, restart and stop_scope each accept two or three words.",
        '[[post_start]]\ncommand = "x"\non_failure = "ignore"',
        '[[post_start]]\ncommand = "x"\non_failure = "warn"',
    ),
    Rule(
        "E210",
        "invalid-exit-status",
        "A value of success_exit_codes is not an exit status.",
        "An exit status is a number from 0 to 255. For a signal write its name: a process that died of SIGTERM"
        " has status 143.",
        "[app]\nsuccess_exit_codes = [256]",
        '[app]\nsuccess_exit_codes = [3, "7-9", "SIGTERM"]',
    ),
    Rule(
        "E211",
        "invalid-umask",
        "A umask is not a string of octal digits.",
        "TOML reads 27 as a decimal number and rejects 027, so write the digits in quotes.",
        "[app]\numask = 27",
        '[app]\numask = "027"',
    ),
    Rule(
        "E212",
        "invalid-variable",
        "A name in environment is not a valid name of a variable.",
        'The system stores NAME=value, so a name cannot contain "=".',
        '[app.environment]\n"MODE=fast" = ""',
        '[app.environment]\nMODE = "fast"',
    ),
    Rule(
        "E213",
        "stray-dollar",
        "A dollar sign is not followed by the name of a variable.",
        "$NAME and ${NAME} are expanded in environment, wait_for, ready and alive; write $$ for a literal"
        " dollar sign, as in Compose. No other shell syntax is supported there. For the output of a command"
        " use a pre_start hook that writes RELEASE=... to $LIFEINIT_ENV; instead of ${WORKERS:-2} set a"
        " default in the image: ENV WORKERS=2.",
        '[app.environment]\nPRICE = "5 $"',
        '[app.environment]\nPRICE = "5 $$"',
    ),
    Rule(
        "E214",
        "invalid-target",
        "A target of wait_for, ready or alive is invalid.",
        "A target is a URL: tcp, unix, http, https, file, or the URL of a database, cache or broker as its"
        " driver accepts it.",
        '[[pre_start]]\nwait_for = "db:5432"',
        '[[pre_start]]\nwait_for = "tcp://db:5432"',
    ),
    Rule(
        "E215",
        "nul-character",
        "A string contains a NUL character.",
        "The system ends every argument, path and variable at a NUL, so the rest would be lost.",
        'pre_start = "printf a\\u0000b"',
        'pre_start = "printf a"',
    ),
    Rule(
        "E216",
        "relative-path",
        "A path is relative.",
        "A relative path would depend on the directory in which lifeinit was started.",
        'ready_file = "run/ready"',
        'ready_file = "/run/ready"',
    ),
    Rule(
        "E217",
        "short-timeout",
        "A timeout ends a sleep or a drain early.",
        "The hook would always fail. A sleep needs no timeout; the timeout of a drain, 5 s by default, must"
        " be longer than at_least and quiet.",
        '[[pre_stop]]\nsleep = "10s"\ntimeout = "5s"',
        '[[pre_stop]]\nsleep = "10s"',
    ),
    Rule(
        "E218",
        "empty-text",
        "A value is an empty string.",
        "A user and a directory have names. Remove the key to use the default.",
        '[app]\nuser = ""',
        '[app]\nuser = "www-data"',
    ),
    Rule(
        "E219",
        "long-try",
        "The timeout of alive is longer than all of its tries together.",
        "The app is unhealthy after interval times failures; a try that still runs then has no effect. By"
        " default timeout is 5 s, or interval times failures if that is shorter.",
        'ready = "tcp://127.0.0.1:80"\n[alive]\ntcp = "127.0.0.1:80"\ninterval = "2s"\ntimeout = "10s"',
        'ready = "tcp://127.0.0.1:80"\n[alive]\ntcp = "127.0.0.1:80"\ninterval = "2s"\ntimeout = "2s"',
    ),
    Rule(
        "E220",
        "asks-itself",
        "A command of ready or alive is lifeinit health.",
        "lifeinit health reports the result of ready and alive, for a HEALTHCHECK or a probe of the runtime."
        " Here it would wait for itself.",
        'ready = "tcp://127.0.0.1:80"\n[alive]\ncommand = "lifeinit health"',
        'ready = "tcp://127.0.0.1:80"\n[alive]\ntcp = "127.0.0.1:80"',
    ),
    Rule(
        "E221",
        "long-string",
        "An argument or a variable is longer than the kernel allows.",
        "execve(2) accepts strings of up to 128 KiB where pages have 4 KiB; with a longer one the hook fails"
        " with 126. A shell command line is one argument, and a variable is its name and its value.",
        'pre_start = "echo ..."    # 200,000 characters',
        'pre_start = ["./prepare.sh"]',
    ),
    Rule(
        "E222",
        "circular-order",
        "Processes wait for one another in a circle.",
        "None of them could start.",
        '[process.web]\ncommand = "serve"\nafter = ["db"]\n[process.db]\ncommand = "database"\nafter = ["web"]',
        '[process.web]\ncommand = "serve"\nafter = ["db"]\n[process.db]\ncommand = "database"',
    ),
    Rule(
        "E223",
        "unknown-process",
        "A name in after is not a process.",
        "after lists other [process.NAME] tables, or app for the command after --.",
        '[process.web]\ncommand = "serve"\nafter = ["dba"]\n[process.db]\ncommand = "database"',
        '[process.web]\ncommand = "serve"\nafter = ["db"]\n[process.db]\ncommand = "database"',
    ),
    Rule(
        "W201",
        "idle-key",
        "A key has no effect without another one.",
        "retry_delay is the time between two tries, and max_restarts and restart_window limit restarts: they"
        ' need retries or restart. alive with on_failure = "restart" restarts the app too.',
        '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"',
        '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"\nretries = 2',
    ),
    Rule(
        "W202",
        "command-in-a-value",
        "A value of environment is a command in backticks, which is not run.",
        "Values of a hook file do not go through a shell. For the output of a command use a pre_start hook"
        " that writes NAME=... to $LIFEINIT_ENV.",
        '[app.environment]\nRELEASE = "`cat /etc/release`"',
        """pre_start = 'release=$(cat /etc/release) && echo "RELEASE=$release" >> "$LIFEINIT_ENV"'""",
    ),
    Rule(
        "W204",
        "endless-restarts",
        "An app that stays unhealthy is restarted forever.",
        "max_restarts limits the restarts within restart_window. If the app takes longer than that to become"
        " unhealthy max_restarts times, the limit is never reached.",
        'ready = "notify"\nalive = { watchdog = "30s", on_failure = "restart" }',
        'ready = "notify"\nalive = { watchdog = "30s", on_failure = "restart" }\n[app]\nrestart_window = "5m"',
    ),
    Rule(
        "W205",
        "alive-without-ready",
        "alive is set without ready, so a slow start counts as a hang.",
        "alive begins when the app is ready. Without ready that is as soon as it runs, and an app that starts"
        " more slowly than alive allows is stopped again and again.",
        'alive = "http://127.0.0.1:8000/healthz"',
        'ready = "http://127.0.0.1:8000/healthz"\nalive = "http://127.0.0.1:8000/healthz"',
    ),
)
