"""The rules for this machine: programs, users, directories, and habits that surprise in a container."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E301",
        "program-not-found",
        "A program does not exist or is not in PATH.",
        "The hook fails with 127. PATH is that of the hook's environment, otherwise the inherited one. A path with a"
        " slash is relative to working_dir.",
        'pre_start = ["pyhton3", "manage.py", "migrate"]',
        'pre_start = ["python3", "-m", "shop.migrate"]',
    ),
    Rule(
        "E302",
        "not-executable",
        "A program is not executable for the user that runs it.",
        "The hook fails with 126. COPY keeps the file modes of the build context: run chmod +x there. Nothing"
        " can be executed on a file system that is mounted noexec, not even by root.",
        'pre_start = ["./scripts/plain.sh"]  # mode 644',
        'pre_start = ["sh", "./scripts/plain.sh"]',
    ),
    Rule(
        "E303",
        "not-a-program",
        "A command is a directory, or something else that is not a regular file.",
        "The kernel executes only regular files. The hook fails with 126.",
        'pre_start = ["./scripts"]',
        'pre_start = ["./scripts/migrate.sh"]',
    ),
    Rule(
        "E304",
        "out-of-reach",
        "A program is in a directory that its user cannot enter.",
        "A user needs the x permission on every directory of a path, links included. In most images /root is closed to"
        " all other users.",
        '[[pre_start]]\ncommand = ["./closed/tool"]  # the directory has mode 700\nuser = "65534"',
        '[[pre_start]]\ncommand = ["./closed/tool"]  # as root',
    ),
    Rule(
        "E305",
        "interpreter-missing",
        "The first line of a script names an interpreter that does not exist or is not executable.",
        "The kernel reports this as if the script itself were missing. /usr/bin/env looks up the interpreter in"
        " PATH, and treats the rest of the line as one name unless it has -S.",
        'pre_start = ["./scripts/old.py"]  # begins with #!/usr/bin/python2.5',
        'pre_start = ["./scripts/migrate.sh"]  # begins with #!/bin/sh',
    ),
    Rule(
        "E306",
        "unreadable-first-line",
        "A script has Windows line endings or a byte order mark, so the kernel misreads its first line.",
        "The carriage return becomes part of the interpreter's name; after a byte order mark no interpreter"
        " is recognized. Git on Windows changes line endings unless .gitattributes prevents it.",
        'pre_start = ["./scripts/windows.sh"]  # lines end with \\r\\n',
        'pre_start = ["./scripts/migrate.sh"]  # lines end with \\n',
    ),
    Rule(
        "E309",
        "words-in-one",
        "The first item of a list contains a space, and no program has such a name.",
        "A list is not split into words: each item is one argument, and the first one is the program. For"
        " several hooks write several [[pre_start]] tables.",
        'pre_start = ["echo migrated"]',
        'pre_start = ["echo", "migrated"]',
    ),
    Rule(
        "E310",
        "no-shell",
        "A command is a string, and there is no /bin/sh to run it.",
        "A string runs in /bin/sh -c. Distroless images and images from scratch have no shell.",
        'pre_start = "echo migrated"',
        'pre_start = ["echo", "migrated"]',
    ),
    Rule(
        "E311",
        "unknown-user",
        "A user does not exist on this machine.",
        "Nothing would start. A name needs an entry in /etc/passwd, a uid does not.",
        '[app]\nuser = "no-such-user"',
        '[app]\nuser = "root"',
    ),
    Rule(
        "E312",
        "unknown-group",
        "A group does not exist on this machine.",
        "Nothing would start. A name needs an entry in /etc/group, a gid does not.",
        '[app]\nuser = "root:no-such-group"',
        '[app]\nuser = "root:0"',
    ),
    Rule(
        "E313",
        "needs-root",
        "The file sets a user, but lifeinit does not run as root.",
        "Only root can change to another user. An image with a USER line starts lifeinit as that user.",
        '[app]\nuser = "root"  # and the image has USER nobody',
        '[app]\nworking_dir = "/"',
    ),
    Rule(
        "E314",
        "directory-missing",
        "A working_dir does not exist or is not a directory.",
        "The command would not start. Variables and ~ are not expanded in working_dir.",
        '[app]\nworking_dir = "./no-such-directory"',
        '[app]\nworking_dir = "./scripts"',
    ),
    Rule(
        "E315",
        "directory-closed",
        "A user cannot enter its working_dir.",
        "lifeinit changes the user first and the directory afterwards, so that a user enters only directories"
        " that are open to it.",
        '[app]\nuser = "65534"\nworking_dir = "./closed"  # mode 700, owned by root',
        '[app]\nuser = "65534"\nworking_dir = "/"',
    ),
    Rule(
        "W302",
        "changeable-program",
        "A hook runs a program as root that the app's user, or every user, can change.",
        "An attacker who takes over the app can change or replace the program, and is root at the next stop."
        " This includes directories: a user that can write to a directory can replace the files in it.",
        'post_stop = ["./app/cleanup.sh"]  # the directory belongs to uid 1000\n[app]\nuser = "1000"',
        'post_stop = ["./scripts/migrate.sh"]  # the file and its directories belong to root\n[app]\nuser = "1000"',
    ),
    Rule(
        "W303",
        "changeable-hook-file",
        "The app's user, or every user, can change the hook file, and lifeinit runs its hooks as root.",
        "An attacker who takes over the app can add a hook, and is root at the next start.",
        '[app]\nuser = "1000"  # and hooks.toml has mode 666',
        '[app]\nuser = "1000"  # and hooks.toml has mode 644',
    ),
    Rule(
        "W304",
        "kill-1",
        "A hook signals PID 1, or every process.",
        "PID 1 is lifeinit: SIGTERM, SIGINT and SIGQUIT are stop requests, other signals are forwarded to the"
        " app, and the kernel drops a SIGKILL. Below docker --init, or in a shared PID namespace, PID 1 is"
        " another program.",
        'pre_stop = "kill -TERM 1"',
        'pre_stop = "kill -USR1 $LIFEINIT_CHILD_PID"',
    ),
    Rule(
        "W305",
        "shell-in-between",
        "The app is a string without exec, so the shell stays and receives the signals.",
        "A shell that is not PID 1 dies of a stop signal and does not forward it. Its child is then a"
        " leftover process: it receives SIGTERM from lifeinit, and SIGKILL a second later. With exec the program"
        " replaces the shell.",
        '[process.web]\ncommand = "sleep 60 2>&1"',
        '[process.web]\ncommand = "exec sleep 60 2>&1"',
    ),
    Rule(
        "W306",
        "script-in-between",
        "The app is a shell script whose last line starts a program without exec.",
        "The stop signal ends the script but not its child, as for a string without exec.",
        '[process.web]\ncommand = ["./scripts/start.sh"]  # ends with: sleep 60',
        '[process.web]\ncommand = ["./scripts/start-exec.sh"]  # ends with: exec sleep 60',
    ),
    Rule(
        "W307",
        "runner-in-between",
        "npm, npx, pnpm or yarn starts the app and stays in between.",
        "They run a script of package.json through a shell. npm forwards only SIGTERM and SIGINT, and only to"
        " that shell: one that does not replace itself (dash 0.5.12) dies of it, npm exits with 143, and the"
        " program never gets the signal. pipenv run and poetry run replace themselves and are fine.",
        '[process.web]\ncommand = ["npm", "start"]',
        '[process.web]\ncommand = ["node", "server.js"]',
    ),
    Rule(
        "W308",
        "another-init",
        "Another init starts the app.",
        "lifeinit already reaps and forwards as PID 1. Below it, tini and dumb-init only forward what it"
        " sends; s6-overlay refuses to start unless it is PID 1.",
        '[process.web]\ncommand = ["tini", "--", "sleep", "60"]',
        '[process.web]\ncommand = ["sleep", "60"]',
    ),
    Rule(
        "W309",
        "daemon",
        "The app goes into the background.",
        "Its first process exits at once. For lifeinit that is the exit of the app: it stops the rest, and"
        " the container exits.",
        '[process.web]\ncommand = "sleep 60 &"',
        '[process.web]\ncommand = ["sleep", "60"]',
    ),
    Rule(
        "W310",
        "sleep-command",
        "A pre_stop hook begins with the command sleep.",
        "The key sleep needs no process, no shell and no timeout. A command is terminated by its timeout, 5 s"
        " by default.",
        'pre_stop = "sleep 4"',
        'pre_stop = { sleep = "4s" }',
    ),
    Rule(
        "W311",
        "sleep-before-start",
        "A pre_start hook sleeps to wait for a service.",
        "wait_for checks the service itself: it continues as soon as the service answers, has a timeout, and"
        " names the service in the log.",
        'pre_start = "sleep 10"',
        'pre_start = { wait_for = "tcp://db:5432" }',
    ),
    Rule(
        "W312",
        "secret-in-file",
        "The hook file contains a secret.",
        "The file is in the image, and everyone who can pull the image can read it. In commands these are"
        " recognized: a password in a URL, a header such as Authorization, an option such as --password, and a"
        " variable. The secret itself is never shown.",
        '[app]\nenvironment = { DB_PASSWORD = "correct horse" }',
        '[app]\nenvironment = { DB_PASSWORD = { file = "/run/secrets/db" } }',
    ),
    Rule(
        "N313",
        "variable-from-outside",
        "A target or a value of environment uses a variable that is not set here.",
        "The runtime may set them later, for example after the build of an image; without them lifeinit"
        " does not start. PWD, OLDPWD, SHLVL and _ count as unset, because only a shell sets them. Variables"
        " are not checked after a pre_start hook that uses LIFEINIT_ENV, itself or in its script. Do not put"
        " secrets into ENV or ARG, because the image stores them.",
        'pre_start = { wait_for = "$SHOP_DATABASE_URL" }',
        'pre_start = { wait_for = "tcp://db:5432" }',
    ),
    Rule(
        "W314",
        "no-directory-for-it",
        "The directory of ready_file, or of the file or socket of ready or alive, does not exist.",
        "The file cannot be created unless a volume or the app itself creates the directory.",
        'ready = "file:///no-such-directory/ready"',
        'ready = "file:///tmp/ready"',
    ),
    Rule(
        "W315",
        "invalid-target-value",
        "A target is invalid with the values that its variables have here.",
        "This is an error at the start. For example, the path of a socket can have at most 107 bytes.",
        'pre_start = { wait_for = "$HOME" }',
        'pre_start = { wait_for = "file://$HOME" }',
    ),
    Rule(
        "W316",
        "operator-in-list",
        "A list contains an operator of the shell as an argument.",
        "A list runs its program directly, without a shell that would interpret &&, | or >. The same is true"
        " of the command after --, unless it begins with sh -c.",
        'pre_start = ["sleep", "0", "&&", "sleep", "1"]',
        'pre_start = "true && sleep 0"',
    ),
    Rule(
        "W317",
        "variable-in-list",
        "A list contains a variable as an argument.",
        "Variables are expanded in wait_for, ready, alive and environment, and by the shell in a string, but"
        " never in a list. After -- write sh -c 'exec ...'.",
        'pre_start = ["echo", "$HOSTNAME"]',
        'pre_start = "echo $HOSTNAME"',
    ),
    Rule(
        "W318",
        "script-missing",
        "An interpreter runs a script that does not exist, or that its user cannot read.",
        "The path is relative to working_dir, by default the directory in which lifeinit was started.",
        'pre_start = ["sh", "scripts/no-such-script.sh"]',
        'pre_start = ["sh", "scripts/migrate.sh"]',
    ),
    Rule(
        "W324",
        "changeable-python-path",
        "Another user can write to a directory from which lifeinit, as root, loads Python modules.",
        "Python runs sitecustomize.py, .pth files and imported modules before lifeinit can check them."
        " Install lifeinit where only root can write, and do not set PYTHONPATH for it.",
        '[app]\nuser = "1000"  # and the image has ENV PYTHONPATH=/app, which belongs to uid 1000',
        '[app]\nuser = "1000"\nenvironment = { PYTHONPATH = "/app" }',
    ),
)
