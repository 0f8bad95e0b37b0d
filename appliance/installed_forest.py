"""NIST's forest as it is installed here, for whoever scores an impression. Part of the composition."""

from __future__ import annotations

from typing import Final

from appliance.errors import ModelError
from appliance.models.store import open_pack
from appliance.quality.nfiq2.forest import Forest
from appliance.quality.nfiq2.forest_file import read_forest

PACK: Final = "nfiq2-forest"
_FILE: Final = "nfiq2_rf.npz"
_MISSING: Final = "model-missing"


def installed_forest() -> Forest | None:
    """None where its pack is not installed. Raises ModelError where it is damaged or cannot be read."""
    try:
        return read_forest(open_pack(PACK)[_FILE])
    except ModelError as error:
        if error.code == _MISSING:
            return None
        raise
