"""The reference and the manual pages say what the sources say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import lifeinit
from lifeinit.config import parser
from lifeinit.config.keys import ROWS, Key
from lifeinit.config.planner import Options, make_plan
from lifeinit.engine.plan import Inherited, Plan
from tools.reference import commands, documents, keys, manual, variables
from tools.reference.marking import marked

ROOT = Path(__file__).parents[3]
SOURCE = Path(lifeinit.__file__).parent
KEYS = [(table, key) for table in keys.TABLES for key in table.rows()]
NAMES = [table.full_name(key) for table, key in KEYS]


@pytest.mark.parametrize("path", documents.DOCUMENTS)
def test_it_is_made_of_the_sources_as_they_are(path: str) -> None:
    made = documents.DOCUMENTS[path]()
    assert (ROOT / path).read_text() == made, f"run `{documents.COMMAND}`"


def test_every_row_is_in_the_reference_and_in_the_manual() -> None:
    page, manual_page = (documents.DOCUMENTS[path]() for path in ("docs/reference/keys.md", "man/lifeinit-hooks.5"))
    covered = {(row.tables, row.name) for table in keys.TABLES for row in table.rows()}
    assert covered == {(row.tables, row.name) for row in ROWS}
    for table, key in KEYS:
        section = page.partition(f"\n### {table.full_name(key)}\n")[2].partition("\n#")[0]
        assert f"- Example: `{keys.example(key)}`" in section
        assert re.sub(r"\W", "", key.doc) in re.sub(r"\W", "", section)
        assert f"\\fB{key.name}\\fR" in manual_page


@pytest.mark.parametrize("path", [path for path in documents.DOCUMENTS if path.startswith("man/")])
def test_a_request_of_the_manual_stands_on_a_line_of_its_own(path: str) -> None:
    """Wrapped into the text it was shown as the text ".br"."""
    assert re.findall(r"^.+\.br\b", documents.DOCUMENTS[path](), re.MULTILINE) == []


@pytest.mark.parametrize(("table", "key"), KEYS, ids=NAMES)
def test_the_example_of_a_key_is_right(table: keys.Table, key: Key) -> None:
    text = keys.example_file(table, key)
    assert key.name in text
    parser.parse(text.encode())


@pytest.mark.parametrize(("table", "key"), KEYS, ids=NAMES)
def test_a_default_is_what_a_file_without_the_key_has(table: keys.Table, key: Key) -> None:
    """The file that says the default, and the one that leaves it out, make the same plan."""
    default = keys.default(key)
    if not default.startswith("`") or key.unset:
        return
    without = keys.example_file(table, key).removesuffix(f"{keys.example(key)}\n")
    assert _planned(f"{without}{key.name} = {default.strip('`')}\n") == _planned(without)


def _planned(text: str) -> Plan:
    inherited = Inherited((), sigchld_ignored=False, lc_ctype_added=False, directory=b"/")
    return make_plan(("app",), inherited, parser.parse(text.encode()), Options(), "")


def options() -> Iterator[tuple[str, click.Option]]:
    for command in commands.all_commands():
        for item in commands.context(command.name).command.params:
            if isinstance(item, click.Option):
                yield command.name, item


@pytest.mark.parametrize(("name", "option"), list(options()), ids=lambda part: getattr(part, "name", part))
def test_the_variable_of_an_option_sets_it(name: str, option: click.Option, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is LIFEINIT_, the command, and the option's long name, unless the option has none or one of its own."""
    ctx = commands.context(name)
    variable = commands.variable(ctx, option)
    if not variable:
        assert option.resolve_envvar_value(ctx) is None
        return
    assert variable in {
        f"{ctx.auto_envvar_prefix}_{commands.long_name(option)[2:]}".upper().replace("-", "_"),
        "LIFEINIT_PID",
    }
    assert option.resolve_envvar_value(ctx) is None
    monkeypatch.setenv(variable, "1")
    assert option.resolve_envvar_value(ctx) == "1"


def test_every_variable_of_the_program_is_explained() -> None:
    """Each name that stands alone in a string of the sources, those of Flask and Celery apart."""
    named = set()
    for path in SOURCE.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
                named |= {text} if re.fullmatch(r"(LIFEINIT|TINI|NOTIFY|LISTEN)_[A-Z_]*[A-Z]", text) else set()
    assert {"LIFEINIT_CONFIG", "TINI_VERBOSITY", "NOTIFY_SOCKET"} <= named
    page = (ROOT / "docs/reference/environment.md").read_text()
    assert [name for name in sorted(named) if f"`{name}`" not in page] == []


def test_the_page_has_the_variables_that_the_engine_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "NAMES", ("EVENT", "WEATHER"))
    with pytest.raises(ValueError, match=r"do not agree on .*LIFEINIT_WEATHER"):
        variables.of_a_hook()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("see --config or LIFEINIT_CONFIG=FILE.", ["--config", "LIFEINIT_CONFIG=FILE"]),
        ("after --, `a --b` and sd_notify(3)", ["--", "a --b"]),
        ("./hooks.toml, $VAR, ${VAR} and $$ in pre_start[0]", ["./hooks.toml", "$VAR", "${VAR}", "$$", "pre_start[0]"]),
        ("tcp://HOST:PORT, an https:// URL", ["tcp://HOST:PORT", "https://"]),
        ("and/or a lone word", []),
    ],
)
def test_code_in_a_sentence_is_marked(text: str, code: list[str]) -> None:
    assert re.findall(r"`([^`]*)`", marked(text)) == code


def test_a_version_that_is_in_no_list_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "__version__", "0.0.0")
    with pytest.raises(ValueError, match=r'CHANGELOG.md has no entry "## 0.0.0 - DATE"'):
        manual.released()
