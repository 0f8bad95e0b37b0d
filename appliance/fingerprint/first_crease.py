"""Where a fingertip ends: at the first joint's crease, which is light, and where the finger narrows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FROM, _TO = 1.05, 2.3
"""Between these lengths, in widths of the tip, a crease may lie."""
_LONGEST, _LONGEST_MM = 2.6, 29.0
"""Without a crease, a tip of more than so many widths or millimetres ends at `_USUAL` widths."""
_USUAL: Final = 1.6
_DEPTH: Final = 0.8
"""How much of the contact above and below it a crease may have at most."""
_ROW_MM: Final = 0.4
_PAST_MM: Final = 4.0
"""How far below a crease contact must come back."""


def length_mm(along_mm: NDArray[np.float64], relief: NDArray[np.float32], width_mm: float) -> float:
    """Of the tip, from the top. `along_mm`: (n,) each cell's distance from the top, downwards; `relief`: (n,)."""
    whole = float(along_mm.max())
    if whole <= _FROM * width_mm:
        return whole
    rows = np.bincount((along_mm / _ROW_MM).astype(np.intp), weights=relief)
    contact = np.convolve(np.pad(rows, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    begin, end = int(_FROM * width_mm / _ROW_MM), min(int(_TO * width_mm / _ROW_MM), len(contact))
    if end > begin:
        crease = begin + int(contact[begin:end].argmin())
        below = contact[crease : crease + int(_PAST_MM / _ROW_MM) + 1].max()
        above = np.median(contact[:crease])
        if contact[crease] < _DEPTH * min(above, below):
            return (crease + 0.5) * _ROW_MM
    is_too_long = whole > min(_LONGEST * width_mm, _LONGEST_MM)
    return min(_USUAL * width_mm, whole) if is_too_long else whole
