"""Which device was not found: a driver knows what it looked for by its ids, and only its profile by its name. Pure."""

from __future__ import annotations

from drivers.binding import is_binding
from drivers.errors import DeviceNotFound, DriverError
from drivers.profiles import Profile


def with_its_name(error: DriverError, profile: Profile, device: str) -> DriverError:
    """`error`, with the model's name and its place where the driver could not say which device it is.

    `device` as in the settings: an address may hold a password, so that only paths and bindings are repeated.
    """
    if not isinstance(error, DeviceNotFound) or error.sentence != DeviceNotFound.default_sentence:
        return error
    where = f" at {device}" if device.startswith("/") or is_binding(device) else ""
    return DeviceNotFound(f"The {profile.name} was not found{where}: check that it is plugged in.")
