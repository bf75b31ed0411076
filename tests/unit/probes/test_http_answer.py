"""The status of an HTTP answer, however the bytes come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.probes.http_answer import HttpAnswer

CASES = [
    (b"HTTP/1.1 200 OK\r\n", 200),
    (b"HTTP/1.0 503\r\n", 503),
    (b"HTTP/1.1 204\n", 204),
    (b"HTTP/1.9 999 \r\n", 999),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 200),
    (b"HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 No\r\n", 404),
    (b"HTTP/1.1 200", None),
    (b"HTTP/1.1 100 Continue\r\nHTTP/1.1 200 OK\r\n", None),
    (b"", None),
    (b"HTTP/1.1 099 x", ValueError),
    (b"HTTP/1.1 2000 ", ValueError),
    (b"HTTP/1.1  200 ", ValueError),
    (b"HTTP/1.1 20x ", ValueError),
    (b"HTTP/1.x 200 ", ValueError),
    (b"HTTP/2.0 200 ", ValueError),
    (b"http/1.1 200 ", ValueError),
    (b"\r\nHTTP/1.1 200 ", ValueError),
    (b"HTTP/1.1 100 Continue\r\n\r\nSSH-2.0", ValueError),
    (b"HTTP/1.1 \xb2\xb2\xb2 ", ValueError),
]


def heard(parts: list[bytes]) -> int | type[ValueError] | None:
    """What is known after these parts; nothing is heard after the status is."""
    answer = HttpAnswer()
    try:
        return next((status for status in map(answer.hear, parts) if status is not None), None)
    except ValueError:
        return ValueError


@pytest.mark.parametrize(("answer", "status"), CASES)
def test_the_status(answer: bytes, status: int | type[ValueError] | None) -> None:
    assert heard([answer]) == status
    assert heard([bytes([byte]) for byte in answer]) == status


@given(st.sampled_from([answer for answer, _ in CASES]) | st.binary(), st.data())
def test_it_does_not_matter_where_the_bytes_are_cut(answer: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(answer)))
    assert heard([answer[:cut], answer[cut:]]) == heard([answer])
