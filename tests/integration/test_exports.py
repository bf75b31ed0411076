"""LIFEINIT_ENV: what pre_start hooks hand on to the app and to later hooks."""

import os
import re
import time
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PATIENCE
from tests.integration.strace import failing


def hook(script: str, keys: str = "", phase: str = "pre_start") -> str:
    return f"[[{phase}]]\ncommand = '''\n{script}\n'''\n{keys}\n"


def test_values_reach_the_app_and_later_hooks(init: Start) -> None:
    """The last one wins, over the inherited environment and over what the file says."""
    hooks = (
        '[app]\nenvironment = { A = "of the file", URL = "db://${A}/$B" }\n'
        + hook('echo A=1 > "$LIFEINIT_ENV"')
        + hook('test "$A" = 1 && printf "A=2 = two\\nB=\\nC=\\"quoted\\" \\n" >> "$LIFEINIT_ENV"')
        + hook('echo "post_stop $A|$B|$C|${LIFEINIT_ENV-unset}"', phase="post_stop")
    )
    running = init("sh", "-c", 'echo "app $A|$B|$C|$URL|${LIFEINIT_ENV-unset}"', hooks=hooks, env={"A": "0"})
    assert running.rest() == [
        'app 2 = two||"quoted" |db://2 = two/|unset',
        'post_stop 2 = two||"quoted" |unset',
    ]


def test_values_of_several_lines(init: Start) -> None:
    script = 'printf "# a comment\\n\\nKEY<<END\\none\\n\\n two=2\\nEND\\nCRLF=x\\r\\nLAST<<E\\nE\\n" > "$LIFEINIT_ENV"'
    running = init("sh", "-c", 'echo "$KEY"; echo "$CRLF."; echo "[$LAST]"', hooks=hook(script))
    assert running.rest() == ["one", "", " two=2", "x.", "[]"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A=1\\nno assignment\\n", "line 2 is not KEY=VALUE"),
        ("A=1\\n2B=3\\n", "line 2 has no name of letters, digits and _ before the ="),
        ("export A=secret\\n", 'line 1 begins with "export", which must be removed'),
        ('B=1\\ndeclare -x A="secret"\\n', 'line 2 begins with "declare", which must be removed'),
        ("export=1\\nexport 2=secret\\n", 'line 2 begins with "export", which must be removed'),
        ("no\\nno\\nA=\\nno\\n", "line 1 (and 2 more) is not KEY=VALUE"),
        ("postgres://me:secret@db/x?ssl=1\\n", "line 1 has no name of letters, digits and _ before the ="),
        ("LIFEINIT_PID=7\\n", 'line 1 sets "LIFEINIT_PID", and LIFEINIT_ names are lifeinit\'s own'),
        ("\\nA<<END\\nsecret\\n", "line 2 begins a text that has no end"),
        ("A=x\\000y\\n", "line 1 has a value with a NUL character"),
        ("no\\n=1\\n", "line 1 is not KEY=VALUE, line 2 has no name of letters, digits and _ before the ="),
    ],
)
def test_bad_lines_fail_the_hook_and_are_named(init: Start, text: str, sentence: str) -> None:
    """The app would run with the wrong values. No value is shown: it may be a secret."""
    running = init("echo", "app", hooks=hook(f'printf "{text}" > "$LIFEINIT_ENV"'))
    assert running.rest() == []
    assert running.status() == 78
    said = running.stderr()
    way_out = "write KEY=VALUE, or KEY<<END, lines, END"
    assert said[0] == f"lifeinit: pre_start[0]: LIFEINIT_ENV: {sentence}: {way_out}; the app is not started"
    assert "secret" not in "".join(said)


def test_a_whole_environment_that_is_refused_is_told_in_few_words(init: Start) -> None:
    """`export -p` writes a line for each variable. The same words stood there for each of them."""
    running = init("echo", "app", hooks=hook('printf "export A=%s\\n" 1 2 3 4 5 6 7 8 9 > "$LIFEINIT_ENV"'))
    assert running.rest() == []
    assert running.status() == 78
    way_out = "write KEY=VALUE, or KEY<<END, lines, END"
    reason = f'LIFEINIT_ENV: line 1 (and 8 more) begins with "export", which must be removed: {way_out}'
    told, last = running.stderr()
    assert told == f"lifeinit: pre_start[0]: {reason}; the app is not started"
    assert re.sub(r"\(\S+:[0-9]+\) ", "", last) == f"lifeinit: exit status 78: pre_start[0] {reason}"


def test_what_a_failed_hook_wrote_counts_for_nothing(init: Start) -> None:
    hooks = hook('echo A=1 > "$LIFEINIT_ENV"; exit 3', 'on_failure = "warn"')
    assert init("sh", "-c", "echo ${A-unset}", hooks=hooks).rest() == ["unset"]


def test_each_try_has_an_empty_file(init: Start) -> None:
    script = 'cat "$LIFEINIT_ENV"; echo A=$LIFEINIT_ATTEMPT >> "$LIFEINIT_ENV"; test $LIFEINIT_ATTEMPT = 2'
    running = init("sh", "-c", "echo app $A", hooks=hook(script, "retries = 1\nretry_delay = 0"))
    assert running.rest() == ["app 2"]


def test_the_file_is_private_and_gone_afterwards(init: Start) -> None:
    """Mode 0600 whatever the umask, in memory where there is one."""
    hooks = hook('stat -c "%a %u %F" "$LIFEINIT_ENV"; echo "P=$LIFEINIT_ENV" > "$LIFEINIT_ENV"') + hook("exit 3")
    hooks += hook('test ! -e "$P" && echo gone', phase="post_stop")
    running = init("true", hooks=hooks, through=["sh", "-c", 'umask 777; exec "$@"', "-"])
    assert running.rest() == [f"600 {os.geteuid()} regular empty file", "gone"]


@needs.ROOT
def test_the_file_belongs_to_the_hooks_user(init: Start) -> None:
    hooks = hook('stat -c "%u %g" "$LIFEINIT_ENV"; echo A=1 > "$LIFEINIT_ENV"', 'user = "4711:4712"')
    assert init("sh", "-c", "echo app $A", hooks=hooks).rest() == ["4711 4712", "app 1"]


@needs.ROOT
def test_where_nothing_can_be_written_there_is_no_file(init: Start) -> None:
    """A read-only root without any memory file system: the hooks run all the same."""
    places = ("/dev/shm", "/run", "/tmp")
    mounts = "; ".join(f"mount --bind {place} {place}; mount -o remount,bind,ro {place}" for place in places)
    through = ["unshare", "--mount", "sh", "-c", f'{mounts}; exec "$@"', "-"]
    options = ["--pre-start", 'echo "${LIFEINIT_ENV-unset}"']
    assert init("echo", "app", options=options, through=through).rest() == ["unset", "app"]


@pytest.mark.parametrize(
    "trick",
    [
        'rm "$LIFEINIT_ENV"; mkfifo "$LIFEINIT_ENV"',
        'ln -sf /etc/hostname "$LIFEINIT_ENV"',
        'rm "$LIFEINIT_ENV"; mkdir "$LIFEINIT_ENV"',
        'rm "$LIFEINIT_ENV"; python3 -c "import os, socket; socket.socket(1).bind(os.environ[\'LIFEINIT_ENV\'])"',
        'echo A=1 > "$LIFEINIT_ENV.new"; mv "$LIFEINIT_ENV.new" "$LIFEINIT_ENV"',
    ],
    ids=["a fifo", "a link", "a directory", "a socket", "a file"],
)
def test_another_file_in_its_place_is_refused(init: Start, trick: str) -> None:
    """Whoever made it. It neither hangs lifeinit nor is it read, and it is removed with the directory."""
    hooks = hook(f'echo "${{LIFEINIT_ENV%/env}}" > place; {trick}')
    running = init("echo", "app", hooks=hooks + hook('test ! -e "$(cat place)" && echo gone', phase="post_stop"))
    assert running.rest() == ["gone"]
    assert running.status() == 78
    assert running.stderr()[0].startswith("lifeinit: pre_start[0]: LIFEINIT_ENV was replaced by another file: append")


@needs.ROOT
def test_another_user_cannot_replace_roots_file(init: Start, tmp_path: Path) -> None:
    """It was in a directory of the app's, who put a file in its place: its LD_PRELOAD ran in root's next hook.

    TMPDIR names that directory, and nothing before it can be written to. It is passed over.
    """
    theirs = tmp_path / "theirs"
    tmp_path.chmod(0o755)
    theirs.mkdir()
    os.chown(theirs, 4711, 4711)
    evil = """
        for file in "$LIFEINIT_ENV" $TMPDIR/*/env $TMPDIR/lifeinit-env-*; do
            test -e "$file" && rm -f "$file" && echo BAD=1 > "$file" && echo "replaced"
        done 2>/dev/null
        mv $TMPDIR $TMPDIR.old 2>/dev/null
        mkdir -p "${LIFEINIT_ENV%/*}" 2>/dev/null
    """
    (theirs / "evil.sh").write_text(evil)
    hooks = hook('echo A=1 > "$LIFEINIT_ENV"; setpriv --reuid=4711 --regid=4711 --clear-groups sh theirs/evil.sh; true')
    mounts = "; ".join(f"mount --bind {place} {place}; mount -o remount,bind,ro {place}" for place in ("/dev/shm",))
    through = ["unshare", "--mount", "sh", "-c", f'{mounts}; exec "$@"', "-"]
    running = init("sh", "-c", "echo app $A ${BAD-}", hooks=hooks, through=through, env={"TMPDIR": str(theirs)})
    assert running.rest() == ["app 1"]


@needs.ROOT
def test_a_hook_of_another_user_cannot_replace_its_file(init: Start) -> None:
    """A file that it may not read could be moved to that place: root read it, and the app was told."""
    replace = 'mv -f /etc/hostname "$LIFEINIT_ENV"; touch "$LIFEINIT_ENV.new"; rm "$LIFEINIT_ENV"'
    hooks = hook(f'{{ {replace}; echo A=1 >> "$LIFEINIT_ENV"; }} 2>/dev/null', 'user = "4711"')
    assert init("sh", "-c", "echo app $A", hooks=hooks).rest() == ["app 1"]


def test_a_late_writer_leaves_nothing(init: Start, tmp_path: Path) -> None:
    """What a hook leaves running made the file anew, and it stayed in memory for ever. The control: it has tried."""
    os.mkfifo(tmp_path / "go")
    late = '(read x < go; echo A=2 >> "$LIFEINIT_ENV"; echo late $?) 2>/dev/null &'
    hooks = hook(f'echo "P=$LIFEINIT_ENV" > "$LIFEINIT_ENV"; {late}')
    running = init(
        "sh", "-c", 'echo go > go; read x < done; ls -d "$P" "${P%/env}" 2>&1 | wc -l', hooks=hooks, fifo="done"
    )
    assert running.line() in {"late 2", "late 1"}
    (tmp_path / "done").write_text("\n")
    running.expect("2")  # two lines, each of them: no such file
    assert running.status() == 0


def test_a_second_name_keeps_nothing(init: Start) -> None:
    """A hard link, which only its maker can remove, to a file without its content."""
    link = 'second="${LIFEINIT_ENV%/*}-second"; echo "$second" > name; ln "$LIFEINIT_ENV" "$second"'
    link += '; echo SECRET=1 > "$LIFEINIT_ENV"'
    look = hook('wc -c < "$(cat name)"; rm "$(cat name)"', phase="post_stop")
    assert init("sh", "-c", "echo app $SECRET", hooks=hook(link) + look).rest() == ["app 1", "0"]


def test_too_much_is_refused(init: Start) -> None:
    running = init("echo", "app", hooks=hook('head -c 2000000 /dev/zero > "$LIFEINIT_ENV"'))
    assert running.status() == 78
    assert "LIFEINIT_ENV holds more than 524288 bytes" in running.stderr()[0]


def test_many_texts_are_read_in_no_time(init: Start) -> None:
    """Each was looked through to the end of the file: 420 kB of them held PID 1 up for a minute and more."""
    write = """python3 -c "print('A<<E\\\\nE\\\\n' * 60000)" > "$LIFEINIT_ENV\""""
    running = init("sh", "-c", 'echo "[$A]"', hooks=hook(write))
    assert running.rest() == ["[]"]


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("for i in range(1001): print(f'A{i}=1')", "more than 1000 variables"),
        ("print('A=' + 'x' * 131071)", "line 1 has a value of more than 131070 bytes"),
        ("[print(f'A{i}=' + 'x' * 120000) for i in range(5)]", "LIFEINIT_ENV holds more than 524288 bytes"),
    ],
)
def test_what_no_process_could_be_given_is_refused(init: Start, program: str, sentence: str) -> None:
    """Else neither the app nor any later hook could be executed: not post_stop either."""
    hooks = hook(f'python3 -c "{program}" > "$LIFEINIT_ENV"') + hook("echo post_stop", phase="post_stop")
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == ["post_stop"]
    assert running.status() == 78
    assert sentence in running.stderr()[0]


def test_what_several_hooks_hand_on_has_a_limit_too(init: Start) -> None:
    writes = [hook(f"python3 -c \"print('{name}=' + 'x' * 120000)\" > \"$LIFEINIT_ENV\"") for name in "ABCDE"]
    running = init("echo", "app", hooks="".join(writes))
    assert running.status() == 78
    assert "the exports of all hooks are more than 1000 variables or 524288 bytes" in running.stderr()[4]


STACK = ["sh", "-c", 'ulimit -s 1024; exec "$@"', "-"]  # so that execve(2) allows 256 KiB


def test_exports_that_no_program_could_be_given(init: Start) -> None:
    """The app could not be executed, 126, and neither could post_stop. The control is the same with the usual stack."""
    write = "\n".join(f"python3 -c \"print('{name}=' + 'x' * 100000)\" >> \"$LIFEINIT_ENV\"" for name in "ABC")
    hooks = hook(write) + hook('echo "post_stop ${#A}"', phase="post_stop")
    running = init("sh", "-c", 'echo "app ${#A}"', hooks=hooks, through=STACK)
    assert running.rest() == ["post_stop 0"]
    assert running.status() == 78
    assert "LIFEINIT_ENV holds too much: app would get " in running.stderr()[0]
    assert "execve(2) allows 262144 here" in running.stderr()[0]
    assert init("sh", "-c", 'echo "app ${#A}"', hooks=hooks).rest() == ["app 100000", "post_stop 100000"]


@pytest.mark.parametrize("where", ["app", "post_stop"])
def test_an_export_that_makes_a_variable_too_long(init: Start, where: str) -> None:
    """Used twice it was more than one string may be: nothing could be executed any more."""
    double = 'environment = { TWICE = "$A$A" }\n'
    hooks = hook("python3 -c \"print('A=' + 'x' * 100000)\" > \"$LIFEINIT_ENV\"")
    hooks = (f"[app]\n{double}" if where == "app" else "") + hooks
    hooks += hook("echo post_stop", double.replace("$A$A", "${A}${A}") if where == "post_stop" else "", "post_stop")
    running = init("echo", "app", hooks=hooks, env={"A": "1"})
    assert running.rest() == ["post_stop"]
    assert running.status() == 78
    assert "LIFEINIT_ENV holds too much: TWICE of " in running.stderr()[0]


@needs.ROOT
def test_a_hook_of_another_user_decides_nothing_about_roots_hooks(init: Start, tmp_path: Path) -> None:
    """It handed on a PATH, and root's post_stop hook ran the `tar` that lay there. The app has it all the same."""
    tmp_path.chmod(0o755)
    hooks = hook('echo "PATH=/tmp/mine:$PATH" > "$LIFEINIT_ENV"', 'user = "4711"')
    hooks += hook('echo "hook ${PATH%%:*}"') + hook('echo "post_stop ${PATH%%:*}"', phase="post_stop")
    first, *rest = init("sh", "-c", 'echo "app ${PATH%%:*}"', hooks=hooks).rest()
    assert "/tmp/mine" not in first
    assert rest[0] == "app /tmp/mine"
    assert "/tmp/mine" not in rest[1]


def test_a_variable_that_no_hook_has_set(init: Start) -> None:
    """With a pre_start hook it could have been: so it is an error only when the app is to run."""
    hooks = '[app]\nenvironment = { URL = "db://$NOBODY_SETS_IT" }\n' + hook("true")
    running = init("echo", "app", hooks=hooks)
    assert running.rest() == []
    assert running.status() == 126
    sentence = 'cannot run the app "echo": $NOBODY_SETS_IT is not set, and the variable URL needs it'
    assert f"lifeinit: {sentence}" in running.stderr()


@needs.ROOT
def test_root_that_may_not_read_others_files_reads_this_one(init: Start) -> None:
    """As in a container with `--cap-drop ALL`, and the few capabilities that dropping to a user takes."""
    hooks = hook('echo A=1 >> "$LIFEINIT_ENV"', 'user = "nobody"')
    few = "--bounding-set=-all,+setuid,+setgid,+kill,+chown"
    running = init("sh", "-c", 'echo "$A"', hooks=hooks, through=["setpriv", few, "--inh-caps=-all"])
    assert running.rest() == ["1"], running.stderr()
    assert running.status() == 0


@needs.STRACE
@needs.ROOT
def test_no_file_for_exports_that_cannot_be_given_to_the_hooks_user(init: Start) -> None:
    """The hook has none then, and nothing is left of the tries."""
    hooks = '[[pre_start]]\ncommand = "echo ${LIFEINIT_ENV-unset}"\nuser = "4711"\n'
    before = left_over()
    running = init("echo", "app", hooks=hooks, through=failing("fchown:error=EPERM"))
    assert running.rest() == ["unset", "app"]
    end = time.monotonic() + PATIENCE
    while left := left_over() - before:  # those of other tests, which run beside this one, go; one of ours would stay
        assert time.monotonic() < end, left


def left_over() -> set[Path]:
    return {path for place in ("/dev/shm", "/run", "/tmp") for path in Path(place).glob("lifeinit-env-*")}


def test_a_hook_that_removes_its_file_exports_nothing(init: Start) -> None:
    running = init(
        "sh", "-c", "echo app ${A-unset}", hooks="pre_start = 'echo A=1 > $LIFEINIT_ENV; rm $LIFEINIT_ENV'\n"
    )
    assert running.rest() == ["app unset"]
