"""A web site. It tells what it is asked for; an answer to a path that begins with /held waits for a line in a fifo."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GATE = "/tmp/gate"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is the method's
        print(f"asked for {self.path}", flush=True)
        if self.path.startswith("/held"):
            with open(GATE) as gate:
                gate.readline()
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


if __name__ == "__main__":
    os.mkfifo(GATE)
    server = ThreadingHTTPServer(("127.0.0.1", 9000), Site)
    print("open", flush=True)
    server.serve_forever()
