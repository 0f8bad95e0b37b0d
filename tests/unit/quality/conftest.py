"""What judges faces by the networks, as it is installed."""

from __future__ import annotations

import pytest

from appliance.installed_face_assessor import installed_face_assessor
from appliance.installed_face_networks import installed_face_networks
from appliance.quality.portrait import PortraitAssessor


@pytest.fixture(scope="session")
def portraits() -> PortraitAssessor:
    """The test is skipped, with the reason, where a pack is missing."""
    if missing := installed_face_networks().missing:
        pytest.skip(f"needs the model packs {', '.join(missing)} (scripts/models)")
    assessor = installed_face_assessor()
    assert isinstance(assessor, PortraitAssessor)
    return assessor
