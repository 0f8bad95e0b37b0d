"""The data page of a passport that nobody issued: Utopia's, marked as a specimen, for a person who does not exist."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from drivers.contracts import Pixels
from drivers.simulated.drawn.face import draw_face
from drivers.simulated.drawn.holder import make_holder
from drivers.simulated.drawn.mrz import td3_lines
from drivers.simulated.drawn.print_shop import MrzLine, Sheet

WIDTH_MM, HEIGHT_MM = 125.0, 88.0
_INK = (52, 34, 24)
_LABEL = (128, 96, 66)
_CREST = (124, 62, 30)
_PORTRAIT = (6.0, 18.0, 34.0, 43.0)


@lru_cache(maxsize=2)
def draw_document(seed: int, resolution_ppi: int) -> Pixels:
    """(H, W, 3) uint8 B, G, R of a TD3 page, 125 mm by 88 mm. Read-only: it is shared by all who ask for the same."""
    sheet = Sheet(WIDTH_MM, HEIGHT_MM, resolution_ppi)
    sheet.guilloche(np.random.default_rng([seed, 53]))
    sheet.text("UTOPIA", (6, 11.0), 6.0, _CREST, weight=2.2)
    sheet.text("PASSPORT / PASSAPORTE", (45, 10.5), 3.4, _CREST, weight=1.5)
    sheet.picture(_portrait(seed), _PORTRAIT)
    _fields(sheet, seed)
    sheet.stamp("SPECIMEN", (80.0, 42.0), 10.0, 18.0, (70, 70, 196), 0.34)
    for baseline_mm, line in zip((73.8, 80.2), td3_lines(make_holder(seed)), strict=True):
        sheet.mrz(MrzLine(line, left_mm=6.6, baseline_mm=baseline_mm))
    pixels = sheet.scanned(np.random.default_rng([seed, 59]))
    pixels.flags.writeable = False
    return pixels


def _portrait(seed: int) -> Pixels:
    """The holder's face, cut to a photograph's shape."""
    height, width = 640, 640
    face = draw_face(seed, height, width)
    side = round(height * 0.78 * _PORTRAIT[2] / _PORTRAIT[3])
    left = (width - side) // 2
    return np.asarray(face[round(height * 0.08) : round(height * 0.86), left : left + side], np.uint8)


def _fields(sheet: Sheet, seed: int) -> None:
    holder = make_holder(seed)
    first, second = 45.0, 86.0
    rows = (
        (first, 16.5, "Type / Tipo", "P"),
        (first + 16, 16.5, "Code / Codigo", "UTO"),
        (second, 16.5, "Passport No. / Passaporte", holder.document_number),
        (first, 25.5, "Surname / Apelidos", holder.surname),
        (first, 34.5, "Given names / Nomes proprios", holder.given_names),
        (first, 43.5, "Nationality / Nacionalidade", "UTOPIAN"),
        (second, 43.5, "Sex / Sexo", "X"),
        (first, 52.5, "Date of birth / Nascimento", _date(holder.birth, 19 if holder.birth[0] > "3" else 20)),
        (second, 52.5, "Date of expiry / Validade", _date(holder.expiry, 20)),
    )
    for left, top, label, value in rows:
        sheet.text(label, (left, top), 1.45, _LABEL, weight=0.9)
        sheet.text(value, (left, top + 4.2), 2.6, _INK, weight=1.3)


def _date(yymmdd: str, century: int) -> str:
    return f"{yymmdd[4:]} {yymmdd[2:4]} {century}{yymmdd[:2]}"
