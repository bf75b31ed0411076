"""Secrets in commands: what is one, and that none is shown."""

import pytest
from hypothesis import given

from lifeinit.check.host import shell_dialect
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
    "mysql -h db -uroot -phunter2 -e 'select 1'",
    "mysqldump -phunter2 shop > /tmp/x",
    "redis-cli -h cache -a hunter2 ping",
    "sshpass -p hunter2 ssh host",
    "sshpass -phunter2 ssh host",
    "echo hunter2 | docker login -u me --password-stdin",
    "printf 'hunter2' | podman login -u me registry",
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
    "mysql -p shop -P 3306",
    "mysql -u root -p",
    'mysql -p"$DB_PASSWORD"',
    "psql -p 5432; redis-server -a x",
    'redis-cli -a "$REDIS_PASSWORD" ping',
    'echo "$TOKEN" | docker login -u me --password-stdin',
    "echo starting; docker login; echo done | tee log",
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
    words = ["redis-cli", "-a", "hunter2", "--user", "x", "--token", "$TOKEN", "--token", "-v", "--secret"]
    assert [(i, words[i][slice(*one.range)]) for i, one in secrets_of_list(words)] == [(2, "hunter2")]
    assert "hunter2" not in masked([f"pre_start = {words!r}".replace("'", '"')], 0)
    assert "hunter2" not in describe_command(tuple(words))


@given(LINES)
def test_every_line_can_be_looked_at(line: str) -> None:
    ranges = [one.range for one in secrets(line)] + [one.range for one in shell_dialect.uses(line)]
    for start, end in ranges:
        assert 0 <= start < end <= len(line)
    assert len(hidden(line)) == len(line)
