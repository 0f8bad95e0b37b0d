"""`claim-kiosk offer`: one device of this machine, offered to SBI clients (MOSIP SBI 0.9.5) until it is told to stop.

The device belongs to this process meanwhile, as it would to a driver's host. Its images are signed with a key of this
machine, so they are level L0: a client that demands certified scanners refuses them, and is right to.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from appliance.devices.enrolment_use import refuse_for_enrolment
from appliance.errors import DeviceError, UsageError
from appliance.installed_forest import installed_forest
from appliance.model.verdict import NOT_JUDGED
from appliance.quality.face import FaceAssessor
from appliance.quality.fingerprint import assess_fingerprint
from drivers.approval import check_model
from drivers.binding import located
from drivers.contracts import Camera, Contract, FingerprintReader, Pixels
from drivers.errors import DriverError
from drivers.profiles import PROFILES_DIRECTORY, Profile, Profiles, load_profiles
from drivers.registry import build_driver, said_simulated
from drivers.sbi.answering import Honest
from drivers.sbi.authority import KeySigner
from drivers.sbi.offered import Offer, offer_of
from drivers.sbi.service import SbiService, ServiceSettings, on_a_free_port

ENVIRONMENTS: Final = ("Staging", "Developer", "Pre-Production", "Production")
_OFFERED: Final = (Contract.FINGERPRINT_READER, Contract.CAMERA)
_PEM_LIMIT_BYTES: Final = 1 << 20


def offer(
    profile_id: str,
    device: str,
    options: dict[str, str],
    *,
    key: Path,
    certificates: Path,
    env: str = "Developer",
    port: int | None = None,
    tell: Callable[[dict[str, Any]], None],
    profiles: Path = PROFILES_DIRECTORY,
) -> None:
    """Returns after SIGTERM or SIGINT. `tell` is called once, when clients are answered.

    Raises UsageError for an unknown profile, one that SBI has no word for, a file that cannot be read or a port that
    is taken; DeviceError with the driver's code.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with ExitStack() as stack:
        try:
            profile = _profile(load_profiles(profiles), profile_id, env)
            signer = KeySigner.from_pem(_pem(key), _pem(certificates))
            given: dict[str, object] = {**options, **({"device": device} if device else {})}
            offered = _opened(profile, profile.driver_options() | given, env, stack)

            def serve(at: int) -> SbiService:
                return SbiService(ServiceSettings(offers=[offered], manner=Honest(signer), port=at))

            service = stack.enter_context(on_a_free_port(serve) if port is None else _at(serve, port))
        except DriverError as error:
            raise DeviceError(error.sentence, code=error.code) from error
        tell(
            {
                "event": "ready",
                "port": service.port,
                "device_id": offered.device_id,
                "certification": offered.certification,
                "profile": profile.profile_id,
            }
        )
        stopping.wait()


def _profile(profiles: Profiles, profile_id: str, env: str) -> Profile:
    profiles.check(profile_id)
    profile = profiles.get(profile_id)
    if profile is None:
        raise UsageError(
            f"There is no profile {profile_id!r}: there are {', '.join(sorted(profiles))}.", code="profile-unknown"
        )
    if profile.contract not in _OFFERED:
        raise UsageError(f"SBI has no word for a {profile.contract.value}.", code="not-offered")
    reason = refuse_for_enrolment(profile) if env == "Production" else None
    if reason is not None:
        raise UsageError(reason, code="device-not-for-enrolment")
    return profile


def _opened(profile: Profile, options: dict[str, object], env: str, stack: ExitStack) -> Offer:
    """The device, open until the stack is left. Raises drivers' errors."""
    named = options.get("device", "")
    if isinstance(named, str) and named:
        check_model(profile, named)
        options = {**options, "device": located(named, profile.contract)}
    driver = build_driver(profile.driver, options)
    own = cast("FingerprintReader | Camera", driver)
    with ExitStack() as opening:
        opening.callback(driver.close)
        identity = driver.open()
        if said_simulated(options):
            identity = msgspec.structs.replace(identity, simulated=True)
        profile.check_firmware(identity)
        offered = offer_of(own, identity, profile.contract, _judge(profile), datetime.now(UTC), env=env)
        opening.pop_all()
    # From here on clients may be inside the driver, and only the sensor knows whether one is.
    stack.callback(offered.sensor.close)
    return offered


def _judge(profile: Profile) -> Callable[[Pixels], float]:
    """SBI's score, 0 to 100: what could not be judged is worth nothing."""
    if profile.contract is Contract.CAMERA:
        faces = FaceAssessor()
        return lambda pixels: _score(faces.assess(pixels).score)
    forest = installed_forest()
    return lambda pixels: _score(assess_fingerprint(pixels, resolution_ppi=profile.resolution_ppi, forest=forest).score)


def _score(score: int) -> float:
    return 0.0 if score == NOT_JUDGED else float(score)


def _at(serve: Callable[[int], SbiService], port: int) -> SbiService:
    try:
        return serve(port)
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used: {error.strerror}.", code="port-in-use") from None


def _pem(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PEM_LIMIT_BYTES)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", code="file-unreadable") from None
