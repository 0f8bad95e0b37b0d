"""What models there are and what each may be used for: facts as data, one TOML file per model.

Responsible for the schema and for refusing a wrong file by name. Not for how a device is driven (drivers) nor
for finding which one is plugged in (`appliance.commands.doctor`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from drivers.contracts import Contract, DeviceIdentity
from drivers.errors import FirmwareNotApproved, OptionInvalid

PROFILES_DIRECTORY = Path(__file__).resolve().parent.parent / "firmware_profiles"
"""The profiles that are shipped."""

UsbId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{4}$")]


class Use(StrEnum):
    """What a model may be used for; enrolment is the only one that makes a record."""

    ENROLMENT = "enrolment"
    TRAINING = "training"
    DEMONSTRATION = "demonstration"
    LOG_IN = "log-in"


class UsbMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """USB ids as four lower-case hexadecimal digits."""

    vendor_id: UsbId
    product_id: UsbId


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    contract: Contract
    driver: str
    vendor: str
    model: str
    use: tuple[Use, ...]
    certification: str = ""
    resolution_ppi: Annotated[int, msgspec.Meta(ge=1, le=10000)] | None = None
    firmware_versions: tuple[str, ...] = ()
    simulated: bool = False
    note: str = ""
    match: tuple[UsbMatch, ...] = ()
    options: dict[str, str | int | float | bool] = {}


class Profile(_File, frozen=True, kw_only=True):
    """One model. `profile_id` is its file's stem.

    `firmware_versions` are those approved, empty for any. `match` is empty where nothing on USB tells the model
    (a bare serial converter, a network camera): then it is chosen by the settings. `options` are the driver's.
    """

    profile_id: str

    def driver_options(self) -> dict[str, object]:
        """The driver's options that follow from the profile, to be overlaid with the local settings'."""
        options: dict[str, object] = dict(self.options)
        if self.resolution_ppi is not None:
            options.setdefault("resolution_ppi", self.resolution_ppi)
        return options

    def check_firmware(self, identity: DeviceIdentity) -> None:
        """Raises FirmwareNotApproved when the device runs another firmware than those approved."""
        if self.firmware_versions and identity.firmware_version not in self.firmware_versions:
            raise FirmwareNotApproved(
                f"The {self.vendor} {self.model} runs firmware {identity.firmware_version or 'unknown'}, which is "
                f"not approved: approved are {', '.join(self.firmware_versions)}."
            )


def profile_from_toml(profile_id: str, data: bytes) -> Profile:
    """Raises OptionInvalid naming the profile and the key that is wrong."""
    try:
        file = msgspec.toml.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OptionInvalid(f"The profile {profile_id} is wrong: {error}.") from None
    return Profile(profile_id=profile_id, **{name: getattr(file, name) for name in file.__struct_fields__})


def load_profiles(directory: Path = PROFILES_DIRECTORY) -> dict[str, Profile]:
    """Every `*.toml` in a directory by its stem. Raises OptionInvalid for a missing directory or a wrong file."""
    if not directory.is_dir():
        raise OptionInvalid(f"The profiles' directory is missing: {directory}.")
    profiles = {}
    for path in sorted(directory.glob("*.toml")):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise OptionInvalid(f"The profile {path.stem} cannot be read: {error.strerror}.") from None
        profiles[path.stem] = profile_from_toml(path.stem, data)
    return profiles
