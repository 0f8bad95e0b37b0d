"""What each codec writes it reads back: DER lengths, the stored ZIP, the list of files, the envelope."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import PackageRefused, SealingFailed
from appliance.package import der
from appliance.package.asice import (
    DataObject,
    asic_manifest_from_bytes,
    asic_manifest_to_bytes,
    part_name_allowed,
)
from appliance.package.envelope import encrypt
from appliance.package.envelope_reader import decrypt
from appliance.package.stored_zip import Entry, directory, entry_chunks, local_header, locate, total_size
from tests.unit.package.world import NOW, certify

_RECIPIENT = certify("recipient", usage="key_agreement")
_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(/[a-z0-9]{1,8}){0,2}", fullmatch=True)


@given(st.binary(max_size=400))
def test_der_elements_are_read_by_a_reader_we_did_not_write(content: bytes) -> None:
    encoded = der.element(der.OCTET_STRING, content)
    assert core.OctetString.load(encoded, strict=True).native == content
    assert core.OctetString(content).dump() == encoded


@given(st.integers(0, 2**40))
def test_der_lengths_take_the_fewest_octets(length: int) -> None:
    encoded = der.header(der.OCTET_STRING, length)
    if length < 128:
        assert encoded == bytes((4, length))
    else:
        assert encoded[2] != 0
        assert int.from_bytes(encoded[2:], "big") == length
        assert encoded[1] == 0x80 | len(encoded[2:])


@given(st.lists(st.integers(0, 2**30), max_size=6))
def test_object_identifiers_agree_with_a_reader_we_did_not_write(arcs: list[int]) -> None:
    dotted = ".".join(str(arc) for arc in (1, 3, *arcs))
    assert der.object_identifier(dotted) == core.ObjectIdentifier(dotted).dump()


def _zip(files: dict[str, bytes], modified: datetime) -> bytes:
    entries = [Entry(name, len(data), zlib.crc32(data)) for name, data in files.items()]
    body = b"".join(local_header(entry, modified) + data for entry, data in zip(entries, files.values(), strict=True))
    whole = body + directory(entries, modified)
    assert len(whole) == total_size(entries)
    return whole


@given(st.dictionaries(_NAMES, st.binary(max_size=300), min_size=1, max_size=6))
def test_stored_zips_round_trip_and_others_read_them(files: dict[str, bytes]) -> None:
    data = _zip(files, NOW)
    located = locate(io.BytesIO(data))
    assert {item.entry.name: b"".join(entry_chunks(io.BytesIO(data), item)) for item in located} == files
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        assert container.testzip() is None
        assert {name: container.read(name) for name in container.namelist()} == files
        assert {info.date_time for info in container.infolist()} == {(2026, 3, 5, 10, 30, 0)}
        assert all(not info.extra and info.compress_type == zipfile.ZIP_STORED for info in container.infolist())


@pytest.mark.parametrize("year", [1970, 2200])
def test_a_clock_beyond_the_formats_range_does_not_stop_sealing(year: int) -> None:
    data = _zip({"a": b""}, datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=1))
    assert zipfile.ZipFile(io.BytesIO(data)).infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


@given(st.lists(st.builds(DataObject, _NAMES, st.just("image/png"), st.binary(min_size=32, max_size=32)), max_size=8))
def test_lists_of_files_round_trip(objects: list[DataObject]) -> None:
    assert asic_manifest_from_bytes(asic_manifest_to_bytes(objects)) == tuple(objects)


@given(st.text(max_size=40))
def test_no_part_name_leaves_the_package(name: str) -> None:
    if part_name_allowed(name):
        assert not name.startswith(("/", ".", "META-INF"))
        assert ".." not in name.split("/")
        assert not set(name) & set('\\:*?"<>|\0\n ')


_HOSTILE = ["", ".", "..", "a/../b", "/a", "a/", "a//b", "a\\b", "C:a", ".hidden", "a/.b", "a\n", "ação", "x" * 129]
_RESERVED = ["mimetype", "MIMETYPE", "manifest.json", "Manifest.JSON", "META-INF/a", "meta-inf/a"]


@pytest.mark.parametrize("name", [*_HOSTILE, *_RESERVED])
def test_names_that_no_part_has(name: str) -> None:
    assert not part_name_allowed(name)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=2000), max_size=5))
def test_envelopes_round_trip(chunks: list[bytes]) -> None:
    plain = b"".join(chunks)
    sealed, opened = bytearray(), bytearray()
    encrypt(iter(chunks), len(plain), _RECIPIENT.certificate, sealed.extend)
    decrypt(io.BytesIO(sealed), _RECIPIENT.key, _RECIPIENT.certificate, opened.extend)
    assert bytes(opened) == plain


@pytest.mark.parametrize("announced", [4, 6])
def test_a_plaintext_of_another_size_gets_no_tag(announced: int) -> None:
    sealed = bytearray()
    with pytest.raises(SealingFailed):
        encrypt(iter([b"12345"]), announced, _RECIPIENT.certificate, sealed.extend)
    with pytest.raises(PackageRefused):
        decrypt(io.BytesIO(sealed), _RECIPIENT.key, None, bytearray().extend)


@pytest.mark.parametrize("size", [(1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3 << 18])
def test_envelopes_hold_at_the_buffers_edges(size: int) -> None:
    sealed, opened = bytearray(), bytearray()
    encrypt([bytes(size)], size, _RECIPIENT.certificate, sealed.extend)
    decrypt(io.BytesIO(sealed), _RECIPIENT.key, None, opened.extend)
    assert bytes(opened) == bytes(size)


def test_the_same_plaintext_is_never_encrypted_alike() -> None:
    first, second = bytearray(), bytearray()
    encrypt([bytes(64)], 64, _RECIPIENT.certificate, first.extend)
    encrypt([bytes(64)], 64, _RECIPIENT.certificate, second.extend)
    assert first[-80:-18] != second[-80:-18]
