"""The status of an HTTP answer, from its bytes as they come. Headers and body do not matter, nor does their length."""

_BEGINNING = b"HTTP/1."
_LINE = len(b"HTTP/1.1 200 ")  # up to what follows the status
_END = b"\r\n\r\n"


class HttpAnswer:
    """What was heard of one answer."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._sought = _LINE - 1  # where the end of an informational answer is looked for

    def hear(self, part: bytes) -> int | None:
        """The final status, 200 to 999, once it is known. Raises ValueError for what is no HTTP."""
        self._heard += part
        while True:
            line = bytes(self._heard[:_LINE])
            if not _may_be_status(line):
                raise ValueError("no HTTP answer")
            if len(line) < _LINE:
                return None
            if not line.startswith(b"1", 9):
                return int(line[9:12])
            # "103 Early Hints", for example: the answer comes after it. RFC 9110, 15.2
            end = self._heard.find(_END, self._sought)
            if end < 0:
                self._sought = max(_LINE - 1, len(self._heard) - len(_END) + 1)
                return None
            del self._heard[: end + len(_END)]
            self._sought = _LINE - 1


def _may_be_status(line: bytes) -> bool:
    """Whether a status line begins so, as far as it goes."""
    version, space, status, after = line[7:8], line[8:9], line[9:12], line[12:13]
    return (
        _BEGINNING.startswith(line[:7])
        and (not version or version.isdigit())
        and space in b" "
        and (not status or (status.isdigit() and not status.startswith(b"0")))
        and after in b" \r\n"
    )
