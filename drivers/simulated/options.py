"""The settings that the simulated devices share, and how they read a recorded scene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from drivers.contracts import Pixels
from drivers.errors import SceneInvalid
from drivers.faults import WELL_BEHAVED, FaultPlan
from drivers.simulated.scenes import Scenes, load_scenes
from drivers.transport.picture_file import PictureRefused, decode_picture, read_bytes


class SceneOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scenes` is a directory that holds a `scenes.toml`; empty, the scenes are drawn from `seed`.

    `applicant` is one of the file's, the first unless named.
    """

    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 1
    scenes: str = ""
    applicant: str = ""
    faults: FaultPlan = WELL_BEHAVED

    def load(self) -> Scenes | None:
        """The named applicant's scenes, None where they are to be drawn. Raises SceneInvalid."""
        if self.scenes:
            return load_scenes(Path(self.scenes), self.applicant)
        if self.applicant:
            raise SceneInvalid("An applicant is named, but no directory of scenes to find it in.")
        return None


def read_scene(path: Path) -> Pixels:
    """A recorded picture, (H, W) or (H, W, 3). Raises SceneInvalid naming the file."""
    try:
        return decode_picture(read_bytes(path))
    except PictureRefused as refused:
        raise unreadable_scene(path, refused) from None


def unreadable_scene(path: Path, refused: PictureRefused) -> SceneInvalid:
    return SceneInvalid(f"The scene {path.name} cannot be shown: {refused.sentence}.")
