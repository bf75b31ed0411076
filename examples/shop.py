"""A small shop: an HTTP server with a database, and the commands that its hooks run. Standard library only.

    python3 shop.py migrate       create the database
    python3 shop.py serve         serve until SIGTERM or SIGINT, then finish the open request and exit
    python3 shop.py announce      wait until the server answers, then print its status
    python3 shop.py deregister    print why the shop is closed

PORT (8000) and SHOP_DATA (a directory, /tmp) are read from the environment.
"""

import os
import signal
import sqlite3
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8000"))
DATABASE = os.path.join(os.environ.get("SHOP_DATA", "/tmp"), "shop.sqlite3")


def migrate() -> None:
    with sqlite3.connect(DATABASE) as database:
        database.execute("CREATE TABLE IF NOT EXISTS visit (path TEXT NOT NULL)")
    print("shop: the database is up to date", flush=True)


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with sqlite3.connect(DATABASE) as database:
            database.execute("INSERT INTO visit VALUES (?)", (self.path,))
            (visits,) = database.execute("SELECT count(*) FROM visit").fetchone()
        body = f"Welcome, visitor {visits}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Say nothing: the hooks are what there is to see."""


def serve() -> None:
    server = ThreadingHTTPServer(("", PORT), Shop)

    def close(signo: int, _frame: object) -> None:
        print(f"shop: {signal.Signals(signo).name}, closing", flush=True)
        threading.Thread(target=server.shutdown).start()  # it waits for serve_forever, which this has interrupted

    signal.signal(signal.SIGTERM, close)
    signal.signal(signal.SIGINT, close)
    print(f"shop: open on port {PORT}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    print("shop: closed", flush=True)


def announce() -> None:
    while True:  # the hook's timeout ends this
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/") as answer:
                print(f"shop: announced, it answers {answer.status}", flush=True)
                return
        except urllib.error.URLError:
            threading.Event().wait(0.1)


def deregister() -> None:
    reason, status = os.environ.get("LIFEINIT_REASON"), os.environ.get("LIFEINIT_EXIT_CODE")
    print(f"shop: deregistered, reason {reason}, status {status}", flush=True)


COMMANDS = {"migrate": migrate, "serve": serve, "announce": announce, "deregister": deregister}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: shop.py {'|'.join(COMMANDS)}")
    COMMANDS[sys.argv[1]]()
