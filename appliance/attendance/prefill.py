"""From a machine-readable zone to the fields of the applicant's schema. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.documents.mrz import Mrz
from appliance.model.configuration import FieldRule


def prefill(mrz: Mrz, rules: Sequence[FieldRule]) -> dict[str, str]:
    """Each field that names an MRZ element which the document has; a name the MRZ cut is left to the technician."""
    cut = {"surname", "given_names"} if mrz.names_cut else set()
    return {
        rule.name: mrz.elements[rule.mrz]
        for rule in rules
        if rule.mrz and rule.mrz not in cut and mrz.elements.get(rule.mrz)
    }
