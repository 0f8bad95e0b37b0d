"""What is done to an envelope, and the code with which it is refused; no plaintext is ever left in place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.errors import PackageRefused
from appliance.package import der
from appliance.package.envelope import AES256_GCM, AUTH_ENVELOPED_DATA, DATA, encrypt
from appliance.package.key_agreement import recipient_info
from appliance.package.verify import open_package
from tests.unit.package.world import certify

RECIPIENT = certify("recipient", usage="key_agreement")
PLAIN = os.urandom(3000)
_sealed = bytearray()
encrypt([PLAIN], len(PLAIN), RECIPIENT.certificate, _sealed.extend)
SEALED = bytes(_sealed)
CIPHERTEXT = len(SEALED) - 18 - len(PLAIN)


def _opened(data: bytes, directory: Path) -> str:
    """The code of the refusal, or `opened`; in either case nothing else is left in the directory."""
    source, destination = directory / "package.p7m", directory / "package.asice"
    source.write_bytes(data)
    try:
        open_package(source, RECIPIENT.key, RECIPIENT.certificate, destination)
    except PackageRefused as refusal:
        assert sorted(path.name for path in directory.iterdir()) == ["package.p7m"]
        return refusal.code
    assert destination.read_bytes() == PLAIN
    destination.unlink()
    return "opened"


def test_the_honest_envelope_opens(tmp_path: Path) -> None:
    assert _opened(SEALED, tmp_path) == "opened"


def test_any_byte_changed(tmp_path: Path) -> None:
    positions = [*range(CIPHERTEXT), *range(CIPHERTEXT, len(SEALED) - 18, 100), *range(len(SEALED) - 18, len(SEALED))]
    survived = []
    for at in positions:
        changed = SEALED[:at] + bytes((SEALED[at] ^ 0x01,)) + SEALED[at + 1 :]
        if _opened(changed, tmp_path) == "opened":
            survived.append(at)
    assert survived == []


@pytest.mark.parametrize("length", [0, 1, 2, 50, CIPHERTEXT - 1, CIPHERTEXT, CIPHERTEXT + 1000, len(SEALED) - 1])
def test_cut_short(length: int, tmp_path: Path) -> None:
    assert _opened(SEALED[:length], tmp_path) == "package-envelope-malformed"


ALGORITHM = der.element(
    der.SEQUENCE,
    der.object_identifier(AES256_GCM),
    der.element(der.SEQUENCE, der.element(der.OCTET_STRING, bytes(12)), der.small_integer(16)),
)


def _built(
    *,
    content_type: str = AUTH_ENVELOPED_DATA,
    inner_type: str = DATA,
    algorithm: bytes = ALGORITHM,
    recipients: bytes | None = None,
    tag: bytes = bytes(16),
) -> bytes:
    """An envelope in its right order with one thing made otherwise; its tag is wrong, so it must not open."""
    if recipients is None:
        recipients = recipient_info(bytes(32), RECIPIENT.certificate)
    content = der.element(
        der.SEQUENCE,
        der.object_identifier(inner_type),
        algorithm,
        der.element(der.context(0, constructed=False), bytes(40)),
    )
    enveloped = der.element(
        der.SEQUENCE,
        der.small_integer(0),
        der.element(der.SET, recipients),
        content,
        der.element(der.OCTET_STRING, tag),
    )
    return der.element(
        der.SEQUENCE,
        der.object_identifier(content_type),
        der.element(der.context(0, constructed=True), enveloped),
    )


def _gcm(nonce: bytes, *rest: bytes) -> bytes:
    parameters = der.element(der.SEQUENCE, der.element(der.OCTET_STRING, nonce), *rest)
    return der.element(der.SEQUENCE, der.object_identifier(AES256_GCM), parameters)


_STRANGER = recipient_info(bytes(32), certify("recipient", usage="key_agreement").certificate)
_OUR_TRUE_ONE = recipient_info(bytes(32), RECIPIENT.certificate)
_CBC = der.element(der.SEQUENCE, der.object_identifier("2.16.840.1.101.3.4.1.42"), der.element(4, bytes(16)))
_OTHER_RECIPIENT = der.element(der.context(4, constructed=True), der.object_identifier("1.2.3"), der.element(4, b""))

ENVELOPES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing wrong but the tag": (_built, "package-envelope-altered"),
    "another recipient kind first": (
        lambda: _built(recipients=_OTHER_RECIPIENT + _OUR_TRUE_ONE),
        "package-envelope-altered",
    ),
    "a stranger before us": (lambda: _built(recipients=_STRANGER + _OUR_TRUE_ONE), "package-envelope-altered"),
    "only a stranger": (lambda: _built(recipients=_STRANGER), "package-not-for-us"),
    "only an unknown kind": (lambda: _built(recipients=_OTHER_RECIPIENT), "package-algorithm-unsupported"),
    "nobody": (lambda: _built(recipients=b""), "package-algorithm-unsupported"),
    "recipients of noise": (lambda: _built(recipients=b"\xa1\x05abcde"), "package-envelope-malformed"),
    "too many recipients": (lambda: _built(recipients=_STRANGER * 400), "package-envelope-malformed"),
    "not authenticated": (
        lambda: _built(content_type="1.2.840.113549.1.7.3"),
        "package-algorithm-unsupported",
    ),
    "signed data inside": (
        lambda: _built(inner_type="1.2.840.113549.1.7.2"),
        "package-algorithm-unsupported",
    ),
    "a cipher without authentication": (lambda: _built(algorithm=_CBC), "package-algorithm-unsupported"),
    "a short tag": (
        lambda: _built(algorithm=_gcm(bytes(12), der.small_integer(4)), tag=bytes(4)),
        "package-algorithm-unsupported",
    ),
    "a tag of 12": (lambda: _built(algorithm=_gcm(bytes(12)), tag=bytes(12)), "package-algorithm-unsupported"),
    "an announced tag that is short": (lambda: _built(tag=bytes(4)), "package-envelope-malformed"),
    "a short nonce": (lambda: _built(algorithm=_gcm(b"1", der.small_integer(16))), "package-algorithm-unsupported"),
    "parameters of noise": (
        lambda: _built(algorithm=der.element(der.SEQUENCE, der.object_identifier(AES256_GCM), b"\x05\x00")),
        "package-envelope-malformed",
    ),
    "a tail": (lambda: SEALED + b"\0", "package-envelope-malformed"),
    "a length beyond all files": (
        lambda: b"\x30\x88" + b"\xff" * 8 + SEALED[4:],
        "package-envelope-malformed",
    ),
    "a length of lengths": (lambda: b"\x30\xff" + SEALED[2:], "package-envelope-malformed"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ENVELOPES)
def test_other_envelopes(attack: str, tmp_path: Path) -> None:
    build, code = ENVELOPES[attack]
    assert _opened(build(), tmp_path) == code


def test_a_point_that_is_not_on_the_curve(tmp_path: Path) -> None:
    """An invalid-curve attack would learn the recipient's key bit by bit."""
    off_curve = bytes((4, *bytes(31), 1, *bytes(31), 1))
    with pytest.raises(ValueError, match="Invalid EC key"):
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), off_curve)
    start = _OUR_TRUE_ONE.index(b"\x03\x42\x00\x04") + 3
    recipients = _OUR_TRUE_ONE[:start] + off_curve + _OUR_TRUE_ONE[start + 65 :]
    assert _opened(_built(recipients=recipients), tmp_path) == "package-envelope-malformed"
