"""The reference and the manual pages say what the sources say."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import lifeinit
from lifeinit.config import keys as known
from lifeinit.config import parser
from tools.reference import commands, documents, keys, manual, variables
from tools.reference.marking import marked

ROOT = Path(__file__).parents[3]
SOURCE = Path(lifeinit.__file__).parent
KEYS = [key for table in keys.TABLES for key in keys.keys(table)]


@pytest.mark.parametrize("path", documents.DOCUMENTS)
def test_it_is_made_of_the_sources_as_they_are(path: str) -> None:
    made = documents.DOCUMENTS[path]()
    assert (ROOT / path).read_text() == made, f"run `{documents.COMMAND}`"


def test_it_has_every_key() -> None:
    found = {table.name: {key.name for key in KEYS if key.table is table} for table in keys.TABLES}
    shared = set(known.PROCESS) - set(known.APP)
    assert found == {
        "": set(known.TOP),
        "app": set(known.APP),
        "process.NAME": shared,
        "hook": set(known.HOOK),
        "ready": set(known.READY),
    }


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.full_name)
def test_the_example_of_a_key_is_right(key: keys.Key) -> None:
    text = keys.example_file(key)
    assert key.name in text
    parser.parse(text.encode())


@pytest.mark.parametrize("key", [key for key in KEYS if key.default.startswith("`")], ids=lambda key: key.full_name)
def test_a_default_is_what_a_file_without_the_key_has(key: keys.Key) -> None:
    """The file that says the default, and the one that leaves it out, are the same to the reader."""
    lines = keys.example_file(key).splitlines()
    without = "\n".join(lines[:-1]) + "\n"
    written = tomllib.loads(f"{key.name} = {key.default.strip('`')}")
    assert repr(_parsed(f"{without}{key.name} = {key.default.strip('`')}\n")) == repr(_parsed(without)), written


def _parsed(text: str) -> object:
    """What a file says, without the places where it says it, and with what the planner takes for unset."""
    hook_file = parser.parse(text.encode())
    unset = {"stop_scope": "process", "restart": "no", "max_restarts": 5, "restart_window": 60.0}
    app = {name: getattr(hook_file.app, name) for name in (*unset, "ready", "no_new_privs", "success_exit_codes")}
    filled = {name: unset.get(name) or False if value is None else value for name, value in app.items()}
    filled["success_exit_codes"] = filled["success_exit_codes"] or frozenset()
    return hook_file.hooks, hook_file.kill_after, hook_file.stop_on, filled


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


def test_a_hook_is_told_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "NAMES", ("EVENT", "WEATHER"))
    with pytest.raises(ValueError, match=r"do not agree on .*LIFEINIT_WEATHER"):
        variables.told()


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
