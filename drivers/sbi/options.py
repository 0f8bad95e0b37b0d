"""The settings of a scanner behind an SBI service."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`trust` is a PEM file of the authorities that may vouch for the scanner; without it nothing is believed.

    `port` 0 looks at all of SBI's. `device` (a serial number, device id or device code) and `device_sub_type` narrow
    the choice. `certification` is the least level that will do. `env` is the environment that it must be set up for.
    `simulated` marks everything as seen by no sensor; a scanner that says so of itself is marked without it.
    """

    trust: str = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    device: str = ""
    device_sub_type: Literal["", "Slap", "Single", "Touchless", "Full face"] = ""
    certification: Literal["L0", "L1"] = "L1"
    env: Literal["Staging", "Developer", "Pre-Production", "Production"] = "Production"
    requested_score: Annotated[int, msgspec.Meta(ge=0, le=100)] = 40
    answer_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 6.0
    simulated: bool = False
