"""What the box's own networks see in a frame, in place of what the renderer knows."""

from __future__ import annotations

from dataclasses import replace

from appliance.errors import QualityError
from appliance.face.blendshapes import named
from appliance.face.following import FaceFollower
from appliance.face.tracking import Track
from appliance.installed_face_networks import installed_face_networks
from appliance.liveness.face.frame import FaceFrame


class Sight:
    """Follows one face through one presentation. Raises QualityError where the networks are not installed."""

    def __init__(self) -> None:
        found = installed_face_networks()
        if not found.detector or not found.landmarker or not found.blendshapes:
            raise QualityError(
                f"Not installed: {', '.join(found.missing)}: run 'claim-kiosk models install'.", code="model-missing"
            )
        self._follower, self._blendshapes = FaceFollower(found.detector, found.landmarker), found.blendshapes
        self._track = Track()

    def __call__(self, frame: FaceFrame) -> FaceFrame:
        followed = self._follower.follow(self._track, frame.pixels)
        self._track = followed.track
        if followed.landmarks is None:
            return replace(frame, landmarks_px=None, coefficients={})
        coefficients = named(self._blendshapes.read(followed.landmarks))
        return replace(frame, landmarks_px=followed.landmarks.points, coefficients=coefficients)
