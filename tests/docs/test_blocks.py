"""Every code block of every page has a check, and passes it."""

import configparser
import dataclasses

import pytest

from tests.docs.blocks import ROOT, Block, all_blocks, blocks_of
from tests.docs.kinds import CHECKS, ELSEWHERE, check

BLOCKS = all_blocks()


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_of_the_pages(block: Block) -> None:
    check(block)


def test_no_block_is_overlooked() -> None:
    """As many fences as the pages have, two for each block."""
    pages = {block.page for block in BLOCKS}
    fences = sum((ROOT / page).read_text().count("```") for page in pages)
    assert fences == 2 * sum(block.language != "indented" for block in BLOCKS)


def test_the_pages_that_other_tests_read_are_read_there() -> None:
    for page, test in ELSEWHERE.items():
        assert page in (ROOT / test).read_text(), f"{test} does not know {page}"


WRONG = {
    "toml": 'pre_strat = "x"\n',
    "yaml": "services: {web: {entrypoint: [lifeinit, --no-such-option, --]}}\n",
    "json": '{"command": ["lifeinit", "--", "app"]}',
    "sh": "exec lifeinit --no-such-option -- app\n",
    "bash": "if true; then\n",
    "console": "$ docker exec shop lifeinit health --no-such-option\nfine\n",
    "dockerfile": 'FROM debian\nENTRYPOINT ["lifeinit", "--config"]\n',
    "python": "def f(:\n",
    "ini": "no section\n",
    "nginx": "events {}\n",
    "": "lifeinit: app exited 0\n",
    "indented": "lifeinit --no-such-option\n",
    "ruby": "puts 1\n",
}


def test_each_language_has_a_control() -> None:
    assert set(WRONG) - {"ruby"} == set(CHECKS)


@pytest.mark.parametrize("language", WRONG)
def test_a_wrong_block_is_found(language: str) -> None:
    block = Block("docs/index.md", 1, language, WRONG[language])
    with pytest.raises((AssertionError, SyntaxError, configparser.Error)):
        check(block)


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian\nCOPY --from=biuld /a /b\n",
        "FROM debian\nRUN lifeinit chek --strict --bogus\nRUN lifeinit check --bogus\n",
        'FROM debian\nHEALTHCHECK CMD ["lifeinit", "health", "--bogus"]\n',
        'FROM debian\nENTRYPOINT ["lifeinit", "--"\n',
        "FROM debian\nRUN if true\n",
        "FRM debian\n",
    ],
)
def test_a_wrong_dockerfile_is_found(text: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        check(Block("docs/index.md", 1, "dockerfile", text))


def test_a_test_that_does_not_know_the_page_is_no_check() -> None:
    block = Block("docs/index.md", 1, "", "hello\n", "see", "tests/docs/kinds.py")
    with pytest.raises(AssertionError, match="does not know this page"):
        check(dataclasses.replace(block, page="docs/no-such-page.md"))


def test_the_markers_are_read() -> None:
    readme = blocks_of(ROOT / "README.md")
    assert {block.language for block in readme} >= {"dockerfile", "toml", "sh"}
    assert [block.marker for block in readme] == ["file", "file", "run", "test"]
