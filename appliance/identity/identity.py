"""The provisioned box, loaded: key, certificate chain, pinned CA; each checked against the others before use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from appliance.durable.private_file import read_private
from appliance.errors import IdentityError
from appliance.identity.certificates import certificates_from_pem, check_device_chain, common_name
from appliance.identity.keys import DeviceKey
from appliance.identity.trust_file import Trust, load_trust

KEY = "device.key"
CHAIN = "device.pem"
TRUST = "trust.json"
STORAGE_KEY = "storage.key"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs packages: `package.cades.Signer`."""

    key: DeviceKey
    certificate_chain: Sequence[x509.Certificate]

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


@dataclass(frozen=True, slots=True)
class Identity:
    directory: Path
    key: DeviceKey
    certificate_chain: tuple[x509.Certificate, ...]
    trust: Trust

    @classmethod
    def load(cls, directory: Path, at: datetime, *, out_of_date_allowed: bool = False) -> Identity:
        """Blocking. Raises IdentityError `not-provisioned` or what is wrong with key, certificate or trust.

        `out_of_date_allowed`: a certificate that has run out, or that a wrong clock takes for one, does not stop the
        box from starting; everything else about it is checked all the same.
        """
        key = DeviceKey.load(directory / KEY)
        pem = read_private(directory / CHAIN)
        if pem is None:
            raise IdentityError("This box has no certificate yet: provision it.", code="not-provisioned")
        trust = load_trust(directory / TRUST)
        chain = certificates_from_pem(pem)
        if out_of_date_allowed and chain:
            at = min(max(at, chain[0].not_valid_before_utc), chain[0].not_valid_after_utc)
        check_device_chain(chain, key.public_key, certificates_from_pem(trust.aima_ca_pem), at)
        return cls(directory, key, chain, trust)

    @property
    def device_id(self) -> str:
        return common_name(self.certificate_chain[0])

    @property
    def certificate_chain_path(self) -> Path:
        return self.directory / CHAIN

    @property
    def private_key_path(self) -> Path:
        return self.directory / KEY

    def signer(self) -> Signer:
        return Signer(self.key, self.certificate_chain)
