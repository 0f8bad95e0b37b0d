"""Which drivers there are: an explicit table, imported only when one of them is built.

Responsible for finding a driver by its id and for giving it its options by name and type.
Not for what models are approved (`drivers.profiles`) nor for running drivers (`drivers.host`).

A driver's module has `class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True)` and
`def create(options: Options) -> Driver`. Third-party drivers come as entry points of the group
`claim_kiosk.drivers` (an attribute of type `DriverEntry`); they never shadow a built-in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast, get_type_hints

import msgspec

from drivers.allowed_values import refusal
from drivers.contracts import Contract, Driver
from drivers.errors import OptionInvalid

SIMULATED = "simulated"
ENTRY_POINT_GROUP = "claim_kiosk.drivers"


@dataclass(frozen=True, slots=True)
class DriverEntry:
    """`factory` is `module:attribute`, a callable that takes the driver's `Options`."""

    contract: Contract
    factory: str


BUILT_IN: Mapping[str, DriverEntry] = {
    "simulated-fingerprint": DriverEntry(Contract.FINGERPRINT_READER, "drivers.simulated.fingerprint:create"),
    "emulated-nb1010": DriverEntry(Contract.FINGERPRINT_READER, "drivers.nb1010.emulator:create"),
    "emulated-uru4000": DriverEntry(Contract.FINGERPRINT_READER, "drivers.uru4000.emulator:create"),
    "simulated-camera": DriverEntry(Contract.CAMERA, "drivers.simulated.camera:create"),
    "simulated-chip": DriverEntry(Contract.CHIP_READER, "drivers.simulated.chip:create"),
    "simulated-pad": DriverEntry(Contract.SIGNATURE_PAD, "drivers.simulated.pad:create"),
    "simulated-scanner": DriverEntry(Contract.DOCUMENT_SCANNER, "drivers.simulated.scanner:create"),
    "zfm": DriverEntry(Contract.FINGERPRINT_READER, "drivers.zfm.driver:create"),
    "camera-scanner": DriverEntry(Contract.DOCUMENT_SCANNER, "drivers.camera_scanner.driver:create"),
    "escl": DriverEntry(Contract.DOCUMENT_SCANNER, "drivers.sane.driver:create"),
    "libfprint": DriverEntry(Contract.FINGERPRINT_READER, "drivers.libfprint.driver:create"),
    "nb1010": DriverEntry(Contract.FINGERPRINT_READER, "drivers.nb1010.driver:create"),
    "opencv-camera": DriverEntry(Contract.CAMERA, "drivers.opencv_camera.driver:create"),
    "pcsc": DriverEntry(Contract.CHIP_READER, "drivers.pcsc.driver:create"),
    "sane": DriverEntry(Contract.DOCUMENT_SCANNER, "drivers.sane.driver:create"),
    "sbi-camera": DriverEntry(Contract.CAMERA, "drivers.sbi.driver:create_camera"),
    "sbi-fingerprint": DriverEntry(Contract.FINGERPRINT_READER, "drivers.sbi.driver:create_fingerprint"),
    "uru4000": DriverEntry(Contract.FINGERPRINT_READER, "drivers.uru4000.driver:create"),
}


def driver_entry(driver_id: str) -> DriverEntry:
    """The entry of a driver, a built-in first. Raises OptionInvalid when there is none of that name."""
    entry = BUILT_IN.get(driver_id) or _third_party(driver_id)
    if entry is None:
        raise OptionInvalid(f"There is no driver called {driver_id!r}: the drivers are {', '.join(BUILT_IN)}.")
    return entry


def build_driver(driver_id: str, options: Mapping[str, object]) -> Driver:
    """The driver, built but not opened. Raises OptionInvalid for an unknown id, option or a bad value.

    `simulated` is not the driver's where its options have no such name: whoever builds it marks what it gives
    (`said_simulated`).
    """
    return build_from_factory(driver_entry(driver_id).factory, options)


def build_from_factory(factory: str, options: Mapping[str, object]) -> Driver:
    """Like `build_driver` for a factory named `module:attribute`."""
    module_name, _, attribute = factory.partition(":")
    create = cast("Callable[[object], Driver]", getattr(import_module(module_name), attribute))
    kind = _options_type(create)
    said_simulated(options)
    if SIMULATED not in {field.name for field in msgspec.structs.fields(kind)}:
        options = {name: value for name, value in options.items() if name != SIMULATED}
    return create(options_from_dict(kind, options))


def said_simulated(options: Mapping[str, object]) -> bool:
    """Whether the settings say `simulated`: a setting of every driver, by which nothing becomes real.

    Raises OptionInvalid for what is neither true nor false.
    """
    try:
        return msgspec.convert(options.get(SIMULATED, False), bool, strict=False)
    except msgspec.ValidationError:
        raise OptionInvalid(f"The setting {SIMULATED} is true or false.") from None


def options_from_dict(kind: type, options: Mapping[str, object]) -> object:
    """Typed options from TOML values or from `--set NAME=VALUE` strings (`0x..` integers and dotted names too).

    Raises OptionInvalid naming the option.
    """
    try:
        return msgspec.convert(_hexadecimal_resolved(kind, _nested(options)), kind, strict=False)
    except msgspec.ValidationError as error:
        sentence = f"A setting of the device is wrong: {refusal(kind, error)}. Its settings are: {_names(kind)}."
        raise OptionInvalid(sentence) from None


def _names(kind: type) -> str:
    return ", ".join(field.name for field in msgspec.structs.fields(kind)) or "none"


def _nested(options: Mapping[str, object]) -> dict[str, object]:
    """`faults.unplug` becomes an `unplug` inside `faults`, as TOML would have it."""
    nested: dict[str, object] = {}
    for name, value in options.items():
        outer, dot, inner = name.partition(".")
        if not dot:
            nested[name] = value
            continue
        table = nested.setdefault(outer, {})
        if not isinstance(table, dict):
            raise OptionInvalid(f"The setting {outer} is given both as a whole and in parts.")
        table[inner] = value
    return nested


def _hexadecimal_resolved(kind: type, options: Mapping[str, object]) -> dict[str, object]:
    """Strings such as `0xFFFFFFFF` become integers where the option is not text."""
    resolved = dict(options)
    for field in msgspec.structs.fields(kind):
        value = resolved.get(field.name)
        if isinstance(value, str) and value.lower().startswith("0x") and field.type is not str:
            try:
                resolved[field.name] = int(value, 16)
            except ValueError:
                raise OptionInvalid(f"The setting {field.name} is not a number: {value!r}.") from None
    return resolved


def _options_type(create: Callable[[object], Driver]) -> type:
    hints = get_type_hints(create, vars(sys.modules[create.__module__]))
    kind = hints.get("options")
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        raise OptionInvalid(f"The driver's factory {create.__module__} does not say what options it takes.")
    return kind


def _third_party(driver_id: str) -> DriverEntry | None:
    from importlib.metadata import entry_points  # costs a host that runs a built-in a tenth of its start

    for point in entry_points(group=ENTRY_POINT_GROUP, name=driver_id):
        entry = point.load()
        if isinstance(entry, DriverEntry):
            return entry
    return None
