"""Whether a profile's driver is there and is one of its kind: one rule for the post, `capture` and `doctor`."""

from __future__ import annotations

from appliance.errors import SettingsError
from drivers.errors import DriverError
from drivers.profiles import Profile
from drivers.registry import driver_entry


def check_driver(profile: Profile) -> None:
    """Raises SettingsError `driver-unknown` or `profile-contract`."""
    try:
        contract = driver_entry(profile.driver).contract
    except DriverError as error:
        raise SettingsError(
            f"The profile {profile.profile_id} cannot be used. {error.sentence}", code="driver-unknown"
        ) from error
    if contract is not profile.contract:
        raise SettingsError(
            f"The profile {profile.profile_id} says {profile.contract.value}, its driver is a {contract.value}.",
            code="profile-contract",
        )
