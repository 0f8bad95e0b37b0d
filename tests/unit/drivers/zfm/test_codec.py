"""ZFM packets: known bytes, round trips, and what no packet may do to the ones after it."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceProtocolError
from drivers.zfm.codec import (
    Decoder,
    Packet,
    PacketKind,
    Parameter,
    SystemParameters,
    baud_argument,
    pack_pixels,
    unpack_pixels,
)
from drivers.zfm.rates import image_transfer_s

ADDRESSES = st.integers(0, 0xFFFFFFFF)
SHORT = st.sampled_from((PacketKind.COMMAND, PacketKind.ACK))
LONG = st.sampled_from((PacketKind.DATA, PacketKind.END))
PACKETS = st.one_of(
    st.builds(Packet, kind=SHORT, payload=st.binary(max_size=64), address=ADDRESSES),
    st.builds(Packet, kind=LONG, payload=st.binary(max_size=256), address=ADDRESSES),
)
ACK = Packet(PacketKind.ACK, b"\x00")


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (Packet(PacketKind.COMMAND, b"\x01"), "ef01 ffffffff 01 0003 01 0005"),
        (Packet(PacketKind.COMMAND, b"\x13\0\0\0\0"), "ef01 ffffffff 01 0007 1300000000 001b"),
        (Packet(PacketKind.ACK, b"\x02"), "ef01 ffffffff 07 0003 02 000c"),
    ],
    ids=["GenImg", "VfyPwd", "no finger"],
)
def test_known_bytes(packet: Packet, wire: str) -> None:
    assert packet.to_bytes() == bytes.fromhex(wire)


@given(PACKETS)
def test_round_trip(packet: Packet) -> None:
    assert Packet.from_bytes(packet.to_bytes()) == packet


@given(PACKETS, st.data())
def test_one_altered_byte_is_refused_or_is_another_address(packet: Packet, data: st.DataObject) -> None:
    wire = bytearray(packet.to_bytes())
    at = data.draw(st.integers(0, len(wire) - 1))
    wire[at] ^= data.draw(st.integers(1, 255))
    if 2 <= at < 6:  # the sum does not cover the address
        assert Packet.from_bytes(bytes(wire)).address != packet.address
    else:
        with pytest.raises(DeviceProtocolError):
            Packet.from_bytes(bytes(wire))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_packet_or_a_protocol_error(data: bytes) -> None:
    with contextlib.suppress(DeviceProtocolError):
        assert Packet.from_bytes(data).to_bytes() == data


@given(st.lists(PACKETS, max_size=6), st.data())
def test_the_decoder_does_not_care_how_the_bytes_are_cut(packets: list[Packet], data: st.DataObject) -> None:
    wire = b"".join(packet.to_bytes() for packet in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    decoder = Decoder()
    found = [p for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True) for p in decoder.feed(wire[a:b])]
    assert found == packets
    assert decoder.rubbish_bytes == 0
    assert decoder.held_bytes == 0


@given(st.binary(max_size=40).filter(lambda noise: 0xEF not in noise), PACKETS)
def test_rubbish_before_a_packet_is_skipped_and_counted(noise: bytes, packet: Packet) -> None:
    decoder = Decoder()
    assert decoder.feed(noise + packet.to_bytes()) == [packet]
    assert decoder.rubbish_bytes == len(noise)


def test_a_damaged_packet_does_not_cost_the_next_one() -> None:
    damaged = bytearray(Packet(PacketKind.DATA, bytes(128)).to_bytes())
    damaged[20] ^= 0xFF
    good = Packet(PacketKind.END, b"\x11" * 128)
    decoder = Decoder()
    assert decoder.feed(bytes(damaged) + good.to_bytes()) == [good]
    assert decoder.rubbish_bytes == len(damaged)


@pytest.mark.parametrize(
    "header",
    ["ef01 ffffffff 07 0083", "ef01 ffffffff 00 00ff", "ef01 ffffffff 02 0001", "ef01 ffffffff 08 0103"],
    ids=["longer than an answer is", "of no kind", "shorter than its sum", "longer than a packet is"],
)
def test_an_impossible_header_does_not_hold_the_packets_after_it(header: str) -> None:
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex(header) + ACK.to_bytes() * 3) == [ACK] * 3


@given(st.integers(0, 255), st.integers(0, 1), st.integers(1, 4))
def test_a_damaged_length_costs_no_packet_after_it_once_the_line_is_silent(length: int, high: int, good: int) -> None:
    damaged = bytearray(Packet(PacketKind.DATA, bytes(32)).to_bytes())
    damaged[7:9] = bytes((high, length))
    decoder = Decoder()
    found = decoder.feed(bytes(damaged) + ACK.to_bytes() * good)
    found += decoder.rescan()
    assert [packet for packet in found if packet == ACK] == [ACK] * good


def test_a_packet_that_comes_slowly_survives_the_silences_in_it() -> None:
    decoder, wire = Decoder(), Packet(PacketKind.END, bytes(range(256))).to_bytes()
    assert decoder.feed(wire[:100]) == decoder.rescan() == []
    assert decoder.feed(wire[100:]) == [Packet(PacketKind.END, bytes(range(256)))]
    assert decoder.rubbish_bytes == 0


@pytest.mark.parametrize(("baud", "least_s"), [(57600, 6.95), (115200, 3.47), (9600, 41.7)])
def test_the_time_of_an_image_is_never_underrated(baud: int, least_s: float) -> None:
    assert least_s <= image_transfer_s(baud) <= 1.3 * least_s


@given(st.binary(max_size=2000))
def test_the_decoder_never_holds_more_than_one_packet(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    assert decoder.held_bytes < 9 + 258


@given(st.binary(min_size=16, max_size=16))
def test_parameters_round_trip(data: bytes) -> None:
    assert SystemParameters.from_bytes(data).to_bytes() == data


@given(st.integers(0, 300_000) | st.sampled_from([9600 * n for n in range(15)]))
def test_a_speed_has_a_name_if_it_is_one_to_twelve_times_9600_and_no_other_has(baud: int) -> None:
    if baud % 9600 == 0 and 1 <= baud // 9600 <= 12:
        number, value = baud_argument(baud)
        assert number == Parameter.BAUD
        assert SystemParameters.from_bytes(bytes(14) + bytes([0, value])).baud == baud
    else:
        with pytest.raises(ValueError, match=str(baud)):
            baud_argument(baud)


@pytest.mark.parametrize("length", [0, 15, 17])
def test_parameters_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(DeviceProtocolError):
        SystemParameters.from_bytes(bytes(length))


def test_pixels_come_high_nibble_first_and_reach_full_scale() -> None:
    pixels = np.empty((1, 4), np.uint8)
    unpack_pixels(b"\x0f\x81", pixels)
    assert pixels.tolist() == [[0, 255, 136, 17]]


@given(st.binary(min_size=32, max_size=32))
def test_packed_pixels_round_trip(packed: bytes) -> None:
    pixels = np.empty((8, 8), np.uint8)
    unpack_pixels(packed, pixels)
    assert pack_pixels(pixels) == packed
