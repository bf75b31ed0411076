"""A word counter: FastAPI counts the words of what it is sent."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request


@contextlib.asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    print("main: open")
    yield
    print("main: closed")


app = FastAPI(lifespan=lifespan)


@app.get("/healthz")
async def healthz() -> str:
    return "ok"


@app.post("/words")
async def words(request: Request) -> dict[str, int]:
    return dict(Counter((await request.body()).decode().split()))
