"""Which portrait an attendance wants: by its plan, and by the applicant's age where it is known. Pure."""

from __future__ import annotations

from typing import Final

from appliance.attendance.state import Attendance
from appliance.model.configuration import PortraitUse
from appliance.quality.iso29794_5.portrait_profiles import LIVE, PERMIT, PortraitAge, PortraitProfile, PortraitWanted

PROFILES: Final[dict[PortraitUse, PortraitProfile]] = {PortraitUse.PERMIT: PERMIT, PortraitUse.LIVE: LIVE}


def wanted_portrait(attendance: Attendance) -> PortraitWanted:
    """Of somebody whose birth date is not known, as of an adult."""
    years = attendance.applicant_years
    age = PortraitAge.ADULT if years is None else PortraitAge.of(years)
    return PortraitWanted(PROFILES[attendance.opened.plan.portrait], age)
