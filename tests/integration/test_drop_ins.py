"""Drop-ins: `hooks.d/*.toml` beside the hook file, which a base image brings and another image adds to."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Program, Start
from tests.integration.harness import LIFEINIT, base_environment

HOOKS = 'pre_start = "echo main"\n'
FIX = "give it to root or lifeinit's user, and let no other user write to it"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    made = tmp_path / "hooks.d"
    made.mkdir(mode=0o755)
    return made


def write(folder: Path, name: str, text: str | None = None) -> Path:
    path = folder / name
    path.write_text(f'pre_start = "echo {name.removesuffix(".toml")}"\n' if text is None else text)
    path.chmod(0o644)
    return path


def check(cwd: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [LIFEINIT, "check", *arguments],
        check=False, capture_output=True, text=True, cwd=cwd, env=base_environment(), timeout=30,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def in_etc(change: str) -> Sequence[str]:
    """What lifeinit is started through, with the folder in an /etc of its own."""
    script = f'mount -t tmpfs -o mode=755 none /etc; mkdir /etc/lifeinit; {change}; exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "-"]


def test_hooks_follow_in_the_order_of_the_bytes_of_the_names(init: Start, folder: Path) -> None:
    """Behind those of the hook file, phase by phase. Each line names the file, and `status` too."""
    for name in ("9.toml", "10.toml", "Z.toml", "a.toml", "ä.toml", ".hidden.toml", "a.toml.bak", "README"):
        write(folder, name)
    write(
        folder,
        "b.toml",
        '[[pre_start]]\nname = "last"\ncommand = "echo $LIFEINIT_HOOK"\n[post_stop]\ncommand = "exit 4"\n',
    )
    running = init("lifeinit", "status", "--json", hooks=HOOKS)
    out = running.rest()
    assert out[:7] == ["main", "10", "9", "Z", "a", "last", "ä"]
    hooks = json.loads("\n".join(out[7:]))["state"]["hooks"]
    assert [(hook["hook"], hook["file"]) for hook in hooks] == [
        ("pre_start[0]", None), ("pre_start[1]", "10.toml"), ("pre_start[2]", "9.toml"), ("pre_start[3]", "Z.toml"),
        ("pre_start[4]", "a.toml"), ("last", "b.toml"), ("pre_start[6]", "ä.toml"),
    ]  # fmt: skip
    said = [line.partition(": ok in")[0] for line in running.stderr()]
    assert said[0] == "lifeinit: pre_start[0]"
    assert said[1] == "lifeinit: pre_start[1] (10.toml)"
    assert said[5] == "lifeinit: pre_start last (b.toml)"
    assert running.stderr()[-1].startswith("lifeinit: post_stop[0] (b.toml): exited 4")


def test_a_hook_that_aborts_is_told_with_its_place(init: Start, folder: Path) -> None:
    write(folder, "10.toml", '# \n\n[[pre_start]]\nname = "x"\ncommand = "exit 3"\n')
    running = init("echo", "never", hooks=HOOKS)
    assert (running.rest(), running.status()) == (["main"], 3)
    assert running.stderr()[-1] == "lifeinit: exit status 3: pre_start x (hooks.d/10.toml:3) exited 3"


@pytest.mark.parametrize("options", [["--config", "conf/own.toml"], []])
def test_they_lie_beside_the_file_that_is_named(init: Start, folder: Path, options: list[str]) -> None:
    """By --config or LIFEINIT_CONFIG, and not where the hook file would be that nobody names."""
    write(folder, "10.toml")
    (folder.parent / "conf" / "hooks.d").mkdir(parents=True)
    (folder.parent / "conf" / "own.toml").write_text(HOOKS)
    write(folder.parent / "conf" / "hooks.d", "20.toml")
    running = init("true", options=options, env={} if options else {"LIFEINIT_CONFIG": "conf/own.toml"})
    assert running.rest() == ["main", "20"]


@needs.ROOT
def test_those_in_etc_need_no_hook_file_and_a_lifeinit_below_runs_none(init: Start, tmp_path: Path) -> None:
    """Also beside lifeinit.toml. A folder without any drop-in is as if it were missing: a plain init says nothing."""
    write(tmp_path, "10.toml")
    change = "mkdir /etc/lifeinit/hooks.d; cp 10.toml /etc/lifeinit/hooks.d"
    running = init(str(LIFEINIT), "--", "echo", "app", through=in_etc(change))
    assert running.rest() == ["10", "app"]
    assert (
        'lifeinit: a lifeinit above this one runs the hooks of "/etc/lifeinit/hooks.d": this one is a plain init'
        in running.stderr()
    )
    (tmp_path / "main.toml").write_text(HOOKS)
    running = init("echo", "app", through=in_etc(f"{change}; cp main.toml /etc/lifeinit/lifeinit.toml"))
    assert running.rest() == ["main", "10", "app"]
    running = init("echo", "app", through=in_etc("mkdir /etc/lifeinit/hooks.d"))
    assert (running.rest(), running.stderr()) == (["app"], [])


# Who may write one.


@needs.ROOT
def test_a_drop_in_that_another_user_could_have_written_is_skipped(init: Start, folder: Path) -> None:
    """With a warning for each reason, and without waiting for a fifo. The hook file is named: its drop-ins are not."""
    write(folder, "10-good.toml")
    shutil.chown(write(folder, "20-app.toml"), 4711)
    shutil.chown(write(folder, "21-app.toml", "no [toml"), 4711)
    write(folder, "30-mode.toml").chmod(0o666)
    path = write(folder, "40-group.toml")
    shutil.chown(path, 0, 4711)
    path.chmod(0o664)
    open_to_all = folder.parent / "open"
    open_to_all.mkdir()
    write(open_to_all, "50.toml")
    (folder / "50-link.toml").symlink_to("../open/50.toml")
    open_to_all.chmod(0o777)
    os.mkfifo(folder / "60-fifo.toml")
    (folder / "70-folder.toml").mkdir()
    (folder / "80-device.toml").symlink_to("/dev/zero")
    running = init("echo", "app", hooks=HOOKS, options=["-q", "--config", "hooks.toml"])
    assert running.rest() == ["main", "10-good", "app"]
    running = init("echo", "app", hooks=HOOKS, options=["--config", "hooks.toml"])
    assert running.rest() == ["main", "10-good", "app"]
    app = '"hooks.d/20-app.toml", "hooks.d/21-app.toml"'
    modes = '"hooks.d/30-mode.toml", "hooks.d/40-group.toml"'
    kinds = '"hooks.d/60-fifo.toml", "hooks.d/70-folder.toml", "hooks.d/80-device.toml"'
    through = 'the directory "hooks.d/../open", through which it leads, can be written by others'
    assert [line for line in running.stderr() if "skipping" in line] == [
        f"lifeinit: skipping the drop-ins {app}, which are not trusted: it belongs to uid 4711: {FIX}",
        f"lifeinit: skipping the drop-ins {modes}, which are not trusted: it can be written by others: {FIX}",
        f'lifeinit: skipping the drop-in "hooks.d/50-link.toml", which is not trusted: {through}: {FIX}',
        f"lifeinit: skipping the drop-ins {kinds}: it is not a regular file",
    ]


@needs.ROOT
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("chown 4711 hooks.d", 'the directory "hooks.d" belongs to uid 4711'),
        ("chgrp 4711 hooks.d; chmod 775 hooks.d", 'the directory "hooks.d" can be written by others'),
        ("chown 4711 .", 'the directory "." belongs to uid 4711'),
        ("mkdir x; mv hooks.d x; chmod 777 x; ln -s x/hooks.d .", "through which it leads, can be written by others"),
    ],
)
def test_a_folder_that_another_user_could_have_changed_adds_nothing(
    init: Start, folder: Path, change: str, reason: str
) -> None:
    """Also beside a hook file that was named, which is to trust that file alone."""
    write(folder, "10.toml")
    through = ["sh", "-c", f'{change}; exec "$@"', "-"]
    running = init("echo", "app", hooks=HOOKS, options=["--config", "hooks.toml"], through=through)
    assert running.rest() == ["main", "app"]
    (line,) = (line for line in running.stderr() if "skipping" in line)
    assert line.startswith('lifeinit: skipping the drop-in "hooks.d/10.toml", which is not trusted: ')
    assert line.endswith(f"{reason}: {FIX}")


@needs.ROOT
def test_another_user_cannot_keep_the_app_from_its_start(init: Start, folder: Path) -> None:
    """By more files than are read, by none that can be found, or by a folder that lifeinit may not read."""
    write(folder, "10.toml")
    theirs = folder.parent / "theirs"
    theirs.mkdir()
    shutil.chown(theirs, 4711)
    for name in ("gone.toml", "loop.toml"):
        (folder / name).symlink_to(f"../theirs/{name}")
    (theirs / "loop.toml").symlink_to("loop.toml")
    running = init("echo", "app", hooks=HOOKS)
    assert running.rest() == ["main", "10", "app"]
    (line,) = (line for line in running.stderr() if "skipping" in line)
    assert '"hooks.d/gone.toml", "hooks.d/loop.toml", which are not trusted' in line
    for i in range(1001):
        (folder / f"{i}.toml").touch()
    shutil.chown(folder, 4711)
    running = init("echo", "app", hooks=HOOKS)
    assert running.rest() == ["main", "app"]
    (line,) = (line for line in running.stderr() if "skipping" in line)
    assert line.endswith(f'more, which are not trusted: the directory "hooks.d" belongs to uid 4711: {FIX}')


@needs.ROOT
def test_a_folder_of_another_user_that_cannot_be_read_is_skipped(init: Start, public: Path) -> None:
    (public / "hooks.d").mkdir(mode=0o700)
    (public / "own.toml").write_text(HOOKS)
    (public / "own.toml").chmod(0o644)
    shutil.chown(public / "hooks.d", 4711)
    running = init(
        "echo", "app",
        options=["--config", str(public / "own.toml")],
        through=["setpriv", "--reuid=65534", "--clear-groups"],
    )  # fmt: skip
    assert running.rest() == ["main", "app"]
    assert f'skipping the drop-in "{public}/hooks.d/*.toml", which is not trusted: ' in running.stderr()[0]


@needs.ROOT
def test_one_that_lifeinit_may_not_read_starts_nothing(init: Start, folder: Path, public: Path) -> None:
    """Root has put it there, so it counts: a start without its hooks would be another container."""
    write(folder, "10.toml").chmod(0o600)
    shutil.copytree(folder, public / "hooks.d")
    (public / "own.toml").write_text(HOOKS)
    (public / "own.toml").chmod(0o644)
    through = ["setpriv", "--reuid=65534", "--clear-groups"]
    running = init("echo", "never", options=["--config", str(public / "own.toml")], through=through)
    assert (running.rest(), running.status()) == ([], 78)
    path = public / "hooks.d" / "10.toml"
    assert running.stderr() == [f'lifeinit: cannot read the drop-in "{path}": Permission denied; nothing was started']


# What is wrong in one.


def test_what_is_wrong_is_told_with_its_file_and_starts_nothing(init: Start, folder: Path) -> None:
    """All of it at once: bytes, keys that are not hooks, and a name that an earlier file has."""
    write(folder, "10.toml", '[[pre_start]]\nname = "one"\ncommand = "true"\n[[post_stop]]\nname = "one"\nsleep = 1\n')
    write(folder, "20.toml", '[[pre_start]]\nname = "one"\ncommand = "true"\n')
    write(folder, "30.toml", 'stop_timeout = "3s"\nready = "notify"\n[app]\nuser = "root"\n')
    (folder / "40.toml").write_bytes(b"# caf\xe9\n")
    running = init("echo", "never", hooks=HOOKS)
    assert (running.rest(), running.status()) == ([], 78)
    second = 'a second pre_start hook named "one": "hooks.d/10.toml" has the first'
    fix = "takes only hooks: write it in the hook file itself"
    assert running.stderr() == [
        f"hooks.d/20.toml:2:8: error: {second}: give it another name",
        f"hooks.d/30.toml:1:1: error: stop_timeout is in a drop-in, which {fix}",
        f"hooks.d/30.toml:2:1: error: ready is in a drop-in, which {fix}",
        f"hooks.d/30.toml:3:2: error: app is in a drop-in, which {fix}",
        'hooks.d/40.toml:1:6: error: the file is not UTF-8: byte "0xe9": save the file as UTF-8',
        'lifeinit: the drop-in "hooks.d/20.toml" and 2 more are invalid; nothing was started',
    ]


def test_what_only_a_start_can_know_has_its_place_too(init: Start, folder: Path) -> None:
    """Behind a file of several lines without a line feed at its end."""
    (folder.parent / "hooks.toml").write_text("# one\n# two")
    write(folder, "10.toml", "# one")
    write(folder, "20.toml", '[post_stop]\ncommand = "true"\nenvironment = { A = "$NO_SUCH_VARIABLE" }\n')
    for _ in range(2):
        running = init("echo", "never")
        assert (running.rest(), running.status()) == ([], 78)
        where, last = running.stderr()
        assert where.startswith("hooks.d/20.toml:3:21: error: A ")
        assert last == 'lifeinit: the drop-in "hooks.d/20.toml" is invalid; nothing was started'
        assert check(folder.parent, "-q", "--no-preflight", "--compile")[0] == 0  # the same from what was compiled
        assert (folder.parent / "hooks.toml.compiled").exists()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            "cd hooks.d; seq -f %g.toml 1001 | xargs touch",
            '"hooks.d" holds 1001 drop-ins: merge them into at most 1000',
        ),
        ("ln -s nowhere hooks.d/10.toml", 'cannot read the drop-in "hooks.d/10.toml": No such file or directory'),
        ("rmdir hooks.d; touch hooks.d", 'cannot read the drop-ins in "hooks.d": Not a directory'),
        ("rmdir hooks.d; ln -s nowhere hooks.d", 'cannot read the drop-ins in "hooks.d": No such file or directory'),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_read_starts_nothing(init: Start, make: str, reason: str) -> None:
    running = init("echo", "never", hooks=HOOKS, through=["sh", "-c", f'({make}); exec "$@"', "-"])
    assert (running.rest(), running.status()) == ([], 78)
    assert running.stderr() == [f"lifeinit: {reason}; nothing was started"]


# Compiled.


def test_what_is_compiled_is_bound_to_every_file(init: Start, folder: Path) -> None:
    """A drop-in that is added, changed, renamed or removed later makes it count no more, with a line under -v."""
    (folder.parent / "hooks.toml").write_text(HOOKS)
    write(folder, "10.toml")
    assert check(folder.parent, "--compile") == (
        0,
        "hooks.toml: ok: 1 pre_start, 1 drop-in\nhooks.d/10.toml: ok: 1 pre_start\n",
        'lifeinit: compiled "hooks.toml" to "hooks.toml.compiled"\n',
    )
    using = 'lifeinit: using the compiled hook file "hooks.toml.compiled"'
    ignoring = (
        'lifeinit: ignoring the compiled hook file "hooks.toml.compiled": the hook file or a drop-in has changed since'
    )

    def start(expected: str) -> list[str]:
        running = init("true", options=["-v"])
        out = running.rest()
        assert [line for line in running.stderr() if "compiled" in line] == [expected]
        assert expected != using or any("pre_start[1] (10.toml): ok" in line for line in running.stderr())
        return out

    assert start(using) == ["main", "10"]
    added = write(folder, "20.toml")
    assert start(ignoring) == ["main", "10", "20"]
    added.unlink()
    assert start(using) == ["main", "10"]
    (folder / "10.toml").rename(folder / "11.toml")
    assert start(ignoring) == ["main", "10"]
    (folder / "11.toml").unlink()
    assert start(ignoring) == ["main"]


@needs.ROOT
def test_a_compiled_file_is_read_by_nobody_who_could_not_read_each_file(folder: Path) -> None:
    """A drop-in may hold what is not for the eyes of everybody, beside a hook file that is."""
    (folder.parent / "hooks.toml").write_text(HOOKS)
    write(folder, "10.toml").chmod(0o600)
    assert check(folder.parent, "-q", "--compile")[0] == 0
    compiled = folder.parent / "hooks.toml.compiled"
    assert compiled.stat().st_mode & 0o777 == 0o600
    (folder / "10.toml").chmod(0o640)
    shutil.chown(folder / "10.toml", 0, 4711)
    (folder.parent / "hooks.toml").chmod(0o640)
    assert check(folder.parent, "-q", "--compile")[0] == 0
    status = compiled.stat()
    assert (status.st_gid, status.st_mode & 0o777) == (0, 0o600)


# Its cost.


@needs.STRACE
@pytest.mark.parametrize("hooks", [HOOKS, None])
def test_a_start_without_any_looks_for_the_folder_once(init: Start, tmp_path: Path, hooks: str | None) -> None:
    """Beside the hook file, or in /etc for a plain init."""
    trace = tmp_path / "trace"
    through = ["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=file"]
    assert init("echo", "app", hooks=hooks, through=through).rest()[-1] == "app"
    looked = [line.partition(" ")[2] for line in trace.read_text().splitlines() if "hooks.d" in line]
    if hooks is None:
        assert [line.partition('"')[2].partition('"')[0] for line in looked] == ["/etc/lifeinit/hooks.d"]
    else:
        assert [line.partition('"')[2].partition('"')[0] for line in looked] == ["hooks.d"]


# The Python API.


def test_a_python_program_has_them_with_its_config_and_none_without(program: Program, folder: Path) -> None:
    """They are of the hook file that it names; its own hooks run after them."""
    (folder.parent / "hooks.toml").write_text(HOOKS)
    write(folder, "10.toml")
    text = """
container = Container(config=sys.argv[1] if sys.argv[1:] else None)
container.pre_start.command("echo own $LIFEINIT_HOOK")
container.start("echo app")
"""
    with_config = program(text, "hooks.toml")
    assert with_config.rest() == ["main", "10", "own pre_start[2]", "app"]
    assert with_config.stderr()[1].startswith("lifeinit: pre_start[1] (10.toml): ok")
    assert program(text, "hooks.d").rest() == ["10", "own pre_start[1]", "app"]
    assert program(text).rest() == ["own pre_start[0]", "app"]
