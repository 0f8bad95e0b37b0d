"""Whether a model may make a record for AIMA: one pure rule, asked before anything is captured in production."""

from __future__ import annotations

from drivers.contracts import Contract
from drivers.profiles import Certification, Profile, Use

NOT_FOR_ENROLMENT = "device-not-for-enrolment"
LEAST_SENSOR_MM = (16.0, 20.0)
"""Width and height that an enrolment sensor sees at least (BSI TR-03121-3 vol. 2 §5.1.5.1)."""


def refuse_for_enrolment(profile: Profile) -> str | None:
    """The sentence that says why a production post does not take this model; None when it may be used."""
    if profile.simulated:
        return f"The {profile.model} is simulated: in production only real devices make records."
    name = f"The {profile.name}"
    if Use.ENROLMENT not in profile.use:
        return f"{name} is not approved for enrolment, only for {' and '.join(profile.use)}."
    if profile.contract is not Contract.FINGERPRINT_READER:
        return None
    width_mm, height_mm = profile.sensor_mm or (0.0, 0.0)
    if not profile.sensor_mm or width_mm < LEAST_SENSOR_MM[0] or height_mm < LEAST_SENSOR_MM[1]:
        seen = f"sees {width_mm:g} × {height_mm:g} mm" if profile.sensor_mm else "does not say how much it sees"
        return f"{name} {seen}: enrolment needs at least {LEAST_SENSOR_MM[0]:g} × {LEAST_SENSOR_MM[1]:g} mm."
    if profile.certification is Certification.NONE:
        return f"{name} has no EBTS-F or PIV certificate: enrolment needs one."
    return None
