"""Only the model that a profile speaks of is opened under it: what else stands at its place is named and left alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from drivers.approval import check_model
from drivers.discovery import FoundDevice, FoundKind
from drivers.errors import DeviceNotFound, ModelNotApproved
from drivers.profiles import Profile, UsbMatch, load_profiles

PROFILES = load_profiles()
APPROVED = msgspec.structs.replace(
    PROFILES["opencv-camera"],
    vendor="Approved",
    model="Camera 1",
    match=(UsbMatch(vendor_id="046d", product_id="0825"),),
)


@pytest.fixture
def node(tmp_path: Path) -> str:
    """Where the camera is; a file stands for its device node."""
    (tmp_path / "video0").touch()
    (tmp_path / "by-name").symlink_to(tmp_path / "video0")
    return str(tmp_path / "video0")


def _camera(node: str, ids: str) -> FoundDevice:
    vendor_id, _, product_id = ids.partition(":")
    return FoundDevice(kind=FoundKind.CAMERA, device=node, vendor_id=vendor_id, product_id=product_id)


def _nobody_asked(_place: str) -> list[FoundDevice]:
    pytest.fail("nothing is there to be asked about")


@pytest.mark.parametrize("ids", ["046d:0826", "dead:beef", ""])
def test_another_model_at_its_place_is_refused_by_its_ids(node: str, ids: str) -> None:
    with pytest.raises(ModelNotApproved, match=ids or "nothing on USB") as refused:
        check_model(APPROVED, node, lambda _: [_camera(node, ids)])
    assert "Approved Camera 1" in refused.value.sentence


@pytest.mark.parametrize("name", ["video0", "by-name"])
def test_the_approved_one_is_taken_by_whatever_name_of_its_place(node: str, name: str) -> None:
    place = str(Path(node).with_name(name))
    check_model(APPROVED, place, lambda _: [_camera("/dev/video7", "dead:beef"), _camera(node, "046d:0825")])


@pytest.mark.parametrize("device", ["usb:046d:0826", "usb:dead:beef:046d:0825", "http://127.0.0.1/046d:0825"])
def test_a_binding_or_an_address_of_something_else_is_refused_unseen(device: str) -> None:
    with pytest.raises(ModelNotApproved):
        check_model(APPROVED, device, _nobody_asked)


@pytest.mark.parametrize("device", ["", "usb:046d:0825", "usb:046d:0825:A1", "A1", "/dev/video-that-is-not-plugged-in"])
def test_what_may_be_it_is_left_to_the_opening(device: str) -> None:
    check_model(APPROVED, device, _nobody_asked)


@pytest.mark.parametrize("profile", [profile for profile in PROFILES.values() if not profile.match], ids=str)
def test_a_profile_without_ids_is_believed(profile: Profile, node: str) -> None:
    check_model(profile, node, lambda _: [_camera(node, "dead:beef")])


@pytest.mark.parametrize("half", [TypeError, ValueError, OSError])
def test_one_that_is_pulled_out_while_it_is_looked_at_is_not_found(node: str, half: type[Exception]) -> None:
    def find(_place: str) -> list[FoundDevice]:
        raise half("int() argument must be a string, not NoneType")

    with pytest.raises(DeviceNotFound):
        check_model(APPROVED, node, find)
