"""The rules for lines that a shell reads: what it refuses, what it does not know, and failures that get lost."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E316",
        "shell-syntax",
        "A string is not valid shell syntax.",
        "sh -n reads the line without running it. The message comes from the shell.",
        'pre_start = "if true; then sleep 0"',
        'pre_start = "if true; then sleep 0; fi"',
    ),
    Rule(
        "E317",
        "shell-exits",
        "A string uses a feature that /bin/sh does not support, and the shell exits there.",
        "A string runs in /bin/sh, which is dash on Debian and Ubuntu and BusyBox on Alpine. lifeinit asks"
        " the shell of this machine: it runs the construct alone, as an unprivileged user. set -o pipefail"
        " ends dash 0.5.12 with status 2, so the app never starts; newer versions support it.",
        'pre_start = "set -o pipefail; true"',
        'pre_start = ["bash", "-o", "pipefail", "-c", "true"]',
    ),
    Rule(
        "W301",
        "shell-program",
        "A string runs a program that does not exist or is not executable.",
        "Only words without expansions are checked, in commands that the shell is certain to reach. A program that the"
        " line itself tests for, as in [ -x ./optional ] && ./optional, may be missing.",
        'pre_start = "ehco migrated"',
        'pre_start = "echo migrated"',
    ),
    Rule(
        "W325",
        "lost-failure",
        "A start hook has several commands, and a failure of one that is not the last goes unnoticed.",
        "The exit status of a string is that of its last command, so the app starts even if a migration"
        " before it has failed. With set -e in its first line the shell exits at the first failure, except in"
        " commands before && and ||. A failure of a command in the background (&) is lost in any case, unless"
        " the line waits for it. There is no warning if the line checks the status itself ($?, ||, if), ends"
        " with true, or has set -e.",
        'pre_start = "python3 -m shop.migrate; python3 -m shop.seed"',
        'pre_start = "set -e; python3 -m shop.migrate; python3 -m shop.seed"',
    ),
    Rule(
        "W326",
        "unknown-to-the-shell",
        "A string uses a feature that /bin/sh does not support, and the shell does something else.",
        "dash runs a command with &> log in the background, which always succeeds; it does not expand {1..5},"
        " {a,b} and $'...', and has no commands [[ and source. lifeinit asks the shell of this machine, as for"
        " E317: a /bin/sh that is bash or BusyBox supports more.",
        'pre_start = "true &> /tmp/migrate.log"',
        'pre_start = "true > /tmp/migrate.log 2>&1"',
    ),
    Rule(
        "W327",
        "shellcheck",
        "ShellCheck, if it is installed, reports a command that fails or does something else.",
        'Only findings that are failures count: a condition that is always true, x = 5, rm -rf "$UNSET/",'
        " input that is never read. Findings about style and quotes do not count. The image does not need"
        " ShellCheck: install it where you write hook files. To disable a finding, write"
        " # shellcheck disable=SC2078 in the string.",
        """pre_start = 'if [ "$HOME"="/" ]; then true; fi'""",
        """pre_start = 'if [ "$HOME" = "/" ]; then true; fi'""",
    ),
)
