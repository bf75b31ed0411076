# ruff: noqa: E501  # a case is a line
"""The JSON Schema of the hook file, against the validator: what the one accepts the other accepts too."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from lifeinit.check import timeline
from lifeinit.config import keys, parser, schema
from lifeinit.config.diagnostic import HookFileError
from lifeinit.engine.signals import RTMAX, RTMIN, VALID, name_of, number_of
from lifeinit.project import hook_file
from lifeinit.project.findings import Findings
from tests.unit.config.schema_grammar import Value, right_files, small_files, spoiled_files, toml

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads(schema.schema())
VALIDATOR = Draft7Validator(SCHEMA)
TEMPLATE = hook_file.text(Findings())


def problems(text: str) -> list[str]:
    """What the validator says of it."""
    try:
        parser.parse(text.encode())
    except HookFileError as error:
        return [f"{problem.code} {problem.message}" for problem in error.problems]
    return []


def fits(text: str) -> bool:
    """Whether the schema accepts it."""
    return VALIDATOR.is_valid(tomllib.loads(text))


def test_it_is_a_schema_of_draft_07() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_it_has_every_key_of_every_table_with_its_documentation() -> None:
    """What an editor shows for a key, and an example that it could take."""
    tables = {name: SCHEMA["definitions"][name] for name in ("app", "process", "hook", "drain")}
    tables |= {"top": SCHEMA, "ready": SCHEMA["definitions"]["probe"]}
    tables["alive"] = SCHEMA["definitions"]["alive_probe"]
    for name, rows in keys.TABLES.items():
        properties = tables[name]["properties"]
        assert list(properties) == list(rows)
        for key, row in rows.items():
            assert properties[key]["description"].startswith(row.doc.replace("`", ""))
            assert properties[key]["examples"]
            extras = properties[key]["x-taplo"]
            assert extras["docs"]["main"].startswith(row.doc)
            assert extras["links"]["key"].startswith("https://")


@pytest.mark.parametrize("signo", sorted(VALID), ids=name_of)
def test_it_knows_each_signal(signo: int) -> None:
    name = name_of(signo)
    assert number_of(name) == signo or name.isdecimal()
    for written in (name, f"SIG{name}", name.lower()):
        for text in (f'stop_on = ["{written}"]', f'app.stop_signal = "{written}"', f'signals."{written}" = "TERM"'):
            assert fits(text) == (not problems(text)), text


def test_it_knows_no_other_signal() -> None:
    for name in ("", "SIG", "TREM", "0", "15", f"RTMIN+{RTMAX - RTMIN + 1}", f"RTMAX-{RTMAX - RTMIN + 1}", "RTMAX+1"):
        text = f'app.stop_signal = "{name}"'
        assert problems(text)
        assert not fits(text), text


# What a schema cannot say, each with a file that it accepts and the validator does not.
BEYOND = {
    "the names of a phase are unique": '[[pre_stop]]\nname = "a"\nsleep = 1\n[[pre_stop]]\nname = "a"\nsleep = 1',
    "a timeout does not end a sleep": '[[pre_stop]]\nsleep = "6s"\ntimeout = "5s"',
    "a duration with units is at most a year": 'stop_timeout = "8761h"',
    "nan is a number": "stop_timeout = nan",
    "a range of exit statuses begins with the smaller one": '[app]\nsuccess_exit_codes = ["9-3"]',
    "a whole number is written without a point": 'pre_stop = { command = "x", retries = 2.0 }',
    "two names of one signal": '[signals]\nHUP = "USR1"\nSIGHUP = "USR2"',
    "a target that is known": 'pre_start = { wait_for = "postgrse://db" }',
    "a target with a port": 'pre_start = { wait_for = "tcp://db" }',
    "a URL that can be asked": 'ready = "http://:x/"',
    "a try is over before all of them are": 'alive = { tcp = "a:1", interval = "1s", timeout = "5s" }',
    "lifeinit does not ask itself": 'alive = { command = ["lifeinit", "health"] }',
    "what the watchdog of a process sets": '[app]\nenvironment = { WATCHDOG_USEC = "1" }\n[alive]\nwatchdog = "5s"',
}
_BEYOND = re.compile(
    r"E207|E217|E202 .*longer than a year|E214 (wait_for|ready|alive|http|tcp|unix|file) contains|E205|E219|E220"
    r"|E221|E222|E223"
    r"|E108 (NOTIFY_SOCKET|WATCHDOG)"
)


@pytest.mark.parametrize("text", BEYOND.values(), ids=BEYOND)
def test_what_the_schema_cannot_say(text: str) -> None:
    assert problems(text)
    assert fits(text)


def compare(text: str) -> None:
    """Neither is wrong about the text: what a schema cannot say apart, they say the same."""
    found = problems(text)
    if not found:
        assert fits(text), f"the schema refuses a right file:\n{text}"
    elif not all(_BEYOND.match(sentence) for sentence in found):
        assert not fits(text), f"the schema accepts a wrong file:\n{text}\n{found}"


def samples() -> Iterator[str]:
    """Every text in the documents and the tests that is TOML."""
    texts = [(ROOT / "hooks.example.toml").read_text()]
    for document in (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))):
        texts += re.findall(r"^```toml\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    for program in sorted(ROOT.glob("tests/**/*.py")):
        tree = ast.parse(program.read_text())
        texts += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is str]
    for text in dict.fromkeys(texts):
        try:
            if tomllib.loads(text) and text not in BEYOND.values():
                yield text
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            pass  # it is no TOML


def test_every_sample_in_the_documents_and_the_tests() -> None:
    found = list(samples())
    right = [text for text in found if not problems(text)]
    assert len(right) > 60, "the samples are not found any more"
    assert len(found) - len(right) > 60, "the wrong samples are not found any more"
    for text in found:
        compare(text)


def test_each_key_with_each_odd_value() -> None:
    """Every fifth of them, unless examples are searched for: so each key meets some of the values."""
    files = list(small_files())
    assert len(files) > 5000
    for file in files if settings().max_examples > 100 else files[::5]:
        compare(toml(file))


@given(right_files)
def test_every_right_file_is_accepted_by_both(file: dict[str, Value]) -> None:
    text = toml(file)
    assert tomllib.loads(text) == file
    assert all(_BEYOND.match(sentence) for sentence in problems(text)), text
    assert fits(text), text


@given(spoiled_files())
def test_every_other_file_is_accepted_by_both_or_by_neither(file: dict[str, Value]) -> None:
    compare(toml(file))


# Ten common slips: each is one error, at the place of the slip.
SLIPS = [
    ('pre_strat = "migrate"', [], "Additional properties are not allowed ('pre_strat' was unexpected)"),
    ('stop_timeout = "25"', ["stop_timeout"], "'25' does not match "),
    ('stop_on = ["TREM"]', ["stop_on", 0], "'TREM' is not one of ['TERM', 'INT', 'QUIT', "),
    ("ready = 8000", ["ready"], "8000 is not of type 'string', 'object'"),
    ('ready = "127.0.0.1:8000"', ["ready"], "'127.0.0.1:8000' does not match '^(https?|tcp|unix|file)://'"),
    ("app = { environment = { PORT = 8000 } }", ["app", "environment", "PORT"], "8000 is not of type 'string', 'object'"),
    ("app = { umask = 27 }", ["app", "umask"], "27 is not of type 'string'"),
    ('pre_start = { name = "migrate" }', ["pre_start"], "'command' is a required property"),
    ('pre_stop = { command = "drain", sleep = "5s" }', ["pre_stop"], "False schema does not allow '5s'"),
    ('post_start = { command = "x", on_failure = "ignore" }', ["post_start", "on_failure"], "'ignore' is not one of ['abort', 'warn']"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "message"), SLIPS, ids=[text for text, _, _ in SLIPS])
def test_a_slip_is_one_error_at_its_place(text: str, path: list[str | int], message: str) -> None:
    """Not one for each shape that the value could have had."""
    (error,) = VALIDATOR.iter_errors(tomllib.loads(text))
    assert (list(error.absolute_path), list(error.context or ())) == (path, [])
    assert error.message.startswith(message)
    (told,) = problems(text)
    assert told[0] == "E"


def test_the_documentation_lists_the_slips() -> None:
    page = (ROOT / "docs/how-to/completion.md").read_text()
    page = page.replace("&#124;", "|").replace("<code>", "`").replace("</code>", "`")
    for text, _, message in SLIPS:
        assert f"| `{text}` | `{message.rstrip()}" in page, text


def uncommented(text: str) -> str:
    """With all that the template only proposes."""
    return re.sub(r"^# (?=\[|\w+ *= )", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("text", [TEMPLATE, uncommented(TEMPLATE)], ids=["as printed", "all of it"])
def test_the_template_is_valid_and_fits_dockers_grace_period(text: str) -> None:
    found = parser.parse(text.encode())
    assert timeline.diagnostics(found, timeline.grace_of(None, "docker")) == []
    compare(text)


def test_the_template_has_every_phase() -> None:
    found = parser.parse(uncommented(TEMPLATE).encode())
    assert [len(hooks) for hooks in found.hooks.values()] == [2, 1, 1, 1]
