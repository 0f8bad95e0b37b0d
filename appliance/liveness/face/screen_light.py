"""Whether the face takes on the colours that the kiosk's screen shows, in their order and at once.

Skin and paper reflect what falls on them; a screen shines by itself and hardly takes on anything, and a film was
lit by something else. Compared are logarithms of chromaticity, so that neither brightness nor the skin's own colour
counts.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.liveness.face.colour_sequence import ColourSequence
from appliance.liveness.face.mesh import Points
from appliance.liveness.grading import graded, ramp
from appliance.model.liveness import Hint
from drivers.contracts import Pixels

CODE = "screen-light"
LEAST_COLOURS, LEAST_FRAMES = 5, 24
BONA_FIDE_CORRELATION, ATTACK_CORRELATION = 0.62, 0.25
MOST_LAG_S, _LAG_STEP_S = 0.30, 0.03
BONA_FIDE_GAIN, ATTACK_GAIN = 0.019, 0.013
"""Of the screen's own change of chromaticity, what is seen on the face: skin takes on more than glass does. Of 162
simulated people none took on less than 0.0227, of 72 simulated screens none more than 0.0157."""
_SIDE = 24
_DARK, _BRIGHT = 12, 245

Chroma = tuple[float, float]


def chroma(pixels: Pixels, outline: Points) -> Chroma | None:
    """log(R/G), log(B/G) of the face in linear light, from its middle; None where it is all black or white."""
    left, top, width, height = cv2.boundingRect(outline)
    inner = pixels[
        max(0, top + height // 5) : max(0, top + height - height // 5),
        max(0, left + width // 5) : max(0, left + width - width // 5),
    ]
    if min(inner.shape[:2]) < 2:
        return None
    small = cv2.resize(inner, (_SIDE * 4, _SIDE * 4), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    fair = small[(small.min(axis=1) > _DARK) & (small.max(axis=1) < _BRIGHT)]
    if len(fair) < _SIDE:
        return None
    blue, green, red = _LINEAR[fair].mean(axis=0)
    return float(np.log(red / green)), float(np.log(blue / green))


def screen_light(seen: list[Chroma | None], taken_s: list[float], shown: ColourSequence | None) -> Hint:
    """`seen`: of every frame. `shown`: what the screen showed meanwhile; None where it showed nothing."""
    if shown is None:
        return Hint(code=CODE, omitted="not-asked")
    pairs = [(each, time) for each, time in zip(seen, taken_s, strict=True) if each is not None and shown.at(time)]
    if (
        len({shown.at(time) for _, time in pairs}) < 3
        or len(shown.colours) < LEAST_COLOURS
        or len(pairs) < LEAST_FRAMES
    ):
        return Hint(code=CODE, omitted="too-few-colours")
    times_s = np.asarray([time for _, time in pairs], np.float64)
    observed = _without_drift(np.asarray([each for each, _ in pairs], np.float64), times_s)
    best, lag_s, gain, error = -1.0, 0.0, 0.0, math.inf
    for step in range(round(MOST_LAG_S / _LAG_STEP_S) + 1):
        expected = _without_drift(_expected(shown, times_s - step * _LAG_STEP_S), times_s)
        power = float((expected**2).sum())
        if power <= 0:
            continue
        slope = float((expected * observed).sum()) / power
        correlation = float((expected * observed).sum() / math.sqrt(power * float((observed**2).sum()) + 1e-18))
        if correlation > best:
            # Frames in which one colour is shown are one look at it, not several.
            looks = 2.0 * len(shown.colours)
            spread = math.sqrt(float(((observed - slope * expected) ** 2).mean()) / (power / len(times_s) / 2.0))
            best, lag_s, gain, error = correlation, step * _LAG_STEP_S, slope, spread / math.sqrt(looks)
    evidence = {"correlation": best, "lag_s": lag_s, "gain": gain, "gain_error": error}
    unlike = ramp(best, BONA_FIDE_CORRELATION, ATTACK_CORRELATION)
    # A face whose own movement hides the colours is no attack: only what would have been seen is missed.
    if unlike > 0.0 and gain + 2.0 * error > BONA_FIDE_GAIN:
        return Hint(
            code=CODE, omitted="light-too-weak", evidence={name: round(value, 4) for name, value in evidence.items()}
        )
    return graded(CODE, max(unlike, ramp(gain, BONA_FIDE_GAIN, ATTACK_GAIN)), **evidence)


def _expected(shown: ColourSequence, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F, 2) log(R/G), log(B/G) of the screen; the first colour before it is seen, as lag has it."""
    chromas = []
    for time in times_s:
        # No screen's black is without any light.
        red, green, blue = (_LINEAR[max(value, 1)] for value in shown.at(float(time)) or shown.colours[0])
        chromas.append((math.log(red / green), math.log(blue / green)))
    return np.asarray(chromas, np.float64)


def _without_drift(values: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F, 2) less a parabola over time: people move, and cameras balance their white."""
    basis = np.vander((times_s - times_s.mean()) / max(float(np.ptp(times_s)), 1e-9), 3)
    return np.asarray(values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0], np.float64)


_LINEAR = np.asarray(
    [v / 255.0 / 12.92 if v / 255.0 <= 0.04045 else ((v / 255.0 + 0.055) / 1.055) ** 2.4 for v in range(256)],
    np.float64,
)
"""IEC 61966-2-1, sRGB, of every 8-bit value."""
