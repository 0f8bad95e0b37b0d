"""What models there are and what each may be used for: facts as data, one TOML file per model.

Responsible for the schema and for refusing a wrong file by name. Not for how a device is driven (drivers) nor
for finding which one is plugged in (`appliance.commands.doctor`).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from drivers.allowed_values import refusal
from drivers.contracts import Contract, DeviceIdentity
from drivers.errors import FirmwareNotApproved, OptionInvalid

PROFILES_DIRECTORY = Path(__file__).resolve().parent.parent / "firmware_profiles"
"""The profiles that are shipped."""

Measured = Literal["thumb", "index", "middle", "ring", "little", "face", "document"]
UsbId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{4}$")]


class Use(StrEnum):
    """What a model may be used for; enrolment is the only one that makes a record."""

    ENROLMENT = "enrolment"
    TRAINING = "training"
    DEMONSTRATION = "demonstration"
    LOG_IN = "log-in"


class Certification(StrEnum):
    """What an image of it is certified to: FBI EBTS appendix F (or its single-finger part, PIV), or nothing."""

    NONE = ""
    EBTS_F = "EBTS-F"
    PIV = "PIV"


class Capability(StrEnum):
    """What a model can do beyond its contract."""

    SINGLE_FINGER = "single-finger"
    SLAP = "slap"
    PREVIEW = "preview"
    STILL = "still"
    EXPOSURE = "exposure"
    FOCUS = "focus"
    WHITE_BALANCE = "white-balance"
    FLAT_BED = "flat-bed"
    FEEDER = "feeder"
    DUPLEX = "duplex"
    COLOUR = "colour"


class Quirk(StrEnum):
    """What is odd about a model, for the record and for whoever looks for a fault."""

    RESOLUTION_NOT_REPORTED = "resolution-not-reported"
    SERIAL_NUMBER_NOT_REPORTED = "serial-number-not-reported"
    PIXELS_DOUBLED = "pixels-doubled"
    SIXTEEN_GREY_LEVELS = "sixteen-grey-levels"


class UsbMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """USB ids as four lower-case hexadecimal digits. `product` narrows down ids that several models share."""

    vendor_id: UsbId
    product_id: UsbId
    product: str = ""


class ExposureLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the model may expose, milliseconds; longer blurs a person who moves, shorter shows the lamps."""

    shortest_ms: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    longest_ms: Annotated[float, msgspec.Meta(gt=0, le=1000)]


Millimetres = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Score = Annotated[int, msgspec.Meta(ge=0, le=100)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    contract: Contract
    driver: str
    vendor: str
    model: str
    use: Annotated[tuple[Use, ...], msgspec.Meta(min_length=1)]
    certification: Certification = Certification.NONE
    resolution_ppi: Annotated[int, msgspec.Meta(ge=1, le=10000)] | None = None
    sensor_mm: tuple[Millimetres, Millimetres] | None = None
    orientation_deg: Literal[0, 90, 180, 270] = 0
    exposure: ExposureLimits | None = None
    capabilities: tuple[Capability, ...] = ()
    quality_thresholds: dict[Measured, Score] = {}
    quirks: tuple[Quirk, ...] = ()
    cleaning_interval_days: Days | None = None
    calibration_interval_days: Days | None = None
    firmware_versions: tuple[str, ...] = ()
    simulated: bool = False
    note: str = ""
    match: tuple[UsbMatch, ...] = ()
    options: dict[str, str | int | float | bool] = {}


class Profile(_File, frozen=True, kw_only=True):
    """One model. `profile_id` is its file's stem.

    `sensor_mm` is (width, height) of what a fingerprint reader sees. `orientation_deg` is how far clockwise its
    picture must be turned to stand upright. `quality_thresholds` are this model's own lowest scores, where they are
    stricter than AIMA's. `firmware_versions` are those approved, empty for any. `match` is empty where nothing on USB
    tells the model (a bare serial converter, a network camera): then it is chosen by the settings. `options` are the
    driver's.
    """

    profile_id: str

    @property
    def name(self) -> str:
        """Vendor and model for a person; where any vendor's will do, what it is."""
        return self.model if self.vendor == "any" else f"{self.vendor} {self.model}"

    def driver_options(self) -> dict[str, object]:
        """The driver's options that follow from the profile, to be overlaid with the local settings'."""
        options: dict[str, object] = dict(self.options)
        if self.resolution_ppi is not None:
            options.setdefault("resolution_ppi", self.resolution_ppi)
        if self.orientation_deg:
            options.setdefault("orientation_deg", self.orientation_deg)
        if self.exposure is not None:
            options.setdefault("shortest_exposure_ms", self.exposure.shortest_ms)
            options.setdefault("longest_exposure_ms", self.exposure.longest_ms)
        return options

    def check_firmware(self, identity: DeviceIdentity) -> None:
        """Raises FirmwareNotApproved when the device runs another firmware than those approved."""
        if self.firmware_versions and identity.firmware_version not in self.firmware_versions:
            raise FirmwareNotApproved(
                f"The {self.name} runs firmware {identity.firmware_version or 'unknown'}, which is "
                f"not approved: approved are {', '.join(self.firmware_versions)}."
            )


def profile_from_toml(profile_id: str, data: bytes) -> Profile:
    """Raises OptionInvalid naming the profile and the key that is wrong."""
    try:
        file = msgspec.toml.decode(data, type=_File)
    except msgspec.ValidationError as error:
        raise OptionInvalid(f"The profile {profile_id} is wrong: {refusal(_File, error)}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OptionInvalid(f"The profile {profile_id} is wrong: {error}.") from None
    _check(profile_id, file)
    return Profile(profile_id=profile_id, **{name: getattr(file, name) for name in file.__struct_fields__})


def _check(profile_id: str, file: _File) -> None:
    """What no single value can be wrong about. Raises OptionInvalid."""
    wrong = (
        ("exposure", file.exposure is not None and file.exposure.shortest_ms > file.exposure.longest_ms),
        ("exposure", file.exposure is not None and file.contract is not Contract.CAMERA),
        ("orientation_deg", bool(file.orientation_deg) and file.contract is not Contract.CAMERA),
        ("sensor_mm", file.sensor_mm is not None and file.contract is not Contract.FINGERPRINT_READER),
        ("certification", bool(file.certification) and file.simulated),
        ("use", file.simulated and Use.ENROLMENT in file.use),
        ("match", len(set(file.match)) < len(file.match)),
    )
    for name, holds in wrong:
        if holds:
            raise OptionInvalid(f"The profile {profile_id} is wrong: {name} does not fit the rest of it.")


class Profiles(dict[str, Profile]):
    """Those that are right, by their ids. `wrong` says of each other file why nobody uses it."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[str, OptionInvalid] = {}

    def check(self, profile_id: str) -> None:
        """Raises OptionInvalid for one whose file is wrong."""
        if profile_id in self.wrong:
            raise self.wrong[profile_id]


def load_profiles(directory: Path = PROFILES_DIRECTORY) -> Profiles:
    """Every `*.toml` in a directory by its stem; a wrong one keeps no other from being used. Raises OptionInvalid for
    a missing directory."""
    if not directory.is_dir():
        raise OptionInvalid(f"The profiles' directory is missing: {directory}.")
    profiles = Profiles()
    for path in sorted(directory.glob("*.toml")):
        try:
            profiles[path.stem] = profile_from_toml(path.stem, path.read_bytes())
        except OSError as error:
            profiles.wrong[path.stem] = OptionInvalid(f"The profile {path.stem} cannot be read: {error.strerror}.")
        except OptionInvalid as error:
            profiles.wrong[path.stem] = error
    return profiles
