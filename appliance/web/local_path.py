"""Where a person is sent back to: a path of this page, whatever was asked for. Pure."""

from __future__ import annotations


def local_path(path: str) -> str:
    """`path` when it is one of ours, else the start: never another host, never a header of its own."""
    clean = path.startswith("/") and "\\" not in path and not path.startswith("//")
    return path if clean and path.isascii() and path.isprintable() and " " not in path else "/"
