"""The rules that a hook file is held to on the machine that it is for: its programs, users, directories and habits."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E301",
        "program-not-found",
        "A command's program does not exist, or lies in no directory of PATH.",
        "The hook would fail with 127. PATH is the hook's own: the one in its environment, else the inherited"
        " one. A path with a slash in it begins at working_dir.",
        'pre_start = ["pyhton3", "manage.py", "migrate"]',
        'pre_start = ["python3", "-m", "shop.migrate"]',
    ),
    Rule(
        "E302",
        "not-executable",
        "A command's program may not be executed by the user that it runs as.",
        "The hook would fail with 126. COPY keeps the modes of the build context, and a file that was never chmod"
        " +x there is not executable in the image. A file system that is mounted noexec runs nothing, not even for"
        " root.",
        'pre_start = ["./scripts/plain.sh"]  # mode 644',
        'pre_start = ["sh", "./scripts/plain.sh"]',
    ),
    Rule(
        "E303",
        "not-a-program",
        "A command names a directory, or something else that is no regular file.",
        "The kernel executes regular files only; the hook would fail with 126.",
        'pre_start = ["./scripts"]',
        'pre_start = ["./scripts/migrate.sh"]',
    ),
    Rule(
        "E304",
        "out-of-reach",
        "A directory on the way to a command's program is closed to the user that it runs as.",
        "To reach a file its user needs the x permission on every directory of the path, links included. /root is"
        " closed to everybody else in most images.",
        '[[pre_start]]\ncommand = ["./closed/tool"]  # the directory has mode 700\nuser = "65534"',
        '[[pre_start]]\ncommand = ["./closed/tool"]  # as root',
    ),
    Rule(
        "E305",
        "interpreter-missing",
        "The first line of a script names an interpreter that is not there or cannot be executed.",
        "The kernel reports it as if the script itself were missing. With /usr/bin/env the interpreter is looked"
        " for in PATH, and all that follows env is one name unless env has -S.",
        'pre_start = ["./scripts/old.py"]  # begins with #!/usr/bin/python2.5',
        'pre_start = ["./scripts/migrate.sh"]  # begins with #!/bin/sh',
    ),
    Rule(
        "E306",
        "spoilt-first-line",
        "A script has Windows line ends or a byte order mark, so that the kernel misreads its first line.",
        "With a carriage return the interpreter's name becomes one that does not exist; with a byte order mark"
        " there is no first line at all. Git on Windows writes both unless .gitattributes says otherwise.",
        'pre_start = ["./scripts/windows.sh"]  # lines end with \\r\\n',
        'pre_start = ["./scripts/migrate.sh"]  # lines end with \\n',
    ),
    Rule(
        "E307",
        "loader-missing",
        "A program was linked for another C library, and its loader is not in the image.",
        "A program built on Debian asks for the loader of the GNU C library, which Alpine does not have, and the"
        ' other way round. The kernel says "No such file or directory" of a program that is there.',
        'pre_start = ["./bin/built-for-alpine"]',
        'pre_start = ["./bin/static"]',
    ),
    Rule(
        "E308",
        "foreign-program",
        "A program was built for another processor, or is of no kind that Linux executes.",
        'An image for arm64 with a program for x86-64 in it starts nowhere: "Exec format error".',
        'pre_start = ["./bin/built-for-another-processor"]',
        'pre_start = ["./bin/static"]',
    ),
    Rule(
        "E309",
        "words-in-one",
        "The first word of a list holds a space, and no program has such a name.",
        "A list is not split: each item is one argument, and the first one is the program's whole name. Nor is it a"
        " list of hooks: several of them are several [[pre_start]] tables.",
        'pre_start = ["echo migrated"]',
        'pre_start = ["echo", "migrated"]',
    ),
    Rule(
        "E310",
        "no-shell",
        "A command is a string, and there is no /bin/sh to run it.",
        "A string is a line for /bin/sh -c. Distroless images and images from scratch have no shell.",
        'pre_start = "echo migrated"',
        'pre_start = ["echo", "migrated"]',
    ),
    Rule(
        "E311",
        "unknown-user",
        "A user does not exist on this machine.",
        "Nothing would be started. A uid without an entry in /etc/passwd is fine, a name without one is not.",
        '[app]\nuser = "no-such-user"',
        '[app]\nuser = "root"',
    ),
    Rule(
        "E312",
        "unknown-group",
        "A group does not exist on this machine.",
        "Nothing would be started. A gid without an entry in /etc/group is fine, a name without one is not.",
        '[app]\nuser = "root:no-such-group"',
        '[app]\nuser = "root:0"',
    ),
    Rule(
        "E313",
        "needs-root",
        "A user is named, and lifeinit would not run as root.",
        "Only root can become somebody else. An image with a USER line starts lifeinit as that user.",
        '[app]\nuser = "root"  # and the image has USER nobody',
        '[app]\nworking_dir = "/"',
    ),
    Rule(
        "E314",
        "directory-missing",
        "A working_dir does not exist, or is no directory.",
        "The command would not be started. In working_dir neither variables nor ~ are expanded.",
        '[app]\nworking_dir = "./no-such-directory"',
        '[app]\nworking_dir = "./scripts"',
    ),
    Rule(
        "E315",
        "directory-closed",
        "A working_dir cannot be entered by the user that the command runs as.",
        "lifeinit changes the user first and the directory after it, so that a user gets nowhere that it may not go.",
        '[app]\nuser = "65534"\nworking_dir = "./closed"  # mode 700, root\'s',
        '[app]\nuser = "65534"\nworking_dir = "/"',
    ),
    Rule(
        "E316",
        "shell-syntax",
        "The shell refuses a line as wrong.",
        "The line was given to sh -n, which reads it and runs nothing. The message is the shell's own.",
        'pre_start = "if true; then sleep 0"',
        'pre_start = "if true; then sleep 0; fi"',
    ),
    Rule(
        "W301",
        "shell-program",
        "A line for the shell starts a program that is not there or cannot be executed.",
        "Only words without expansion are looked at, which the shell is certain to come to. [[ and source are"
        " words of bash; /bin/sh is dash on Debian and Ubuntu.",
        'pre_start = "ehco migrated"',
        'pre_start = "echo migrated"',
    ),
    Rule(
        "W302",
        "changeable-program",
        "A hook runs as root what the app's user or everybody could change.",
        "Whoever gets into the app could write into the script, or put another in its place, and would be root at"
        " the next stop. Its directories count too: who may write to a directory can replace what is in it.",
        'post_stop = ["./app/cleanup.sh"]  # the directory was given to uid 1000\n[app]\nuser = "1000"',
        'post_stop = ["./scripts/migrate.sh"]  # everything on the way is root\'s\n[app]\nuser = "1000"',
    ),
    Rule(
        "W303",
        "changeable-hook-file",
        "The hook file can be changed by the app's user or by everybody, and lifeinit runs its hooks as root.",
        "Whoever gets into the app could add a hook, and would be root at the next start.",
        '[app]\nuser = "1000"  # and hooks.toml has mode 666',
        '[app]\nuser = "1000"  # and hooks.toml has mode 644',
    ),
    Rule(
        "W304",
        "kill-1",
        "A hook signals pid 1, or every process at once.",
        "Pid 1 is lifeinit: TERM, INT and QUIT are stop requests to it, other signals go on to the app, and the"
        " kernel drops a KILL. Under docker --init or in a pod with a shared PID namespace pid 1 is somebody else.",
        'pre_stop = "kill -TERM 1"',
        'pre_stop = "kill -USR1 $LIFEINIT_CHILD_PID"',
    ),
    Rule(
        "W305",
        "shell-in-between",
        "The app is a line for the shell without exec, so that the shell stays and gets the signals.",
        "A shell that is not pid 1 dies of a stop signal, and does not pass it on. What it started is left"
        " behind, gets SIGTERM from lifeinit and a second, then SIGKILL. With exec the program takes the shell's"
        " place.",
        '[process.web]\ncommand = "sleep 60 2>&1"',
        '[process.web]\ncommand = "exec sleep 60 2>&1"',
    ),
    Rule(
        "W306",
        "script-in-between",
        "The app is a shell script whose last line starts a program without exec.",
        "As with a line for the shell: the stop signal ends the script and not what it started.",
        '[process.web]\ncommand = ["./scripts/start.sh"]  # ends with: sleep 60',
        '[process.web]\ncommand = ["./scripts/start-exec.sh"]  # ends with: exec sleep 60',
    ),
    Rule(
        "W307",
        "runner-in-between",
        "The app is started by npm, npx, pnpm or yarn, which stay in between.",
        "They run a script of package.json through a shell. npm passes TERM and INT on to that shell and no other"
        " signal; a shell that does not replace itself (dash 0.5.12) dies of it, npm exits with 143, and the"
        " program never hears of the stop. pipenv run and poetry run replace themselves by the program and are"
        " fine.",
        '[process.web]\ncommand = ["npm", "start"]',
        '[process.web]\ncommand = ["node", "server.js"]',
    ),
    Rule(
        "W308",
        "another-init",
        "The app is started by another init.",
        "lifeinit is pid 1 and reaps and forwards already. tini and dumb-init below it only pass on what it"
        " sends; s6-overlay refuses to start unless it is pid 1.",
        '[process.web]\ncommand = ["tini", "--", "sleep", "60"]',
        '[process.web]\ncommand = ["sleep", "60"]',
    ),
    Rule(
        "W309",
        "daemon",
        "The app goes into the background.",
        "Its first process ends at once, which is the app's exit for lifeinit: it stops the rest and the"
        " container ends.",
        '[process.web]\ncommand = "sleep 60 &"',
        '[process.web]\ncommand = ["sleep", "60"]',
    ),
    Rule(
        "W310",
        "sleep-command",
        "A pre_stop hook begins with the command sleep.",
        "The key sleep needs no process and no shell, which images may lack, and is not cut by the hook's timeout"
        " of 5 s.",
        'pre_stop = "sleep 4"',
        'pre_stop = { sleep = "4s" }',
    ),
    Rule(
        "W311",
        "sleep-before-start",
        "A pre_start hook sleeps to wait for a service.",
        "wait_for asks the service itself: it goes on as soon as it answers, has a timeout, and says what it"
        " waits for.",
        'pre_start = "sleep 10"',
        'pre_start = { wait_for = "tcp://db:5432" }',
    ),
    Rule(
        "W312",
        "written-secret",
        "A secret is written into the hook file.",
        "The file is in the image, and so is the secret, for everybody who can pull it. The value is never shown.",
        '[app]\nenvironment = { DB_PASSWORD = "correct horse" }',
        '[app]\nenvironment = { DB_PASSWORD_FILE = "/run/secrets/db" }',
    ),
    Rule(
        "W313",
        "variable-not-set",
        "A target or a value of environment needs a variable that is not set here.",
        "It is an error when it runs. Here it is a warning, since the runtime may set it; none at all if an"
        " earlier pre_start hook speaks of LIFEINIT_ENV, itself or in a script that it names. PWD, OLDPWD, SHLVL and _"
        " count as not set: a shell makes them, and an ENTRYPOINT in exec form starts none.",
        'pre_start = { wait_for = "$SHOP_DATABASE_URL" }',
        'pre_start = { wait_for = "tcp://db:5432" }',
    ),
    Rule(
        "W314",
        "no-directory-for-it",
        "ready_file, or the file or socket of ready, lies in a directory that does not exist.",
        "It cannot come to be there unless a volume or the app itself brings the directory.",
        'ready = "file:///no-such-directory/ready"',
        'ready = "file:///tmp/ready"',
    ),
    Rule(
        "W315",
        "value-is-no-target",
        "The variables in a target have values here with which it is none.",
        "It is an error when it runs. Paths of sockets, say, have at most 107 bytes.",
        'pre_start = { wait_for = "$HOME" }',
        'pre_start = { wait_for = "file://$HOME" }',
    ),
    Rule(
        "W316",
        "no-shell-in-a-list",
        "A list holds an operator of the shell as an argument.",
        "A list runs its program directly. There is no shell that could read &&, | or >. Nor is there one for the"
        " command behind the dashes, unless it begins with sh -c.",
        'pre_start = ["sleep", "0", "&&", "sleep", "1"]',
        'pre_start = "true && sleep 0"',
    ),
    Rule(
        "W317",
        "nothing-expands-here",
        "A list holds a variable as an argument.",
        "Variables are expanded in wait_for, ready and environment, and in a string by the shell; never in a list."
        " Behind the dashes a string would be a program's name: sh -c 'exec ...' stands there.",
        'pre_start = ["echo", "$HOSTNAME"]',
        'pre_start = "echo $HOSTNAME"',
    ),
    Rule(
        "W318",
        "script-missing",
        "An interpreter is to run a script that is not there, or that its user cannot reach.",
        "The path begins at working_dir, which is where lifeinit was started unless the hook says otherwise.",
        'pre_start = ["sh", "scripts/no-such-script.sh"]',
        'pre_start = ["sh", "scripts/migrate.sh"]',
    ),
    Rule(
        "W319",
        "export-for-nobody",
        "A pre_start hook exports a variable in its own shell, and nothing that it runs gets it.",
        "An environment goes down to the programs that a shell starts, never up: the variable is gone when the"
        " hook's shell is. What a hook writes to LIFEINIT_ENV is set for the app and for later hooks.",
        'pre_start = "export RELEASE=7"',
        """pre_start = 'echo "RELEASE=7" >> "$LIFEINIT_ENV"'""",
    ),
    Rule(
        "W320",
        "failure-is-lost",
        "A value is handed on whether or not the command that makes it succeeds.",
        "The status of echo is its own and not that of a $(...) in its words, also after set -e. The hook succeeds,"
        " and the app starts with a value that is empty. An assignment has the status of its $(...), and that of a pipe"
        " is its last command's. Where an empty value will do, $(... || true) says so.",
        """pre_start = 'echo "KEY=$(cat /run/key)" >> "$LIFEINIT_ENV"'""",
        """pre_start = 'key=$(cat /run/key) && echo "KEY=$key" >> "$LIFEINIT_ENV"'""",
    ),
    Rule(
        "W321",
        "export-in-the-file",
        "A pre_start hook writes export, or a whole environment, to LIFEINIT_ENV.",
        "Its lines are KEY=VALUE, as in the environment files of CI runners, and no shell reads them. Quotes would be"
        " part of the value. LIFEINIT_ names are lifeinit's own, so that env and export -p are refused as a whole.",
        """pre_start = 'echo "export RELEASE=7" >> "$LIFEINIT_ENV"'""",
        """pre_start = 'echo "RELEASE=7" >> "$LIFEINIT_ENV"'""",
    ),
    Rule(
        "W322",
        "several-in-a-list",
        "A list of strings that look like one hook each is one command with arguments.",
        "A phase that is a list of strings is one program with its arguments, as in Compose: the second string is never"
        " run, and the hook succeeds without it. Several hooks are several tables.",
        """pre_start = ["./scripts/migrate.sh", "sh ./scripts/plain.sh"]""",
        """[[pre_start]]\ncommand = "./scripts/migrate.sh"\n[[pre_start]]\ncommand = "sh ./scripts/plain.sh\"""",
    ),
    Rule(
        "W323",
        "remove-from-the-root",
        "A hook removes what lies below a variable that may be empty.",
        "post_stop hooks run after a failed start too. What a failed pre_start hook has written to LIFEINIT_ENV is set"
        ' for nobody, and rm -rf "$WORK"/* is then rm -rf /*. ${WORK:?} ends the line where WORK is empty.',
        """pre_start = 'echo "WORK=/srv/work" >> "$LIFEINIT_ENV"'\npost_stop = 'rm -rf "$WORK"/*'""",
        """pre_start = 'echo "WORK=/srv/work" >> "$LIFEINIT_ENV"'\npost_stop = 'rm -rf "${WORK:?}"/*'""",
    ),
)
