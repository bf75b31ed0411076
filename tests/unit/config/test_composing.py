"""One hook file of several: every place is that of its own file, whatever stands before it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeinit.config import composing, parser
from lifeinit.config.contents import DropIn, Sources
from lifeinit.config.diagnostic import Diagnostic, Edit, HookFileError, Place, Span
from lifeinit.config.drafting import draft_of
from lifeinit.config.line_map import LineMap
from lifeinit.engine.plan import PHASES

MAIN = b'stop_timeout = 9\npre_start = ["true", "x"]'  # without a line feed
TEXTS = (
    b'pre_start = "one"\n',
    b"",
    b'# \r\n\r\n[[pre_start]]\r\nname = "two"\r\ncommand = ["x", "\xc3\xa4"]\r\n[[post_stop]]\r\nsleep = 1',
    b'\xef\xbb\xbf[[pre_start]]\ncommand = "three"\ntimeout = 3\n',
)


def composed(*texts: bytes, main: bytes = MAIN) -> composing.Composed:
    return composing.examine(
        Sources("dir/hooks.toml", main, tuple(DropIn(f"{i}.toml", text) for i, text in enumerate(texts)))
    )


def test_hooks_of_a_phase_stand_in_a_row_and_know_their_file() -> None:
    hook_file = composed(*TEXTS).hook_file
    assert hook_file is not None
    assert [(hook.name, hook.file) for hook in hook_file.pre_start] == [
        ("pre_start[0]", ""),
        ("pre_start[1]", "0.toml"),
        ("two", "2.toml"),
        ("pre_start[3]", "3.toml"),
    ]
    assert [(hook.name, hook.file) for hook in hook_file.post_stop] == [("post_stop[0]", "2.toml")]
    assert hook_file.stop_timeout == 9
    assert [hook_file.has_default_timeout(hook) for hook in hook_file.pre_start] == [True, True, True, False]
    lines = [(hook["file"], hook["line"]) for phase in PHASES for hook in draft_of(hook_file)["hooks"][phase]]
    assert lines == [("", 2), ("0.toml", 1), ("2.toml", 3), ("3.toml", 1), ("2.toml", 6)]


def test_an_unknown_key_of_a_drop_in_is_told_what_a_drop_in_takes() -> None:
    (problem,) = composed(b"[include]\n").parts[1].problems
    assert problem.sentence == ('unknown key "include": a drop-in takes pre_start, post_start, pre_stop, post_stop')


def test_each_place_is_that_of_its_own_file() -> None:
    """Every key of every drop-in, in the whole and alone."""
    whole = composed(*TEXTS).hook_file
    assert whole is not None
    lines = LineMap("dir/hooks.toml", whole.places.drop_ins)
    for i, text in enumerate(TEXTS):
        alone = parser.parse(text).places
        for path, found in alone.spans.items():
            there = (f"\0{i}.toml", *path)
            problem = lines.localized(Diagnostic("E101", whole.places.span(there, of_key=True), ""))
            assert (problem.file, problem.span) == (f"dir/hooks.d/{i}.toml", alone.span(path, of_key=True)), (
                path,
                found,
            )
            assert whole.places.literal(there) == alone.literal(path)


@settings(max_examples=100)
@given(st.lists(st.text("#\n\r x", max_size=6), min_size=1, max_size=5), st.integers(0, 2**32))
def test_a_line_is_found_again(comments: list[str], seed: int) -> None:
    """Texts of any number of lines, with and without a line feed at their end."""
    texts = [f"#{text}".replace("\r", "").replace("\n", "\n#").encode() for text in comments]
    texts = [text + random.Random(seed).choice((b"", b"\n", b"\n\n")) for text in texts]
    main, *drop_ins = texts
    hook_file = composed(*drop_ins, main=main).hook_file
    assert hook_file is not None
    lines, text = LineMap("h", hook_file.places.drop_ins), hook_file.places.text.split("\n")
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text, 1):
        name, local = lines.located(number)
        assert local == len(found.setdefault(name, [])) + 1
        found[name].append(line)
    joined = ["\n".join(one).rstrip("\n") for one in found.values()]
    assert joined == [one.decode().rstrip("\n") for one in texts]


def test_edits_of_two_files_at_once_are_left_out() -> None:
    lines = LineMap("hooks.toml", (("a.toml", 4),))

    def span(line: int) -> Span:
        return Span(Place(line, 1), Place(line, 2))

    both = (Edit(span(6), "x"), Edit(span(2), "y"))
    assert lines.localized(Diagnostic("W310", span(6), "", "", both)).edits == ()
    assert lines.localized(Diagnostic("W310", span(6), "", "", both[:1])).edits == ((span(2), "x"),)
    assert lines.localized(Diagnostic("W310", span(2), "", "", both)).edits == ()


def test_one_wrong_file_leaves_no_whole() -> None:
    found = composed(b"x = 1\n", b'pre_start = "true"\n')
    assert found.hook_file is None
    assert [[problem.code for problem in part.problems] for part in found.parts] == [[], ["E102"], []]


def test_problems_of_all_files_come_together() -> None:
    sources = Sources("hooks.toml", b"y = 1\n", (DropIn("a.toml", b"x = 1\n"), DropIn("b.toml", b"[toml")))
    with pytest.raises(HookFileError) as caught:
        composing.parse(sources)
    assert [problem.text("hooks.toml").partition(" error")[0] for problem in caught.value.problems] == [
        "hooks.toml:1:1:",
        "hooks.d/a.toml:1:1:",
        "hooks.d/b.toml:1:5:",
    ]
    assert caught.value.files("hooks.toml") == 'the hook file "hooks.toml" and 2 more are'
