"""Earlier frames handed in again, as somebody would who does not want them to be known again; all from one seed."""

from __future__ import annotations

import cv2
import numpy as np

from drivers.contracts import Pixels

TURN_DEG, SHIFT_PX, CUT_PX = 15.0, 40.0, 16


def changed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """All at once: turned and shifted, cut, perhaps blurred, otherwise bright, noisy, and compressed as JPEG."""
    image = _moved(pixels, random)
    top, bottom, left, right = (int(cut) for cut in random.integers(0, CUT_PX + 1, 4))
    image = image[top : image.shape[0] - bottom, left : image.shape[1] - right]
    if random.random() < 0.5:
        image = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.3, 1.0)))
    contrast, brightness = random.uniform(0.7, 1.3), random.uniform(-30.0, 30.0)
    image = (image - 128.0) * contrast + 128.0 + brightness
    image = image + random.normal(0.0, random.uniform(0.0, 8.0), image.shape)
    return compressed(np.clip(np.round(image), 0, 255).astype(np.uint8), int(random.integers(30, 96)))


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """What is left after JPEG of this quality."""
    written = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    read = cv2.imdecode(written, cv2.IMREAD_GRAYSCALE)
    assert read is not None
    return np.asarray(read, np.uint8)


def _moved(pixels: Pixels, random: np.random.Generator) -> cv2.typing.MatLike:
    """What comes in from outside has the level that the image's edge has."""
    height, width = pixels.shape
    edge = float(np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(random.uniform(-TURN_DEG, TURN_DEG)), 1.0)
    turn[:, 2] = turn[:, 2] + random.uniform(-SHIFT_PX, SHIFT_PX, 2)
    between = cv2.INTER_LINEAR if random.random() < 0.5 else cv2.INTER_CUBIC
    return cv2.warpAffine(pixels.astype(np.float32), turn, (width, height), flags=between, borderValue=edge)
