"""A link checker: Flask takes links, Celery visits them now and then, Redis keeps what was found."""

import os
import urllib.error
import urllib.request
from pathlib import Path

from celery import Celery, signals
from flask import Flask, request
from redis import Redis

REDIS_URL = os.environ["REDIS_URL"]
LINKS = "links"  # a hash: link -> what its last visit gave

app = Flask(__name__)
redis = Redis.from_url(REDIS_URL, decode_responses=True)
celery = Celery("app", broker=REDIS_URL)
celery.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={"revisit": {"task": "app.revisit", "schedule": float(os.environ.get("REVISIT_SECONDS", "300"))}},
)


@app.get("/healthz")
def healthz() -> str:
    return "ok\n"


@app.get("/links")
def links() -> dict[str, str]:
    return dict(redis.hgetall(LINKS))


@app.post("/links")
def add() -> tuple[str, int]:
    link = request.get_data(as_text=True).strip()
    if not link.startswith(("http://", "https://")):
        return "the body must be a link: http:// or https://\n", 400
    redis.hset(LINKS, link, "not visited yet")
    visit.delay(link)
    return "a worker will visit it\n", 202


@celery.task
def visit(link: str) -> None:
    try:
        with urllib.request.urlopen(link, timeout=20) as answer:
            found = str(answer.status)
    except urllib.error.HTTPError as error:
        found = str(error.code)
    except OSError as error:
        found = f"unreachable: {error}"
    redis.hset(LINKS, link, found)


@celery.task
def revisit() -> None:
    for link in redis.hkeys(LINKS):
        visit.delay(link)


@signals.worker_ready.connect
@signals.beat_init.connect
def ready(**_: object) -> None:
    """What `ready` in worker.toml waits for."""
    Path("/tmp/ready").touch()
