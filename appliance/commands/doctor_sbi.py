"""What `doctor` says of scanners behind their makers' SBI services, and how one comes to enrol applicants. Pure.

What a service says of itself is proved only when its scanner is opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from appliance.devices.enrolment_use import refuse_for_enrolment
from drivers.contracts import Contract
from drivers.errors import DriverError
from drivers.profiles import Profile
from drivers.sbi.checks import CERTIFIED
from drivers.sbi.messages import FACE, DiscoveredDevice

_KIND: Final = "sbi-scanner"
_NO_SERVICE: Final = (
    "No certified scanner's service (SBI) answers on ports 4501 to 4600: install and start the maker's. Under "
    '"Certified scanners" drivers/README.md says how to go on, and how to see one without a scanner.'
)


def no_service_row() -> dict[str, Any]:
    return {"kind": "nothing-found", "of": _KIND, "advice": _NO_SERVICE}


def scanner_row(port: int, offer: DiscoveredDevice, profiles: Iterable[Profile]) -> dict[str, Any]:
    """`device` is what --device takes: the scanner's serial number."""
    try:
        claimed = offer.claimed_id()
    except DriverError as error:
        return {"kind": _KIND, "device": "", "port": port, "status": "unknown", "advice": error.sentence}
    driver = "sbi-camera" if claimed.type == FACE else "sbi-fingerprint"
    matched = [
        profile
        for profile in profiles
        if profile.driver == driver and profile.options.get("device_sub_type") in (None, "", claimed.device_sub_type)
    ]
    return {
        "kind": _KIND,
        "device": claimed.serial_no,
        "port": port,
        "description": f"{claimed.make} {claimed.model} ({claimed.type}, {claimed.device_sub_type})",
        "usb": "",
        "serial_number": claimed.serial_no,
        "certification": offer.certification,
        "accessible": True,
        "status": "matched" if matched else "unknown",
        "profiles": [profile.profile_id for profile in matched],
        "advice": _advice(claimed.serial_no, offer.certification, matched),
    }


def _advice(serial_number: str, level: str, matched: list[Profile]) -> str:
    if not matched:
        return "No profile speaks of such a scanner: ask AIMA to approve it."
    least = "" if level == CERTIFIED else " --set certification=L0"
    sentences = [
        f"Try it: claim-kiosk capture --profile {matched[0].profile_id} --device '{serial_number}' "
        f"--set trust=MAKER.pem --set env=Production{least} --out image.png",
        "(MAKER.pem holds the root certificates that vouch for it, env is what its service is set up for: Production, "
        "Pre-Production, Staging or Developer).",
    ]
    if least:
        sentences.append("It does not say that it is certified (L1): it is not for enrolment.")
    elif matched[0].contract is Contract.FINGERPRINT_READER and all(map(refuse_for_enrolment, matched)):
        sentences.append(
            "To enrol with it, give its model a profile of its own: copy "
            f"firmware_profiles/{matched[0].profile_id}.toml "
            'and add sensor_mm, certification ("EBTS-F" or "PIV") and the use "enrolment".'
        )
    return " ".join(sentences)
