"""Signatures round-trip; whatever is not RS256 by a trusted signer, now, is refused by one name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import cast

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceUntrusted, OptionInvalid
from drivers.sbi.authority import KeySigner
from drivers.sbi.jws import authorities_from_pem, from_base64url, sign, to_base64url, verify
from tests.unit.drivers.sbi.makers import NOW, authority, stranger

TRUST = authorities_from_pem(authority().root_pem)


@given(st.binary(max_size=300))
def test_base64url_round_trips_with_padding_and_without(data: bytes) -> None:
    text = to_base64url(data)
    assert "=" not in text
    assert from_base64url(text) == data
    assert from_base64url(text + "=" * (-len(text) % 4)) == data


@pytest.mark.parametrize("text", ["a", "ab+c", "ab/c", "a b", "ab\n", "äöü", "ab=c"])
def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_base64url(text)


@given(st.binary(max_size=300))
def test_what_was_signed_comes_back(payload: bytes) -> None:
    assert verify(authority().signer().sign(payload), TRUST, NOW) == payload


@cache
def _token() -> str:
    """One for all examples: a new certificate's serial number may be a byte shorter, and the token with it."""
    return authority().signer().sign(b'{"serialNo": "1"}')


@given(st.data())
def test_a_changed_token_is_never_believed(data: st.DataObject) -> None:
    token = _token()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDxyz019-_.=! "))
    changed = token[:place] + other + token[place + 1 :]
    try:
        payload = verify(changed, TRUST, NOW)
    except DeviceUntrusted:
        return
    # The last character of a part has bits that stand for nothing.
    assert payload == b'{"serialNo": "1"}'
    assert changed == token or place == len(token) - 1


@given(st.text(max_size=200))
def test_garbage_is_refused_by_name(token: str) -> None:
    with pytest.raises(DeviceUntrusted):
        verify(token, TRUST, NOW)


def _with_header(**members: object) -> str:
    header, body, signature = authority().signer().sign(b"{}").split(".")
    changed = msgspec.json.decode(from_base64url(header)) | members
    return f"{to_base64url(msgspec.json.encode(changed))}.{body}.{signature}"


@pytest.mark.parametrize(
    "members",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "PS256"},
        {"alg": None},
        {"x5c": []},
        {"x5c": ["AAAA"]},
        {"x5c": "AAAA"},
        {"x5c": ["****"]},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_a_header_that_says_otherwise_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(DeviceUntrusted):
        verify(_with_header(**members), TRUST, NOW)


def test_time_and_trust_decide() -> None:
    token = authority().signer().sign(b"{}")
    for at in (NOW - timedelta(days=31), NOW + timedelta(days=31)):
        with pytest.raises(DeviceUntrusted, match="not valid at this time"):
            verify(token, TRUST, at)
    for trust in ((), authorities_from_pem(stranger().root_pem)):
        with pytest.raises(DeviceUntrusted):
            verify(token, trust, NOW)
    with pytest.raises(DeviceUntrusted, match="not valid at this time"):
        verify(authority().expired_signer().sign(b"{}"), TRUST, NOW)


def test_another_key_under_a_trusted_name_is_refused() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(DeviceUntrusted, match="signature is wrong"):
        verify(KeySigner(other, authority().signer().chain).sign(b"{}"), TRUST, NOW)


class OddCertificate:
    """What stands for the signer's own in a token."""

    def __init__(self, der: bytes) -> None:
        self._der = der

    def public_bytes(self, _encoding: serialization.Encoding) -> bytes:
        return self._der


def _below_zero(der: bytes, serial: int) -> bytes:
    """With a serial number that the library reads, and warns of."""
    length = serial.bit_length() // 8 + 1
    at = der.index(bytes([2, length]) + serial.to_bytes(length, "big")) + 2
    return der[:at] + bytes([der[at] | 0x80]) + der[at + 1 :]


def _of_no_known_kind(der: bytes, _serial: int) -> bytes:
    """Whose key is of an algorithm that there is not (rsaEncryption, 1.2.840.113549.1.1.1, with one digit changed)."""
    return der.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a7b4886f70d010101"))


@pytest.mark.parametrize("changed", [_below_zero, _of_no_known_kind])
def test_a_certificate_that_no_library_reads_in_peace_is_refused_by_name(
    changed: Callable[[bytes, int], bytes],
) -> None:
    signer = authority().signer()
    der = changed(signer.chain[0].public_bytes(serialization.Encoding.DER), signer.chain[0].serial_number)
    token = sign(b"{}", signer.key, cast("list[x509.Certificate]", [OddCertificate(der)]))
    with pytest.raises(DeviceUntrusted, match="cannot be read"):
        verify(token, TRUST, NOW)


def test_an_authority_itself_signs_no_captures() -> None:
    with pytest.raises(DeviceUntrusted):
        verify(sign(b"{}", authority()._key, TRUST), TRUST, NOW)


@pytest.mark.parametrize("pem", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_trust_file_without_an_authority_is_refused(pem: bytes) -> None:
    with pytest.raises(OptionInvalid):
        authorities_from_pem(pem)
