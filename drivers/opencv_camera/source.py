"""What a camera's `device` setting means: an index, a device file, a recording, or an address on the network. Pure.

Not responsible for opening it (`capture`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from drivers.errors import OptionInvalid

_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN: Final = re.compile(r"^[\x21-\x7e]+$")


class SourceKind(StrEnum):
    VIDEO_DEVICE = "video device"
    FILE = "video file"
    HTTP = "HTTP camera"
    RTSP = "RTSP camera"


@dataclass(frozen=True, slots=True)
class Source:
    """`address` goes to OpenCV and may hold a password: never into a message. `label` is fit for a person."""

    kind: SourceKind
    address: str
    label: str

    def __repr__(self) -> str:
        return f"Source({self.label})"

    @property
    def is_live(self) -> bool:
        """Whether it goes on without us, so that what is not taken is gone."""
        return self.kind is not SourceKind.FILE


def source_from_text(text: str) -> Source:
    """`0`, `/dev/video0`, `portrait.avi`, `http://user:password@host/stream`, `rtsp://host/stream`. OptionInvalid."""
    if text.isascii() and text.isdigit():
        return Source(SourceKind.VIDEO_DEVICE, f"/dev/video{int(text)}", f"camera {int(text)}")
    if text.startswith("/dev/"):
        return Source(SourceKind.VIDEO_DEVICE, text, f"camera {text}")
    if _SCHEME.match(text):
        return _network_source(text)
    if not text or "\0" in text:
        raise OptionInvalid("The camera needs an index, a path or an address as its device.")
    return Source(SourceKind.FILE, str(Path(text).absolute()), "the recording")


def _network_source(text: str) -> Source:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        # The text of the error would repeat the address, and with it the password.
        raise OptionInvalid("The camera's address is not a valid one.") from None
    if parts.scheme in {"https", "rtsps"}:
        raise OptionInvalid("The camera's certificate could not be checked: only http and rtsp are driven.")
    if parts.scheme not in {"http", "rtsp"}:
        raise OptionInvalid("The camera's address has to begin with http:// or rtsp://.")
    if not host or not _PLAIN.match(text):
        raise OptionInvalid("The camera's address is not a valid one.")
    kind = SourceKind.HTTP if parts.scheme == "http" else SourceKind.RTSP
    # Neither log-in, path nor query: any of them may be a secret.
    where = f"[{host}]" if ":" in host else host
    return Source(kind, text, f"{parts.scheme}://{where}{f':{port}' if port else ''}")
