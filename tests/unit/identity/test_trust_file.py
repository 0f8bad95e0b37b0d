"""The trust file that a field engineer carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.errors import IdentityError
from appliance.identity.certificates import chain_to_pem
from appliance.identity.trust_file import LARGEST_BYTES, load_trust, trust_from_bytes, trust_to_bytes
from tests.unit.identity.makers import issue

CA_PEM = chain_to_pem([issue("root", ca=True).certificate]).decode()
ROOT: dict[str, Any] = {"signatures": [], "signed": {"_type": "root", "version": 1}}
GOOD: dict[str, Any] = {"format": "claim-kiosk-trust", "version": 1, "aima_ca_pem": CA_PEM, "tuf_root": ROOT}


def test_it_round_trips() -> None:
    trust = trust_from_bytes(trust_to_bytes(CA_PEM, ROOT))
    assert (trust.aima_ca_pem, trust.tuf_root) == (CA_PEM, ROOT)
    assert trust_from_bytes(trust.to_bytes()) == trust
    assert msgspec.json.decode(trust.tuf_root_bytes()) == ROOT


BAD = [
    ("empty", b"", "trust-invalid"),
    ("not JSON", b"-----BEGIN CERTIFICATE-----", "trust-invalid"),
    ("nested without end", b"[" * 100_000, "trust-invalid"),
    ("too large", b" " * (LARGEST_BYTES + 1), "trust-invalid"),
    *(
        (f"without {name}", msgspec.json.encode({k: v for k, v in GOOD.items() if k != name}), "trust-invalid")
        for name in GOOD
    ),
    ("unknown key", msgspec.json.encode(GOOD | {"insecure": True}), "trust-invalid"),
    ("another format", msgspec.json.encode(GOOD | {"format": "trust"}), "trust-invalid"),
    ("a later version", msgspec.json.encode(GOOD | {"version": 2}), "trust-invalid"),
    ("no certificate", msgspec.json.encode(GOOD | {"aima_ca_pem": "none"}), "certificate-unusable"),
    ("root is text", msgspec.json.encode(GOOD | {"tuf_root": "root"}), "trust-invalid"),
]


@pytest.mark.parametrize(("data", "code"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_bad_one_is_refused_by_name(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(data)
    with pytest.raises(IdentityError) as refused:
        load_trust(path)
    assert refused.value.code == code


def test_a_missing_one_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(IdentityError) as refused:
        load_trust(tmp_path / "none.json")
    assert refused.value.code == "trust-missing"
