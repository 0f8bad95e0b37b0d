"""What an applicant's age changes, by law and by what a score can say. Pure."""

from __future__ import annotations

from datetime import date

from appliance.model.manifest import AgeGroup

FINGERPRINT_AGE_YEARS = 6
"""Children under six give no fingerprints at all (BSI TR-03121-3 vol. 2 §2.1, Regulation (EC) 1030/2002)."""

ADULT_SCORE_AGE_YEARS = 12
"""Below it scores are a child's: reported apart, and never held against anyone. Of a child under twelve, Regulation
(EU) 2019/1157 art. 3(7) lets fingerprints be left out altogether; NFIQ 2's forest has learnt from adults' prints."""


def age_years(birth_date: str, on: date) -> int | None:
    """Whole years on a day; None when the birth date is not a complete date."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_group(years: int | None) -> AgeGroup:
    if years is None:
        return AgeGroup.UNKNOWN
    return AgeGroup.CHILD if years < ADULT_SCORE_AGE_YEARS else AgeGroup.ADULT
