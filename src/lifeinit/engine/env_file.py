"""LIFEINIT_ENV: a private file to which a pre_start hook writes variables, for the app and later hooks."""

import os

from lifeinit.engine.plan import User

LARGEST = 1 << 19  # bytes
_PLACES = (b"/dev/shm", b"/run", b"/tmp")  # memory first: what is written may be a secret
_MOST_REMOVED = (
    100  # names in the directory of a file: a hook as lifeinit may leave more there, which is its own affair
)
_NAME = b"env"


class ExportError(Exception):
    """What the hook wrote cannot be taken; the text is a sentence."""


class ExportFile:
    """An empty file of mode 0600 that belongs to the hook's user, alone in a directory that belongs to lifeinit.

    In that directory no other user can put a file in its place, and once it is removed a late writer cannot make the
    file again. `path` is None where none can be made; `is_ours` is whether the hook runs as lifeinit itself.
    """

    def __init__(self, user: User | None) -> None:
        self.path: bytes | None = None
        self.is_ours = user is None
        self._owner = os.geteuid() if user is None else user.uid
        self._folder: bytes | None = None
        self._folder_fd = self._fd = -1
        for place in (_PLACES[0], os.environb.get(b"TMPDIR", b""), *_PLACES[1:]):
            if _is_trusted(place) and self._made(place, user):
                return

    def _made(self, place: bytes, user: User | None) -> bool:
        folder = os.path.join(place, b"lifeinit-env-" + os.urandom(8).hex().encode())
        umask = os.umask(0)  # a umask may take even these modes
        try:
            os.mkdir(folder, 0o711)  # others find the file by its name, and can make none
            self._folder = folder
            self._folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._fd = os.open(_NAME, flags, 0o600, dir_fd=self._folder_fd)
            if user is not None:
                os.fchown(self._fd, user.uid, user.gid)
        except OSError:
            self.drop()
            return False  # read-only, or not ours to write
        finally:
            os.umask(umask)
        self.path = os.path.join(folder, _NAME)
        return True

    def take(self) -> bytes:
        """What was written; the file is gone after it. Raises ExportError."""
        if self.path is None:
            return b""
        try:
            return read(self._fd) if self._is_there(self.path) else b""
        finally:
            self.drop()

    def _is_there(self, path: bytes) -> bool:
        """Whether the hook has not removed it. Raises ExportError for another file in its place.

        The values come from the descriptor all the same: from the path another file could be read.
        """
        file = os.fstat(self._fd)
        try:
            replaced = not os.path.samestat(os.lstat(path), file)
        except OSError:
            return False
        if replaced:
            raise ExportError(
                "LIFEINIT_ENV was replaced by another file: append to it, with >> (sed -i and mv replace it)"
            )
        if file.st_uid != self._owner:
            raise ExportError(f"LIFEINIT_ENV belongs to uid {file.st_uid} now, and the hook runs as uid {self._owner}")
        return True

    def drop(self) -> None:
        """Remove the file unread, and its content with it: the hook may have given it a second name."""
        if self._fd >= 0:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
        if self._folder_fd >= 0:
            _empty(self._folder_fd)
            os.close(self._folder_fd)
        if self._folder is not None:
            _remove_directory(self._folder)
        self.path = self._folder = None
        self._fd = self._folder_fd = -1


def _is_trusted(place: bytes) -> bool:
    """Whether only root and lifeinit's user can rename what lies in this directory."""
    if not place.startswith(b"/"):
        return False
    try:
        facts = os.stat(place)
    except OSError:
        return False
    others_write, sticky = facts.st_mode & 0o022, facts.st_mode & 0o1000
    return facts.st_uid in {0, os.geteuid()} and (not others_write or bool(sticky))


def _empty(folder: int) -> None:
    """Remove the file, and what a hook that runs as lifeinit may have made beside it."""
    try:
        names = os.listdir(folder)[:_MOST_REMOVED]
    except OSError:
        return
    for name in names:
        try:
            os.unlink(name, dir_fd=folder)
        except IsADirectoryError:
            _remove_directory(os.fsencode(name), folder)
        except OSError:
            pass  # it is gone


def _remove_directory(path: bytes, folder: int | None = None) -> None:
    try:
        os.rmdir(path, dir_fd=folder)
    except OSError:
        pass  # it is not empty, so a hook has made something there


def read(fd: int) -> bytes:
    """The bytes of the open file. Raises ExportError."""
    text = b""
    try:
        while len(text) <= LARGEST and (part := os.pread(fd, LARGEST, len(text))):
            text += part
    except OSError as error:
        raise ExportError(f"LIFEINIT_ENV cannot be read: {error.strerror}") from None
    if len(text) > LARGEST:
        raise ExportError(f"LIFEINIT_ENV holds more than {LARGEST} bytes")
    return text
