"""Receipts that no box may believe: each forgery, and the name under which it is refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import rfc8785
from asn1crypto import cms
from hypothesis import given
from hypothesis import strategies as st

from appliance.aima.receipts import receipt_from_bytes, signed_bytes, verify_receipt
from appliance.errors import AimaProtocolError, ReceiptRefused
from appliance.model.receipt import Receipt
from appliance.package.cades import sign_detached
from appliance.sandbox.aima.receipts import ReceiptSigner, issue
from tests.unit.package.world import Pair, certify

AIMA = certify("Test receipts")
STRANGER = certify("Test receipts")
NAMESAKE = certify("Test receipts", start=datetime.now(UTC) - timedelta(days=2))
DIGEST = hashlib.sha256(b"package").hexdigest()
SIZE = 7


def signer(pair: Pair) -> ReceiptSigner:
    return ReceiptSigner(pair.certificate, pair.key)


def issued(pair: Pair = AIMA, *, package_id: str = "p1", sha256: str = DIGEST, size: int = SIZE) -> Receipt:
    return issue(signer(pair), package_id=package_id, sha256=sha256, size=size)


def change(**changes: object) -> Callable[[], Receipt]:
    return lambda: msgspec.structs.replace(issued(), **changes)


def resigned(edit: Callable[[cms.ContentInfo], None]) -> Callable[[], Receipt]:
    """A good receipt whose CMS was edited afterwards."""

    def forge() -> Receipt:
        receipt = issued()
        content = cms.ContentInfo.load(base64.b64decode(receipt.signature))
        content.native  # noqa: B018 - parses every level, so that what is edited below is encoded anew
        edit(content)
        return msgspec.structs.replace(receipt, signature=base64.b64encode(content.dump(force=True)).decode())

    return forge


def over_other_words() -> Receipt:
    """AIMA's own signature, over something else that it once signed."""
    signature = sign_detached(b"another document", signer(AIMA), datetime.now(UTC))
    return msgspec.structs.replace(issued(), signature=base64.b64encode(signature).decode())


def of_another_receipt() -> Receipt:
    return msgspec.structs.replace(issued(), signature=issued().signature)


def by_a_stranger_in_aimas_name() -> Receipt:
    """A stranger's key; issuer and serial number in the signature are AIMA's."""
    receipt = issued(STRANGER)
    content = cms.ContentInfo.load(base64.b64decode(receipt.signature))
    content.native  # noqa: B018 - as above
    info = content["content"]["signer_infos"][0]
    name = cms.IssuerAndSerialNumber(
        {
            "issuer": cms.Name.load(AIMA.certificate.issuer.public_bytes()),
            "serial_number": AIMA.certificate.serial_number,
        }
    )
    info["sid"] = cms.SignerIdentifier({"issuer_and_serial_number": name})
    return msgspec.structs.replace(receipt, signature=base64.b64encode(content.dump(force=True)).decode())


def _no_signer(content: cms.ContentInfo) -> None:
    content["content"]["signer_infos"] = []


def _two_signers(content: cms.ContentInfo) -> None:
    info = content["content"]["signer_infos"][0]
    content["content"]["signer_infos"] = [info, info]


def _weak_digest(content: cms.ContentInfo) -> None:
    content["content"]["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}


def _no_attributes(content: cms.ContentInfo) -> None:
    """Then the signature would be over the content itself, which another protocol might have had signed."""
    content["content"]["signer_infos"][0]["signed_attrs"] = None


def _content_inside(content: cms.ContentInfo) -> None:
    content["content"]["encap_content_info"] = {"content_type": "data", "content": b"inside"}


def _other_algorithm(content: cms.ContentInfo) -> None:
    content["content"]["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha256_rsa"}


def _attribute_twice(content: cms.ContentInfo) -> None:
    info = content["content"]["signer_infos"][0]
    attributes = list(info["signed_attrs"])
    info["signed_attrs"] = cms.CMSAttributes([*attributes, attributes[0]])


def _other_type(content: cms.ContentInfo) -> None:
    for attribute in content["content"]["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "content_type":
            attribute["values"] = ["enveloped_data"]


INVALID = "receipt-signature-invalid"
ATTACKS: list[tuple[str, Callable[[], Receipt], str]] = [
    ("for another package", lambda: issued(package_id="p2"), "receipt-other-package"),
    ("renamed to another package", change(package_id="p2"), "receipt-other-package"),
    ("of other bytes", lambda: issued(sha256="0" * 64), "receipt-other-bytes"),
    ("of another length", lambda: issued(size=SIZE + 1), "receipt-other-bytes"),
    ("digest in capitals", change(sha256=DIGEST.upper()), "receipt-other-bytes"),
    ("another receipt id", change(receipt_id="0" * 32), INVALID),
    ("another time", change(received_at="2000-01-01T00:00:00.000Z"), INVALID),
    ("no signature", change(signature=""), INVALID),
    ("a signature that is not base64", change(signature="*"), INVALID),
    ("a signature that is not ASCII", change(signature="é"), INVALID),
    ("a signature that is not DER", change(signature=base64.b64encode(b"\xff" * 64).decode()), INVALID),
    ("a signature that never ends", change(signature=base64.b64encode(b"\x30\x80" * 3000).decode()), INVALID),
    ("bytes after the signature", lambda: _with_tail(issued()), INVALID),
    ("over other words", over_other_words, INVALID),
    ("of another receipt", of_another_receipt, INVALID),
    ("by a stranger", lambda: issued(STRANGER), "receipt-wrong-signer"),
    ("by an earlier certificate of that name", lambda: issued(NAMESAKE), "receipt-wrong-signer"),
    ("by a stranger in AIMA's name", by_a_stranger_in_aimas_name, INVALID),
    ("without a signer", resigned(_no_signer), INVALID),
    ("with two signers", resigned(_two_signers), INVALID),
    ("with a weak digest", resigned(_weak_digest), INVALID),
    ("without signed attributes", resigned(_no_attributes), INVALID),
    ("with content inside", resigned(_content_inside), INVALID),
    ("said to be RSA", resigned(_other_algorithm), INVALID),
    ("with an attribute twice", resigned(_attribute_twice), INVALID),
    ("over another kind of content", resigned(_other_type), INVALID),
]


def _with_tail(receipt: Receipt) -> Receipt:
    longer = base64.b64decode(receipt.signature) + b"\x00"
    return msgspec.structs.replace(receipt, signature=base64.b64encode(longer).decode())


def verify(receipt: Receipt) -> None:
    verify_receipt(receipt, package_id="p1", sha256=DIGEST, size=SIZE, certificate=AIMA.certificate)


def test_an_honest_receipt_is_believed() -> None:
    verify(issued())


@pytest.mark.parametrize(("forge", "code"), [case[1:] for case in ATTACKS], ids=[case[0] for case in ATTACKS])
def test_a_forgery_is_refused_by_name(forge: Callable[[], Receipt], code: str) -> None:
    with pytest.raises(ReceiptRefused) as refused:
        verify(forge())
    assert refused.value.code == code


HONEST = issued()
HONEST_DER = base64.b64decode(HONEST.signature)


@given(where=st.integers(0, len(HONEST_DER) - 1), flip=st.integers(1, 255))
def test_no_flipped_byte_of_the_signature_crashes_or_forges(where: int, flip: int) -> None:
    """What the trust rests on may not change by a bit; labels around it (versions, the copied certificate) may."""
    der = bytearray(HONEST_DER)
    der[where] ^= flip
    info = cms.ContentInfo.load(HONEST_DER)["content"]["signer_infos"][0]
    bearing = [info["sid"].dump(), info["signed_attrs"].dump(), info["signature"].dump()]
    spans = [(HONEST_DER.rindex(part), len(part)) for part in bearing]
    try:
        verify(msgspec.structs.replace(HONEST, signature=base64.b64encode(bytes(der)).decode()))
    except ReceiptRefused:
        return
    assert not any(start <= where < start + length for start, length in spans)


GARBAGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"receipt_id": "\xff"}',
    b"[" * 100_000,
    b'{"receipt_id":"r","package_id":"p1","sha256":"0","bytes":"7","received_at":"t","signature":""}',
    b'{"receipt_id":"r","package_id":"p1","sha256":"0","bytes":7.5,"received_at":"t","signature":""}',
    b'{"receipt_id":"r","package_id":"p1","sha256":"0","bytes":7,"received_at":"t","signature":"","more":1}',
]


@pytest.mark.parametrize("data", GARBAGE)
def test_what_is_no_receipt_is_named(data: bytes) -> None:
    with pytest.raises(AimaProtocolError) as refused:
        receipt_from_bytes(data)
    assert refused.value.code == "receipt-malformed"


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with pytest.raises(AimaProtocolError):
        receipt_from_bytes(data)


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@given(texts, texts, st.integers(0, (1 << 53) - 1))
def test_a_receipt_survives_the_wire_and_signs_its_canonical_form(receipt_id: str, signature: str, size: int) -> None:
    receipt = Receipt(
        receipt_id=receipt_id, package_id="p1", sha256=DIGEST, bytes=size, received_at="t", signature=signature
    )
    assert receipt_from_bytes(msgspec.json.encode(receipt)) == receipt
    expected: dict[str, Any] = {
        "receipt_id": receipt_id,
        "package_id": "p1",
        "sha256": DIGEST,
        "bytes": size,
        "received_at": "t",
    }
    assert signed_bytes(receipt) == rfc8785.dumps(expected)
