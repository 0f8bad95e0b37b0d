"""A manifest has one byte form and one schema; what departs from either is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import PackageRefused, SealingFailed
from appliance.model.applicant import FieldValue, Origin, Representative, Standing
from appliance.model.attendance import ExemptionReason
from appliance.model.manifest import ExemptionRecord
from appliance.package.canonical import MANIFEST_LIMIT_BYTES, manifest_from_bytes, manifest_to_bytes
from appliance.package.schema import SCHEMA_PATH, schema_to_bytes
from tests.unit.package.world import manifest_for, some_parts

_validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_PATH.read_bytes()))


def _rich() -> Any:
    manifest = manifest_for(
        some_parts(),
        representative=Representative(name="Example", standing=Standing.PARENT, proof="birth certificate"),
        exemptions=(ExemptionRecord(position="left_index", reason=ExemptionReason.MISSING, permanent=True),),
        signature=None,
    )
    return json.loads(manifest_to_bytes(manifest))


def test_the_shipped_schema_is_the_one_that_the_code_makes() -> None:
    assert SCHEMA_PATH.read_bytes() == schema_to_bytes(), "run: python -m appliance.package.schema"


def test_the_schema_itself_is_sound() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA_PATH.read_bytes()))


@pytest.mark.parametrize("parts", [[], some_parts()], ids=["no part", "two parts"])
def test_the_schema_accepts_what_the_box_writes(parts: list[Any]) -> None:
    _validator.validate(json.loads(manifest_to_bytes(manifest_for(parts))))
    _validator.validate(_rich())


def _set(*path: str | int, to: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = to

    return change


def _drop(*path: str | int) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


MUTATIONS: dict[str, Callable[[Any], None]] = {
    "another format": _set("format", to="manifest"),
    "another version": _set("version", to=3),
    "the version before": _set("version", to=1),
    "version as text": _set("version", to="2"),
    "no package id": _drop("package_id"),
    "empty package id": _set("package_id", to=""),
    "package id with a path": _set("package_id", to="../x"),
    "local time": _set("created_at", to="2026-03-05T10:30:00.000+01:00"),
    "simulated as a number": _set("simulated", to=1),
    "simulated left out": _drop("simulated"),
    "unknown field": _set("extra", to=1),
    "unknown field of a capture": _set("captures", 0, "extra", to=1),
    "unknown field of a device": _set("captures", 0, "device", "extra", to=1),
    "a device without its firmware": _drop("captures", 0, "device", "firmware_version"),
    "unknown kind of capture": _set("captures", 0, "kind", to="iris"),
    "quality beyond 255": _set("captures", 0, "quality", to=256),
    "quality with a fraction": _set("captures", 0, "quality", to=1.5),
    "claimed attack detection": _set("captures", 0, "pad", to="passed"),
    "unknown decision": _set("captures", 0, "decision", to="magic"),
    "a capture's part outside": _set("captures", 0, "part", to="../face.png"),
    "absolute part name": _set("parts", 0, "name", to="/face.png"),
    "short digest": _set("parts", 0, "sha256", to="ab"),
    "upper-case digest": _set("parts", 0, "sha256", to="AB" * 32),
    "negative size": _set("parts", 0, "size", to=-1),
    "unknown origin": _set("applicant", "surname", "origin", to="guess"),
    "overlong value": _set("applicant", "surname", "value", to="x" * 201),
    "unknown exemption": _set("exemptions", 0, "reason", to="unwilling"),
    "representative without proof": _drop("representative", "proof"),
    "score as text": _set("attempts", 0, "score", to="71"),
    "measure as text": _set("attempts", 0, "measures", "sharpness", to="high"),
    "an attempt by nobody": _drop("attempts", 0, "technician_id"),
    "an attempt by an empty name": _set("attempts", 0, "technician_id", to=""),
    "an attempt judged by nothing": _drop("attempts", 0, "algorithm"),
    "an attempt without its device": _drop("attempts", 0, "device_index"),
    "an attempt before the first device": _set("attempts", 0, "device_index", to=-1),
    "no table of devices": _drop("devices"),
    "a listed device without its firmware": _drop("devices", 0, "firmware_version"),
    "notice not shown": _set("notice", to=None),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_schema_and_reader_refuse_the_same(name: str) -> None:
    document = _rich()
    MUTATIONS[name](document)
    assert not _validator.is_valid(document)
    with pytest.raises(PackageRefused) as refusal:
        manifest_from_bytes(rfc8785.dumps(document))
    assert refusal.value.code in {"package-manifest-invalid", "package-manifest-version"}


@pytest.mark.parametrize("name", ["package_id", "created_at"])
def test_a_line_feed_at_the_end_is_not_overlooked(name: str) -> None:
    document = _rich()
    document[name] += "\n"
    with pytest.raises(PackageRefused):
        manifest_from_bytes(rfc8785.dumps(document))


_GOOD = manifest_to_bytes(manifest_for(some_parts()))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "package-manifest-invalid"),
        (b"[]", "package-manifest-version"),
        (b"\xff", "package-manifest-invalid"),
        (b"[" * 100_000, "package-manifest-invalid"),
        (_GOOD + b"\n", "package-manifest-invalid"),
        (_GOOD.replace(b":1", b": 1"), "package-manifest-invalid"),
        (_GOOD.replace(b'"version":2', b'"version":2.0'), "package-manifest-invalid"),
        (_GOOD.replace(b'"simulated":true', b'"simulated":true,"simulated":true', 1), "package-manifest-invalid"),
        (_GOOD.replace("Espécimen".encode(), b"Esp\\u00e9cimen"), "package-manifest-invalid"),
        (b" " * (MANIFEST_LIMIT_BYTES + 1), "package-manifest-invalid"),
    ],
    ids=[
        "empty", "a list", "not UTF-8", "deep", "line feed", "spaces", "number form", "twice", "escapes", "too long",
    ],
)  # fmt: skip
def test_other_bytes_for_the_same_are_refused(data: bytes, code: str) -> None:
    assert data != _GOOD
    with pytest.raises(PackageRefused) as refusal:
        manifest_from_bytes(data)
    assert refusal.value.code == code


@given(
    value=st.text(max_size=200),
    measure=st.floats(allow_nan=False, allow_infinity=False),
    permanent=st.booleans(),
    score=st.integers(0, 255),
)
def test_manifests_round_trip(value: str, measure: float, permanent: bool, score: int) -> None:
    base = manifest_for(some_parts())
    manifest = msgspec.structs.replace(
        base,
        applicant={"surname": FieldValue(value=value, origin=Origin.TECHNICIAN)},
        attempts=(msgspec.structs.replace(base.attempts[0], measures={"sharpness": measure}, score=score),),
        exemptions=(ExemptionRecord(position="left_index", reason=ExemptionReason.INJURED, permanent=permanent),),
    )
    data = manifest_to_bytes(manifest)
    assert manifest_from_bytes(data) == manifest
    assert manifest_to_bytes(manifest_from_bytes(data)) == data


def test_text_without_a_utf8_form_is_not_written() -> None:
    lone_surrogate = {"surname": FieldValue(value="\ud800", origin=Origin.TECHNICIAN)}
    with pytest.raises(SealingFailed) as refusal:
        manifest_to_bytes(manifest_for(some_parts(), applicant=lone_surrogate))
    assert refusal.value.code == "manifest-invalid"
