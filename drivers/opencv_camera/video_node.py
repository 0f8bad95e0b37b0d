"""Whether a device file gives pictures: a camera has nodes beside that give metadata, and a card's may take pictures.

Asks Video4Linux itself (VIDIOC_QUERYCAP), because OpenCV says of all of them only that they did not open.
"""

from __future__ import annotations

import fcntl
import os
import struct
from typing import Final

_CAPABILITY: Final = struct.Struct("16s32s32sIII12x")
"""struct v4l2_capability: driver, card, bus, version, capabilities of the whole device, those of this node."""
_QUERY: Final = 2 << 30 | _CAPABILITY.size << 16 | ord("V") << 8 | 0
_GIVES_PICTURES: Final = 0x1 | 0x1000
"""V4L2_CAP_VIDEO_CAPTURE, in one plane or in several."""


def gives_pictures(path: str) -> bool:
    """False also for what is no Video4Linux device. OSError where it cannot be opened."""
    node = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        answer = fcntl.ioctl(node, _QUERY, bytes(_CAPABILITY.size))
    except OSError:
        return False
    finally:
        os.close(node)
    *_, capabilities = _CAPABILITY.unpack(answer)
    return bool(capabilities & _GIVES_PICTURES)
