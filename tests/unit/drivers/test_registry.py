"""Drivers are found in a table, and their options are refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, EntryPoints

import msgspec
import pytest

import drivers.registry as registry
from drivers.contracts import Contract
from drivers.errors import OptionInvalid
from drivers.registry import BUILT_IN, DriverEntry, build_driver, build_from_factory, driver_entry, options_from_dict


class Inner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    unplug: bool = False


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    device: str = ""
    address: int = 0
    baud: int = 57600
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Options()),
        ({"device": "/dev/ttyUSB0", "baud": "115200"}, Options(device="/dev/ttyUSB0", baud=115200)),
        ({"address": "0xFFFFFFFF"}, Options(address=0xFFFFFFFF)),
        ({"device": "0x10"}, Options(device="0x10")),
        ({"inner.unplug": "true"}, Options(inner=Inner(unplug=True))),
        ({"inner": {"unplug": True}}, Options(inner=Inner(unplug=True))),
    ],
)
def test_options_come_typed_from_toml_or_as_text(given: dict[str, object], expected: Options) -> None:
    assert options_from_dict(Options, given) == expected


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"devise": "x"}, "devise"),
        ({"baud": "fast"}, "baud"),
        ({"address": "0xZZ"}, "address"),
        ({"inner.plug": "true"}, "plug"),
        ({"inner": "x", "inner.unplug": "true"}, "inner"),
    ],
)
def test_a_wrong_option_is_refused_by_name(given: dict[str, object], named: str) -> None:
    with pytest.raises(OptionInvalid, match=named):
        options_from_dict(Options, given)


@pytest.mark.parametrize("driver_id", sorted(BUILT_IN))
def test_every_built_in_driver_can_be_imported_and_refuses_an_unknown_option(driver_id: str) -> None:
    with pytest.raises(OptionInvalid, match="no-such-option"):
        build_driver(driver_id, {"no-such-option": 1})


def test_an_unknown_driver_is_refused_by_name() -> None:
    with pytest.raises(OptionInvalid, match="teleporter"):
        driver_entry("teleporter")


def _untyped(options):  # type: ignore[no-untyped-def]  # the point: a factory that does not say what it takes
    return options


def test_a_factory_that_does_not_say_what_it_takes_is_refused() -> None:
    with pytest.raises(OptionInvalid, match="does not say"):
        build_from_factory(f"{__name__}:_untyped", {})


FOREIGN = DriverEntry(Contract.CAMERA, "tests.unit.drivers.test_registry:_untyped")


def _installed(names: Sequence[str]) -> EntryPoints:
    value = "tests.unit.drivers.test_registry:FOREIGN"
    return EntryPoints(EntryPoint(name, value, registry.ENTRY_POINT_GROUP) for name in names)


def test_a_third_party_driver_is_added_and_never_shadows_a_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = _installed(["opencv-camera", "their-camera"])
    monkeypatch.setattr("importlib.metadata.entry_points", installed.select)
    assert driver_entry("their-camera") == FOREIGN
    assert driver_entry("opencv-camera") == BUILT_IN["opencv-camera"]
