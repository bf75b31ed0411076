"""An entrypoint script: what becomes a hook, and that nothing of the rest is lost."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.config import parser
from lifeinit.project import hook_file
from lifeinit.project.entrypoint import Script, script
from lifeinit.project.findings import Findings, Hook, Untranslated
from lifeinit.project.folder import Folder
from lifeinit.project.statements import statements
from tests.unit.project.folders import ENTRYPOINT


def read(directory: Path, text: str) -> Script:
    (directory / "entrypoint.sh").write_text(text)
    return script(Folder(str(directory)))


def hooks_of(found: Script) -> list[object]:
    return [step.value for step in found.steps if isinstance(step, Hook)]


def rest_of(found: Script) -> list[str]:
    return [step.text for step in found.steps if isinstance(step, Untranslated)]


def test_the_usual_script(tmp_path: Path) -> None:
    found = read(tmp_path, ENTRYPOINT)
    assert hooks_of(found) == [
        "postgres://$DB_HOST:5432",
        "tcp://redis:6379",
        ("python3", "manage.py", "migrate", "--noinput"),
        "python3 manage.py collectstatic --noinput > /dev/null",
    ]
    assert found.command == ("gunicorn", "shop.wsgi", "--bind", "0.0.0.0:9000", "--workers", "3")
    lines = [step.text.partition("\n")[0] for step in found.steps if isinstance(step, Untranslated)]
    assert lines == [
        "DB_HOST=${DB_HOST:-db}",
        "tries=0",
        "if [ -f /run/secrets/db_password ]; then",
        "on_term() {",
        "trap on_term TERM INT",
        "./upload-logs",
    ]
    advice = [step.advice[0] for step in found.steps if isinstance(step, Untranslated)]
    assert advice[0] == "write ENV DB_HOST=db in the Dockerfile"
    assert "post_stop hook" in advice[-1]


def test_a_trap_of_the_exit_is_for_post_stop(tmp_path: Path) -> None:
    """It runs however the script ends, as that hook does."""
    (step,) = read(tmp_path, "trap clean_up EXIT\nexec app\n").steps
    assert isinstance(step, Untranslated)
    assert "post_stop hook" in step.advice[0]


def test_a_function_with_its_keyword_is_one_statement() -> None:
    """Its end was a statement of its own."""
    assert [one.text for one in statements("function log { echo a; }\ntrue\n")] == ["function log { echo a; }", "true"]


def test_a_script_that_logs_to_stderr_and_reads_a_secret(tmp_path: Path) -> None:
    """Its messages hid the loop that waits, and the last one counted as the app."""
    found = read(
        tmp_path,
        """log() {
    echo "[entrypoint] $*" >&2
}
if [ -n "${DB_PASSWORD_FILE:-}" ]; then DB_PASSWORD="$(cat "$DB_PASSWORD_FILE")"; fi
until pg_isready -h "$DB_HOST" -p "$DB_PORT" -q; do log "waiting"; sleep 1; done
log "starting"
gunicorn shop.wsgi --workers "$WORKERS" &
APP_PID=$!
wait "$APP_PID"
log "stopped"
""",
    )
    assert hooks_of(found) == ["postgres://$DB_HOST:$DB_PORT"]
    assert found.command == ("sh", "-c", 'exec gunicorn shop.wsgi --workers "$WORKERS"')
    (secret,) = (step for step in found.steps if isinstance(step, Untranslated))
    assert "{ file = " in secret.advice[0]


@pytest.mark.parametrize(
    ("loop", "place"),
    [
        ("while ! nc -z db 5432; do sleep 1; done", "tcp://db:5432"),
        ("until nc -zv -w 1 $HOST ${PORT} 2>&1 >/dev/null\ndo\n  :\ndone", "tcp://$HOST:${PORT}"),
        ("until (echo > /dev/tcp/mq/5672) >/dev/null 2>&1; do sleep 1; done", "tcp://mq:5672"),
        ("while ! </dev/tcp/mq/5672; do echo .; sleep 1; done", "tcp://mq:5672"),
        ('until PGPASSWORD=$PW psql -h "$host" -U postgres -c "\\q"; do >&2 echo wait; sleep 1; done', "postgres://$host"),
        ("until pg_isready --host=db -q; do sleep 1; done", "postgres://db"),
        ("until redis-cli -h cache -p 6380 ping; do sleep 1; done", "redis://cache:6380"),
        ("while ! mysqladmin ping -hdb --silent; do sleep 1; done", "mysql://db"),
        ("until curl -sf http://api:8080/healthz; do sleep 1; done", "http://api:8080/healthz"),
        ("./wait-for-it.sh db:5432 -t 30", "tcp://db:5432"),
    ],
)  # fmt: skip
def test_a_loop_that_waits_becomes_wait_for(tmp_path: Path, loop: str, place: str) -> None:
    found = read(tmp_path, f'#!/bin/sh\n{loop}\nexec "$@"\n')
    assert (hooks_of(found), rest_of(found)) == ([place], [])
    parser.parse(hook_file.text(Findings(steps=found.steps)).encode())


@pytest.mark.parametrize(
    "text",
    [
        "while nc -z db 5432; do sleep 1; done",  # waits for its end
        "until nc -z db 5432; do ./start-db; done",
        "until nc db 5432; do sleep 1; done",
        "until nc -z ${DB:-db} 5432; do sleep 1; done",
        "until nc -z db 5432 && true; do sleep 1; done",
        "until pg_isready; do sleep 1; done",
        "until curl -s http://api/; do sleep 1; done",
        "until nc -z db 5432; do sleep 1 & done",
        "./wait-for-it.sh db:5432 -- python app.py --migrate=$X",
        "if true; then python manage.py migrate; fi",
        "python manage.py migrate || true",
        "python manage.py runserver; echo done",
        "( python manage.py migrate )",
        "export A=$(cat /run/secrets/a)",
        ': "${A:=b}"',
        "cat <<EOF > /tmp/x\npython manage.py migrate\nEOF",
        "echo x > /etc/x",
        "exec gunicorn --bind $BIND \"$@\"",
        "chown -R app /data",
        "case $1 in\n  (a) true;;\n  b) python manage.py migrate;;\nesac",
        "python manage.py migrate 'unclosed",
    ],
)  # fmt: skip
def test_what_is_not_safe_stays_a_comment(tmp_path: Path, text: str) -> None:
    """Each line of it, and the file is valid."""
    found = read(tmp_path, f"{text}\ntrue\n")
    assert hooks_of(found) == []
    assert found.command == ()
    written = hook_file.text(Findings(steps=found.steps))
    assert parser.parse(written.encode()).hooks["pre_start"] == ()
    for line in text.partition("; echo done")[0].split("\n"):
        assert f"#     {line}" in written


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("exec gunicorn shop.wsgi", ("gunicorn", "shop.wsgi")),
        ("exec gunicorn --bind :$PORT", ("sh", "-c", "exec gunicorn --bind :$PORT")),
        ("python manage.py runserver 0.0.0.0:8000", ("python", "manage.py", "runserver", "0.0.0.0:8000")),
        ('exec "$@"', ()),
        ("echo done", ()),
        ("celery worker &\nexec gunicorn x", ("gunicorn", "x")),
        ("exec gunicorn \\\n  --bind :${PORT} \\\n  x", ("sh", "-c", "exec gunicorn --bind :${PORT} x")),
        ('gunicorn --bind ":$PORT" x &\nwait $!', ("sh", "-c", 'exec gunicorn --bind ":$PORT" x')),
        ('exporter &\ngunicorn x &\nchild=$!\nwait "${child}" || true\nexit $?', ("gunicorn", "x")),
        ('celery beat &\ncelery worker &\nwait "$!"', ("celery", "worker")),
        ("celery beat &\ncelery worker &\nwait -n", ("celery", "beat")),
        ("gunicorn -b :${PORT:-80} &\nwait", ("sh", "-c", "exec gunicorn -b :${PORT:-80}")),
        ("gunicorn -b :${1:-80} &\nwait", ()),
        ('function log { echo "$*" >&2; }\nlog a\ngunicorn x &\nwait\nlog b', ("gunicorn", "x")),
        ('gunicorn "$@" &\nwait $!\n./upload-logs', ()),
        ("gunicorn x > /log &\nwait $!\n./upload-logs", ()),
        ("serve() {\n  cd /app\n  gunicorn x\n}\nserve", ()),
        ('log() {\n  echo "$*" >&2\n}\nlog stopped', ()),
    ],
)
def test_the_app_of_a_script(tmp_path: Path, text: str, command: tuple[str, ...]) -> None:
    assert read(tmp_path, text).command == command


@given(st.text(st.sampled_from("ab$\"'`(){};&|<>\n #=\\\t\r\x00")))
def test_nothing_of_a_script_is_lost(text: str) -> None:
    """Whatever it holds: each statement is a part of it, in order, and between them are only separators, comments."""
    at = 0
    for statement in statements(text):
        found = text.find(statement.text, at)
        assert found >= 0
        assert re.fullmatch(r"(?:[ \t\r\n;&]|\\\n|#[^\n]*)*", text[at:found])
        assert statement.line == text.count("\n", 0, found) + 1 or statement.text == ""
        at = found + len(statement.text)
    steps = (Untranslated("entrypoint.sh", 1, 1, text, ("leave it",)),)
    parser.parse(hook_file.text(Findings(steps=steps)).encode())
