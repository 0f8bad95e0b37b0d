"""OpenSSL agrees with our signature and our certificates; curl agrees with our service's HTTP."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.sbi.emulator import Emulation, Kind, emulated
from drivers.sbi.jws import authorities_from_pem, from_base64url, to_base64url, verify
from tests.unit.drivers.sbi.makers import NOW, authority

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the system package openssl")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs the system package curl")


def _run(directory: Path, *command: str, succeeds: bool = True) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, timeout=60, check=False)
    assert (done.returncode == 0) is succeeds, done.stderr.decode()
    return done.stdout.decode()


def _base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A token of ours taken apart with nothing of ours: what was signed, the signature, the signer, the root."""
    header, payload, signature = authority().signer().sign(b'{"make": "nobody"}').split(".")
    (tmp_path / "signed").write_text(f"{header}.{payload}")
    (tmp_path / "signature").write_bytes(_base64url(signature))
    x5c = json.loads(_base64url(header))["x5c"]
    (tmp_path / "signer.der").write_bytes(base64.b64decode(x5c[0]))
    (tmp_path / "root.pem").write_bytes(authority().root_pem)
    _run(tmp_path, "openssl", "x509", "-inform", "DER", "-in", "signer.der", "-out", "signer.pem")
    key = _run(tmp_path, "openssl", "x509", "-in", "signer.pem", "-pubkey", "-noout")
    (tmp_path / "key.pem").write_text(key)
    return tmp_path


VERIFY = ("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed")


@needs_openssl
def test_openssl_verifies_our_token_and_its_signer(files: Path) -> None:
    assert "Verified OK" in _run(files, *VERIFY)
    assert "signer.pem: OK" in _run(files, "openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "signer.pem")


@needs_openssl
def test_openssl_refuses_a_changed_token(files: Path) -> None:
    signed = (files / "signed").read_text()
    (files / "signed").write_text(signed[:-1] + ("A" if signed[-1] != "A" else "B"))
    _run(files, *VERIFY, succeeds=False)


@needs_openssl
def test_we_believe_what_openssl_signed(tmp_path: Path) -> None:
    """Root, key, certificate and signature by OpenSSL alone."""
    _run(
        tmp_path,
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem"),
        *("-subj", "/CN=Root", "-days", "2", "-addext", "keyUsage=critical,keyCertSign"),
    )
    _run(
        tmp_path,
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "device.key", "-out", "device.pem"),
        *("-subj", "/CN=Device", "-days", "1", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature"),
    )
    _run(tmp_path, "openssl", "x509", "-in", "device.pem", "-outform", "DER", "-out", "device.der")
    x5c = base64.b64encode((tmp_path / "device.der").read_bytes()).decode()
    header = to_base64url(json.dumps({"alg": "RS256", "typ": "JWT", "x5c": [x5c]}).encode())
    signed = f"{header}.{to_base64url(b'payload')}"
    (tmp_path / "signed").write_text(signed)
    _run(tmp_path, "openssl", "dgst", "-sha256", "-sign", "device.key", "-out", "signature", "signed")
    token = f"{signed}.{to_base64url((tmp_path / 'signature').read_bytes())}"
    trust = authorities_from_pem((tmp_path / "root.pem").read_bytes())
    assert verify(token, trust, datetime.now(UTC) + timedelta(seconds=5)) == b"payload"


@needs_curl
def test_curl_discovers_asks_and_captures(tmp_path: Path) -> None:
    with emulated(Emulation(kind=Kind.SINGLE, authority=authority())) as service:
        base = f"http://127.0.0.1:{service.port}"
        ask = ("curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "30", "--request")
        (found,) = json.loads(_run(tmp_path, *ask, "MOSIPDISC", f"{base}/device", "--data", '{"type": "Finger"}'))
        (info,) = json.loads(_run(tmp_path, *ask, "MOSIPDINFO", f"{base}/info"))
        request = {
            "env": "Developer",
            "purpose": "Registration",
            "specVersion": "0.9.5",
            "timeout": 5000,
            "captureTime": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "transactionId": "curl-1234",
            "bio": [
                {
                    "type": "Finger",
                    "count": 1,
                    "bioSubType": ["Left Thumb"],
                    "requestedScore": 40,
                    "deviceId": found["deviceId"],
                    "deviceSubId": 0,
                    "previousHash": "",
                }
            ],
        }
        answer = json.loads(_run(tmp_path, *ask, "RCAPTURE", f"{base}/capture", "--data", json.dumps(request)))
    assert json.loads(from_base64url(info["deviceInfo"].split(".")[1]))["deviceId"] == found["deviceId"]
    payload = json.loads(from_base64url(answer["biometrics"][0]["data"].split(".")[1]))
    assert (payload["transactionId"], payload["bioSubType"]) == ("curl-1234", "Left Thumb")
    assert from_base64url(payload["bioValue"]).startswith(b"FIR\0")
