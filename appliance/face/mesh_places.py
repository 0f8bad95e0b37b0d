"""Where a few named places lie among the 478 points of MediaPipe's mesh; left and right as the picture shows them."""

from __future__ import annotations

from typing import Final

LEFT_EYE_CORNERS: Final = (33, 133)
RIGHT_EYE_CORNERS: Final = (362, 263)
"""Of each eye, the corner on the picture's left first."""
CHIN: Final = 152
SIDES: Final = (234, 454)
"""The face's outline at the height of the ears."""
