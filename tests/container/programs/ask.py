"""ask.py METHOD PATH [BODY]: print the status and the body of the answer of the server at port 8000.

With `held` before them it sends the head of the request, says `accepted` when the server asks for the body (so the
request is in the app's hands), and sends it when it has read a line.
"""

import http.client
import socket
import sys


def answer(connection: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response


def main(words: list[str]) -> None:
    held = words[0] == "held"
    method, path, body = (*words[held:], "")[:3]
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    head.append("Content-Type: application/x-www-form-urlencoded")  # as `curl -d` says
    if held:
        head.append("Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", 8000)) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        if held:
            told = b""
            while not told.endswith(b"\r\n\r\n"):
                piece = connection.recv(1)
                if not piece:
                    sys.exit(f"the server hung up after {told!r}")
                told += piece
            print("accepted" if b" 100 " in told else told.decode(), flush=True)
            sys.stdin.readline()
        connection.sendall(body.encode())
        response = answer(connection)
        print(response.status, response.read().decode(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
