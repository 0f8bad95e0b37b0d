"""`claim-kiosk models install|list|verify`: the model packs of this environment, one object a pack.

Responsible for which packs are meant and for the answers' form. Not for what makes a pack whole (`models/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """What packs there are, whether each is installed (by its record and sizes), and where it comes from."""
    place = models_folder(folder)
    for pack in load_packs(packs).values():
        yield {
            **_row(pack, place),
            "status": look(pack, place).value,
            "title": pack.title,
            "purpose": pack.purpose,
            "licence": pack.licence,
            "made_by": pack.made_by,
            "package": pack.package,
            "package_licence": pack.package_licence,
            "packed_by": pack.packed_by,
            "source": pack.source,
        }


def verify_packs(
    wanted: Sequence[str], *, folder: Path | None, packs: Path = PACKS_DIRECTORY
) -> Iterator[dict[str, Any]]:
    """Hashes what is installed anew. Raises ModelError at the end: `model-mismatch`, or else `model-missing`."""
    place = models_folder(folder)
    states: dict[str, PackState] = {}
    for pack in choose(load_packs(packs), wanted):
        states[pack.pack_id] = verify(pack, place)
        yield {**_row(pack, place), "status": states[pack.pack_id].value}
    damaged = [pack_id for pack_id, state in states.items() if state is PackState.DAMAGED]
    missing = [pack_id for pack_id, state in states.items() if state is PackState.MISSING]
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


def _raise_all(failed: list[KioskError]) -> NoReturn:
    """The first one's kind and code, with what all have to say."""
    first = failed[0]
    if len(failed) == 1:
        raise first
    raise type(first)(" ".join(error.sentence for error in failed), code=first.code) from first
