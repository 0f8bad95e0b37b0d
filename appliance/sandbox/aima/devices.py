"""Where the stand-in AIMA's boxes stand: the centre and the post that each was given with its configurations.

A package may name only those. Earlier ones count too: what was taken before a box moved may be sent after it.
Responsible for remembering; what is done with a package that names another is the inbox's.
"""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from appliance.durable.private_file import read_private, write_private

Place = tuple[str, str]
"""(centre_id, post_id)."""


class _Centre(msgspec.Struct):
    centre_id: str


class _Post(msgspec.Struct):
    post_id: str


class _Configured(msgspec.Struct):
    """What is looked at of a configuration, which may be wrong in every other way."""

    centre: _Centre
    post: _Post


class DeviceRecords:
    """`path` holds the record (JSON). One instance owns it; safe to use from any thread. Methods block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        data = read_private(path)
        self.is_new = data is None
        self._places = {} if data is None else msgspec.json.decode(data, type=dict[str, list[Place]])

    def given(self, device_id: str, configuration: bytes) -> None:
        """`device_id` is about to be given this configuration: durable before it is. One that names no place is none.

        Raises StateError.
        """
        try:
            configured = msgspec.json.decode(configuration, type=_Configured)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return  # badly published on purpose: a box refuses it
        place = (configured.centre.centre_id, configured.post.post_id)
        with self._lock:
            known = self._places.get(device_id, [])
            if place not in known:
                places = {**self._places, device_id: [*known, place]}
                write_private(self._path, msgspec.json.encode(places))
                self._places = places

    def stands_at(self, device_id: str, place: Place) -> bool:
        with self._lock:
            return place in self._places.get(device_id, [])
