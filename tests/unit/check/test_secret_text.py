"""Secrets in commands: what is one, and that none is shown."""

import time

import pytest
from hypothesis import given

from lifeinit.check.host import shell_dialect, shell_line
from lifeinit.check.output.secret_text import hidden, secrets, secrets_of_list
from lifeinit.check.output.secrets import masked
from lifeinit.check.timeline.stages import describe_command
from tests.unit.check.test_shell_line import LINES

SECRET = [
    'curl -H "Authorization: Bearer hunter2" http://x',
    "curl -H 'Authorization: token hunter2' http://x",
    'curl -H "X-Api-Key: hunter2" http://x',
    "curl -H 'PRIVATE-TOKEN: hunter2' http://x",
    "curl -fsS -u app:hunter2 http://x",
    "curl --user=app:hunter2 http://x",
    "mysql --password=hunter2 -e x",
    "mysql --password 'hunter2'",
    "redis-cli --pass hunter2 ping",
    "deploy --api-key=hunter2",
    "vault login -token=hunter2",
    "psql postgres://u:hunter2@db/x",
    "PGPASSWORD=hunter2 psql -c x",
    "export API_TOKEN='hunter2'; x",
]
NONE = [
    'curl -H "Authorization: Bearer $TOKEN" http://x',
    'mysql --password="$DB_PASSWORD"',
    "PGPASSWORD=$(cat /run/secrets/db) psql",
    "PGPASSWORD=`cat /run/secrets/db` psql",
    "docker login --password-stdin",
    "mysql --password-file=/run/secrets/db",
    "mysql --password --host db",
    "deploy --token /run/secrets/token",
    "API_TOKEN_FILE=/run/secrets/token x",
    "psql postgres://u:$PGPASSWORD@db/x",
    "echo 'token: expired'; grep password: file",
    "export PUBLIC_KEY=abc MAX_TOKENS=5 USE_TOKEN=true",
    "vault token lookup; pass show x",
    "curl http://x/a:b@c",
]


@pytest.mark.parametrize("line", SECRET)
def test_a_secret_is_found_and_nowhere_shown(line: str) -> None:
    assert [line[slice(*one.range)] for one in secrets(line)] == ["hunter2"]
    written = f"pre_start = {line!r}" if "'" not in line else f'pre_start = "{line}"'
    for shown in (hidden(line), describe_command(line), masked([written], 0)):
        assert "hunter2" not in shown
        assert "*******" in shown


@pytest.mark.parametrize("line", NONE)
def test_what_only_looks_like_one(line: str) -> None:
    assert list(secrets(line)) == []
    assert hidden(line) == line


def test_an_option_and_its_value_are_two_items_of_a_list() -> None:
    words = ["redis-cli", "--pass", "hunter2", "--user", "x", "--token", "$TOKEN", "--token", "-v", "--secret"]
    assert [(i, words[i][slice(*one.range)]) for i, one in secrets_of_list(words)] == [(2, "hunter2")]
    assert "hunter2" not in masked([f"pre_start = {words!r}".replace("'", '"')], 0)
    assert "hunter2" not in describe_command(tuple(words))


@given(LINES)
def test_every_line_can_be_looked_at(line: str) -> None:
    ranges = [one.range for one in secrets(line)] + [one.range for one in shell_dialect.uses(line)]
    for start, end in ranges:
        assert 0 <= start < end <= len(line)
    assert len(hidden(line)) == len(line)


HOSTILE = (
    *(
        "${a/",
        "${a:1",
        "{,",
        "{a,",
        "$((",
        "$((a++",
        "x-x-",
        "curl ",
        "curl -u",
        "://",
        "://a:",
        "--a-",
        "-",
        "A=",
        "a ",
    ),
    *(
        "<<E ",
        "$(",
        '"',
        "'",
        "\\",
        "(",
        "case a in ",
        "if ",
        "f() ",
        "&> ",
        "`",
        "{1..2}",
        "$'",
        "authorization:",
        "((",
        "a=(",
    ),
)


def test_no_line_takes_long() -> None:
    """What grows faster than the line would take minutes for each."""
    begin = time.process_time()
    for piece in HOSTILE:
        line = (piece * (20_000 // len(piece) + 1))[:20_000]
        for text in (line, f'"{line}'):
            list(secrets(text))
            shell_dialect.uses(text)
            shell_line.read(text)
    assert time.process_time() - begin < 30
