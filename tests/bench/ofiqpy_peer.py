"""Run by the peers' own interpreter: the 16 model-free measures as `ofiqpy` has them, a case a line of standard input.

    {"image": a PNG, "landmarks": 98 points, "areas": of all faces, "yaw_deg": …}
    {"ms": CPU time, "found": {name: [raw, scalar]}} is the answer

Its networks come with no registry's package, so that the landmarks, the yaw angle and a mask without any occlusion are
given to it. Timed are its alignment, its face region and the measures; the image is read before.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import cv2
import numpy as np
from ofiqpy import align  # type: ignore[import-not-found]  # only in the peers' environment
from ofiqpy.measures import geometry, pixel  # type: ignore[import-not-found]
from ofiqpy.measures.core import Measures  # type: ignore[import-not-found]
from ofiqpy.session import Session  # type: ignore[import-not-found]


def _measured(session: Any, landmarks: Any, measures: Any) -> list[Any]:
    session.landmarks = landmarks
    session.aligned_face, session.aligned_landmarks, session.affine = align.align(session.image, landmarks)
    session.landmarked_region = align.landmarked_region(session.aligned_landmarks)
    return [
        measures.luminance_mean(session),
        measures.head_size(session),
        geometry.inter_eye_distance(session),
        geometry.single_face_present(session),
        geometry.eyes_open(session),
        geometry.mouth_closed(session),
        *geometry.crop_of_face(session),
        pixel.illumination_uniformity(session),
        pixel.luminance_variance(session),
        pixel.under_exposure(session),
        pixel.over_exposure(session),
        pixel.dynamic_range(session),
        pixel.natural_colour(session),
    ]


def main() -> None:
    cv2.setNumThreads(1)
    measures = Measures(None)
    for line in sys.stdin:
        case = json.loads(line)
        session = Session(image=cv2.imread(case["image"]))
        session.face_areas = case["areas"]
        session.pitch = case["yaw_deg"]  # what its port of the pose network calls so is the yaw
        session.occlusion_mask = np.ones((616, 616), np.uint8)
        landmarks = np.array(case["landmarks"], np.float64)
        begin = time.process_time()
        values = _measured(session, landmarks, measures)
        spent_ms = (time.process_time() - begin) * 1000
        found = {value.name: [value.raw, value.scalar] for value in values}
        sys.stdout.write(json.dumps({"ms": spent_ms, "found": found}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
