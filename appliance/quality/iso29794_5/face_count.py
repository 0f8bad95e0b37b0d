"""Whether there is one face only (ISO/IEC 29794-5:2025, 7.4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from appliance.quality.iso29794_5 import names


def single_face_raw(face_areas_px: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Of the areas of all faces found: the second largest for the largest. Nothing without a face."""
    areas = sorted((area for area in face_areas_px if area > 0), reverse=True)
    if areas:
        yield names.SINGLE_FACE, areas[1] / areas[0] if len(areas) > 1 else 0.0
