"""A hook file with drop-ins: a report on each file, with what is wrong in it and how it is fixed."""

import json
import os
import shutil
from pathlib import Path

import pytest

from lifeinit.check import fixing, timeline
from lifeinit.check.checking import Against, Checker
from lifeinit.check.host import unread
from lifeinit.check.output import formats, snippet
from lifeinit.check.output.colours import Paint
from lifeinit.check.output.report import Report
from lifeinit.check.silence import Silence
from tests import needs

MAIN = 'stop_timeout = "30s"\npre_start = "true"\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    (tmp_path / "hooks.d").mkdir(mode=0o755)
    (tmp_path / "hooks.toml").write_text(MAIN)
    return tmp_path


def add(name: str, text: str) -> Path:
    path = Path("hooks.d") / name
    path.write_text(text)
    path.chmod(0o644)
    return path


def checker(*, this_machine: bool = False, grace: float | None = None, ignored: tuple[str, ...] = ()) -> Checker:
    return Checker(Against((), timeline.grace_of(grace, None), None, this_machine), Silence(ignored))


def codes(report: Report) -> dict[str, list[str]]:
    return {one.path: [problem.code for problem in one.problems] for one in report.files}


@pytest.mark.usefixtures("here")
def test_each_file_says_what_it_adds() -> None:
    add("10.toml", 'pre_start = "true"\n')
    add("20.toml", '[[pre_stop]]\nsleep = 1\n[[post_stop]]\ncommand = "true"\n')
    report = checker().report("hooks.toml")
    assert [(one.path, one.summary) for one in report.files] == [
        ("hooks.toml", "1 pre_start, 2 drop-ins"),
        ("hooks.d/10.toml", "1 pre_start"),
        ("hooks.d/20.toml", "1 pre_stop, 1 post_stop"),
    ]
    (plan,) = json.loads(formats.as_json(report.files))["plans"]
    hooks = [(stage["phase"], stage["name"], stage["file"]) for half in ("start", "stop") for stage in plan[half]]
    assert [hook for hook in hooks if hook[0] not in {"start", "stop", "cleanup"}] == [
        ("pre_start", "[0]", None),
        ("pre_start", "[1]", "10.toml"),
        ("pre_stop", "[0]", "20.toml"),
        ("post_stop", "[0]", "20.toml"),
    ]


@pytest.mark.usefixtures("here")
def test_a_problem_of_the_whole_is_told_where_it_stands() -> None:
    """The budget is the hook file's, and the sleep that does not fit it a drop-in's."""
    add("10.toml", "# nothing\n")
    add("20.toml", '\n[[pre_stop]]\nsleep = "40s"\n')
    report = checker(grace=60).report("hooks.toml")
    assert codes(report) == {"hooks.toml": [], "hooks.d/10.toml": [], "hooks.d/20.toml": ["E402"]}
    (problem,) = report.files[2].problems
    assert (problem.span.start, problem.span.end) == ((3, 9), (3, 14))
    assert report.is_wrong
    (result,) = json.loads(formats.as_sarif(report.files))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("hooks.d/20.toml", 3)


@pytest.mark.usefixtures("here")
def test_a_fix_changes_the_file_that_it_is_about_and_no_other() -> None:
    wrong = add("10.toml", '[[pre_start]]\ncomand = "true"\n')
    right = add("20.toml", '[[pre_start]]\ncommand = "true"\n')
    before = [os.stat(path) for path in ("hooks.toml", right)]
    assert checker().diff(checker().report("hooks.toml")).splitlines()[:2] == [
        "--- a/hooks.d/10.toml",
        "+++ b/hooks.d/10.toml",
    ]
    report = checker().fixed("hooks.toml")
    assert wrong.read_text() == '[[pre_start]]\ncommand = "true"\n'
    assert [one.fixed for one in report.files] == [0, 1, 0]
    assert [os.stat(path) for path in ("hooks.toml", right)] == before


@needs.ROOT
@pytest.mark.usefixtures("here")
def test_a_fix_of_what_only_the_whole_shows_changes_the_drop_in() -> None:
    """Its place in the whole is far behind the end of the file. A hook that only sleeps is a sleep."""
    (Path("hooks.toml")).write_text("# no line feed at its end, and many lines" + 9 * "\n#")
    path = add("10.toml", '[[pre_stop]]\ncommand = "sleep 3"\n')
    assert codes(checker(this_machine=True).report("hooks.toml"))["hooks.d/10.toml"] == ["W310"]
    checker(this_machine=True).fixed("hooks.toml")
    assert path.read_text() == '[[pre_stop]]\nsleep = "3s"\n'


@pytest.mark.usefixtures("here")
def test_an_ignore_is_about_its_own_file() -> None:
    add("10.toml", '[[pre_start]]\ncommand = "true"\nretry_delay = 3\n')
    add("20.toml", '[[pre_start]]\ncommand = "true"\nretry_delay = 3  # lifeinit: ignore[W201]\n')
    assert codes(checker().report("hooks.toml")) == {
        "hooks.toml": [],
        "hooks.d/10.toml": ["W201"],
        "hooks.d/20.toml": [],
    }
    assert not any(codes(checker(ignored=("W2",)).report("hooks.toml")).values())


@pytest.mark.usefixtures("here")
def test_a_name_that_an_earlier_file_has() -> None:
    Path("hooks.toml").write_text('[[pre_start]]\nname = "a"\ncommand = "true"\n')
    add("10.toml", '[[pre_start]]\nname = "b"\ncommand = "true"\n[[post_stop]]\nname = "a"\nsleep = 1\n')
    add("20.toml", '[[pre_start]]\nname = "b"\ncommand = "true"\n[[pre_start]]\nname = "a"\nsleep = 1\n')
    report = checker().report("hooks.toml")
    assert [problem.message for problem in report.files[2].problems] == [
        'a second pre_start hook named "b": "hooks.d/10.toml" has the first',
        'a second pre_start hook named "a": "hooks.toml" has the first',
    ]
    assert codes(report)["hooks.d/10.toml"] == []


@pytest.mark.usefixtures("here")
def test_a_drop_in_alone_and_the_folder_alone() -> None:
    """As base images keep them: what only a hook file can say is not asked for."""
    add("10.toml", '[[post_stop]]\ncommand = "true"\nstop_timeout = 3\n')
    add("20.toml", '[[post_stop]]\ncommand = "true"\n')
    assert codes(checker().report("hooks.d/20.toml")) == {"hooks.d/20.toml": []}
    assert codes(checker().report("hooks.d")) == {
        "hooks.d": [],
        "hooks.d/10.toml": ["E104"],
        "hooks.d/20.toml": [],
    }
    os.chdir("hooks.d")
    assert codes(checker().report("10.toml")) == {"../hooks.d/10.toml": ["E104"]}


@needs.ROOT
@pytest.mark.usefixtures("here")
def test_one_that_a_start_would_skip_is_told_and_does_not_count() -> None:
    """W328. What is wrong in it is told all the same; and for a clone, whose owner is no matter, it counts."""
    shutil.chown(add("10.toml", 'pre_strat = "true"\n'), 4711)
    os.mkfifo("hooks.d/20.toml")
    report = checker(this_machine=True).report("hooks.toml")
    assert codes(report) == {"hooks.toml": [], "hooks.d/10.toml": ["W328", "E102"], "hooks.d/20.toml": ["W328"]}
    assert report.hook_file is not None
    assert report.files[1].problems[0].message == "lifeinit skips this drop-in: it belongs to uid 4711"
    report = checker().report("hooks.toml")
    assert codes(report) == {"hooks.toml": [], "hooks.d/10.toml": ["E102"], "hooks.d/20.toml": ["W328"]}


@pytest.mark.usefixtures("here")
def test_the_verdict_on_one_that_is_no_file_ends_with_its_counts() -> None:
    Path("hooks.d/10.toml").mkdir()
    (skipped,) = checker().report("hooks.toml").drop_ins
    assert snippet.verdict(skipped, 80, Paint(wanted=False)) == "hooks.d/10.toml: ok with 1 warning\n"


@pytest.mark.usefixtures("here")
def test_the_file_that_cannot_be_fixed_is_named() -> None:
    """The hook file was named instead."""
    add("10.toml", 'pre_strat = "true"\n').chmod(0o444)
    with pytest.raises(fixing.UnwritableError, match=r'^cannot fix "hooks\.d/10\.toml": it is not writable$'):
        checker().fixed("hooks.toml")


def test_drop_ins_of_the_image_that_are_not_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """W329: the hooks of the base image would be lost, as another hook file is read."""
    of_image = here / "etc" / "hooks.d"
    of_image.mkdir(parents=True)
    monkeypatch.setattr(unread, "DROP_INS", str(of_image))
    assert codes(checker(this_machine=True).report("hooks.toml"))["hooks.toml"] == []
    for name in ("10.toml", "20.toml", "README"):
        (of_image / name).touch()
    (problem,) = checker(this_machine=True).report("hooks.toml").problems
    assert problem.message.endswith('are not read next to this hook file: "10.toml" and 1 more')
    (here / "etc" / "hooks.toml").write_text(MAIN)
    assert checker(this_machine=True).report(str(here / "etc" / "hooks.toml")).problems == []
