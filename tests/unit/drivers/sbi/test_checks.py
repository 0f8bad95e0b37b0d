"""Who a scanner says that it is, held against what it signed; the rest of the checks meet their attacks elsewhere.

Lies inside captures: tests/adversarial/test_sbi_attacks.py.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from drivers.errors import DeviceProtocolError, DeviceUntrusted, DriverError
from drivers.sbi.answering import Answering, Honest
from drivers.sbi.checks import Trust, accept_device, check_callback
from drivers.sbi.jws import authorities_from_pem, to_base64url
from drivers.sbi.messages import FINGER, DeviceInfo, DigitalId, DiscoveredDevice
from drivers.sbi.offered import DrawnSensor, Offer, described
from tests.unit.drivers.sbi.makers import NOW, authority, stranger

ADDRESS = "http://127.0.0.1:4501"
TRUST = Trust(authorities_from_pem(authority().root_pem), NOW, "Developer")
OFFER = Offer(described(FINGER, "Slap", "claim-kiosk", "Emulated", "1", "2026-01-01T00:00:00Z"), DrawnSensor())
ANSWERING = Answering(OFFER, Honest(authority().signer()), ADDRESS, lambda: NOW)


def _info(**changes: object) -> str:
    """Signed as it should be, with other words."""
    signer = authority().signer()
    info = DeviceInfo(
        env="Developer",
        digital_id=signer.sign(OFFER.digital_id.to_json()),
        purpose="Registration",
        device_status="Ready",
        certification="L1",
        callback_id=ADDRESS,
        device_id=OFFER.device_id,
        device_code=OFFER.device_id,
    )
    return signer.sign(msgspec.structs.replace(info, **changes).to_json())


def _claiming(**changes: str) -> DiscoveredDevice:
    claimed: DigitalId = msgspec.structs.replace(OFFER.digital_id, **changes)
    return msgspec.structs.replace(ANSWERING.discovered(), digital_id=to_base64url(claimed.to_json()))


def test_what_the_service_says_is_believed_when_all_of_it_agrees() -> None:
    device = accept_device(ANSWERING.discovered(), ANSWERING.info().device_info or "", TRUST)
    assert device.digital_id == OFFER.digital_id
    assert device.certified


@pytest.mark.parametrize(("discovered", "signed"), [("L0", "L1"), ("L1", "L0"), ("L0", "L0")])
def test_certified_is_only_who_says_so_twice(discovered: str, signed: str) -> None:
    found = msgspec.structs.replace(ANSWERING.discovered(), certification=discovered)
    assert not accept_device(found, _info(certification=signed), TRUST).certified


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"env": "Production"}, DeviceUntrusted),
        ({"device_code": "another"}, DeviceUntrusted),
        ({"callback_id": "http://198.51.100.7:4501"}, DeviceUntrusted),
        ({"digital_id": to_base64url(OFFER.digital_id.to_json())}, DeviceUntrusted),
        ({"digital_id": stranger().signer().sign(OFFER.digital_id.to_json())}, DeviceUntrusted),
        ({"device_status": "Busy"}, DeviceProtocolError),
        ({"purpose": "Auth"}, DeviceProtocolError),
        ({"spec_version": ("1.0.0",)}, DeviceProtocolError),
    ],
    ids=["env", "code", "callback", "unsigned-id", "foreign-id", "status", "purpose", "version"],
)
def test_signed_words_that_do_not_fit_are_refused(changes: dict[str, object], error: type[DriverError]) -> None:
    with pytest.raises(error):
        accept_device(ANSWERING.discovered(), _info(**changes), TRUST)


@pytest.mark.parametrize("changes", [{"serial_no": "2"}, {"make": "x"}, {"model": "x"}, {"device_sub_type": "Single"}])
def test_another_scanner_in_discovery_than_in_what_is_signed_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(DeviceUntrusted):
        accept_device(_claiming(**changes), _info(), TRUST)


def test_time_is_that_of_the_trust() -> None:
    with pytest.raises(DeviceUntrusted):
        accept_device(ANSWERING.discovered(), _info(), Trust(TRUST.authorities, NOW + timedelta(days=60), "Developer"))


@pytest.mark.parametrize("address", [ADDRESS, "http://localhost:4600/", "http://[::1]:4501", "http://127.9.9.9"])
def test_an_address_on_this_machine_will_do(address: str) -> None:
    check_callback(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:4501",
        "http://",
        "http://0.0.0.0:4501",
        "http://127.0.0.1@evil.test:4501",
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "http://2130706433",
        "http://[::ffff:198.51.100.7]",
        "http://[",
        "https://evil.test/127.0.0.1",
    ],
)
def test_an_address_that_leads_away_is_refused(address: str) -> None:
    with pytest.raises(DeviceUntrusted):
        check_callback(address)
