"""A hook file that nobody has named, and that somebody else could have written."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, Running, base_environment

pytestmark = needs.ROOT

FIX = "name it with --config or LIFEINIT_CONFIG, or give it to root"
HOOKS = 'pre_start = "echo hook"\n'
THROUGH_X = 'the directory "./x", through which it leads,'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("chown 4711 hooks.toml", "it belongs to uid 4711"),
        ("chown 4711 .", "its directory belongs to uid 4711"),
        ("chmod 666 hooks.toml", "it can be written by others"),
        ("chmod 777 .", "its directory can be written by others"),
        ("chmod 1777 .", "its directory can be written by others"),
        ("chgrp 4711 hooks.toml; chmod 660 hooks.toml", "it can be written by others"),
        ("mv hooks.toml x; chown 4711 x; ln -s x hooks.toml", "it belongs to uid 4711"),
        ("mkdir x; mv hooks.toml x; chown 4711 x; ln -s x/hooks.toml .", f"{THROUGH_X} belongs to uid 4711"),
        ("mkdir x; mv hooks.toml x; chmod 777 x; ln -s x/hooks.toml .", f"{THROUGH_X} can be written by others"),
        (
            "mkdir x; chmod 777 x; mv hooks.toml y; ln -s ../y x/l; ln -s x/l hooks.toml",
            f"{THROUGH_X} can be written by others",
        ),
        (
            "mkdir x x/y; mv hooks.toml x/y; chmod 777 x; ln -s x/y/hooks.toml .",
            f"{THROUGH_X} can be written by others",
        ),
    ],
)
def test_it_is_skipped(init: Start, change: str, reason: str) -> None:
    """Whoever may write to WORKDIR could else keep the container from every restart, by a file with a mistake in it."""
    running = init("echo", "app", hooks=HOOKS, through=["sh", "-c", f'{change}; exec "$@"', "-"])
    assert running.rest() == ["app"]
    assert running.status() == 0
    assert running.stderr() == [skipped("hooks.toml", reason)]


def skipped(path: str, reason: str) -> str:
    return f'lifeinit: skipping the hook file "{path}", which is not trusted: {reason}: {FIX}'


@pytest.mark.parametrize("planted", [HOOKS, "no = [toml", 'pre_start = "exit 3"'])
def test_the_next_place_counts_then(init: Start, tmp_path: Path, planted: str) -> None:
    """What was planted in WORKDIR refused every restart, although root's file was in /etc/lifeinit."""
    (tmp_path / "etc.toml").write_text('pre_start = "echo from etc"')
    change = (
        "chown 4711 hooks.toml; mount -t tmpfs none /etc; mkdir /etc/lifeinit; cp etc.toml /etc/lifeinit/hooks.toml"
    )
    through = ["unshare", "--mount", "sh", "-c", f'{change}; exec "$@"', "-"]
    running = init("echo", "app", hooks=planted, through=through)
    assert running.rest() == ["from etc", "app"]
    assert running.stderr()[0] == skipped("hooks.toml", "it belongs to uid 4711")


@pytest.mark.usefixtures("namespaces")
def test_the_check_skips_it_too(tmp_path: Path) -> None:
    """It validated a file that the run does not read."""
    (tmp_path / "hooks.toml").write_text("no = [toml")
    shutil.chown(tmp_path / "hooks.toml", 4711)
    mount = f"mount -t tmpfs none /etc; mkdir /etc/lifeinit; echo > /etc/lifeinit/hooks.toml; exec {LIFEINIT} check -q"
    running = Running(["unshare", "--mount", "sh", "-c", mount], tmp_path, base_environment())
    assert running.rest() == []
    assert (running.status(), running.stderr()) == (0, [skipped("hooks.toml", "it belongs to uid 4711")])
    running.end()


@pytest.mark.parametrize("change", ["chown 4711 hooks.toml .", "chmod 777 ."])
def test_one_that_is_named_is_read(init: Start, change: str) -> None:
    through = ["sh", "-c", f'{change}; exec "$@"', "-"]
    assert init("echo", "app", hooks=HOOKS, options=["--config", "hooks.toml"], through=through).rest() == [
        "hook",
        "app",
    ]
    assert init("true", env={"LIFEINIT_CONFIG": "hooks.toml"}, hooks=HOOKS, through=through).rest() == ["hook"]


@pytest.mark.parametrize("change", ["chmod 664 hooks.toml", "chmod 775 ."])
def test_roots_own_group_may_write(init: Start, change: str) -> None:
    """As images are made with a umask of 002, and for users without a fixed uid in group 0."""
    running = init("echo", "app", hooks=HOOKS, through=["sh", "-c", f'{change}; exec "$@"', "-"])
    assert running.rest() == ["hook", "app"]


@pytest.mark.parametrize(
    ("place", "reason"),
    [("hooks.toml", "it can be written by others"), (".", "its directory can be written by others")],
)
@pytest.mark.parametrize("may_write", [True, False], ids=["writes", "reads"])
def test_an_access_control_list(init: Start, tmp_path: Path, place: str, reason: str, may_write: bool) -> None:
    """The group is root's, but its bits of the mode are the mask of the list, which gives a user of its own as much."""
    (tmp_path / "hooks.toml").write_text(HOOKS)
    permissions = 7 if may_write else 5
    nobody = 0xFFFFFFFF
    entries = [(1, 7, nobody), (2, permissions, 4711), (4, 5, nobody), (16, permissions, nobody), (32, 5, nobody)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(tmp_path / place, "system.posix_acl_access", acl)  # as setfacl(1) does
    except OSError as error:
        pytest.skip(f"this file system has no access control lists: {error.strerror}")
    running = init("echo", "app")
    assert running.rest() == (["app"] if may_write else ["hook", "app"])
    assert (skipped("hooks.toml", reason) in running.stderr()) is may_write


def test_the_one_in_etc_too(init: Start, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "hooks.toml").write_text(HOOKS)
    shutil.chown(tmp_path / "etc", 4711)
    mount = 'mount -t tmpfs none /etc; mkdir /etc/lifeinit; mount --bind etc /etc/lifeinit; exec "$@"'
    running = init("echo", "app", through=["unshare", "--mount", "sh", "-c", mount, "-"])
    assert running.rest() == ["app"]
    assert running.stderr() == [skipped("/etc/lifeinit/hooks.toml", "its directory belongs to uid 4711")]


@pytest.mark.parametrize(("owner", "said"), [(0, ["hook", "app"]), (4711, ["app"])])
def test_its_directory_may_be_a_link_too(init: Start, tmp_path: Path, owner: int, said: list[str]) -> None:
    """A directory of somebody else's on the way of that link was not looked at. Root's own is the control."""
    (tmp_path / "etc.toml").write_text(HOOKS)
    change = f"mkdir -p /mnt/x/y; cp etc.toml /mnt/x/y/hooks.toml; chown {owner} /mnt/x"
    mounts = "mount -t tmpfs -o mode=755 none /mnt; mount -t tmpfs none /etc"
    script = f'{mounts}; {change}; ln -s /mnt/x/y /etc/lifeinit; exec "$@"'
    running = init("echo", "app", through=["unshare", "--mount", "sh", "-c", script, "-"])
    assert running.rest() == said
    assert (f'the directory "/mnt/x", through which it leads, belongs to uid {owner}' in running.stderr()[0]) == (
        owner == 4711
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [("ro", []), ("rw", ["through which it leads, can be written by others"])],
    ids=["read-only", "writable"],
)
def test_a_directory_that_a_read_only_mount_protects(init: Start, tmp_path: Path, option: str, said: list[str]) -> None:
    """As a kubelet mounts a ConfigMap: its directories have mode 0777, and nobody can write to them."""
    data = tmp_path / "etc" / "..1"
    data.mkdir(parents=True)
    (data / "hooks.toml").write_text(HOOKS)
    data.chmod(0o777)
    (tmp_path / "etc" / "..data").symlink_to("..1")
    (tmp_path / "etc" / "hooks.toml").symlink_to("..data/hooks.toml")
    mount = f'mount -t tmpfs none /etc; mkdir /etc/lifeinit; mount --bind -o {option} etc /etc/lifeinit; exec "$@"'
    running = init("echo", "app", through=["unshare", "--mount", "sh", "-c", mount, "-"])
    assert running.rest() == (["app"] if said else ["hook", "app"])
    assert [line for line in running.stderr() if "not trusted" in line and all(reason in line for reason in said)] == (
        running.stderr()[:1] if said else []
    )


def test_a_read_only_mount_excuses_no_file(init: Start, tmp_path: Path) -> None:
    """It can be written through another one."""
    (tmp_path / "rw").mkdir()
    (tmp_path / "rw" / "hooks.toml").write_text(HOOKS)
    (tmp_path / "rw" / "hooks.toml").chmod(0o666)
    mount = 'mkdir ro; mount --bind -o ro rw ro; cd ro; exec "$@"'
    running = init("echo", "app", through=["unshare", "--mount", "sh", "-c", mount, "-"])
    assert running.rest() == ["app"]
    assert running.stderr() == [skipped("hooks.toml", "it can be written by others")]


def test_a_file_that_is_swapped_meanwhile(init: Start, tmp_path: Path) -> None:
    """The directory is looked at before the name in it, whatever is there now."""
    tmp_path.chmod(0o1777)
    (tmp_path / "hooks.toml").symlink_to("nowhere")
    running = init("echo", "app")
    assert running.rest() == ["app"]
    assert running.stderr() == [skipped("hooks.toml", "its directory can be written by others")]


def test_links_between_directories_of_roots_are_followed(init: Start) -> None:
    """The control: relative, absolute, through a directory that is a link, and up again."""
    change = "mount -t tmpfs -o mode=755 none /mnt; mkdir -p /mnt/x/z; mv hooks.toml /mnt/x"
    links = "ln -s /mnt/x y; ln -s y/z/../hooks.toml ."
    through = ["unshare", "--mount", "sh", "-c", f'{change}; {links}; exec "$@"', "-"]
    running = init("echo", "app", hooks=HOOKS, through=through)
    assert running.rest() == ["hook", "app"], running.stderr()


@pytest.mark.parametrize(("owner", "said"), [(0, ["app", "over"]), (4711, ["app"])])
def test_an_absolute_link_leads_through_the_root_directory(
    init: Start, tmp_path: Path, owner: int, said: list[str]
) -> None:
    """What lay there was trusted, whoever owned that directory. Root's own is the control."""
    (tmp_path / "root").mkdir()
    bind = "if [ -L $d ]; then cp -P $d root; elif [ -d $d ]; then mkdir root$d; mount --rbind $d root$d; fi"
    change = f"mount -t tmpfs -o mode=755 none root; for d in /*; do {bind}; done; chown {owner} root"
    links = "mv hooks.toml root; ln -s /hooks.toml ."
    script = f'{change}; {links}; exec unshare --root=root --wd={tmp_path} "$@"'
    running = init(
        "echo", "app", hooks="post_stop = 'echo over'", through=["unshare", "--mount", "sh", "-c", script, "-"]
    )
    assert running.rest() == said, running.stderr()
    warned = 'the directory "/", through which it leads, belongs to uid 4711' in running.stderr()[0]
    assert warned is (owner == 4711)


def test_a_file_of_the_other_name_is_read_too(init: Start, tmp_path: Path) -> None:
    (tmp_path / "lifeinit.toml").write_text('pre_start = "echo from lifeinit.toml"')
    assert init("echo", "app").rest() == ["from lifeinit.toml", "app"]


def test_two_names_in_one_directory_start_nothing(init: Start, tmp_path: Path) -> None:
    """Whichever was read, the hooks of the other would be missed. `check` says so too; a planted one is skipped."""
    (tmp_path / "lifeinit.toml").write_text('pre_start = "echo never"')
    running = init("echo", "never", hooks='pre_start = "echo never"')
    assert (running.rest(), running.status()) == ([], 78)
    both = 'both "hooks.toml" and "lifeinit.toml" exist: keep one, or name one with --config or LIFEINIT_CONFIG'
    assert running.stderr() == [f"lifeinit: {both}; nothing was started"]
    done = subprocess.run([LIFEINIT, "check"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert both in done.stderr.replace("\n", " ")
    through = ["sh", "-c", 'chown 4711 lifeinit.toml; exec "$@"', "-"]
    running = init("echo", "app", hooks='pre_start = "echo mine"', through=through)
    assert running.rest() == ["mine", "app"]
    assert running.stderr()[0] == skipped("lifeinit.toml", "it belongs to uid 4711")
