"""Are the models there that the judgement rests on?"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.health.finding import Finding, ok, warning

CHECK = "models"


def judge_models(*, has_forest: bool, missing_face_packs: Sequence[str]) -> Finding:
    """`has_forest`: NIST's, for NFIQ 2. Without what is missing images are judged all the same, by simpler measures.

    The catalogue's sentence for the page is chosen by the code: one for prints, one for faces, one for both.
    """
    prints = "NFIQ 2's model is missing or damaged, so that prints are scored by simpler measures"
    faces = (
        f"networks for faces are missing or damaged ({', '.join(missing_face_packs)}), "
        "so that portraits are judged by fewer or simpler measures"
    )
    if has_forest and not missing_face_packs:
        return ok(CHECK, "The models that images are judged with are installed.")
    if not missing_face_packs:
        return _lacks("model-missing", prints)
    if has_forest:
        return _lacks("face-models-missing", faces[0].upper() + faces[1:])
    return _lacks("models-missing", f"{prints}, and {faces}")


def _lacks(code: str, sentence: str) -> Finding:
    return warning(CHECK, code, f"{sentence}: run 'claim-kiosk models install' and start the kiosk again.")
