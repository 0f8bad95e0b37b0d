"""The signed container: ASiC-E with CAdES (ETSI EN 319 162-1), what lies in it, and in which order.

    mimetype                     first, stored, so that the type stands at a fixed place (§4.4)
    META-INF/ASiCManifest.xml    the name and SHA-256 of every file below
    META-INF/signature.p7s       a detached CAdES signature over ASiCManifest.xml
    manifest.json                what the package is (RFC 8785)
    …                            the parts, in the manifest's order

Responsible for the layout and for ASiCManifest.xml, both ways. Not for the ZIP's bytes (`stored_zip.py`), nor for
the signature (`cades.py`).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from appliance.errors import PackageRefused

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
MIMETYPE_NAME = "mimetype"
ASIC_MANIFEST_NAME = "META-INF/ASiCManifest.xml"
SIGNATURE_NAME = "META-INF/signature.p7s"
MANIFEST_NAME = "manifest.json"
HEAD = (MIMETYPE_NAME, ASIC_MANIFEST_NAME, SIGNATURE_NAME, MANIFEST_NAME)

ASIC_NAMESPACE = "http://uri.etsi.org/02918/v1.2.1#"
DSIG_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256"
ASIC_MANIFEST_LIMIT_BYTES = 1 << 20

_PART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True)
class DataObject:
    """One line of ASiCManifest.xml: a file, its type, its digest (32 bytes)."""

    name: str
    media_type: str
    sha256: bytes


def part_name_allowed(name: str) -> bool:
    """A plain relative name: no `..`, no hidden file, no name that the container itself uses, in any case."""
    reserved = name.lower() in {MIMETYPE_NAME, MANIFEST_NAME} or name.lower().startswith("meta-inf")
    return len(name) <= 128 and not reserved and _PART_NAME.fullmatch(name) is not None


def asic_manifest_to_bytes(objects: Sequence[DataObject]) -> bytes:
    """ASiCManifest.xml (EN 319 162-1 annex A.4)."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<asic:ASiCManifest xmlns:asic="{ASIC_NAMESPACE}" xmlns:ds="{DSIG_NAMESPACE}">',
        f'<asic:SigReference URI="{SIGNATURE_NAME}" MimeType="application/pkcs7-signature"/>',
    ]
    for item in objects:
        lines += [
            f"<asic:DataObjectReference URI={quoteattr(item.name)} MimeType={quoteattr(item.media_type)}>",
            f'<ds:DigestMethod Algorithm="{SHA256_URI}"/>',
            f"<ds:DigestValue>{b64encode(item.sha256).decode('ascii')}</ds:DigestValue>",
            "</asic:DataObjectReference>",
        ]
    lines.append("</asic:ASiCManifest>")
    return ("\n".join(lines) + "\n").encode()


def asic_manifest_from_bytes(data: bytes) -> tuple[DataObject, ...]:
    """What ASiCManifest.xml lists, in order.

    Raises PackageRefused (`package-asic-manifest-invalid`) for anything that is not plainly such a list: a document
    type, an unknown element or attribute, another digest, another signature file.
    """
    reader = _AsicManifestReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
        return reader.finished()
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise PackageRefused(
            "The package's list of signed files cannot be read.", code="package-asic-manifest-invalid"
        ) from fault


_ASIC, _DSIG = ASIC_NAMESPACE + " ", DSIG_NAMESPACE + " "
_ROOT = (_ASIC + "ASiCManifest",)
_REFERENCE = (*_ROOT, _ASIC + "DataObjectReference")
_ALLOWED = {
    _ROOT: set(),
    (*_ROOT, _ASIC + "SigReference"): {"URI", "MimeType"},
    _REFERENCE: {"URI", "MimeType", "Rootfile"},
    (*_REFERENCE, _DSIG + "DigestMethod"): {"Algorithm"},
    (*_REFERENCE, _DSIG + "DigestValue"): set[str](),
}


class _AsicManifestReader:
    """expat's handlers; they raise ValueError at the first thing that has no place here."""

    def __init__(self) -> None:
        self._path: tuple[str, ...] = ()
        self._objects: list[DataObject] = []
        self._signatures: list[str] = []
        self._open: dict[str, str] = {}

    def refuse_doctype(self, *_: object) -> None:
        raise ValueError("a document type declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path = (*self._path, name)
        allowed = _ALLOWED.get(self._path)
        if allowed is None or not attributes.keys() <= allowed:
            raise ValueError("an element or attribute that does not belong here")
        if self._path == _REFERENCE:
            self._open = {"URI": attributes["URI"], "MimeType": attributes["MimeType"]}
        elif name.endswith("SigReference"):
            self._signatures.append(attributes["URI"])
        elif name.endswith("DigestMethod"):
            self._once("Algorithm", attributes["Algorithm"])
        elif name.endswith("DigestValue"):
            self._once("Value", "")

    def text(self, text: str) -> None:
        if self._path and self._path[-1].endswith("DigestValue"):
            self._open["Value"] += text
        elif text.strip():
            raise ValueError("text where there is none")

    def end(self, _name: str) -> None:
        if self._path == _REFERENCE:
            if self._open["Algorithm"] != SHA256_URI:
                raise ValueError("another digest than SHA-256")
            digest = b64decode(self._open["Value"], validate=True)
            if len(digest) != 32:
                raise ValueError("a digest of the wrong length")
            self._objects.append(DataObject(self._open["URI"], self._open["MimeType"], digest))
        self._path = self._path[:-1]

    def finished(self) -> tuple[DataObject, ...]:
        if self._signatures != [SIGNATURE_NAME]:
            raise ValueError("it names another signature")
        return tuple(self._objects)

    def _once(self, key: str, value: str) -> None:
        if key in self._open:
            raise ValueError("the same element twice")
        self._open[key] = value
