"""Whether a model may make a record for AIMA: one pure rule, asked before anything is captured in production."""

from __future__ import annotations

from drivers.profiles import Profile, Use

NOT_FOR_ENROLMENT = "device-not-for-enrolment"


def refuse_for_enrolment(profile: Profile) -> str | None:
    """The sentence that says why a production post does not take this model; None when it may be used."""
    if profile.simulated:
        return f"The {profile.model} is simulated: in production only real devices make records."
    if Use.ENROLMENT not in profile.use:
        return (
            f"The {profile.vendor} {profile.model} is not approved for enrolment, only for training or demonstration."
        )
    return None
