"""What a web server says: a status from 200 to 999, nothing yet, or no HTTP; however the bytes come."""

from lifeinit.probes.http_answer import HttpAnswer

SEEDS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.0 503 Service Unavailable\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 404\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\x15\x03\x01\x00\x02\x02\x16",
]
PIECES = [
    *(b"HTTP/1.1 ", b"HTTP/1.", b"HTTP/2 ", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\0", b"\xff", b"\xb2"),
    *(b"100", b"101", b"199", b"200", b"299", b"999", b"000", b"1000", b"2", b"-1", b"+20", b"X: y\r\n"),
]
_STRIDES = (1, 7, 4096)


def look(data: bytes) -> None:
    answers = {_heard(data, stride) for stride in _STRIDES}
    assert len(answers) == 1, answers
    (answer,) = answers
    assert answer in {"", "no HTTP answer"} or 200 <= int(answer) <= 999


def _heard(data: bytes, stride: int) -> str:
    answer = HttpAnswer()
    for start in range(0, len(data), stride):
        try:
            status = answer.hear(data[start : start + stride])
        except ValueError as error:
            return str(error)
        if status is not None:
            return str(status)
    return ""
