"""The rules for lines that a shell reads: what it refuses, what it does not know, and failures that get lost."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E316",
        "shell-syntax",
        "A string is not valid for the shell.",
        "sh -n has read the line and run nothing. The message is the shell's own.",
        'pre_start = "if true; then sleep 0"',
        'pre_start = "if true; then sleep 0; fi"',
    ),
    Rule(
        "E317",
        "shell-exits",
        "A string uses what /bin/sh does not know, and the shell exits there.",
        "A string runs in /bin/sh, which is dash on Debian and Ubuntu and busybox on Alpine. The shell of this machine"
        " is asked: as an unprivileged user it gets a line with nothing but the construct. set -o pipefail ends dash"
        " 0.5.12 with status 2, so the app never starts; newer versions know it.",
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
        "The exit status of a string is that of its last command, so the app starts although a migration before it has"
        " failed. set -e as its first line ends the shell at the first failure, but for commands before && and ||."
        " A command in the background (&) that nothing waits for is lost in any case. There is no warning where the"
        " line looks at the status itself ($?, ||, if), ends with true, or has set -e.",
        'pre_start = "python3 -m shop.migrate; python3 -m shop.seed"',
        'pre_start = "set -e; python3 -m shop.migrate; python3 -m shop.seed"',
    ),
    Rule(
        "W326",
        "unknown-to-the-shell",
        "A string uses what /bin/sh does not know, and the shell does something else.",
        "dash runs a command with &> log in the background, which always succeeds; it leaves {1..5}, {a,b} and"
        " $'...' as they are, and finds no program [[ or source. The shell of this machine is asked, as for E317: a"
        " /bin/sh that is bash or busybox has more of them.",
        'pre_start = "true &> /tmp/migrate.log"',
        'pre_start = "true > /tmp/migrate.log 2>&1"',
    ),
    Rule(
        "W327",
        "shellcheck",
        "ShellCheck, where it is installed, finds a command of a string that fails or does something else.",
        'Only findings that are failures count: a condition that is always true, x = 5, rm -rf "$UNSET/", an input that'
        " nobody reads. Its opinions on style and quotes do not. In the image it is not needed: apt install shellcheck"
        " where you write hook files. # shellcheck disable=SC2078 in the string turns one off.",
        """pre_start = 'if [ "$HOME"="/" ]; then true; fi'""",
        """pre_start = 'if [ "$HOME" = "/" ]; then true; fi'""",
    ),
)
