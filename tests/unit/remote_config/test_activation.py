"""Which configurations are fit to use, and that the last good one survives whatever comes after it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigurationError, StorageCorrupted
from appliance.remote_config.activation import ActiveConfiguration, decode_configuration
from appliance.remote_config.trust import SignedConfiguration
from appliance.sandbox.aima.authority import Authority
from appliance.sandbox.aima.demonstration import AREAS, demonstration_configuration
from appliance.technicians.accounts import check_accounts

NOW = datetime.now(UTC)
BIRTH_DATE = 2
"""Where the demonstration's fields hold it."""
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    authority = Authority.create_or_load(tmp_path_factory.mktemp("authority"))
    decoded: dict[str, Any] = msgspec.json.decode(demonstration_configuration(authority))
    return decoded


def _signed(data: bytes, version: int = 1) -> SignedConfiguration:
    return SignedConfiguration(data=data, sha256=sha256(data).hexdigest(), targets_version=version)


def test_the_demonstration_is_fit_to_use(good: dict[str, Any]) -> None:
    configuration = decode_configuration(msgspec.json.encode(good), now=NOW)
    assert len(AREAS) == 12
    assert configuration.areas == AREAS
    assert [plan.plan_id for plan in configuration.capture_plans] == [
        "residence-permit",
        "one-finger",
        "documents-only",
        "ten-fingers",
    ]
    assert [technician.initial_training is None for technician in configuration.technicians] == [False, True]


def _set(*path: str | int, to: Any) -> Change:
    def change(configuration: dict[str, Any]) -> None:
        place: Any = configuration
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _drop(name: str) -> Change:
    return lambda configuration: configuration.__delitem__(name)


def _twice(name: str) -> Change:
    return lambda configuration: configuration[name].append(configuration[name][0])


FLAWS: list[tuple[Change, str]] = [
    (_set("colour", to="red"), "colour"),
    (_set("post", "floor", to=1), "floor"),
    (_drop("technicians"), "technicians"),
    (_drop("aima"), "aima"),
    (_set("version", to=""), "version"),
    (_set("lock_after_minutes", to=0), "lock_after_minutes"),
    (_set("lock_after_minutes", to="10"), "lock_after_minutes"),
    (_set("centre", "model", to="claim-3g"), "model"),
    (_set("areas", to=[]), "areas"),
    (_set("capture_plans", to=[]), "capture_plans"),
    (_set("technicians", to=[]), "technicians"),
    (_twice("areas"), "areas"),
    (_twice("technicians"), "technicians"),
    (_twice("capture_plans"), "capture_plans"),
    (_twice("applicant_fields"), "applicant_fields"),
    (_set("technicians", 0, "password_hash", to="demonstracao"), "password_hash"),
    (_set("technicians", 0, "initial_training", "completed_on", to="2026-02-30"), "training date"),
    (_set("capture_plans", 1, "fingers", to=["right_sixth"]), "right_sixth"),
    (_set("capture_plans", 1, "fingers", to=["right_index", "right_thumb"]), "one hand"),
    (_set("capture_plans", 1, "fingers", to=[]), "asks for nothing"),
    (_set("capture_plans", 2, "exception_photo", to=True), "asks for exception photos"),
    (_set("capture_plans", 0, "use", to="verification"), "verification"),
    (_set("thresholds", "identification_fingers", to={"index": 20}), "identification_fingers"),
    (_set("capture_plans", 1, "placements", to=["right_five"]), "right_five"),
    (_set("capture_plans", 1, "placements", to=["left_four", "left_four"]), "placement twice"),
    (_set("capture_plans", 1, "placements", to=["right_four"]), "by a finger and by a placement"),
    (_set("capture_plans", 1, "placements", to=["two_thumbs"]), "by a finger and by a placement"),
    (_set("capture_plans", 0, "label", to={"pt": "Título"}), "label in en"),
    (_set("applicant_fields", 0, "label", to={}), "label in pt"),
    (_set("applicant_fields", 0, "mrz", to="eye_colour"), "MRZ"),
    (_set("centre", "model", to="conventional"), "CLAIM 2G"),
    (_set("centre", "centre_id", to="claim-demo\n"), "centre_id"),
    (_set("technicians", 0, "initial_training", "completed_on", to="2026-01-30\n"), "completed_on"),
    (_set("technicians", 0, "initial_training", "completed_on", to="٢٠٢٦-01-30"), "completed_on"),
    (_set("applicant_fields", BIRTH_DATE, "mrz", to=""), "small children"),
    (_set("applicant_fields", BIRTH_DATE, "kind", to="text"), "small children"),
    (_set("applicant_fields", BIRTH_DATE, "required", to=False), "small children"),
    (_set("applicant_fields", 0, "mrz", to="birth_date"), "small children"),
    (_set("thresholds", to={"fingers": {"index": 30}}), "thresholds.fingers"),
    (_set("thresholds", to={"face": 101}), "face"),
    (_set("aima", "encryption_certificate", to="none"), "encryption_certificate"),
    (_set("aima", "receipt_certificate", to=""), "receipt_certificate"),
    (
        lambda configuration: configuration["aima"].update(
            encryption_certificate=configuration["aima"]["receipt_certificate"]
        ),
        "key agreement",
    ),
    (
        lambda configuration: configuration["aima"].update(
            receipt_certificate=configuration["aima"]["encryption_certificate"]
        ),
        "signatures",
    ),
]


@pytest.mark.parametrize(("change", "named"), FLAWS, ids=[named for _, named in FLAWS])
def test_a_flaw_is_refused_and_its_field_named(good: dict[str, Any], change: Change, named: str) -> None:
    configuration = copy.deepcopy(good)
    change(configuration)
    with pytest.raises(ConfigurationError) as refused:
        decode_configuration(msgspec.json.encode(configuration), now=NOW)
    assert refused.value.code == "configuration-invalid"
    assert named in refused.value.sentence


def test_without_fingerprints_nobody_has_to_be_older_than_six(good: dict[str, Any]) -> None:
    configuration = copy.deepcopy(good)
    for plan in configuration["capture_plans"]:
        plan["fingers"] = plan["placements"] = []
        plan["document"] = True
    del configuration["applicant_fields"][BIRTH_DATE]
    decode_configuration(msgspec.json.encode(configuration), now=NOW)


def test_a_certificate_that_has_run_out_is_refused_when_it_comes_but_does_not_stop_an_offline_box(
    good: dict[str, Any],
) -> None:
    data = msgspec.json.encode(good)
    with pytest.raises(ConfigurationError) as refused:
        decode_configuration(data, now=NOW + timedelta(days=36500))
    assert "not valid now" in refused.value.sentence
    decode_configuration(data, now=None)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.just(b"[" * 100_000)))
def test_bytes_that_are_no_configuration_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(ConfigurationError) as refused:
        decode_configuration(data, now=NOW)
    assert refused.value.code == "configuration-invalid"


def test_the_last_good_one_stays_when_a_bad_one_comes(good: dict[str, Any], tmp_path: Path) -> None:
    active = ActiveConfiguration(tmp_path / "configuration" / "active.json")
    assert active.load() is None
    first = active.activate(_signed(msgspec.json.encode(good)), NOW)
    with pytest.raises(ConfigurationError):
        active.activate(_signed(b"{}", 2), NOW)
    assert active.load() == first
    second = active.activate(_signed(msgspec.json.encode(good | {"version": "2"}), 3), NOW)
    assert active.load() == second


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: data.replace(b"Posto 1", b"Posto 2", 1)],
    ids=["emptied", "cut short", "altered"],
)
def test_a_damaged_one_is_told_and_can_be_fetched_anew(
    good: dict[str, Any], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "active.json"
    active = ActiveConfiguration(path)
    kept = active.activate(_signed(msgspec.json.encode(good)), NOW)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StorageCorrupted) as refused:
        active.load()
    assert refused.value.code == "configuration-damaged"
    assert active.activate(_signed(msgspec.json.encode(good)), NOW) == kept


def test_what_other_rooms_demand_is_asked_before_the_last_good_one_is_replaced(
    good: dict[str, Any], tmp_path: Path
) -> None:
    active = ActiveConfiguration(tmp_path / "active.json", check_accounts)
    kept = active.activate(_signed(msgspec.json.encode(good)), NOW)
    costly = copy.deepcopy(good)
    costly["technicians"][0]["password_hash"] = "$argon2id$v=19$m=99999999,t=3,p=4$c29tZXNhbHQ$" + "A" * 43
    with pytest.raises(ConfigurationError) as refused:
        active.activate(_signed(msgspec.json.encode(costly), 2), NOW)
    assert refused.value.code == "technician-password-hash"
    assert active.load() == kept


def test_the_one_before_is_in_force_while_the_last_is_damaged(good: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "active.json"
    active = ActiveConfiguration(path)
    first = active.activate(_signed(msgspec.json.encode(good)), NOW)
    active.activate(_signed(msgspec.json.encode(good | {"version": "2"}), 2), NOW)
    path.write_bytes(b"damaged")
    assert active.load() == replace(first, fallback=True)
    # What is damaged never takes the place of the one before.
    third = active.activate(_signed(msgspec.json.encode(good | {"version": "3"}), 3), NOW)
    assert active.load() == third
    path.write_bytes(b"damaged again")
    assert active.load() == replace(first, fallback=True)
