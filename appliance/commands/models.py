"""`claim-kiosk models install|list|verify`: the model packs of this environment, one object a pack.

Responsible for which packs are meant and for the answers' form. Not for what makes a pack whole (`models/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from appliance.errors import KioskError, ModelError
from appliance.models.fetch import Tell
from appliance.models.install import install
from appliance.models.manifest import PACKS_DIRECTORY, Pack, choose, load_packs
from appliance.models.store import PackState, look, models_folder, release_folder, verify


def install_packs(
    wanted: Sequence[str], *, source: Path | None, folder: Path | None, tell: Tell, packs: Path = PACKS_DIRECTORY
) -> Iterator[dict[str, Any]]:
    """Installs the packs named, all unless any is, and says for each whether it was there already.

    `source` is a folder that holds their distributions, for a machine without a network. A pack that cannot be had
    does not keep the others from it. Raises ModelError, DiskFull when all have been tried.
    """
    place = models_folder(folder)
    if source is not None and not source.is_dir():
        raise ModelError(f"There is no folder {source} to take packages from.", code="model-not-found")
    failed: list[KioskError] = []
    for pack in choose(load_packs(packs), wanted):
        try:
            is_new = install(pack, place, source=source, tell=tell)
        except KioskError as error:
            failed.append(error)
            continue
        yield {**_row(pack, place), "status": "installed" if is_new else "unchanged"}
    if failed:
        _raise_all(failed)


def list_packs(*, folder: Path | None, packs: Path = PACKS_DIRECTORY) -> Iterator[dict[str, Any]]:
    """What packs there are, whether each is installed (by its record and sizes), and where it comes from.

    One that cannot be read does not keep the others from being listed. Raises ModelError at the end.
    """
    place = models_folder(folder)
    unreadable: list[ModelError] = []
    for pack in load_packs(packs).values():
        yield {
            **_row(pack, place),
            "status": _status(look, pack, place, unreadable),
            "title": pack.title,
            "purpose": pack.purpose,
            "licence": pack.licence,
            "made_by": pack.made_by,
            "package": pack.package,
            "package_licence": pack.package_licence,
            "packed_by": pack.packed_by,
            "source": pack.source,
        }
    if unreadable:
        _raise_all(unreadable)


def verify_packs(
    wanted: Sequence[str], *, folder: Path | None, packs: Path = PACKS_DIRECTORY
) -> Iterator[dict[str, Any]]:
    """Hashes what is installed anew. Raises ModelError at the end: `model-unreadable`, `model-mismatch`, or else
    `model-missing`."""
    place = models_folder(folder)
    states: dict[str, str] = {}
    unreadable: list[ModelError] = []
    for pack in choose(load_packs(packs), wanted):
        states[pack.pack_id] = _status(verify, pack, place, unreadable)
        yield {**_row(pack, place), "status": states[pack.pack_id]}
    if unreadable:
        _raise_all(unreadable)
    damaged = [pack_id for pack_id, state in states.items() if state == PackState.DAMAGED]
    missing = [pack_id for pack_id, state in states.items() if state == PackState.MISSING]
    parts = [f"damaged: {', '.join(damaged)}"] * bool(damaged) + [f"not installed: {', '.join(missing)}"] * bool(
        missing
    )
    if parts:
        sentence = f"Model packs are not whole ({'; '.join(parts)}): run 'claim-kiosk models install'."
        raise ModelError(sentence, code="model-mismatch" if damaged else "model-missing")


def _row(pack: Pack, place: Path) -> dict[str, Any]:
    return {
        "pack": pack.pack_id,
        "status": "",
        "version": pack.version,
        "size_bytes": pack.size_bytes,
        "folder": str(release_folder(pack, place)),
    }


def _status(ask: Callable[[Pack, Path], PackState], pack: Pack, place: Path, unreadable: list[ModelError]) -> str:
    """The state's word; `unreadable` where its files cannot be asked, and why is kept."""
    try:
        return ask(pack, place).value
    except ModelError as error:
        unreadable.append(error)
        return "unreadable"


def _raise_all(failed: Sequence[KioskError]) -> NoReturn:
    """The first one's kind and code, with what all have to say."""
    first = failed[0]
    if len(failed) == 1:
        raise first
    raise type(first)(" ".join(error.sentence for error in failed), code=first.code) from first
