"""Film from a file, by time: what a camera would show so many seconds after it was switched on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from drivers.contracts import Pixels
from drivers.transport.picture_file import LARGEST_PIXELS, PictureRefused, Refusal
from drivers.transport.picture_header import is_film

USUAL_FPS = 25.0
_HEADER_BYTES = 64
_ROUNDING = 1e-6


def looks_like_film(path: Path) -> bool:
    """By its first bytes. False for what cannot be read."""
    try:
        with path.open("rb") as file:
            return is_film(file.read(_HEADER_BYTES))
    except OSError:
        return False


class VideoFile:
    """One open film. `close` it. Raises PictureRefused when it has no picture to show."""

    def __init__(self, path: Path) -> None:
        # Only containers whose first bytes are known get here: a playlist would make the decoder open other files.
        if not looks_like_film(path):
            raise PictureRefused(Refusal.NOT_A_PICTURE, "it is not an MP4, AVI or Matroska film")
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._fps = fps if 0.0 < fps <= 1000.0 else USUAL_FPS
        self._shown = -1
        self._current: Pixels | None = None
        width, height = (self._capture.get(side) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width * height > LARGEST_PIXELS:
            self.close()
            raise PictureRefused(Refusal.TOO_LARGE, "its pictures are too large")
        if not self._advance():
            self.close()
            raise PictureRefused(Refusal.NOT_A_PICTURE, "it is damaged or holds no picture")

    @property
    def fps(self) -> float:
        return self._fps

    @property
    def duration_s(self) -> float:
        """As its container says; 0 where it does not."""
        return max(0.0, float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))) / self._fps

    def close(self) -> None:
        self._capture.release()

    def at(self, elapsed_s: float) -> Pixels:
        """(H, W, 3) uint8, the newest picture at that moment, which must not lie before the last one's.

        At the film's end it begins again.
        """
        wanted = int(elapsed_s * self._fps + _ROUNDING)
        while self._shown < wanted:
            if not self._advance():
                self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
                if not self._advance():
                    # It cannot be rewound: the last picture stands.
                    self._shown = wanted
        if self._current is None:
            raise PictureRefused(Refusal.NOT_A_PICTURE, "it holds no picture")
        return self._current

    def _advance(self) -> bool:
        done, picture = self._capture.read()
        if not done or picture is None:
            return False
        self._shown += 1
        self._current = np.asarray(picture, np.uint8)
        return True
