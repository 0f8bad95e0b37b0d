"""Names in machine-readable zones: `SURNAME<<GIVEN<NAMES`, taken apart and put together (Doc 9303-3, §4.6 and §6)."""

from __future__ import annotations

import unicodedata

from appliance.errors import DocumentError

_TRANSLITERATED = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "Ĳ": "IJ", "ĸ": "Q", "Ł": "L", "Ŋ": "N",
    "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ŧ": "T", "Ü": "UE", "Þ": "TH", "ẞ": "SS",
}  # fmt: skip
"""Doc 9303-3, section 6, table A, where it is more than leaving the accent out."""

_DROPPED = frozenset("'’`´.")
_SEPARATORS = frozenset(" -‐‑–,")


def read_names(field: str) -> tuple[str, str]:
    """Surname and given names of a name field; parts are joined by a space, no given names are "".

    Raises DocumentError `mrz-names` for a field that begins with a filler or separates more than twice.
    """
    primary, separator, secondary = field.rstrip("<").partition("<<")
    if not primary or primary.startswith("<") or "<<" in secondary or (separator and secondary.startswith("<")):
        raise DocumentError(
            "The names in the document's machine-readable zone are not separated as they must be: read it again.",
            code="mrz-names",
        )
    return primary.replace("<", " "), secondary.replace("<", " ")


def write_names(surname: str, given_names: str, length: int) -> str:
    """A name field of `length` characters; what does not fit is cut: given names first, one letter of them staying.

    Raises DocumentError `mrz-names` where nothing of the surname can be written in Latin letters.
    """
    primary, secondary = transliterated(surname), transliterated(given_names)
    if not primary:
        raise DocumentError("The surname cannot be written in a machine-readable zone.", code="mrz-names")
    if secondary:
        # Doc 9303-4, §4.2.3: at least the first letter of the secondary identifier stays.
        primary = primary[: length - 3].rstrip("<")
        return f"{primary}<<{secondary}"[:length].ljust(length, "<")
    return primary[:length].ljust(length, "<")


def transliterated(name: str) -> str:
    """A–Z with single `<` between parts; letters without a Latin form are left out."""
    written: list[str] = []
    for character in unicodedata.normalize("NFC", name).upper():
        if character in _SEPARATORS:
            written.append("<")
        elif character not in _DROPPED:
            replaced = _TRANSLITERATED.get(character) or unicodedata.normalize("NFD", character)
            written.extend(letter for letter in replaced if "A" <= letter <= "Z")
    return "<".join(part for part in "".join(written).split("<") if part)
