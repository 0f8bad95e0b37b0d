"""Where OpenCV keeps its trained Haar cascades (BSD licence, part of the package)."""

from __future__ import annotations

import cv2
from cv2 import data


def load_cascade(name: str) -> cv2.CascadeClassifier:
    """Raises RuntimeError when the installed OpenCV came without it, which only a broken installation does."""
    cascade = cv2.CascadeClassifier(data.haarcascades + name)
    if cascade.empty():
        raise RuntimeError(f"OpenCV came without {name}")
    return cascade
