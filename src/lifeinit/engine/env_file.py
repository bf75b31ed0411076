"""What pre_start hooks hand on: a private file that a hook writes variables to, for the app and later hooks."""

import os

from lifeinit.engine.plan import User

TYPE_CHECKING = False
if TYPE_CHECKING:
    Variables = dict[bytes, bytes]

LARGEST = 1 << 19  # bytes in one file, and of all that is handed on: execve(2) takes two megabytes, all in all
LONGEST = (1 << 17) - 2  # of a name and its value: MAX_ARG_STRLEN less the sign between them and the NUL. execve(2)
MOST = 1000  # variables: putenv(3) looks through all of them for each one
_PLACES = (b"/dev/shm", b"/run", b"/tmp")  # memory first: what is written may be a secret


class ExportError(Exception):
    """What the hook wrote is no list of variables; the text is a sentence."""


class ExportFile:
    """An empty file of mode 0600 that belongs to the hook's user. `path` is None where none can be made.

    `is_ours` is whether that user is lifeinit's own.
    """

    def __init__(self, user: User | None) -> None:
        self.path: bytes | None = None
        self.is_ours = user is None
        self._owner = None if user is None else user.uid
        self._fd = -1
        places = (os.environb.get(b"TMPDIR", b""), *_PLACES)
        for place in (place for place in (*_PLACES[:1], *places) if place.startswith(b"/")):
            path = os.path.join(place, b"lifeinit-env-" + os.urandom(8).hex().encode())
            try:
                self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
                os.fchmod(self._fd, 0o600)  # a umask may have taken even these
                if user is not None:
                    os.fchown(self._fd, user.uid, user.gid)
            except OSError:
                if self._fd >= 0:
                    self._discard(path)
                continue  # read-only, or not ours to write
            self.path = path
            return

    def take(self) -> "Variables":
        """What was written; the file is gone after it. Raises ExportError, with the number of a bad line."""
        if self.path is None:
            return {}
        try:
            # By its path: an editor that writes a new file in the old one's place is read too.
            text = _read(self.path, self._owner, self._fd)
        finally:
            self.drop()
        return parse(text)

    def drop(self) -> None:
        """Remove the file unread."""
        if self.path is not None:
            self._discard(self.path)
            self.path = None

    def _discard(self, path: bytes) -> None:
        os.close(self._fd)
        self._fd = -1
        try:
            os.unlink(path)
        except OSError:
            pass  # the hook removed it


def _read(path: bytes, owner: int | None, made: int) -> bytes:
    """Its bytes: of a regular file only, since whatever stands there now was put there by the hook.

    A hook of another user, `owner`, may not have us read a file that it could not: it can move one that is not its own
    to this place. rename(2) As root without CAP_DAC_OVERRIDE we may not open it, but have it open as `made`.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return b""
    except PermissionError as error:
        try:
            fd = os.dup(made) if os.path.samestat(os.lstat(path), os.fstat(made)) else -1
        except OSError:
            fd = -1  # what the hook has left running may have removed it meanwhile
        if fd < 0:
            raise ExportError(f"LIFEINIT_ENV cannot be read: {error.strerror}") from None
    except OSError as error:
        raise ExportError(f"LIFEINIT_ENV cannot be read: {error.strerror}") from None
    try:
        found = os.fstat(fd)
        if found.st_mode & 0o170000 != 0o100000:
            raise ExportError("LIFEINIT_ENV is no regular file any more")
        if owner not in {None, found.st_uid}:
            raise ExportError(f"LIFEINIT_ENV belongs to uid {found.st_uid} now, and the hook runs as uid {owner}")
        text = b""
        while len(text) <= LARGEST and (part := os.read(fd, LARGEST)):
            text += part
    except OSError as error:
        raise ExportError(f"LIFEINIT_ENV cannot be read: {error.strerror}") from None
    finally:
        os.close(fd)
    if len(text) > LARGEST:
        raise ExportError(f"LIFEINIT_ENV holds more than {LARGEST} bytes")
    return text


def parse(text: bytes) -> "Variables":
    r"""The variables of `KEY=VALUE` lines and of `KEY<<END`, lines, `END`. Raises ExportError.

    Lines end with \n or \r\n; empty ones and those that begin with # count for nothing. A value is taken as it stands,
    quotes too. As in the environment files of CI runners.
    """
    found: Variables = {}
    wrong: dict[str, list[int]] = {}  # each reason, and the lines that it is about
    lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
    number = 0
    while number < len(lines):
        begun, line = number + 1, lines[number]
        number += 1
        if not line.strip() or line.lstrip().startswith(b"#"):
            continue
        name, equals, value = line.partition(b"=")
        before, marker, end = line.partition(b"<<")
        if marker and b"=" not in before:
            try:
                last = lines.index(end, number)
            except ValueError:
                wrong.setdefault("begins a text that has no end", []).append(begun)
                break
            name, value = before, b"\n".join(lines[number:last])
            number = last + 1
        elif not equals:
            wrong.setdefault("is no KEY=VALUE", []).append(begun)
            continue
        problem = _why_not(name, value)
        if problem:
            wrong.setdefault(problem, []).append(begun)
        else:
            found[name] = value
    said = [_said(reason, numbers) for reason, numbers in wrong.items()]
    if len(found) > MOST:
        said.append(f"more than {MOST} variables")
    if said:
        raise ExportError(f"LIFEINIT_ENV: {', '.join(said[:10])}: write KEY=VALUE, or KEY<<END, lines, END")
    return found


def _said(reason: str, numbers: list[int]) -> str:
    more = f" (and {len(numbers) - 1} more)" if len(numbers) > 1 else ""
    return f"line {numbers[0]}{more} {reason}"


def _why_not(name: bytes, value: bytes) -> str:
    """Why this cannot be a variable; empty if it can. Nothing but a possible name is shown: it may be a secret."""
    first, space, _ = name.partition(b" ")
    if space and first in (b"export", b"declare"):
        return f'begins with "{first.decode()}", which is to be left out'
    word = name.replace(b"_", b"a")
    if not (word.isalnum() and word.isascii()) or word[:1].isdigit():
        return "has no name of letters, digits and _ before the ="
    if name.startswith(b"LIFEINIT_"):
        return f'sets "{name[:40].decode()}", and LIFEINIT_ names are lifeinit\'s own'
    if b"\0" in value:
        return "has a value with a NUL character"
    return f"has a value of more than {LONGEST} bytes" if len(name) + len(value) > LONGEST else ""
