"""Whether a configuration is AIMA's, whole and the newest: The Update Framework's client workflow (specification §5).

The verifying is `tuf.ngclient`'s; here are its memory, its clock and the names of its refusals. What has been verified
is kept in one file, replaced whole and synced, so that a power cut can never make the box forget a version it has seen
(the library itself does not sync). Not responsible for what a configuration says (`activation.py`).
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.updater import Updater

from appliance.durable.private_file import private_directory, read_private, write_private
from appliance.errors import ConfigurationError, StateError, StorageCorrupted
from appliance.remote_config.fetcher import MutualTlsFetcher
from appliance.runtime.clock import timestamp

TARGET = "configuration.json"
LARGEST_TARGET_BYTES = 4 << 20
_ROLES = ("timestamp", "snapshot", "targets")
_LIMITS = UpdaterConfig(
    max_root_rotations=32,
    max_delegations=1,
    root_max_length=256 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=256 * 1024,
    targets_max_length=256 * 1024,
)

_REFUSALS: tuple[tuple[type[Exception], str, str], ...] = (
    (ExpiredMetadataError, "configuration-expired", "is no longer in force: AIMA must sign a new one"),
    (BadVersionNumberError, "configuration-rolled-back", "is older than one that this box has already seen"),
    (UnsignedMetadataError, "configuration-under-signed", "lacks signatures that AIMA requires"),
    (LengthOrHashMismatchError, "configuration-tampered", "is not the one that was signed"),
    (DownloadLengthMismatchError, "configuration-tampered", "is not the one that was signed"),
    (RepositoryError, "configuration-tampered", "is not the one that was signed"),
)
"""From the narrowest: the first that fits names the refusal."""


@dataclass(frozen=True, kw_only=True)
class SignedConfiguration:
    """A verified target: its bytes, and which signed list of targets vouched for it."""

    data: bytes
    sha256: str
    targets_version: int


class _Memory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The newest verified metadata of each role, as text, and the latest moment at which it was found in force."""

    root: str
    timestamp: str = ""
    snapshot: str = ""
    targets: str = ""
    time_floor: str = ""


class ConfigurationTrust:
    """`path` holds the memory. Blocking: lives in a thread, one call at a time."""

    def __init__(self, path: Path, aima_url: str, fetcher: MutualTlsFetcher) -> None:
        self._path = path
        self._url = aima_url.rstrip("/") + "/tuf"
        self._fetcher = fetcher

    @staticmethod
    def pin(path: Path, root: bytes) -> None:
        """Start the memory with the first root; one that exists already knows newer ones and is kept.

        A damaged one is replaced: only provisioning calls this, where a person brings the root.

        Raises StateError, DiskFull, ConfigurationError `configuration-tampered` for a root that is not one.
        """
        known = read_private(path)
        if known is not None and _is_memory(known):
            return
        with tempfile.TemporaryDirectory(prefix="claim-kiosk-tuf-") as directory:
            try:
                Updater(directory, "https://unused.invalid", bootstrap=root)
            except RepositoryError as error:
                raise _refusal(error) from error
        private_directory(path.parent)
        write_private(path, msgspec.json.encode(_Memory(root=root.decode())))

    def close(self) -> None:
        """End a fetch that is under way; from any thread."""
        self._fetcher.close()

    def refresh(self, now: datetime) -> SignedConfiguration:
        """Fetch and verify the newest configuration.

        A clock behind the latest moment at which something was in force is not believed. That floor rises only to
        moments at which AIMA's short-lived signature was valid, so a clock gone *forward* cannot poison it.

        Raises ConfigurationError: `configuration-rolled-back`, `configuration-expired`, `configuration-under-signed`,
        `configuration-tampered`, `configuration-missing`, `configuration-unreachable`; StorageCorrupted, StateError.
        """
        memory = self._remembered()
        reference = now
        if memory.time_floor:
            reference = max(now, datetime.fromisoformat(memory.time_floor))
        try:
            with tempfile.TemporaryDirectory(prefix="claim-kiosk-tuf-") as name:
                return self._refresh_in(Path(name), memory, reference)
        except (RepositoryError, DownloadError) as error:
            raise _refusal(error) from error
        except OSError as error:
            raise StateError(
                "The configuration cannot be checked: no room for temporary files.", code="state-unusable"
            ) from error

    def _refresh_in(self, directory: Path, memory: _Memory, reference: datetime) -> SignedConfiguration:
        for role in _ROLES:
            if text := getattr(memory, role):
                (directory / f"{role}.json").write_text(text, "utf-8")
        updater = Updater(
            str(directory),
            f"{self._url}/metadata",
            target_base_url=f"{self._url}/targets",
            fetcher=self._fetcher,
            config=_LIMITS,
            bootstrap=memory.root.encode(),
        )
        # The library offers no public way to say what time it is; a test holds on to this one.
        updater._trusted_set.reference_time = reference  # noqa: SLF001
        in_force = False
        try:
            updater.refresh()
            in_force = True
            info = updater.get_targetinfo(TARGET)
            if info is None:
                raise ConfigurationError("AIMA has no configuration for this box yet.", code="configuration-missing")
            if info.length > LARGEST_TARGET_BYTES:
                raise ConfigurationError("The configuration is too large.", code="configuration-invalid")
            data = Path(updater.download_target(info, str(directory / "target"))).read_bytes()
        finally:
            # Kept whatever came of it: the library writes only what it has verified, and that must not be forgotten.
            self._remember(directory, memory, reference if in_force else None)
        version = _version(directory / "targets.json")
        return SignedConfiguration(data=data, sha256=hashlib.sha256(data).hexdigest(), targets_version=version)

    def _remembered(self) -> _Memory:
        data = read_private(self._path)
        if data is None:
            raise ConfigurationError(
                "This box has no root of trust for its configuration: provision it.", code="configuration-not-pinned"
            )
        try:
            return msgspec.json.decode(data, type=_Memory)
        except msgspec.DecodeError as error:
            # Starting over from the first root would accept an old configuration as if it were new.
            raise StorageCorrupted(
                "The record of the configurations seen is damaged: ask AIMA's support to provision the box anew.",
                code="configuration-memory-damaged",
            ) from error

    def _remember(self, directory: Path, before: _Memory, in_force_at: datetime | None) -> None:
        texts = {role: _text(directory / f"{role}.json") for role in _ROLES}
        floor = before.time_floor if in_force_at is None else timestamp(in_force_at)
        after = _Memory(root=_text(directory / "root.json") or before.root, time_floor=floor, **texts)
        if msgspec.structs.replace(after, time_floor=before.time_floor) == before and not _risen(before, after):
            return
        write_private(self._path, msgspec.json.encode(after))


_FLOOR_STEP_S = 3600.0
"""The floor alone is written this seldom: polling must not wear out an SD card."""


def _risen(before: _Memory, after: _Memory) -> bool:
    if not before.time_floor or not after.time_floor:
        return before.time_floor != after.time_floor
    step = datetime.fromisoformat(after.time_floor) - datetime.fromisoformat(before.time_floor)
    return step.total_seconds() >= _FLOOR_STEP_S


def _is_memory(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=_Memory)
    except msgspec.DecodeError:
        return False
    return True


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _version(path: Path) -> int:
    return int(msgspec.json.decode(path.read_bytes())["signed"]["version"])


def _refusal(error: Exception) -> ConfigurationError:
    for kind, code, reason in _REFUSALS:
        if isinstance(error, kind):
            return ConfigurationError(
                f"The configuration offered {reason}; the last good one stays in force.", code=code
            )
    return ConfigurationError(
        "AIMA's configuration cannot be fetched; the last good one stays in force.", code="configuration-unreachable"
    )
