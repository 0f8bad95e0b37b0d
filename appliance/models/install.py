"""Installs a pack: have its distribution, check it, take its members out, and put them there whole or not at all.

Everything is made in a hidden folder beside its place, synced, and renamed into it in one step. Whoever is killed
leaves the old or the new pack and perhaps a hidden folder, which the next install clears away. One installs at a time
in one folder; the others wait.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from appliance.durable.private_file import sync_directory
from appliance.errors import DiskFull, KioskError, ModelError
from appliance.models.archive import read_members
from appliance.models.fetch import Tell, fetch, find_in
from appliance.models.manifest import RECORD, Pack
from appliance.models.store import RECORD_FORMAT, PackState, Record, release_folder, verify

_LOCK: Final = ".lock"
_UNFINISHED: Final = ".unfinished-"


def install(pack: Pack, folder: Path, *, source: Path | None, tell: Tell) -> bool:
    """True when it has been installed, False when it was there and every byte right. Blocking.

    `source` is a folder that holds the distribution: with it, nothing is asked of the network. A damaged pack is made
    anew. Raises ModelError (`model-not-found`, `model-mismatch`, `model-archive-unsafe`, `model-unreadable`,
    `model-unwritable`), DiskFull; what was installed before is then still there.
    """
    home = folder / pack.pack_id
    is_whole = verify(pack, folder) is PackState.INSTALLED
    try:
        if is_whole and [path.name for path in home.iterdir()] == [pack.release]:
            return False
        _make(home)
        with _one_at_a_time(folder, tell):
            is_new = verify(pack, folder) is not PackState.INSTALLED
            if is_new:
                _clear(home, keep=None)
                _replace(pack, folder, source, tell)
            _clear(home, keep=pack.release)
    except OSError as error:
        if is_whole:
            return False  # it may be another user's folder, which is left as untidy as it is
        raise _refused(folder, error) from error
    return is_new


def _replace(pack: Pack, folder: Path, source: Path | None, tell: Tell) -> None:
    work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder / pack.pack_id))
    try:
        _prepare(pack, work, source, tell)
        _put_in_place(work, release_folder(pack, folder))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _prepare(pack: Pack, work: Path, source: Path | None, tell: Tell) -> None:
    """Leave the whole pack, synced, in `work`/whole."""
    distribution, archive = fetch(pack, work, tell) if source is None else find_in(source, pack)
    with archive:
        members = read_members(pack, distribution.kind, archive, distribution.size_bytes)
    record = Record(format=RECORD_FORMAT, distribution=distribution.file, manifest=pack)
    whole = work / "whole"
    whole.mkdir()
    for name, data in {**members, RECORD: record.to_bytes()}.items():
        _write(whole / name, data)
    whole.chmod(0o755)
    sync_directory(whole)


def _put_in_place(work: Path, release: Path) -> None:
    # A damaged pack of the same name steps aside first: a folder cannot be renamed over one that holds something.
    with suppress(FileNotFoundError):
        release.rename(work / "damaged")
    (work / "whole").rename(release)
    sync_directory(release.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)  # a box installs as root what its daemon reads
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _clear(home: Path, *, keep: str | None) -> None:
    """Remove what interrupted installs left and, once there is something to keep, the releases before it."""
    for path in list(home.iterdir()):
        if path.name.startswith(_UNFINISHED):
            shutil.rmtree(path, ignore_errors=True)
        elif keep is not None and path.name != keep:
            # Out of its name first, so that nobody ever finds half of it there.
            shutil.rmtree(path.rename(home / f"{_UNFINISHED}{path.name}"), ignore_errors=True)


def _make(home: Path) -> None:
    """`home` and the parents that it lacks, each durably."""
    for level in reversed([home, *home.parents]):
        if not level.is_dir():
            level.mkdir(exist_ok=True)
            level.chmod(0o755)
            sync_directory(level.parent)


@contextmanager
def _one_at_a_time(folder: Path, tell: Tell) -> Iterator[None]:
    """Holds the folder's lock, which the kernel lets go of when its holder dies, however it dies."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another install is at work; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refused(folder: Path, error: OSError) -> KioskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk is full: free some space, then run 'claim-kiosk models install' again.")
    return ModelError(
        f"The folder for models, {folder}, cannot be written to ({error.strerror}): install as its owner, or name "
        "another folder with --to or CLAIM_KIOSK_MODELS.",
        code="model-unwritable",
    )
