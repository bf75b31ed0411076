"""Who but root and lifeinit's own user may change a file, by its owner and mode."""

import os


def is_foreign(status: os.stat_result) -> bool:
    """Whether it belongs neither to root nor to lifeinit's user, who may do as they please."""
    return status.st_uid not in {0, os.geteuid()}


def others_may_write(status: os.stat_result) -> bool:
    """Everybody, or a group other than root's and lifeinit's."""
    return bool(status.st_mode & 0o002 or (status.st_mode & 0o020 and status.st_gid not in {0, os.getegid()}))
