"""Are the models there that the judgement rests on?"""

from __future__ import annotations

from appliance.health.finding import Finding, ok, warning

CHECK = "models"


def judge_models(*, has_forest: bool) -> Finding:
    """`has_forest`: NIST's, for NFIQ 2. Without it impressions are judged all the same, by simpler measures."""
    if has_forest:
        return ok(CHECK, "The models that images are judged with are installed.")
    return warning(
        CHECK,
        "model-missing",
        "NFIQ 2's model is missing or damaged, so that prints are scored by simpler measures: "
        "run 'claim-kiosk models install' and start the kiosk again.",
    )
