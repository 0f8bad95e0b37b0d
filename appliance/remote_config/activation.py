"""From verified bytes to the configuration in force: decoded, judged, and kept so that the box starts without AIMA.

The last good one stays until a better one is durable. Not responsible for whose bytes they are (`trust.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
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
        raise _invalid((str(error),)) from error
    if wrong:
        raise _invalid(tuple(wrong[:5]))
    return configuration


@dataclass(frozen=True, kw_only=True)
class Active:
    """What is in force, and the signed bytes that it came from. `fallback`: the one before it, which was damaged."""

    configuration: Configuration
    sha256: str
    targets_version: int
    activated_at: str
    fallback: bool = False


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sha256: str
    targets_version: int
    activated_at: str
    configuration: str


def _no_further_check(_configuration: Configuration) -> None:
    pass


class ActiveConfiguration:
    """`path` holds the last good one, and beside it lies the one before. Blocking: call from a thread.

    `check` is asked before anything is written: what other rooms demand of a configuration. It raises
    ConfigurationError.
    """

    def __init__(self, path: Path, check: Callable[[Configuration], None] = _no_further_check) -> None:
        self._path = path
        self._previous = path.with_name(f"previous-{path.name}")
        self._check = check

    def load(self) -> Active | None:
        """None before the first activation; the one before where the last is damaged.

        Raises StorageCorrupted `configuration-damaged` when neither can be used, StateError.
        """
        data = read_private(self._path)
        if data is None:
            return None
        try:
            return self._decoded(data)
        except StorageCorrupted:
            previous = read_private(self._previous)
            if previous is None:
                raise
            return replace(self._decoded(previous), fallback=True)

    def activate(self, signed: SignedConfiguration, now: datetime) -> Active:
        """Judge, make durable, then say so.

        Raises ConfigurationError `configuration-invalid` or as `check` does, DiskFull, StateError.
        """
        configuration = decode_configuration(signed.data, now=now)
        self._check(configuration)
        stored = _Stored(
            sha256=signed.sha256,
            targets_version=signed.targets_version,
            activated_at=timestamp(now),
            configuration=signed.data.decode(),
        )
        private_directory(self._path.parent)
        self._keep_previous()
        write_private(self._path, msgspec.json.encode(stored))
        return _active(stored, configuration)

    def _keep_previous(self) -> None:
        data = read_private(self._path)
        if data is None:
            return
        try:
            self._decoded(data)
        except StorageCorrupted:
            return
        write_private(self._previous, data)

    def _decoded(self, data: bytes) -> Active:
        try:
            stored = msgspec.json.decode(data, type=_Stored)
            text = stored.configuration.encode()
            if hashlib.sha256(text).hexdigest() != stored.sha256:
                raise _damaged()
            # Dates are not judged again: what was good when it came works for as long as the box is offline.
            configuration = decode_configuration(text, now=None)
            self._check(configuration)
        except (msgspec.DecodeError, UnicodeError, ConfigurationError) as error:
            raise _damaged() from error
        return _active(stored, configuration)


def _active(stored: _Stored, configuration: Configuration) -> Active:
    return Active(
        configuration=configuration,
        sha256=stored.sha256,
        targets_version=stored.targets_version,
        activated_at=stored.activated_at,
    )


def _invalid(reasons: tuple[str, ...]) -> ConfigurationError:
    return ConfigurationError(
        f"AIMA's new configuration cannot be used ({'; '.join(reasons)}); the last good one stays in force.",
        code="configuration-invalid",
        reasons=reasons,
    )


def _damaged() -> StorageCorrupted:
    return StorageCorrupted(
        "The stored configuration is damaged: connect the box to AIMA, it will fetch it anew.",
        code="configuration-damaged",
    )
