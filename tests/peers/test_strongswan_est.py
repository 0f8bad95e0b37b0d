"""An EST client that we did not write: strongSwan's `pki` enrols with our stand-in, and renews over mutual TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.workflow.aima import running_aima

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("pki") is None, reason="needs the system package strongswan-pki"),
]

_SETTINGS = """
libtls { version_min = 1.3
         version_max = 1.3 }
"""


async def _pki(directory: Path, *arguments: str) -> bytes:
    settings = directory / "strongswan.conf"
    settings.write_text("include /etc/strongswan.conf\n" + _SETTINGS)
    process = await asyncio.create_subprocess_exec(
        "pki",
        *arguments,
        env=dict(os.environ, STRONGSWAN_CONF=str(settings)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode(errors="replace")
    return out


def _request(key: ec.EllipticCurvePrivateKey, subject: x509.Name, to: Path) -> None:
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    to.write_bytes(csr.public_bytes(serialization.Encoding.DER))


def _key(to: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    to.write_bytes(pem)
    return key


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


async def test_it_reads_the_authorities_enrols_and_renews(tmp_path: Path) -> None:
    root, issuing, request, kept = (tmp_path / name for name in ("root.pem", "issuing.pem", "request.der", "kept.pem"))
    async with running_aima(tmp_path) as aima:
        authority = aima.server.premises.authority
        root.write_text(authority.ca_pem)
        issuing.write_bytes(authority.issuing_ca.public_bytes(serialization.Encoding.PEM))
        server = ("--url", aima.url, "--cacert", str(root), "--outform", "pem")

        listed = await _pki(tmp_path, "--estca", *server)
        certificates = x509.load_pem_x509_certificates(listed)
        assert set(certificates) == {authority.root.certificate, authority.issuing_ca}

        key = _key(tmp_path / "key.pem")
        _request(key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proposed")]), request)
        enrol = ("--est", *server, "--cacert", str(issuing), "--in", str(request))
        kept.write_bytes(await _pki(tmp_path, *enrol, "--userpass", f"kiosk:{await aima.otp('kiosk-9')}"))
        first = x509.load_pem_x509_certificate(kept.read_bytes())
        assert _common_name(first) == "kiosk-9"
        assert first.public_key() == key.public_key()

        next_key = _key(tmp_path / "next-key.pem")
        _request(next_key, first.subject, request)
        renewed = await _pki(tmp_path, *enrol, "--cert", str(kept), "--key", str(tmp_path / "key.pem"))
        second = x509.load_pem_x509_certificate(renewed)
        assert second.subject == first.subject
        assert second.public_key() == next_key.public_key()
