"""A manifest's one and only byte form: RFC 8785 (JSON Canonicalization Scheme). Pure."""

from __future__ import annotations

from typing import cast

import msgspec
import rfc8785

from appliance.errors import PackageRefused, SealingFailed
from appliance.model.manifest import FORMAT, VERSION, Manifest

MANIFEST_LIMIT_BYTES = 1 << 20

_decoder = msgspec.json.Decoder(Manifest)


def manifest_to_bytes(manifest: Manifest) -> bytes:
    """Canonical JSON, UTF-8. Raises SealingFailed when a value breaks the manifest's own rules or has no JSON form."""
    built = msgspec.to_builtins(manifest)
    try:
        data = rfc8785.dumps(built)
        # Constructors do not check bounds; what would be refused on the other side must not be sealed here.
        msgspec.convert(built, Manifest)
    except (rfc8785.CanonicalizationError, msgspec.ValidationError) as fault:
        raise SealingFailed(
            "The attendance's record breaks its own rules and cannot be sealed; report this to support.",
            code="manifest-invalid",
        ) from fault
    if len(data) > MANIFEST_LIMIT_BYTES:
        raise SealingFailed("The attendance's record is too long to be sealed.", code="manifest-too-large")
    return data


def manifest_from_bytes(data: bytes) -> Manifest:
    """The manifest, if `data` is exactly the canonical form of one that this version knows.

    Raises PackageRefused: `package-manifest-version` for another format or version, `package-manifest-invalid`
    otherwise (duplicate keys, other spacing and other number forms included, since they change the bytes).
    """
    if len(data) > MANIFEST_LIMIT_BYTES:
        raise PackageRefused("The package's manifest is too long.", code="package-manifest-invalid")
    _check_version(data)
    try:
        manifest = _decoder.decode(data)
        canonical = rfc8785.dumps(msgspec.to_builtins(manifest))
    except (msgspec.MsgspecError, rfc8785.CanonicalizationError, UnicodeError, RecursionError) as fault:
        raise PackageRefused(
            "The package's manifest does not follow its schema.", code="package-manifest-invalid"
        ) from fault
    if canonical != data:
        raise PackageRefused("The package's manifest is not in canonical form.", code="package-manifest-invalid")
    return manifest


def _check_version(data: bytes) -> None:
    """Told apart from damage: a newer kiosk's package is not a broken one."""
    try:
        loose = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as fault:
        raise PackageRefused("The package's manifest is not JSON.", code="package-manifest-invalid") from fault
    head = cast("dict[str, object]", loose) if isinstance(loose, dict) else {}
    if head.get("format") != FORMAT or head.get("version") != VERSION:
        raise PackageRefused(
            "The package's manifest has a format or version that this program does not know.",
            code="package-manifest-version",
        )
