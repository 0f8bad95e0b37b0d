"""Messages round-trip, numbers are read both as text and as numbers, and what is no message is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError
from drivers.sbi.messages import (
    Biometric,
    BioRequest,
    CaptureAnswer,
    CapturePayload,
    CaptureRequest,
    DeviceInfo,
    DigitalId,
    DiscoveredDevice,
    DiscoverRequest,
    ErrorInfo,
    InfoAnswer,
    Message,
    StreamRequest,
    discovered_from_json,
    infos_from_json,
    list_to_json,
)

TEXT = st.text(max_size=20)
NUMBER = st.integers(0, 10**9)
SCORE = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
TEXTS = st.lists(TEXT, max_size=4).map(tuple)
SUB_IDS = st.lists(st.integers(0, 3), max_size=4).map(tuple)
ERRORS = st.builds(ErrorInfo, error_code=st.integers(0, 999), error_info=TEXT)
BIO_REQUESTS = st.builds(
    BioRequest,
    type=TEXT,
    count=NUMBER,
    bio_sub_type=TEXTS,
    exception=TEXTS,
    requested_score=SCORE,
    device_id=TEXT,
    device_sub_id=st.integers(0, 3),
    previous_hash=TEXT,
)
CAPTURE_REQUESTS = st.builds(
    CaptureRequest,
    env=TEXT,
    timeout=NUMBER,
    capture_time=TEXT,
    transaction_id=TEXT,
    bio=st.lists(BIO_REQUESTS, max_size=2).map(tuple),
)
BIOMETRICS = st.builds(Biometric, spec_version=TEXT, data=TEXT, hash=TEXT, error=st.none() | ERRORS)
DISCOVERED = st.builds(
    DiscoveredDevice,
    **dict.fromkeys(("device_id", "device_status", "certification", "callback_id", "digital_id"), TEXT),
    device_sub_id=SUB_IDS,
    device_code=TEXT,
    spec_version=TEXTS,
    purpose=TEXT,
    error=st.none() | st.just(ErrorInfo()),
)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(DiscoverRequest, type=TEXT),
    CAPTURE_REQUESTS,
    st.builds(StreamRequest, device_id=TEXT, device_sub_id=st.integers(0, 3), timeout=NUMBER),
    st.builds(CaptureAnswer, biometrics=st.lists(BIOMETRICS, max_size=3).map(tuple)),
    st.builds(
        CapturePayload,
        **dict.fromkeys(
            ("digital_id", "device_code", "bio_type", "purpose", "env", "bio_value", "transaction_id", "timestamp"),
            TEXT,
        ),
        bio_sub_type=st.none() | TEXT,
        requested_score=st.none() | SCORE,
        quality_score=st.none() | SCORE,
    ),
    st.builds(
        DeviceInfo,
        **dict.fromkeys(
            ("env", "digital_id", "purpose", "device_status", "certification", "callback_id", "device_id"), TEXT
        ),
        device_code=TEXT,
        device_sub_id=SUB_IDS,
    ),
    st.builds(DigitalId, **dict.fromkeys(("serial_no", "make", "model", "type", "device_sub_type", "date_time"), TEXT)),
)


@given(MESSAGES)
def test_a_message_comes_back_as_it_was_written(message: Message) -> None:
    assert type(message).from_json(message.to_json()) == message


@given(st.lists(DISCOVERED | ERRORS.filter(lambda error: error.error_code != 0), max_size=3))
def test_what_a_service_offers_comes_back(offers: list[DiscoveredDevice | ErrorInfo]) -> None:
    written = [{"error": json.loads(one.to_json())} if isinstance(one, ErrorInfo) else None for one in offers]
    items = [made or json.loads(one.to_json()) for made, one in zip(written, offers, strict=True)]
    assert list(discovered_from_json(json.dumps(items).encode())) == offers


@given(st.lists(st.builds(InfoAnswer, device_info=st.none() | TEXT, error=st.none() | ERRORS), max_size=3))
def test_infos_come_back(infos: list[InfoAnswer]) -> None:
    assert list(infos_from_json(list_to_json(infos))) == infos


def _numbers_in(value: Any) -> bool:
    match value:
        case dict():
            return any(_numbers_in(member) for member in value.values())
        case list():
            return any(_numbers_in(member) for member in value)
        case _:
            return value is None or isinstance(value, int | float)


@given(MESSAGES)
def test_every_number_is_written_as_text_and_nothing_as_null(message: Message) -> None:
    assert not _numbers_in(json.loads(message.to_json()))


@given(CAPTURE_REQUESTS)
def test_the_prose_s_numbers_are_read_as_well(request: CaptureRequest) -> None:
    as_text = json.loads(request.to_json())
    for bio in as_text["bio"]:
        bio |= {"count": int(bio["count"]), "requestedScore": float(bio["requestedScore"])}
        bio["deviceSubId"] = int(bio["deviceSubId"])
    as_text["timeout"] = int(as_text["timeout"])
    assert CaptureRequest.from_json(json.dumps(as_text)) == request


@given(st.binary(max_size=200))
def test_garbage_is_refused_by_name(garbage: bytes) -> None:
    for read in (discovered_from_json, infos_from_json, CaptureAnswer.from_json, CaptureRequest.from_json):
        try:
            read(garbage)
        except DeviceProtocolError:
            continue
        assert json.loads(garbage) == []


@pytest.mark.parametrize(
    "answer",
    [
        '{"biometrics": null}',
        '{"biometrics": [null]}',
        '{"biometrics": [{"data": 7}]}',
        '{"biometrics": [{"error": {"errorCode": "many"}}]}',
        '{"biometrics": [{"error": {"errorCode": 1e400}}]}',
        '{"biometrics": ' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"biometrics": [], "other": ' + "[" * 10_000 + "]" * 10_000 + "}",
        "",
        "null",
        '{"biometrics": [',
    ],
    ids=lambda answer: answer[:50],
)
def test_what_is_no_answer_is_refused(answer: str) -> None:
    with pytest.raises(DeviceProtocolError):
        CaptureAnswer.from_json(answer)
