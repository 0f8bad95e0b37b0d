"""What a portrait's attempt says of it in the manifest. Pure."""

from __future__ import annotations

from appliance.model.manifest_portrait import CompositionRecord, CriterionRecord, PortraitRecord
from appliance.model.portrait import Composition, PortraitFacts


def portrait_record(facts: PortraitFacts | None) -> PortraitRecord | None:
    if facts is None:
        return None
    return PortraitRecord(
        profile=facts.profile,
        template=facts.template,
        composition=_composition(facts.composition),
        omitted=facts.omitted or None,
        stills=facts.stills,
        criteria=tuple(CriterionRecord(name=one.name, mandatory=one.mandatory, met=one.met) for one in facts.criteria),
    )


def _composition(made: Composition | None) -> CompositionRecord | None:
    if made is None:
        return None
    return CompositionRecord(
        width_px=made.width_px,
        height_px=made.height_px,
        scale=made.scale,
        enlarged=made.enlarged,
        turn_deg=made.turn_deg,
        filled_share=made.filled_share,
    )
