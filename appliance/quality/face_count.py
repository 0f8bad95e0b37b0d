"""Whether one person is in the picture (ISO/IEC 29794-5, single face present)."""

from __future__ import annotations

from appliance.model.verdict import Component
from appliance.quality.face_light import component


def single_face(raw: float) -> Component:
    """`raw` is the second largest face's area in proportion to the largest's, 0 when there is one face."""
    return component(raw, 100.0 * (1.0 - raw))
