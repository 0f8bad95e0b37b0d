"""A presentation as it goes on: of every frame the little that the checks need, never the frames themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from appliance.liveness.face import bezel, moire, specular
from appliance.liveness.face.frame import FaceFrame, refusal
from appliance.liveness.face.mesh import box_of, oval, yaw_deg
from appliance.liveness.face.recurrence import Patch, patch
from appliance.liveness.face.screen_light import Chroma, chroma
from appliance.liveness.face.tracks import LEAST_CORNERS, Tracks, begun, followed
from drivers.contracts import Pixels

MOST_FRAMES = 150
"""Ten seconds: then the oldest are given up. With them the memory stays under 20 MB."""
_REDUCED_BY = 1.5
_EVERY = 5
"""Hints of single frames are looked for in every fifth: they do not change faster."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one frame with a face in it."""

    taken_s: float
    patch: Patch
    chroma: Chroma | None
    yaw_deg: float | None
    moire_peak: float | None = None
    white_share: float | None = None
    sides: bezel.Sides | None = None
    looked_at: bool = False
    after_pause: bool = False
    """Something else was done with the camera between it and the sample before."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceWatch:
    """`refused`: why the last frame that could not be looked at could not; empty where all could. `reduced`: frames
    were made smaller, and have no noise of their sensor any more.

    `anchor_px`: the place of the picture that frames are compared at. `size`: height and width of all its frames.
    """

    samples: tuple[Sample, ...] = ()
    tracks: tuple[Tracks, ...] = ()
    anchor_px: tuple[float, float] = (0.0, 0.0)
    size: tuple[int, ...] = ()
    refused: str = ""
    reduced: bool = False
    pausing: bool = False

    def paused(self) -> FaceWatch:
        """The camera does something else (takes a still) before the next frame: that takes its time, and is no gap."""
        return replace(self, pausing=True)

    def after(self, frame: FaceFrame) -> FaceWatch:
        """With one frame more. What cannot be looked at changes nothing but `refused`. Never raises."""
        reason = refusal(frame)
        outline = oval(frame.landmarks_px) if reason is None else None
        if outline is None:
            return replace(self, refused=reason or "no-face")
        box = box_of(outline)
        height, width = frame.pixels.shape[:2]
        if not (0 <= box.x_px < width and 0 <= box.y_px < height):
            return replace(self, refused="no-face")
        if self.size and self.size != (height, width):
            return replace(self, refused="size-changed")
        grey: Pixels = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY), np.uint8)
        anchor = self.anchor_px if self.samples else (box.x_px, box.y_px)
        sample = Sample(
            float(frame.taken_s),
            patch(frame.pixels, grey, *anchor),
            chroma(frame.pixels, outline),
            yaw_deg(frame.landmarks_px),
            after_pause=self.pausing,
        )
        if len(self.samples) % _EVERY == 0:
            sample = replace(
                sample,
                moire_peak=moire.peak(grey, box),
                white_share=specular.largest_white_share(grey, outline),
                sides=bezel.sides(grey, box),
                looked_at=True,
            )
        number, reduced = len(self.samples), self.reduced or frame.reduced_by >= _REDUCED_BY
        tracks = tuple(
            followed(each, grey) if i == len(self.tracks) - 1 else each for i, each in enumerate(self.tracks)
        )
        if not tracks or tracks[-1].alive < LEAST_CORNERS:
            fresh = begun(grey, outline, number)
            tracks = (*tracks, fresh) if fresh is not None else tracks
        return self._kept(FaceWatch((*self.samples, sample), tracks, anchor, (height, width), self.refused, reduced))

    def _kept(self, watch: FaceWatch) -> FaceWatch:
        """What has become too long begins anew with its newest half."""
        if len(watch.samples) <= MOST_FRAMES:
            return watch
        dropped = MOST_FRAMES // 2
        return replace(watch, samples=watch.samples[dropped:], tracks=())
