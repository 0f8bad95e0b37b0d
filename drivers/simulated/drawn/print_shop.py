"""Prints a drawn document: text, pictures and a pale guilloche on a sheet measured in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.contracts import Pixels
from drivers.simulated.drawn.mrz_glyphs import glyph_strokes

MM_PER_INCH = 25.4
MRZ_PITCH_MM = 2.54
MRZ_WIDTH_MM, MRZ_HEIGHT_MM, MRZ_STROKE_MM = 1.5, 2.45, 0.33
_FONT = cv2.FONT_HERSHEY_DUPLEX
_CAP_HEIGHT = 21
"""Of OpenCV's vector fonts at scale 1, in pixels."""

Ink = tuple[int, int, int]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MrzLine:
    text: str
    left_mm: float
    baseline_mm: float


class Sheet:
    """Everything is measured from the top left."""

    def __init__(self, width_mm: float, height_mm: float, resolution_ppi: int) -> None:
        self._px_per_mm = resolution_ppi / MM_PER_INCH
        width, height = (round(side * self._px_per_mm) for side in (width_mm, height_mm))
        self._image: Pixels = np.full((height, width, 3), (236, 243, 244), np.uint8)

    def guilloche(self, random: np.random.Generator) -> None:
        """Fine pale waves over the page above the machine-readable zone, which stays plain."""
        height, width = self._image.shape[:2]
        zone = round(height * 0.745)
        across = np.linspace(0.0, width, 240)
        phase = random.uniform(0.0, 2 * np.pi, size=3)
        step = max(2, round(1.1 * self._px_per_mm))
        for index, base in enumerate(range(-zone // 6, zone + zone // 6, step)):
            swing = 3.2 * np.sin(across / width * 9.0 + phase[0] + index * 0.06)
            swing = swing + 1.3 * np.sin(across / width * 31.0 + phase[1] - index * 0.11)
            points = np.stack([across, base + swing * self._px_per_mm], axis=1)
            tint = (224, 214, 196) if index % 2 else (206, 222, 214)
            self._line(points, tint, 0.16)
        self._image[zone:] = (240, 246, 246)

    def text(self, text: str, place_mm: Place, cap_height_mm: float, ink: Ink, *, weight: float) -> None:
        """`place_mm` is the baseline's left end; `weight` a stroke's width in tenths of the capitals' height."""
        scale = cap_height_mm * self._px_per_mm / _CAP_HEIGHT
        thickness = max(1, round(cap_height_mm * self._px_per_mm * weight / 12))
        cv2.putText(self._image, text, self._at(place_mm), _FONT, scale, ink, thickness, cv2.LINE_AA)

    def mrz(self, line: MrzLine) -> None:
        """Each character in the middle of its cell, ten to the inch (Doc 9303 part 3)."""
        box = np.array([MRZ_WIDTH_MM, MRZ_HEIGHT_MM])
        for index, character in enumerate(line.text):
            left_mm = line.left_mm + index * MRZ_PITCH_MM + (MRZ_PITCH_MM - MRZ_WIDTH_MM) / 2
            corner = np.array([left_mm, line.baseline_mm - MRZ_HEIGHT_MM])
            for stroke in glyph_strokes(character):
                self._line((corner + stroke * box) * self._px_per_mm, (28, 26, 26), MRZ_STROKE_MM)

    def picture(self, picture: Pixels, box_mm: tuple[float, float, float, float]) -> None:
        """`box_mm` is left, top, width, height."""
        left, top = self._at((box_mm[0], box_mm[1]))
        right, bottom = self._at((box_mm[0] + box_mm[2], box_mm[1] + box_mm[3]))
        way = cv2.INTER_AREA if picture.shape[0] > bottom - top else cv2.INTER_CUBIC
        self._image[top:bottom, left:right] = cv2.resize(picture, (right - left, bottom - top), interpolation=way)

    def stamp(self, text: str, middle_mm: Place, cap_height_mm: float, turn_deg: float, ink: Ink, cover: float) -> None:
        """Large slanting text that lets what is below show through."""
        mask = np.zeros((self._image.shape[0], self._image.shape[1]), np.uint8)
        scale = cap_height_mm * self._px_per_mm / _CAP_HEIGHT
        thickness = max(1, round(1.5 * self._px_per_mm))
        (wide, high), _ = cv2.getTextSize(text, _FONT, scale, thickness)
        x, y = self._at(middle_mm)
        cv2.putText(mask, text, (x - wide // 2, y + high // 2), _FONT, scale, 255, thickness, cv2.LINE_AA)
        turn = cv2.getRotationMatrix2D((x, y), turn_deg, 1.0)
        turned = cv2.warpAffine(mask, turn, mask.shape[::-1])
        rows, columns = np.flatnonzero(turned.any(axis=1)), np.flatnonzero(turned.any(axis=0))
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        strength = turned[part][..., None].astype(np.float32) * (cover / 255.0)
        mixed = self._image[part] * (1.0 - strength) + np.asarray(ink, np.float32) * strength
        self._image[part] = mixed.astype(np.uint8)

    def scanned(self, random: np.random.Generator) -> Pixels:
        """The sheet as a scanner sees it: a little soft, a little noisy."""
        soft = cv2.GaussianBlur(self._image, (0, 0), max(0.5, 0.04 * self._px_per_mm))
        noise = np.resize(random.normal(0.0, 2.0, (997, 1009)), soft.shape[:2]).astype(np.int8)
        return np.asarray(cv2.add(soft, cv2.merge([noise] * 3), dtype=cv2.CV_8U), np.uint8)

    def _at(self, place_mm: Place) -> tuple[int, int]:
        return round(place_mm[0] * self._px_per_mm), round(place_mm[1] * self._px_per_mm)

    def _line(self, points: NDArray[np.float64], ink: Ink, width_mm: float) -> None:
        fixed = np.round(points * 16).astype(np.int32)
        thickness = max(1, round(width_mm * self._px_per_mm))
        cv2.polylines(
            self._image, [fixed], isClosed=False, color=ink, thickness=thickness, lineType=cv2.LINE_AA, shift=4
        )
