"""Each rule of the machine with its own samples: the wrong one breaks this rule alone, the right one none."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifeinit.check.host import inspect, shell_syntax
from lifeinit.check.rules.host_rules import RULES
from lifeinit.check.rules.rule import Rule
from lifeinit.config.parser import parse
from tests.integration.check import host_samples

ROOT = os.geteuid() == 0
NEEDS_ROOT = {"E304", "E311", "E312", "E315", "W302", "W303"}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The samples' files, in a directory that everybody can reach, as the current one."""
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_uid == os.geteuid() and directory != Path("/"):
            directory.chmod(directory.stat().st_mode | 0o055)
    host_samples.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"/usr/local/bin:/usr/bin:/bin:{tmp_path}/bin")
    monkeypatch.delenv("SHOP_DATABASE_URL", raising=False)
    monkeypatch.setenv("HOME", "/")
    yield tmp_path
    (tmp_path / "closed").chmod(0o755)


def codes(text: str, file: Path, monkeypatch: pytest.MonkeyPatch, rule: Rule, wrong: bool) -> set[str]:
    """The codes of what is found, on the machine that the rule speaks of."""
    if rule.code in NEEDS_ROOT and not ROOT:
        pytest.skip("only root can run something as another user")
    if rule.code == "E310":
        monkeypatch.setattr(shell_syntax, "SHELL", "/no-such-directory/sh")
    file.write_text(text)
    file.chmod(0o666 if rule.code == "W303" and wrong else 0o644)
    before = os.geteuid()
    if rule.code == "E313" and ROOT:
        os.seteuid(65534)
    try:
        return {finding.code for finding in inspect(parse(text.encode()), file=str(file))}
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_the_wrong_sample_breaks_the_rule_and_the_right_one_none(
    rule: Rule, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(rule.wrong, machine / "hooks.toml", monkeypatch, rule, True) == {rule.code}
    assert codes(rule.right, machine / "hooks.toml", monkeypatch, rule, False) == set()


def test_codes_and_names_are_used_once() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.code[:2] in {"E3", "W3"} for rule in RULES)
