"""Takes the networks out of the bytes of a MediaPipe `.task` file, which is a ZIP that holds them as they are."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from appliance.errors import ModelError

MAX_NETWORK_BYTES: Final = 16 << 20
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def read_networks(file: bytes, *names: str) -> tuple[bytes, ...]:
    """The members of these names, in this order. Raises ModelError `model-invalid`."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            return tuple(_read(archive, name) for name in names)
    except _DAMAGED as error:
        raise _invalid(f"it cannot be read ({type(error).__name__})") from error


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        data = member.read(MAX_NETWORK_BYTES + 1)
    if len(data) > MAX_NETWORK_BYTES:
        raise _invalid(f"its member {name} is far too large")
    return data


def _invalid(what: str) -> ModelError:
    return ModelError(f"A file of networks for faces is not used: {what}.", code="model-invalid")
