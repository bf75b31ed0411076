"""Lets a system call of lifeinit fail, by strace."""

import shutil


def failing(*injections: str, follow: bool = True) -> list[str]:
    """What lifeinit is to be started through. Without `follow` its children are left alone."""
    options = [word for injection in injections for word in ("-e", f"inject={injection}")]
    return [shutil.which("strace") or "strace", "-qq", "-o", "/dev/null", *(["-f"] if follow else []), *options]
