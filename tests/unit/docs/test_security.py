"""SECURITY.md names the test of each claim."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLAIMS = re.split(r"\n(?=- |#)", (ROOT / "SECURITY.md").read_text())
NAMED = [claim for claim in CLAIMS if "`test_" in claim]


def test_each_claim_names_a_test() -> None:
    guaranteed = "\n".join(CLAIMS).partition("## What lifeinit guarantees")[2].partition("## What lifeinit cannot")[0]
    claims = re.split(r"\n(?=- )", re.sub(r"\n#.*", "", guaranteed))[1:]
    assert len(claims) > 20
    assert [claim for claim in claims if not re.search(r"`test_\w+`", claim)] == []


@pytest.mark.parametrize("claim", NAMED, ids=[claim.splitlines()[0][:50] for claim in NAMED])
def test_the_tests_that_a_claim_names_exist(claim: str) -> None:
    """Each name stands behind the file that it is in."""
    text = ""
    for file, name in re.findall(r"`([\w/]*\btest_\w+\.py)`|`(test_\w+)`", claim):
        if file:
            text = (ROOT / file if "/" in file else ROOT / "tests/integration" / file).read_text()
        else:
            assert f"def {name}(" in text
