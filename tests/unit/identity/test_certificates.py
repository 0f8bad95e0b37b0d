"""What a box's certificate must be: the flaw, and the name of the refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.errors import IdentityError
from appliance.identity.certificates import (
    certificates_from_pem,
    chain_to_pem,
    check_device_chain,
    common_name,
)
from tests.unit.identity.makers import NOW, SERVER, Issued, issue

ROOT = issue("root", ca=True)
ISSUING = issue("issuing", ROOT, ca=True, path_length=0)
BOX = issue("kiosk-1", ISSUING)
STRANGER = issue("root", ca=True)
"""Another CA of the same name."""


def _check(chain: list[Issued], *, key: Issued = BOX, root: Issued = ROOT) -> None:
    certificates = [issued.certificate for issued in chain]
    check_device_chain(certificates, key.key.public_key(), [root.certificate], NOW)


def test_a_leaf_with_its_issuer_leads_to_the_pinned_root() -> None:
    _check([BOX, ISSUING])


def test_a_leaf_of_the_root_s_own_needs_nothing_between() -> None:
    leaf = issue("kiosk-2", ROOT)
    _check([leaf], key=leaf)


def _leaf(
    *,
    usages: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    start: timedelta = timedelta(days=-1),
    end: timedelta = timedelta(days=2),
) -> None:
    leaf = issue("kiosk-1", ISSUING, usages=usages, start=min(start, end - timedelta(days=1)), end=end)
    if start > timedelta(0):
        leaf = issue("kiosk-1", ISSUING, usages=usages, start=start, end=end + start)
    _check([leaf, ISSUING], key=leaf)


def _self_signed() -> None:
    leaf = issue("kiosk-1")
    _check([leaf], key=leaf)


def _issued_by_a_box() -> None:
    leaf = issue("kiosk-9", BOX)
    _check([leaf, BOX, ISSUING], key=leaf)


def _too_deep() -> None:
    further = issue("further", ISSUING, ca=True)
    leaf = issue("kiosk-9", further)
    _check([leaf, further, ISSUING], key=leaf)


def _expired_issuer() -> None:
    issuing = issue("issuing", ROOT, ca=True, end=timedelta(days=-1))
    leaf = issue("kiosk-1", issuing)
    _check([leaf, issuing], key=leaf)


def _named(*names: str) -> None:
    leaf = issue("", ISSUING, names=names)
    _check([leaf, ISSUING], key=leaf)


def _never_signs() -> None:
    leaf = issue("kiosk-1", ISSUING, signs=False)
    _check([leaf, ISSUING], key=leaf)


def _an_authority_itself() -> None:
    leaf = issue("kiosk-1", ROOT, ca=True, path_length=0, signs=True)
    _check([leaf], key=leaf)


FLAWS: list[tuple[str, Callable[[], None], str]] = [
    ("no certificate", lambda: _check([]), "certificate-missing"),
    ("another key", lambda: _check([BOX, ISSUING], key=STRANGER), "certificate-other-key"),
    ("for servers", lambda: _leaf(usages=SERVER), "certificate-purpose"),
    ("for anything", lambda: _leaf(usages=None), "certificate-purpose"),
    ("for agreeing on keys only", _never_signs, "certificate-purpose"),
    ("an authority itself", _an_authority_itself, "certificate-purpose"),
    ("named as a path", lambda: _named("a/../../b"), "certificate-name"),
    ("named with a line end", lambda: _named("kiosk-1\n"), "certificate-name"),
    ("named with nothing that shows", lambda: _named("\u200b"), "certificate-name"),
    ("named twice", lambda: _named("kiosk-1", "kiosk-2"), "certificate-unusable"),
    ("expired", lambda: _leaf(end=timedelta(days=-1)), "certificate-expired"),
    ("not yet valid", lambda: _leaf(start=timedelta(days=1)), "certificate-expired"),
    ("issuer missing", lambda: _check([BOX]), "certificate-untrusted"),
    ("issuer of the same name", lambda: _check([BOX, STRANGER]), "certificate-untrusted"),
    ("another root of the same name", lambda: _check([BOX, ISSUING], root=STRANGER), "certificate-untrusted"),
    ("self-signed", _self_signed, "certificate-untrusted"),
    ("issued by another box", _issued_by_a_box, "certificate-untrusted"),
    ("issuer past its path length", _too_deep, "certificate-untrusted"),
    ("expired issuer", _expired_issuer, "certificate-expired"),
]


@pytest.mark.parametrize(("attempt", "code"), [flaw[1:] for flaw in FLAWS], ids=[flaw[0] for flaw in FLAWS])
def test_a_flaw_is_refused_by_name(attempt: Callable[[], None], code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        attempt()
    assert refused.value.code == code


def test_a_chain_survives_being_written_down() -> None:
    chain = (BOX.certificate, ISSUING.certificate)
    assert certificates_from_pem(chain_to_pem(chain)) == chain


@pytest.mark.parametrize("pem", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(IdentityError) as refused:
        certificates_from_pem(pem)
    assert refused.value.code == "certificate-unusable"


def test_a_box_has_exactly_one_name() -> None:
    assert common_name(BOX.certificate) == "kiosk-1"
    with pytest.raises(IdentityError):
        common_name(issue("", names=("kiosk-1", "kiosk-2")).certificate)
