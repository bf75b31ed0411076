"""Folders of apps, as a person has them."""

from pathlib import Path

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nfrom django import core\n'
COMPOSE = """\
services:
  web:   # the app
    build: .
    stop_grace_period: 30s
    environment:
      DATABASE_URL: postgresql+psycopg://shop:secret@db/shop
      - not a mapping
  db:
    image: docker.io/library/postgres:17@sha256:00
  cache:
    image: "redis:7"
  proxy:
    image: nginx

volumes:
  db:
    image: redis
"""
ENTRYPOINT = """\
#!/bin/bash
set -euo pipefail

log() {
  echo "[entrypoint] $*"
}

DB_HOST=${DB_HOST:-db}

log "waiting for PostgreSQL"
tries=0
until pg_isready -h "$DB_HOST" -p 5432 -q; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    log "giving up"; exit 1
  fi
  sleep 1
done
while ! nc -z redis 6379; do
  echo "waiting for redis" >&2
  sleep 0.5
done

if [ -f /run/secrets/db_password ]; then
  export DB_PASSWORD="$(cat /run/secrets/db_password)"
fi

python manage.py migrate --noinput
python manage.py collectstatic --noinput > /dev/null

on_term() {
  kill -TERM "$pid"
}
trap on_term TERM INT

gunicorn shop.wsgi --bind 0.0.0.0:9000 --workers 3 &
pid=$!
wait "$pid"
status=$?
./upload-logs
exit $status
"""
FOLDERS = {
    "django": {
        "manage.py": MANAGE,
        "shop/wsgi.py": "",
        "requirements.txt": "Django>=5\n-r more.txt\n# gunicorn\n",
        "compose.yaml": COMPOSE,
    },
    "flask": {"app.py": "import flask\n\napp = flask.Flask(__name__)\n", "requirements.txt": "Flask\ngunicorn\n"},
    "fastapi": {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi[standard]>=0.1", "uvicorn"]\n',
        "shop/main.py": "from fastapi import FastAPI\n\napi: FastAPI = FastAPI()\n",
        "alembic.ini": "[alembic]\n",
    },
    "celery": {"shop.py": 'from celery import Celery\n\napp = Celery("shop")\n', "requirements.txt": "celery[redis]\n"},
    "node": {"package.json": '{"scripts": {"start": "node --enable-source-maps server.js"}, "main": "index.js"}'},
    "compose": {"docker-compose.yml": "services:\n    queue: {}\n    mq:\n        image: rabbitmq:4-alpine\n"},
    "entrypoint": {"entrypoint.sh": ENTRYPOINT, "manage.py": MANAGE, "requirements.txt": "gunicorn\n"},
    "empty": {},
}


def make(directory: Path, files: dict[str, str]) -> Path:
    """The directory with these files."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory
