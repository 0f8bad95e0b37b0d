"""What is remembered of a frame: enough to know the same frame again, too little to give back a print.

It holds at most 36 landmarks, in which no ridge is left (`landmarks`), each with 31 numbers of 4 bits; how light or
dark it is at 512 places at most, chosen by a key, within the ridges' band, 3 bits each; and a keyed digest of the
pixels. To draw ridges again that are 9 pixels apart takes a sample every 4.5 pixels each way; these lie at random, no
more than one to 10 by 10 pixels, a fifth of that. Under 1 kB a frame. It is personal data all the same, and lives in
memory no longer than the attendance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from appliance.liveness.impression import BLOCK_PX, Impression
from appliance.liveness.landmarks import AROUND, KEPT, Landmarks, Points

MOST_SAMPLES, PX2_A_SAMPLE = 512, 100
_NIBBLES_TO_ONE = 14.0
"""The largest number, 7, stands for a half; all 31 together have the length 1."""
_LEVEL_BITS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`places`: (N, 2) float32, from the image's middle. `levels`: (N,) float32, -1.75 to 1.75 by halves."""

    places: Points
    levels: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FrameSignature:
    """`box_px`: the finger's left, top, right and bottom from the image's middle, within which the samples lie."""

    digest: bytes
    box_px: tuple[float, float, float, float]
    places: bytes
    around: bytes
    levels: bytes

    @property
    def size_bytes(self) -> int:
        """A box takes four times two bytes."""
        return 8 + sum(map(len, (self.digest, self.places, self.around, self.levels)))

    @property
    def landmarks(self) -> int:
        return len(self.places) // 4

    def samples(self, key: int) -> Samples:
        places = _spread(key, self.box_px)
        bits = np.unpackbits(np.frombuffer(self.levels, np.uint8))[: len(places) * _LEVEL_BITS]
        codes = bits.reshape(-1, _LEVEL_BITS).astype(np.float32) @ np.array([4.0, 2.0, 1.0], np.float32)
        return Samples(places, np.asarray(codes / np.float32(2.0) - np.float32(1.75), np.float32))


def places_of(signatures: Sequence[FrameSignature]) -> Points:
    """(N, 2) float32: the landmarks of all of them, one after the other."""
    return np.frombuffer(b"".join(each.places for each in signatures), np.int16).reshape(-1, 2).astype(np.float32)


def surroundings_of(signatures: Sequence[FrameSignature]) -> NDArray[np.float32]:
    """(N, 31) float32 of length 1, in the same order."""
    packed = np.frombuffer(b"".join(each.around for each in signatures), np.uint8).reshape(-1, (AROUND + 1) // 2)
    nibbles = np.stack([packed >> 4, packed & 15], axis=2).reshape(len(packed), -1)[:, :AROUND]
    levels = nibbles.astype(np.float32) - 8.0
    return np.asarray(levels / (np.linalg.norm(levels, axis=1, keepdims=True) + 1e-6), np.float32)


def digest_of(impression: Impression, key: int) -> bytes:
    """16 bytes that only the very same pixels give again."""
    keyed = hashlib.blake2b(key=key.to_bytes(16, "big"), digest_size=16)
    keyed.update(repr(impression.grey.shape).encode())
    keyed.update(impression.grey.data)
    return keyed.digest()


def sign_frame(impression: Impression, landmarks: Landmarks, digest: bytes, key: int) -> FrameSignature:
    """The signature of a frame on which a finger lies, of its strongest landmarks as they are unturned."""
    rows, columns = np.nonzero(impression.finger)
    height, width = impression.grey.shape
    box = (
        float(columns.min() * BLOCK_PX - (width - 1) / 2),
        float(rows.min() * BLOCK_PX - (height - 1) / 2),
        float((columns.max() + 1) * BLOCK_PX - (width - 1) / 2),
        float((rows.max() + 1) * BLOCK_PX - (height - 1) / 2),
    )
    at = np.rint(_spread(key, box) + np.array([(width - 1) / 2, (height - 1) / 2], np.float32)).astype(np.int32)
    across, down = np.clip(at[:, 0], 0, width - 1), np.clip(at[:, 1], 0, height - 1)
    seen = impression.bounded[down, across]
    codes = np.clip(np.rint(seen * 2.0 + 3.5), 0, 7).astype(np.uint8)
    return FrameSignature(
        digest=digest,
        box_px=box,
        places=np.rint(landmarks.places[:KEPT]).astype(np.int16).tobytes(),
        around=_nibbles(landmarks.around[0, :KEPT]),
        levels=np.packbits(np.unpackbits(codes[:, None], axis=1)[:, -_LEVEL_BITS:]).tobytes(),
    )


def _nibbles(around: NDArray[np.float32]) -> bytes:
    levels = (np.clip(np.rint(around * _NIBBLES_TO_ONE), -7, 7) + 8).astype(np.uint8)
    even = np.pad(levels, ((0, 0), (0, AROUND % 2)))
    return np.asarray(even[:, 0::2] << 4 | even[:, 1::2], np.uint8).tobytes()


def _spread(key: int, box_px: tuple[float, float, float, float]) -> Points:
    """The places that `key` chooses in a box, as many as its area allows."""
    left, top, right, bottom = box_px
    count = min(MOST_SAMPLES, int((right - left) * (bottom - top)) // PX2_A_SAMPLE)
    return np.asarray(
        _chosen(key)[:count] * np.array([right - left, bottom - top], np.float32) + np.array([left, top], np.float32)
    )


@lru_cache(maxsize=2)
def _chosen(key: int) -> Points:
    return np.random.default_rng(key).random((MOST_SAMPLES, 2), np.float32)
