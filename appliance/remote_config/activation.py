"""From verified bytes to the configuration in force: decoded, judged, and kept so that the box starts without AIMA.

The last good one stays until a better one is durable. Not responsible for whose bytes they are (`trust.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.errors import ConfigurationError, StorageCorrupted
from appliance.model.configuration import Configuration
from appliance.remote_config.checks import findings
from appliance.remote_config.trust import SignedConfiguration
from appliance.runtime.clock import timestamp

_decoder = msgspec.json.Decoder(Configuration)


def decode_configuration(data: bytes, *, now: datetime | None) -> Configuration:
    """Raises ConfigurationError `configuration-invalid`, naming the fields that are unknown, missing or wrong."""
    try:
        configuration = _decoder.decode(data)
        wrong = list(findings(configuration, now))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _invalid(str(error)) from error
    if wrong:
        raise _invalid("; ".join(wrong[:5]))
    return configuration


@dataclass(frozen=True, kw_only=True)
class Active:
    """What is in force, and the signed bytes that it came from."""

    configuration: Configuration
    sha256: str
    targets_version: int
    activated_at: str


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sha256: str
    targets_version: int
    activated_at: str
    configuration: str


class ActiveConfiguration:
    """`path` holds the last good one. Blocking: call from a thread, or before the event loop runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Active | None:
        """None before the first activation. Raises StorageCorrupted `configuration-damaged`, StateError."""
        data = read_private(self._path)
        if data is None:
            return None
        try:
            stored = msgspec.json.decode(data, type=_Stored)
            text = stored.configuration.encode()
            if hashlib.sha256(text).hexdigest() != stored.sha256:
                raise _damaged()
            # Dates are not judged again: what was good when it came works for as long as the box is offline.
            configuration = decode_configuration(text, now=None)
        except (msgspec.DecodeError, UnicodeError, ConfigurationError) as error:
            raise _damaged() from error
        return Active(
            configuration=configuration,
            sha256=stored.sha256,
            targets_version=stored.targets_version,
            activated_at=stored.activated_at,
        )

    def activate(self, signed: SignedConfiguration, now: datetime) -> Active:
        """Judge, make durable, then say so. Raises ConfigurationError `configuration-invalid`, DiskFull, StateError."""
        configuration = decode_configuration(signed.data, now=now)
        stored = _Stored(
            sha256=signed.sha256,
            targets_version=signed.targets_version,
            activated_at=timestamp(now),
            configuration=signed.data.decode(),
        )
        private_directory(self._path.parent)
        write_private(self._path, msgspec.json.encode(stored))
        return Active(
            configuration=configuration,
            sha256=stored.sha256,
            targets_version=stored.targets_version,
            activated_at=stored.activated_at,
        )


def _invalid(reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"AIMA's new configuration cannot be used ({reason}); the last good one stays in force.",
        code="configuration-invalid",
    )


def _damaged() -> StorageCorrupted:
    return StorageCorrupted(
        "The stored configuration is damaged: connect the box to AIMA, it will fetch it anew.",
        code="configuration-damaged",
    )
